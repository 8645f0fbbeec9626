package org.llamadl4j.model.error;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class UserErrorTest {

    @Test
    void thePlaceOfValuesComesBeforeWhatIsWrongWithThem() {
        UserError cause = UserError.usage("dim 7 is odd");
        assertThatThrownBy(() -> UserError.naming("config.json", () -> {
                    throw cause;
                }))
                .isInstanceOf(UserError.class)
                .hasMessage("config.json: dim 7 is odd")
                .hasCause(cause)
                .extracting(error -> ((UserError) error).getExitStatus())
                .isEqualTo(1);
        assertThat(UserError.naming("config.json", () -> 7)).isEqualTo(7);
    }
}
