package org.llamadl4j.eval.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.llamadl4j.eval.code.CodeLimits;
import org.llamadl4j.eval.code.SandboxedCodeRunner;
import org.llamadl4j.eval.data.DataFolder;
import org.llamadl4j.eval.data.Row;
import org.llamadl4j.eval.data.RowFormat;
import org.llamadl4j.eval.data.RowSource;
import org.llamadl4j.model.SharedData;

/** The authors' own programs pass their tests in isolation, and {@code pass} instead of them never does. */
class ReferenceProgramsTest {

    /** All of MBPP with {@code -Dmbpp.every=1}. */
    private static final int MBPP_EVERY = Integer.getInteger("mbpp.every", 20);

    @Test
    void ofHumanEval() {
        List<Row> rows = rows("HumanEval", "HumanEval.jsonl.gz");
        assertThat(rows).hasSize(164);
        assertThat(failing(rows, row -> HumanEval.program(row, row.text("canonical_solution"))))
                .isEmpty();
        assertThat(failing(rows, row -> HumanEval.program(row, "    pass\n"))).hasSize(164);
    }

    @Test
    void ofMbpp() {
        List<Row> all = rows("MBPP", "mbpp.jsonl");
        assertThat(all).hasSize(974);
        List<Row> rows = IntStream.range(0, all.size())
                .filter(i -> i % MBPP_EVERY == 0
                        || !all.get(i).text("test_setup_code").isEmpty())
                .mapToObj(all::get)
                .toList();
        assertThat(failing(rows, row -> Mbpp.program(row, row.text("code")))).isEmpty();
        assertThat(failing(rows, row -> Mbpp.program(row, "pass"))).hasSize(rows.size());
    }

    private static List<Row> rows(String title, String file) {
        return RowSource.file(RowFormat.JSON_LINES, "", file)
                .require(DataFolder.of(SharedData.require("eval")), title)
                .read();
    }

    /** The names of those that do not pass, by two threads. */
    private static List<String> failing(List<Row> rows, Function<Row, String> program) {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/python3")), "no /usr/bin/python3 here");
        assumeTrue(isOffered(), "no namespaces by bwrap here");
        SandboxedCodeRunner runner = SandboxedCodeRunner.create(CodeLimits.DEFAULT);
        return rows.parallelStream()
                .filter(row -> !runner.run(program.apply(row)).passed())
                .map(row -> row.fields().get("task_id").asText())
                .toList();
    }

    private static boolean isOffered() {
        try {
            return new ProcessBuilder("bwrap", "--unshare-all", "--ro-bind", "/", "/", "true")
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException | InterruptedException e) {
            return false;
        }
    }
}
