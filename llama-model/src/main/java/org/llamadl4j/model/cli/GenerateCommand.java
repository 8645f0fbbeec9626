package org.llamadl4j.model.cli;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import lombok.extern.slf4j.Slf4j;
import org.llamadl4j.model.LlamaModel;
import org.llamadl4j.model.error.UserError;
import org.llamadl4j.model.generate.Completion;
import org.llamadl4j.model.generate.Generation;
import org.llamadl4j.model.generate.GenerationOptions;
import org.llamadl4j.model.generate.Generator;
import org.llamadl4j.model.kernel.Kernels;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code llama generate}: prompt and continuation on standard output, as they come. */
@Slf4j
@Command(
        name = "generate",
        description = "Continue a text. Standard output gets the prompt and its continuation, and nothing else.")
public final class GenerateCommand implements LlamaCommand {

    @Mixin
    private ModelOptions opening;

    @Mixin
    private SamplingOptions sampling;

    @Option(
            names = "--prompt",
            required = true,
            paramLabel = "TEXT",
            description = "The text to continue; may be empty.")
    private String prompt;

    @Option(
            names = "--max-new-tokens",
            paramLabel = "N",
            defaultValue = "256",
            description = "End after this many tokens (default ${DEFAULT-VALUE}); the model's context ends it too.")
    private int maxNewTokens;

    @Option(
            names = "--stop",
            paramLabel = "TEXT",
            description = "End before this would come, and do not print it; may be given several times.")
    private List<String> stopStrings = List.of();

    @Option(
            names = "--cache",
            paramLabel = "C",
            description = "Keep the last C positions alone, so that memory stays fixed (default: the model's context).")
    private Integer cache;

    @Option(names = "--json", description = "Print one JSON object at the end instead of the text.")
    private boolean json;

    @Override
    public Integer call() throws Exception {
        GenerationOptions options = sampling.toBuilder()
                .maxNewTokens(maxNewTokens)
                .stopStrings(stopStrings)
                .build();
        if (cache != null && cache < 1) {
            throw UserError.usage("--cache must be 1 or more, not %d", cache);
        }
        try (Kernels kernels = opening.kernels()) {
            LlamaModel model = opening.open(kernels);
            int context = model.config().contextLength();
            int slots = cache != null ? Math.min(cache, context) : context;
            Generation generation = new Generator(model, slots).start(prompt, options);
            PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
            if (!json) {
                printText(generation, out);
            }
            Completion completion = generation.complete();
            if (json) {
                printJson(completion, options, out);
            }
            log.info("{} new tokens, seed {}, ended by {}", completion.newTokens(), options.seed(), reason(completion));
        }
        return 0;
    }

    private void printText(Generation generation, PrintStream out) {
        out.print(prompt);
        out.flush();
        generation.forEachRemaining(token -> {
            out.print(token.text());
            out.flush();
        });
        out.println();
    }

    private void printJson(Completion completion, GenerationOptions options, PrintStream out) {
        ObjectNode object = JsonMapper.builder().build().createObjectNode();
        object.put("prompt", prompt);
        object.put("text", completion.text());
        object.put("stop_reason", reason(completion));
        object.put("prompt_tokens", completion.promptTokens());
        object.put("new_tokens", completion.newTokens());
        object.put("seed", options.seed());
        out.println(object);
    }

    private static String reason(Completion completion) {
        return completion.stopReason().name().toLowerCase(Locale.ROOT);
    }
}
