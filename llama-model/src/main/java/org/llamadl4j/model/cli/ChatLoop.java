package org.llamadl4j.model.cli;

import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import lombok.RequiredArgsConstructor;
import org.llamadl4j.model.chat.Answer;
import org.llamadl4j.model.chat.Chat;
import org.llamadl4j.model.error.UserError;
import org.llamadl4j.model.generate.GenerationOptions;
import org.llamadl4j.model.generate.StopReason;

/** Takes questions from a console and shows answers, until there are no more questions. */
@RequiredArgsConstructor
final class ChatLoop {

    private static final String HELP = """
            /system TEXT  what the model is told before all else; without TEXT, nothing
            /reset        forget what was said
            /save FILE    write the conversation as JSON
            /help         this
            /exit         end, as Ctrl-D does; Ctrl-C ends an answer, or the reading of a question""";

    private static final JsonMapper JSON =
            JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

    private final Chat chat;
    private final ChatConsole console;
    private final GenerationOptions options;

    private int answers;

    /** Returns when the user leaves. */
    void run() {
        for (Optional<String> line; (line = console.readLine()).isPresent(); ) {
            String typed = line.get();
            if (typed.strip().equals("/exit")) {
                return;
            }
            try {
                if (typed.startsWith("/")) {
                    command(typed.strip());
                } else if (!typed.isBlank()) {
                    ask(typed);
                }
            } catch (UserError e) {
                console.note(e.getMessage());
            }
        }
    }

    private void command(String typed) {
        String[] words = typed.split("\\s+", 2);
        String argument = words.length > 1 ? words[1] : "";
        switch (words[0]) {
            case "/system" -> chat.setSystem(argument);
            case "/reset" -> chat.reset();
            case "/save" -> save(argument);
            case "/help" -> console.note(HELP);
            default -> throw UserError.failed("there is no %s; /help tells what there is", words[0]);
        }
    }

    private void save(String name) {
        if (name.isEmpty()) {
            throw UserError.failed("/save needs the name of a file");
        }
        Path file;
        try {
            file = Path.of(name);
            Files.write(file, JSON.writeValueAsBytes(chat.messages()), StandardOpenOption.CREATE_NEW);
        } catch (FileAlreadyExistsException e) {
            throw UserError.failed(e, "%s is there already; choose another name", name);
        } catch (IOException | InvalidPathException e) {
            throw UserError.failed(e, "%s cannot be written: %s", name, e.getMessage());
        }
        console.note("saved in " + file);
    }

    private void ask(String question) {
        console.clearInterruption();
        // A seed of its own for each answer, so that a question asked again need not be answered the same.
        GenerationOptions.GenerationOptionsBuilder seeded = options.toBuilder().seed(options.seed() + answers++);
        AnswerPrinter printer = new AnswerPrinter(console);
        Answer answer = chat.ask(question, seeded.build(), text -> {
            printer.print(text);
            return !console.isInterrupted();
        });
        console.print(System.lineSeparator());
        if (answer.tokens() == 0 && answer.stopReason().isEmpty()) {
            console.note("(interrupted before the answer began; the question is forgotten)");
        } else if (answer.stopReason().isEmpty()) {
            console.note("(interrupted)");
        } else if (answer.stopReason().get() == StopReason.LENGTH) {
            console.note("(ended after %d tokens; --max-new-tokens allows more)".formatted(answer.tokens()));
        } else if (answer.stopReason().get() == StopReason.CONTEXT) {
            console.note("(the model's context is full; /reset begins anew)");
        }
    }

    /** Leaves out the spaces with which an answer begins. */
    @RequiredArgsConstructor
    private static final class AnswerPrinter {

        private final ChatConsole console;
        private boolean begun;

        void print(String text) {
            String shown = begun ? text : text.stripLeading();
            begun |= !shown.isEmpty();
            console.print(shown);
        }
    }
}
