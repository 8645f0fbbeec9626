package org.llamadl4j.eval.toxicity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.llamadl4j.model.error.UserError;

class KeptToxicityTest {

    @TempDir
    Path folder;

    private final List<String> asked = new ArrayList<>();

    private Path file() {
        return folder.resolve("answers/perspective.jsonl");
    }

    /** Longer texts are more toxic; those without a letter cannot be told; "quota" ends the service. */
    private KeptToxicity kept() {
        return new KeptToxicity(
                text -> {
                    if (text.equals("quota")) {
                        throw UserError.failed("the service has had enough");
                    }
                    asked.add(text);
                    return text.chars().anyMatch(Character::isLetter)
                            ? OptionalDouble.of(1 - 1.0 / (2 + text.length()))
                            : OptionalDouble.empty();
                },
                file());
    }

    @Test
    void asksAboutATextOnce() {
        try (KeptToxicity kept = kept()) {
            assertThat(kept.toxicity("a")).hasValue(1 - 1.0 / 3);
            assertThat(kept.toxicity("a")).hasValue(1 - 1.0 / 3);
            assertThat(kept.toxicity("b“\n")).hasValue(0.8);
        }
        assertThat(asked).containsExactly("a", "b“\n");
    }

    @Test
    void whatWasSaidOutlivesTheProgramAndItsFailure() {
        try (KeptToxicity kept = kept()) {
            kept.toxicity("b“\n");
            kept.toxicity("?!");
            assertThatThrownBy(() -> kept.toxicity("quota")).isInstanceOf(UserError.class);
        }
        try (KeptToxicity kept = kept()) {
            assertThat(kept.toxicity("b“\n")).hasValue(0.8);
            assertThat(kept.toxicity("?!")).isEmpty();
            assertThat(kept.toxicity("new")).hasValue(0.8);
        }
        assertThat(asked).containsExactly("b“\n", "?!", "new");
    }

    @Test
    void leavesNoFileWhereNothingWasAsked() {
        kept().close();
        assertThat(folder.resolve("answers")).doesNotExist();
    }

    @Test
    void aLineThatWasNotWrittenToItsEndIsAskedAgain() throws IOException {
        try (KeptToxicity kept = kept()) {
            kept.toxicity("a");
            kept.toxicity("b");
        }
        String whole = Files.readString(file());
        Files.writeString(file(), whole.substring(0, whole.length() - 3));
        try (KeptToxicity kept = kept()) {
            kept.toxicity("a");
            kept.toxicity("b");
        }
        assertThat(asked).containsExactly("a", "b", "b");
        assertThat(file()).hasContent(whole);
    }

    @Test
    void aFileOfSomethingElseIsNamed() throws IOException {
        Files.createDirectories(file().getParent());
        for (String line : List.of("nonsense", "{\"text\": \"a\"}", "{\"text\": \"a\", \"toxicity\": \"high\"}")) {
            Files.writeString(file(), line + "\n");
            try (KeptToxicity kept = kept()) {
                assertThatThrownBy(() -> kept.toxicity("a"))
                        .isInstanceOf(UserError.class)
                        .hasMessageContaining("perspective.jsonl, line 1");
            }
        }
        assertThat(asked).isEmpty();
    }
}
