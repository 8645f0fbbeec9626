package org.llamadl4j.model.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.llamadl4j.model.error.UserError;

/** A tokenizer is recognised by what its file holds; the files beside it say how models use it. */
class TokenizerFileTest {

    private static final int FIRST_SPECIAL = SmallByteLevel.tokens().size();
    private static final String TEXT = "the thing in the ring, größer\n";

    @TempDir
    Path folder;

    private Path file(String name, String content) throws IOException {
        return Files.writeString(folder.resolve(name), content);
    }

    private Tokenizer withConfig(String config) throws IOException {
        TokenizerJsonFiles.write(folder.resolve("tokenizer.json"), SmallByteLevel.json());
        file("tokenizer_config.json", config);
        return TokenizerFile.read(folder);
    }

    @Test
    void theContentTellsTheFormat() throws IOException {
        TrainedModels.small().write(folder.resolve("a"));
        assertThat(TokenizerFile.read(folder.resolve("a"))).isInstanceOf(SentencePieceTokenizer.class);
        Path tiktoken = file("b.model", SmallByteLevel.tiktoken());
        assertThat(TokenizerFile.read(tiktoken)).isInstanceOf(ByteLevelTokenizer.class);
        Path json = TokenizerJsonFiles.write(folder.resolve("c.model"), SmallByteLevel.json());
        assertThat(TokenizerFile.read(json)).isInstanceOf(ByteLevelTokenizer.class);
        assertThat(TokenizerFile.read(file("d.json", "\n " + SmallByteLevel.json()))
                        .encode(TEXT))
                .isEqualTo(TokenizerFile.read(json).encode(TEXT));
    }

    @Test
    void aFolderHasATokenizerModelOfEitherKind() throws IOException {
        file("tokenizer.model", SmallByteLevel.tiktoken());
        assertThat(TokenizerFile.read(folder)).isInstanceOf(ByteLevelTokenizer.class);
        TrainedModels.small().write(folder.resolve("tokenizer.model"));
        assertThat(TokenizerFile.read(folder)).isInstanceOf(SentencePieceTokenizer.class);
    }

    @Test
    void aTokenizerJsonCountsBeforeATiktokenFile() throws IOException {
        file("tokenizer.model", SmallByteLevel.tiktoken());
        TokenizerJsonFiles.write(folder.resolve("tokenizer.json"), SmallByteLevel.json());
        assertThat(TokenizerFile.read(folder).vocabSize()).isEqualTo(FIRST_SPECIAL + SmallByteLevel.SPECIAL.size());
    }

    @Test
    void whatIsNoTokenizerIsRefused() throws IOException {
        assertThatThrownBy(() -> TokenizerFile.read(folder))
                .isInstanceOf(UserError.class)
                .hasMessageContainingAll("no tokenizer.model in " + folder, "tokenizer.json");
        assertThatThrownBy(() -> TokenizerFile.read(folder.resolve("absent")))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("no such file");
        assertThatThrownBy(() -> TokenizerFile.read(file("empty", "")))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("not a SentencePiece model");
        assertThatThrownBy(() -> TokenizerFile.read(file("story", "Once upon a time\n")))
                .isInstanceOf(UserError.class)
                .hasMessageContainingAll("story, line 1", "is it a tiktoken file?");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "IQ== 0\\nIg== 2\\n|line 2, has the rank 2, not 1",
                "IQ== 0\\nIg== 0\\n|line 2, has the rank 0, not 1",
                "IQ== 0\\nI? 1\\n|line 2, is not base64",
                "IQ== 0\\n 1\\n|line 2, has a token of no bytes",
                "IQ==\\n|line 1, is not a token",
                "IQ== \\n|line 1, is not a token",
                "IQ== 1x\\n|line 1, is not a token",
                "IQ== -1\\n|line 1, is not a token",
                "IQ== 99999999999999999999\\n|line 1, is not a token",
                "IQ== 0\\nIQ== 1\\n|tokens 0 and 1 are the same",
                "IQ== 0\\n|no token for the byte 0x00"
            })
    void aBrokenTiktokenFileIsRefusedWithItsLine(String content, String message) throws IOException {
        Path file = file("tokenizer.model", content.replace("\\n", "\n"));
        assertThatThrownBy(() -> TokenizerFile.read(file))
                .isInstanceOf(UserError.class)
                .hasMessageContainingAll(file.toString(), message);
    }

    @Test
    void aTiktokenFileMayEndItsLinesAsWindowsDoes() throws IOException {
        Path file = file("tokenizer.model", SmallByteLevel.tiktoken().replace("\n", "\r\n"));
        assertThat(TokenizerFile.read(file).encode(TEXT))
                .isEqualTo(SmallByteLevel.ofRanks().encode(TEXT));
        Path endless = file("endless", "I".repeat(10_000));
        assertThatThrownBy(() -> TokenizerFile.read(endless)).hasMessageContaining("longer than 4096");
    }

    @Test
    void withoutOtherFilesLlama3sTokensBeginAndEndTexts() throws IOException {
        Path json = TokenizerJsonFiles.write(folder.resolve("tokenizer.json"), SmallByteLevel.json());
        Tokenizer tokenizer = TokenizerFile.read(json);
        assertThat(tokenizer.bosId()).isEqualTo(FIRST_SPECIAL);
        assertThat(tokenizer.eosId()).isEqualTo(FIRST_SPECIAL + 1);
        assertThat(tokenizer.eosIds()).isEqualTo(Set.of(FIRST_SPECIAL + 1, FIRST_SPECIAL + 2));
        assertThat(tokenizer.addsBos()).isTrue();
        assertThat(tokenizer.chatTemplate()).isEmpty();
    }

    @Test
    void withoutATemplateThePostProcessorAddsNoBos() throws IOException {
        ObjectNode json = SmallByteLevel.json();
        json.putNull("post_processor");
        Path file = TokenizerJsonFiles.write(folder.resolve("tokenizer.json"), json);
        assertThat(TokenizerFile.read(file).addsBos()).isFalse();
        file("tokenizer_config.json", "{\"add_bos_token\":true}");
        assertThat(TokenizerFile.read(file).addsBos()).isTrue();
    }

    @Test
    void theConfigNamesTheTokensThatBeginAndEndADocument() throws IOException {
        Tokenizer tokenizer = withConfig(
                "{\"bos_token\":\"<|start_header_id|>\",\"eos_token\":{\"content\":\"<|eot_id|>\"},\"add_bos_token\":false}");
        assertThat(tokenizer.bosId()).isEqualTo(FIRST_SPECIAL + 3);
        assertThat(tokenizer.eosId()).isEqualTo(FIRST_SPECIAL + 2);
        assertThat(tokenizer.eosIds()).contains(FIRST_SPECIAL + 1, FIRST_SPECIAL + 2);
        assertThat(tokenizer.addsBos()).isFalse();
        assertThatThrownBy(() -> withConfig("{\"eos_token\":\"<|unknown|>\"}"))
                .isInstanceOf(UserError.class)
                .hasMessageContainingAll("tokenizer_config.json", "eos_token", "<|unknown|>");
        assertThatThrownBy(() -> withConfig("{\"add_bos_token\":1}")).hasMessageContaining("add_bos_token");
        assertThatThrownBy(() -> withConfig("{\"bos_token\":7}")).hasMessageContaining("bos_token");
    }

    @Test
    void theMapOfSpecialTokensCountsWhereTheConfigIsSilent() throws IOException {
        file("special_tokens_map.json", "{\"eos_token\":\"<|eot_id|>\",\"bos_token\":\"<|end_header_id|>\"}");
        Tokenizer tokenizer = withConfig("{\"bos_token\":\"<|start_header_id|>\",\"eos_token\":null}");
        assertThat(tokenizer.bosId()).isEqualTo(FIRST_SPECIAL + 3);
        assertThat(tokenizer.eosId()).isEqualTo(FIRST_SPECIAL + 2);
    }

    @Test
    void aChatTemplateIsATextOrTheDefaultOfSeveral() throws IOException {
        assertThat(withConfig("{\"chat_template\":\"{{ bos_token }}\"}").chatTemplate())
                .contains("{{ bos_token }}");
        assertThat(withConfig(
                                "{\"chat_template\":[{\"name\":\"tool_use\",\"template\":\"a\"},{\"name\":\"default\",\"template\":\"b\"}]}")
                        .chatTemplate())
                .contains("b");
        assertThat(withConfig("{\"chat_template\":[{\"name\":\"tool_use\",\"template\":\"a\"}]}")
                        .chatTemplate())
                .isEmpty();
        assertThat(withConfig("{\"chat_template\":null}").chatTemplate()).isEmpty();
        assertThatThrownBy(() -> withConfig("{\"chat_template\":5}")).hasMessageContaining("chat_template");
    }

    @Test
    void aChatTemplateInAFileOfItsOwnCountsFirst() throws IOException {
        file("chat_template.jinja", "{{ messages }}\n");
        assertThat(withConfig("{\"chat_template\":\"other\"}").chatTemplate()).contains("{{ messages }}\n");
    }

    @Test
    void whatIsWrittenIsReadAgain() throws IOException {
        TokenizerSettings settings = new TokenizerSettings(
                FIRST_SPECIAL + 3,
                FIRST_SPECIAL + 2,
                Set.of(),
                false,
                Optional.of("{% for m in messages %}ä\n{% endfor %}"));
        Tokenizer tokenizer = SmallByteLevel.tokenizer().with(settings);
        TokenizerFile.write(folder, tokenizer, 100);
        assertThat(folder.resolve("tokenizer.json")).exists();
        Tokenizer read = TokenizerFile.read(folder);
        assertThat(read.settings().withEosIds(Set.of())).isEqualTo(settings);
        assertThat(read.encode(TEXT)).isEqualTo(tokenizer.encode(TEXT));
        assertThat(((ByteLevelTokenizer) read).vocabulary()).isEqualTo(SmallByteLevel.vocabulary());
        try (var files = Files.list(folder)) {
            assertThat(files.map(file -> file.getFileName().toString()))
                    .containsExactlyInAnyOrder("tokenizer.json", "tokenizer_config.json");
        }
    }

    /** What transformers reads: the parts that the published file has, and nothing that it would not know. */
    @Test
    void aWrittenTokenizerJsonIsOfThePublishedShape() throws IOException {
        Path file = folder.resolve("tokenizer.json");
        SmallByteLevel.tokenizer().write(file);
        assertThat(TokenizerJsonFiles.parse(Files.readString(file))).isEqualTo(SmallByteLevel.json());
    }
}
