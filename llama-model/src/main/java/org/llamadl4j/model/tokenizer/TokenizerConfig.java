package org.llamadl4j.model.tokenizer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;
import lombok.RequiredArgsConstructor;
import org.llamadl4j.model.error.UserError;

/**
 * What the files beside a tokenizer's own say of it: {@code tokenizer_config.json}, else {@code special_tokens_map.json},
 * of the tokens that begin and end a document; {@code chat_template.jinja}, else {@code tokenizer_config.json}, of
 * conversations. What else ends a text that a model writes is said of the model, not of its tokenizer.
 */
@RequiredArgsConstructor
final class TokenizerConfig {

    static final String FILE = "tokenizer_config.json";
    private static final String SPECIAL_TOKENS = "special_tokens_map.json";
    private static final String CHAT_TEMPLATE = "chat_template.jinja";

    private static final long LONGEST_TEMPLATE = 1 << 20;

    private static final JsonMapper JSON =
            JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

    private final Path folder;
    private final ConfiguredTokenizer tokenizer;

    /**
     * How models use {@code tokenizer} by the files in {@code folder}, any of which may be missing.
     *
     * @throws UserError if a file is damaged, or names a token that the tokenizer lacks
     */
    static TokenizerSettings read(Path folder, ConfiguredTokenizer tokenizer) throws IOException {
        return new TokenizerConfig(folder, tokenizer).read();
    }

    private TokenizerSettings read() throws IOException {
        ObjectNode config = BoundedJson.readTree(folder.resolve(FILE));
        ObjectNode specials = BoundedJson.readTree(folder.resolve(SPECIAL_TOKENS));
        TokenizerSettings settings = tokenizer.settings();
        int bosId = id("bos_token", config, specials);
        if (bosId >= 0) {
            settings = settings.withBosId(bosId);
        }
        int eosId = id("eos_token", config, specials);
        if (eosId >= 0) {
            settings = settings.withEosId(eosId);
        }
        JsonNode addsBos = config.path("add_bos_token");
        if (addsBos.isBoolean()) {
            settings = settings.withAddsBos(addsBos.asBoolean());
        } else if (!isAbsent(addsBos)) {
            throw wrong(FILE, "add_bos_token", addsBos, "true or false");
        }
        return settings.withChatTemplate(chatTemplate(config));
    }

    private static boolean isAbsent(JsonNode node) {
        return node.isMissingNode() || node.isNull();
    }

    /** The id of the token that {@code key} names, as a string or as an object with its content; -1 if none does. */
    private int id(String key, ObjectNode config, ObjectNode specials) {
        boolean inConfig = !isAbsent(config.path(key));
        JsonNode token = inConfig ? config.path(key) : specials.path(key);
        if (isAbsent(token)) {
            return -1;
        }
        JsonNode content = token.isObject() ? token.path("content") : token;
        int id = content.isTextual() ? tokenizer.specialId(content.asText()) : -1;
        if (id < 0) {
            throw wrong(inConfig ? FILE : SPECIAL_TOKENS, key, token, "a special token of the vocabulary");
        }
        return id;
    }

    private Optional<String> chatTemplate(ObjectNode config) throws IOException {
        Path file = folder.resolve(CHAT_TEMPLATE);
        if (Files.isRegularFile(file)) {
            if (Files.size(file) > LONGEST_TEMPLATE) {
                throw UserError.failed("%s is longer than %d bytes", file, LONGEST_TEMPLATE);
            }
            try {
                return Optional.of(Files.readString(file));
            } catch (CharacterCodingException e) {
                throw UserError.failed(e, "%s is not UTF-8", file);
            }
        }
        JsonNode template = config.path("chat_template");
        for (JsonNode named : template.isArray() ? template : JSON.createArrayNode()) {
            if (named.path("name").asText().equals("default")) {
                template = named.path("template");
                break;
            }
        }
        if (!template.isTextual() && !template.isArray() && !isAbsent(template)) {
            throw wrong(FILE, "chat_template", template, "a text, or a list of texts with names");
        }
        return template.isTextual() ? Optional.of(template.asText()) : Optional.empty();
    }

    private UserError wrong(String file, String key, JsonNode value, String right) {
        return UserError.failed(
                "%s: %s is %s; it must be %s", folder.resolve(file), key, TokenizerJson.shown(value.toString()), right);
    }

    /**
     * Writes what {@link #read} reads.
     *
     * @param contextLength of the model, for programs that ask
     */
    static void write(Path folder, Tokenizer tokenizer, OptionalInt contextLength) throws IOException {
        boolean isJson = tokenizer.fileName().equals(TokenizerJson.FILE);
        ObjectNode json = JSON.createObjectNode();
        json.put("tokenizer_class", isJson ? "PreTrainedTokenizerFast" : "LlamaTokenizer");
        json.put("bos_token", tokenizer.piece(tokenizer.bosId()));
        json.put("eos_token", tokenizer.piece(tokenizer.eosId()));
        if (!isJson) {
            json.put("unk_token", "<unk>");
        }
        json.put("add_bos_token", tokenizer.addsBos());
        json.put("add_eos_token", false);
        json.put("clean_up_tokenization_spaces", false);
        if (!isJson) {
            json.put("legacy", true);
        }
        contextLength.ifPresent(length -> json.put("model_max_length", length));
        tokenizer.chatTemplate().ifPresent(template -> json.put("chat_template", template));
        JSON.writeValue(folder.resolve(FILE).toFile(), json);
    }
}
