package org.llamadl4j.notebook.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchException;

import io.github.spencerpark.jupyter.kernel.display.DisplayData;
import io.github.spencerpark.jupyter.kernel.display.mime.MIMEType;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Cells in a kernel, without Jupyter. */
class LlamaKernelTest {

    private static final LlamaKernel KERNEL = new LlamaKernel();

    @BeforeAll
    static void theOneImport() throws Exception {
        KERNEL.eval("import static org.llamadl4j.notebook.Llama.*;");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "preset(\"7x\")|no preset is called '7x'; there are 260k",
                "text(\"no-such-file.txt\")|no-such-file.txt does not exist",
                "open(\"no-such-model\")|no-such-model",
                "tokenizer(\"no-such.model\")|no-such.model",
                "preset(\"1m\").withHeads(7)|dim 128 is not a multiple of heads 7; set headDim"
            })
    void aMistakeIsOneReadableLineAndTheNextCellRuns(String cell, String message) throws Exception {
        Exception failure = catchException(() -> KERNEL.eval(cell));
        assertThat(KERNEL.formatError(failure))
                .singleElement()
                .asString()
                .contains(message)
                .doesNotContain("\n");
        assertThat(KERNEL.evalRaw("6 * 7")).isEqualTo(42);
    }

    @Test
    void dataOfAnotherVocabularyIsRefusedInOneLine() throws Exception {
        KERNEL.eval("var text = stories(0.05)");
        KERNEL.eval("var small = prepare(text, trainTokenizer(text, 320))");
        KERNEL.eval("var large = prepare(text, trainTokenizer(text, 400))");
        KERNEL.eval("var model = training(preset(\"260k\"), small).model()");
        Exception failure = catchException(() -> KERNEL.eval("training(model, large, \"schedule.steps=1\").train()"));
        assertThat(KERNEL.formatError(failure))
                .singleElement()
                .asString()
                .contains("is not the tokenizer of the model to start from");
    }

    @Test
    void otherErrorsKeepTheirStackTrace() {
        Exception failure = catchException(() -> KERNEL.eval("int[] none = {}; none[3]"));
        assertThat(KERNEL.formatError(failure)).hasSizeGreaterThan(1).anyMatch(line -> line.contains("Index 3"));
    }

    @Test
    void sizesOfAModelShowThemselvesAsATable() throws Exception {
        DisplayData shown = KERNEL.eval("preset(\"7b\")");
        assertThat(shown.getData(MIMEType.TEXT_HTML).toString())
                .startsWith("<table>")
                .contains("6,738,415,616");
        assertThat(shown.getData(MIMEType.TEXT_PLAIN).toString()).contains("6,738,415,616");
    }

    @Test
    void theFirstInterruptStopsInGoodOrder() {
        AtomicInteger stops = new AtomicInteger();
        KERNEL.onInterrupt(stops::incrementAndGet);
        KERNEL.interrupt();
        KERNEL.interrupt();
        assertThat(stops).hasValue(1);
    }
}
