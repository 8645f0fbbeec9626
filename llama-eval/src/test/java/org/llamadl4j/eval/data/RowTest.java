package org.llamadl4j.eval.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.regex.Pattern;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.llamadl4j.model.error.UserError;

class RowTest {

    private static Row row(String json) {
        try {
            return new Row("f.jsonl, line 7", "{\"q\": \"...\"}", (ObjectNode) new JsonMapper().readTree(json));
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(e);
        }
    }

    private static void fails(ThrowingCallable call, String said) {
        assertThatThrownBy(call)
                .isInstanceOf(UserError.class)
                .hasMessageStartingWith("f.jsonl, line 7: " + said)
                .hasMessageEndingWith(". A row of this file looks like {\"q\": \"...\"}");
    }

    @Test
    void givesFieldsInTheTypeTheyAreAskedFor() {
        Row row = row("{\"q\": \" a \", \"n\": 2, \"s\": \"1\", \"t\": [\"x\", \"y\"], \"b\": true, \"z\": 0,"
                + "\"o\": {\"p\": \"in\"}, \"l\": [{\"p\": \"1\"}, {\"p\": \"2\"}], \"none\": null}");
        assertThat(row.text("q")).isEqualTo(" a ");
        assertThat(row.number("n", 0, 2)).isEqualTo(2);
        assertThat(row.index("s", 2)).isEqualTo(1);
        assertThat(row.texts("t")).containsExactly("x", "y");
        assertThat(row.truth("b")).isTrue();
        assertThat(row.truth("z")).isFalse();
        assertThat(row.inner("o").text("p")).isEqualTo("in");
        assertThat(row.inners("l")).extracting(inner -> inner.text("p")).containsExactly("1", "2");
        assertThat(row.label("s", List.of("0", "1"))).isEqualTo(1);
        assertThat(row.has("none")).isFalse();
        assertThat(row.optionalText("none")).isEmpty();
        assertThat(row.with("q", "b").text("q")).isEqualTo("b");
        assertThat(row.text("q")).isEqualTo(" a ");
    }

    @Test
    void namesPlaceFieldAndForm() {
        Row row = row("{\"q\": 1, \"n\": 2, \"blank\": \" \", \"t\": [\"x\", 1], \"e\": [], \"none\": null, \"big\": \""
                + "x".repeat(100) + "\"}");
        fails(() -> row.text("missing"), "field `missing` is missing");
        fails(() -> row.text("none"), "field `none` is missing");
        fails(() -> row.text("q"), "field `q` is 1; it must be a text");
        fails(() -> row.someText("blank"), "field `blank` is empty");
        fails(() -> row.index("n", 2), "field `n` is 2; it must be a whole number from 0 to 1");
        fails(() -> row.index("blank", 2), "field `blank` is \" \"; it must be a whole number from 0 to 1");
        fails(() -> row.number("big", 0, 1), "field `big` is \"" + "x".repeat(59) + "...; it must be");
        fails(() -> row.texts("t"), "field `t` is [\"x\",1]; it must be a list of texts");
        fails(() -> row.texts("e"), "field `e` is []; it must be a list of texts");
        fails(() -> row.truth("n"), "field `n` is 2; it must be true or false");
        fails(() -> row.label("n", List.of("A", "B")), "field `n` is 2; it must be one of A, B");
        fails(() -> row.inner("q"), "field `q` is 1; it must be an object with fields");
        fails(() -> row.inners("t"), "field `t` is [\"x\",1]; it must be a list of objects");
        fails(() -> row.match("blank", Pattern.compile("x+"), "some x"), "field `blank` is \" \"; it must be some x");
        failsWith(() -> row.wrong("it has %d of them", 3), "it has 3 of them");
    }

    private static void failsWith(java.util.function.Supplier<UserError> error, String said) {
        fails(
                () -> {
                    throw error.get();
                },
                said);
    }

    @Test
    void countsEntries() {
        Row row = row("{\"t\": [\"x\", \"y\"]}");
        assertThat(row.texts("t", 2)).hasSize(2);
        fails(() -> row.texts("t", 4), "field `t` has 2 entries, not 4");
    }
}
