package org.llamadl4j.eval.cli;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.llamadl4j.eval.score.Perplexity;
import org.llamadl4j.eval.score.TextScore;
import org.llamadl4j.model.LlamaModel;
import org.llamadl4j.model.cli.LlamaCommand;
import org.llamadl4j.model.cli.ModelOptions;
import org.llamadl4j.model.cli.Progress;
import org.llamadl4j.model.kernel.Kernels;
import org.llamadl4j.model.text.DocumentReader;
import org.llamadl4j.model.text.TextCorpus;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code llama perplexity}: how well a model predicts a text. */
@Command(
        name = "perplexity",
        description = "Tell how well a model predicts text: its loss per token and per byte. Each document is begun by "
                + "BOS, ended by EOS (which counts as a token), and read in windows of the model's context.")
public final class PerplexityCommand implements LlamaCommand {

    @Mixin
    private ModelOptions opening;

    @Option(
            names = "--input",
            required = true,
            arity = "1..*",
            paramLabel = "PATH",
            description = "Text files (.txt, .jsonl, also .gz or .zst) or folders of them.")
    private List<Path> inputs;

    @Option(
            names = "--stride",
            paramLabel = "N",
            description = "Begin a window every N tokens and score only what is new in it, so that each token has more "
                    + "before it (default: the model's context, windows that do not overlap).")
    private Integer stride;

    @Option(
            names = "--replace-invalid-utf8",
            description = "Read bytes that are not UTF-8 as U+FFFD instead of stopping.")
    private boolean replaceInvalidUtf8;

    @Option(names = "--json", description = "Print one JSON object.")
    private boolean json;

    @Override
    public Integer call() throws Exception {
        TextCorpus corpus = TextCorpus.find(inputs);
        try (Kernels kernels = opening.kernels()) {
            LlamaModel model = opening.open(kernels);
            int windowStride = stride == null ? model.config().contextLength() : stride;
            TextScore score = score(new Perplexity(model, windowStride), corpus);
            System.out.println(json ? json(score, model.config().contextLength(), windowStride) : table(score));
        }
        return 0;
    }

    private TextScore score(Perplexity perplexity, TextCorpus corpus) throws Exception {
        try (DocumentReader documents = corpus.open(replaceInvalidUtf8);
                Progress progress = Progress.start("perplexity", corpus.bytes(), "kB", 1000)) {
            long[] shown = {0};
            return perplexity.score(documents, bytes -> {
                progress.advance(bytes - shown[0]);
                shown[0] = bytes;
            });
        }
    }

    private static String json(TextScore score, int context, int stride) {
        ObjectNode object = JsonMapper.builder().build().createObjectNode();
        object.put("documents", score.documents());
        object.put("tokens", score.tokens());
        object.put("bytes", score.bytes());
        object.put("nats_per_token", score.natsPerToken());
        object.put("perplexity", score.perplexity());
        object.put("nats_per_byte", score.natsPerByte());
        object.put("bits_per_byte", score.bitsPerByte());
        object.put("context", context);
        object.put("stride", stride);
        return object.toString();
    }

    private static String table(TextScore score) {
        return String.format(
                Locale.ROOT,
                """
                documents       %,12d
                tokens          %,12d
                bytes           %,12d
                nats per token  %12.4f
                perplexity      %12.4f
                nats per byte   %12.4f
                bits per byte   %12.4f""",
                score.documents(),
                score.tokens(),
                score.bytes(),
                score.natsPerToken(),
                score.perplexity(),
                score.natsPerByte(),
                score.bitsPerByte());
    }
}
