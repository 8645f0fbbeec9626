package org.llamadl4j.model.cli;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.concurrent.ThreadLocalRandom;
import lombok.extern.slf4j.Slf4j;
import org.llamadl4j.model.LlamaModel;
import org.llamadl4j.model.generate.Generation;
import org.llamadl4j.model.generate.GenerationOptions;
import org.llamadl4j.model.generate.Generator;
import org.llamadl4j.model.kernel.Kernels;
import org.llamadl4j.model.kernel.cpu.CpuKernels;
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
            names = "--temperature",
            paramLabel = "T",
            defaultValue = "0.8",
            description = "0 takes the likeliest token, 1 samples as the model says (default ${DEFAULT-VALUE}).")
    private double temperature;

    @Option(
            names = "--top-p",
            paramLabel = "P",
            defaultValue = "0.95",
            description = "Sample from the likeliest tokens that make up this probability (default ${DEFAULT-VALUE}).")
    private double topP;

    @Option(
            names = "--top-k",
            paramLabel = "K",
            defaultValue = "0",
            description = "Sample from the K likeliest tokens; 0 for no limit (default ${DEFAULT-VALUE}).")
    private int topK;

    @Option(
            names = "--seed",
            paramLabel = "S",
            description = "The same seed gives the same text (default: another each time).")
    private Long seed;

    @Option(names = "--json", description = "Print one JSON object at the end instead of the text.")
    private boolean json;

    @Override
    public Integer call() throws Exception {
        GenerationOptions options = GenerationOptions.builder()
                .maxNewTokens(maxNewTokens)
                .temperature(temperature)
                .topK(topK)
                .topP(topP)
                .seed(seed != null ? seed : ThreadLocalRandom.current().nextInt(Integer.MAX_VALUE))
                .build();
        try (Kernels kernels = CpuKernels.create()) {
            LlamaModel model = opening.open(kernels);
            Generation generation = new Generator(model).start(prompt, options);
            PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
            if (json) {
                printJson(generation, options, out);
            } else {
                printText(generation, out);
            }
            log.info(
                    "{} new tokens, seed {}, ended by {}",
                    generation.newTokens().length,
                    options.seed(),
                    reason(generation));
        }
        return 0;
    }

    private void printText(Generation generation, PrintStream out) {
        out.print(prompt);
        out.flush();
        generation.forEachRemaining(piece -> {
            out.print(piece);
            out.flush();
        });
        out.println();
    }

    private void printJson(Generation generation, GenerationOptions options, PrintStream out) throws Exception {
        String text = generation.remaining();
        ObjectNode object = JsonMapper.builder().build().createObjectNode();
        object.put("prompt", prompt);
        object.put("text", text);
        object.put("stop_reason", reason(generation));
        object.put("prompt_tokens", generation.promptTokens());
        object.put("new_tokens", generation.newTokens().length);
        object.put("seed", options.seed());
        out.println(object);
    }

    private static String reason(Generation generation) {
        return generation.stopReason().orElseThrow().name().toLowerCase(Locale.ROOT);
    }
}
