package org.llamadl4j.eval.request;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import lombok.AccessLevel;
import lombok.RequiredArgsConstructor;
import org.llamadl4j.eval.store.AppendedLines;
import org.llamadl4j.model.error.UserError;

/**
 * The answers of one model on disk: {@code MODEL.jsonl} in a folder, where MODEL is a digest of all that its answers follow
 * from. The first line says which; every other has all answers of a batch, so that of a batch that was being written when the
 * program ended nothing counts. A file is open in one program at a time.
 */
@RequiredArgsConstructor(access = AccessLevel.PRIVATE)
public final class AnswerFile implements AnswerStore, AutoCloseable {

    /** Counts the changes to what a request means: answers of another version do not count. */
    private static final int VERSION = 1;

    private static final String MODEL = "model_sha256";
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final AppendedLines lines;
    private final Map<String, Response> answers;

    /**
     * Opens the answers of the model with digest {@code model}; the file is made if there is none.
     *
     * @throws UserError if it cannot be read, is damaged, or is open in another program
     */
    public static AnswerFile open(Path folder, String model) {
        Path file = folder.resolve("%s-v%d.jsonl".formatted(model.substring(0, Math.min(16, model.length())), VERSION));
        Map<String, Response> answers = new HashMap<>();
        AppendedLines lines = AppendedLines.open(file, (number, line) -> {
            JsonNode json = JSON.readTree(line);
            if (number == 1 && !json.path(MODEL).asText().equals(model)) {
                throw new IllegalArgumentException("not answers of this model");
            }
            for (JsonNode answer : json.path("answers")) {
                answers.put(answer.required("request").asText(), RequestJson.response(answer));
            }
        });
        if (lines.isEmpty()) {
            lines.append(JsonNodeFactory.instance.objectNode().put(MODEL, model).toString());
        }
        return new AnswerFile(lines, answers);
    }

    @Override
    public Optional<Response> find(Request request) {
        return Optional.ofNullable(answers.get(RequestJson.digest(request)));
    }

    @Override
    public void add(List<Request> requests, List<Response> responses) {
        ObjectNode line = JsonNodeFactory.instance.objectNode();
        ArrayNode list = line.putArray("answers");
        for (int i = 0; i < requests.size(); i++) {
            list.add(RequestJson.answer(requests.get(i), responses.get(i)));
        }
        lines.append(line.toString());
        for (int i = 0; i < requests.size(); i++) {
            answers.put(RequestJson.digest(requests.get(i)), responses.get(i));
        }
    }

    /** How many answers are known. */
    public int size() {
        return answers.size();
    }

    @Override
    public void close() {
        lines.close();
    }
}
