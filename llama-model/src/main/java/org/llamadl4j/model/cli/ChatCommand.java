package org.llamadl4j.model.cli;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import lombok.extern.slf4j.Slf4j;
import org.llamadl4j.model.LlamaModel;
import org.llamadl4j.model.chat.Chat;
import org.llamadl4j.model.chat.ChatFormat;
import org.llamadl4j.model.error.UserError;
import org.llamadl4j.model.generate.GenerationOptions;
import org.llamadl4j.model.kernel.Kernels;
import org.llamadl4j.model.tokenizer.Tokenizer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code llama chat}: a conversation in a terminal, or with questions from standard input. */
@Slf4j
@Command(
        name = "chat",
        description = "Talk to a model. Without a terminal, each line of standard input is a question, and standard"
                + " output gets the answers, and nothing else.")
public final class ChatCommand implements LlamaCommand {

    private static final long LONGEST_TEMPLATE = 1 << 20;

    /** The context of newer models is larger than many a memory; few conversations are. */
    private static final int MOST_SLOTS = 8192;

    @Mixin
    private ModelOptions opening;

    @Mixin
    private SamplingOptions sampling;

    @Option(names = "--system", paramLabel = "TEXT", description = "What the model is told before all else.")
    private String system = "";

    @Option(
            names = "--template",
            paramLabel = "FILE",
            description = "A Jinja chat template (default: the model's own; without one, a plain transcript).")
    private Path template;

    @Option(
            names = "--max-new-tokens",
            paramLabel = "N",
            defaultValue = "1024",
            description = "End an answer after this many tokens (default ${DEFAULT-VALUE}); the model's context ends it"
                    + " too.")
    private int maxNewTokens;

    @Option(
            names = "--cache",
            paramLabel = "C",
            description =
                    "Keep the last C positions alone, so that memory stays fixed (default: the model's context, but"
                            + " no more than 8192).")
    private Integer cache;

    @Override
    public Integer call() throws Exception {
        GenerationOptions options =
                sampling.toBuilder().maxNewTokens(maxNewTokens).build();
        if (cache != null && cache < 1) {
            throw UserError.usage("--cache must be 1 or more, not %d", cache);
        }
        try (Kernels kernels = opening.kernels()) {
            LlamaModel model = opening.open(kernels);
            int context = model.config().contextLength();
            int slots = Math.min(context, cache != null ? cache : MOST_SLOTS);
            Chat chat = new Chat(model, format(model.tokenizer()), slots);
            chat.setSystem(system);
            try (ChatConsole console =
                    TerminalConsole.open().orElseGet(() -> new StreamConsole(System.in, System.out, System.err))) {
                new ChatLoop(chat, console, options).run();
            }
        }
        return 0;
    }

    private ChatFormat format(Tokenizer tokenizer) throws IOException {
        if (template != null) {
            return ChatFormat.of(readTemplate(), template.toString(), tokenizer);
        }
        Optional<ChatFormat> own = ChatFormat.of(tokenizer, opening.modelDir().toString());
        if (own.isEmpty()) {
            log.warn("The model comes without a chat template: it is asked to go on with a plain transcript."
                    + " --template names a file with another");
        }
        return own.orElseGet(() -> ChatFormat.transcript(tokenizer));
    }

    private String readTemplate() throws IOException {
        if (!Files.isRegularFile(template)) {
            throw UserError.failed("there is no template %s", template);
        }
        if (Files.size(template) > LONGEST_TEMPLATE) {
            throw UserError.failed("%s is longer than %d bytes", template, LONGEST_TEMPLATE);
        }
        try {
            return Files.readString(template);
        } catch (CharacterCodingException e) {
            throw UserError.failed(e, "%s is not UTF-8", template);
        }
    }
}
