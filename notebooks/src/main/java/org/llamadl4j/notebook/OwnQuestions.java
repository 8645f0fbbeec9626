package org.llamadl4j.notebook;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.llamadl4j.eval.data.DataFile;
import org.llamadl4j.eval.data.DataFolder;
import org.llamadl4j.eval.data.FoundRows;
import org.llamadl4j.eval.data.RowFormat;
import org.llamadl4j.eval.data.RowSource;
import org.llamadl4j.model.error.UserError;

/** The questions of {@code task} in a file of their own, so that results name what was asked by its digest. */
record OwnQuestions(OwnTask task) implements RowSource {

    private static final JsonMapper JSON = new JsonMapper();
    private static final String FORM = "{\"prompt\": \"...\", \"answers\": [texts], \"right\": \"one of them\"}";

    @Override
    public String described() {
        return task.name() + ".jsonl";
    }

    @Override
    public Optional<FoundRows> find(DataFolder folder) {
        Path file = TemporaryFolder.create().resolve(described());
        try {
            Files.writeString(
                    file, task.questions().stream().map(OwnQuestions::line).collect(Collectors.joining()));
        } catch (IOException e) {
            throw UserError.failed(e, "%s cannot be written: %s", file, e.getMessage());
        }
        DataFile data = new DataFile(described(), file.toString(), file.toUri());
        return Optional.of(new FoundRows(List.of(data), () -> RowFormat.JSON_LINES.read(data, FORM)));
    }

    private static String line(OwnTask.Item item) {
        ObjectNode line = JSON.createObjectNode();
        line.put("prompt", item.prompt());
        item.answers().forEach(line.putArray("answers")::add);
        line.put("right", item.right());
        return line + "\n";
    }
}
