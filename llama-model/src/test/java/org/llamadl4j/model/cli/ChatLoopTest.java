package org.llamadl4j.model.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.llamadl4j.model.LlamaModel;
import org.llamadl4j.model.chat.Chat;
import org.llamadl4j.model.chat.ChatFormat;
import org.llamadl4j.model.chat.ChatMessage;
import org.llamadl4j.model.config.LlamaConfig;
import org.llamadl4j.model.generate.GenerationOptions;
import org.llamadl4j.model.graph.LlamaWeights;
import org.llamadl4j.model.kernel.Kernels;
import org.llamadl4j.model.kernel.cpu.CpuKernels;
import org.llamadl4j.model.tokenizer.SmallByteLevel;
import org.llamadl4j.model.tokenizer.Tokenizer;

class ChatLoopTest {

    private static final Kernels KERNELS = CpuKernels.create(1);

    private static final Tokenizer TOKENIZER = SmallByteLevel.tokenizer();

    private static final LlamaConfig CONFIG = LlamaConfig.builder()
            .dim(16)
            .layers(1)
            .heads(2)
            .kvHeads(1)
            .hiddenDim(24)
            .vocabSize(TOKENIZER.vocabSize())
            .contextLength(200)
            .normEps(1e-5)
            .ropeTheta(10000)
            .build();

    private static final LlamaModel MODEL =
            new LlamaModel(CONFIG, LlamaWeights.initialise(CONFIG, 5, KERNELS), TOKENIZER, KERNELS);

    @TempDir
    Path folder;

    private final StringBuilder printed = new StringBuilder();
    private final StringBuilder notes = new StringBuilder();
    private final Chat chat = new Chat(MODEL, ChatFormat.transcript(TOKENIZER), 200);

    @AfterAll
    static void close() {
        KERNELS.close();
    }

    /** Somebody who types these lines, and interrupts answers after some pieces. */
    private final class Typist implements ChatConsole {

        private final Queue<String> lines;
        private final int patience;
        private int pieces;

        Typist(int patience, String... lines) {
            this.patience = patience;
            this.lines = new ArrayDeque<>(List.of(lines));
        }

        @Override
        public Optional<String> readLine() {
            return Optional.ofNullable(lines.poll());
        }

        @Override
        public void print(String text) {
            pieces++;
            printed.append(text);
        }

        @Override
        public void note(String line) {
            notes.append(line).append('\n');
        }

        @Override
        public void clearInterruption() {
            pieces = 0;
        }

        @Override
        public boolean isInterrupted() {
            return pieces >= patience;
        }

        @Override
        public void close() {
            // Nothing is open.
        }
    }

    private void type(int patience, String... lines) {
        new ChatLoop(
                        chat,
                        new Typist(patience, lines),
                        GenerationOptions.builder()
                                .temperature(0)
                                .maxNewTokens(9)
                                .build())
                .run();
    }

    private void type(String... lines) {
        type(Integer.MAX_VALUE, lines);
    }

    @Test
    void questionsAreAnsweredUntilThereAreNoMore() {
        type("the thing", "  ", "ring");
        assertThat(chat.messages()).hasSize(4);
        assertThat(printed.toString().strip())
                .startsWith(chat.messages().get(1).content())
                .endsWith(chat.messages().get(3).content());
        assertThat(chat.messages().get(2).content()).isEqualTo("ring");
    }

    @Test
    void exitLeavesAtOnce() {
        type("/exit", "the thing");
        assertThat(chat.messages()).isEmpty();
        assertThat(printed).isEmpty();
    }

    @Test
    void anInterruptedAnswerIsSaidToBe() {
        type(2, "the thing");
        assertThat(notes.toString()).isEqualTo("(interrupted)\n");
        assertThat(chat.messages()).hasSize(2);
    }

    @Test
    void theReadingOfALongQuestionCanBeInterrupted() {
        type("the thing");
        List<ChatMessage> before = chat.messages();
        notes.setLength(0);
        type(1, "the ring ".repeat(30)); // more than is read in one go
        assertThat(notes.toString()).isEqualTo("(interrupted before the answer began; the question is forgotten)\n");
        assertThat(chat.messages()).isEqualTo(before);
        type("the ring");
        List<ChatMessage> after = chat.messages();
        chat.reset();
        type("the thing", "the ring");
        assertThat(after).isEqualTo(chat.messages());
    }

    @Test
    void anAnswerThatIsCutOffIsSaidToBe() {
        type("the thing");
        assertThat(notes.toString()).isEqualTo("(ended after 9 tokens; --max-new-tokens allows more)\n");
    }

    @Test
    void commandsChangeTheConversation() {
        type("/system Be kind.", "the", "/reset", "/help");
        assertThat(chat.messages()).hasSize(1);
        assertThat(chat.messages().get(0).content()).isEqualTo("Be kind.");
        assertThat(notes.toString()).contains("/system TEXT", "/reset", "/save FILE");
        type("/system");
        assertThat(chat.messages()).isEmpty();
    }

    @Test
    void aConversationIsSavedOnceUnderAName() throws IOException {
        Path file = folder.resolve("chat.json");
        type("/system Be kind.", "größer", "/save " + file);
        JsonNode saved = new JsonMapper().readTree(file.toFile());
        assertThat(saved).hasSize(3);
        assertThat(saved.get(1).get("role").asText()).isEqualTo("user");
        assertThat(saved.get(1).get("content").asText()).isEqualTo("größer");
        notes.setLength(0);
        byte[] before = Files.readAllBytes(file);
        type("/save " + file, "/save", "/save " + folder.resolve("none/chat.json"));
        assertThat(notes.toString().lines()).hasSize(3);
        assertThat(notes.toString()).contains("is there already", "needs the name", "cannot be written");
        assertThat(file).hasBinaryContent(before);
    }

    @Test
    void whatIsWrongIsSaidAndTheChatGoesOn() {
        type("/sytem x", "the thing ".repeat(100), "the");
        assertThat(notes.toString()).contains("there is no /sytem", "context of 200");
        assertThat(chat.messages()).hasSize(2);
    }
}
