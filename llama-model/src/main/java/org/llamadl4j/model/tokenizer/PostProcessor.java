package org.llamadl4j.model.tokenizer;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Optional;

/** The {@code post_processor} of a {@code tokenizer.json}: whether it puts a token before a text. */
final class PostProcessor {

    private static final String PART = "post_processor";
    private static final String SUPPORTED =
            "null, ByteLevel, a TemplateProcessing of one special token and then the text, or a Sequence of these";

    private PostProcessor() {}

    /**
     * The spelling of the token that is put before a text; empty if there is none.
     *
     * @throws org.llamadl4j.model.error.UserError if it does anything else
     */
    static Optional<String> bos(TokenizerJson json) {
        return bos(json, json.part(PART));
    }

    private static Optional<String> bos(TokenizerJson json, JsonNode processor) {
        switch (processor.path("type").asText()) {
            case "ByteLevel" -> {
                return Optional.empty();
            }
            case "TemplateProcessing" -> {
                return template(json, processor);
            }
            case "Sequence" -> {
                Optional<String> bos = Optional.empty();
                for (JsonNode part : processor.path("processors")) {
                    Optional<String> more = bos(json, part);
                    if (bos.isPresent() && more.isPresent()) {
                        throw json.unsupported(PART, processor, SUPPORTED);
                    }
                    bos = bos.or(() -> more);
                }
                return bos;
            }
            default -> {
                if (processor.isNull() || processor.isMissingNode()) {
                    return Optional.empty();
                }
                throw json.unsupported(PART, processor, SUPPORTED);
            }
        }
    }

    private static Optional<String> template(TokenizerJson json, JsonNode processor) {
        JsonNode single = processor.path("single");
        int size = single.size();
        boolean endsWithText = size > 0
                && single.path(size - 1).path("Sequence").path("id").asText().equals("A");
        if (endsWithText && size == 1) {
            return Optional.empty();
        }
        JsonNode special = single.path(0).path("SpecialToken").path("id");
        JsonNode ids = processor.path("special_tokens").path(special.asText()).path("ids");
        int id = json.specialId(special.asText());
        if (!endsWithText
                || size != 2
                || id < 0
                || ids.size() != 1
                || ids.path(0).asInt(-1) != id) {
            throw json.unsupported(PART, processor, SUPPORTED);
        }
        return Optional.of(special.asText());
    }
}
