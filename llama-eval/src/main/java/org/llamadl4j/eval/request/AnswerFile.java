package org.llamadl4j.eval.request;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import lombok.AccessLevel;
import lombok.RequiredArgsConstructor;
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

    private final Path file;
    private final FileChannel channel;
    private final Map<String, Response> answers;

    /**
     * Opens the answers of the model with digest {@code model}; the file is made if there is none.
     *
     * @throws UserError if it cannot be read, is damaged, or is open in another program
     */
    public static AnswerFile open(Path folder, String model) {
        Path file = folder.resolve("%s-v%d.jsonl".formatted(model.substring(0, Math.min(16, model.length())), VERSION));
        try {
            Files.createDirectories(folder);
            FileChannel channel = FileChannel.open(
                    file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
            try {
                lock(channel, file);
                dropUnfinishedLine(channel);
                Map<String, Response> answers = read(channel, file, model);
                AnswerFile opened = new AnswerFile(file, channel, answers);
                if (channel.size() == 0) {
                    opened.append(JsonNodeFactory.instance.objectNode().put(MODEL, model));
                }
                return opened;
            } catch (IOException | RuntimeException e) {
                channel.close();
                throw e;
            }
        } catch (IOException e) {
            throw failed(e, file);
        }
    }

    private static void lock(FileChannel channel, Path file) throws IOException {
        boolean locked;
        try {
            locked = channel.tryLock() != null;
        } catch (OverlappingFileLockException e) {
            locked = false;
        }
        if (!locked) {
            throw UserError.failed(
                    "%s is in use: another evaluation of the same model writes to the same folder; wait until it has ended, or"
                            + " give this one a folder of its own",
                    file);
        }
    }

    /** Whatever stands after the last line break was being written when a program ended. */
    private static void dropUnfinishedLine(FileChannel channel) throws IOException {
        ByteBuffer block = ByteBuffer.allocate(1 << 16);
        long end = channel.size();
        while (end > 0) {
            long begin = Math.max(0, end - block.capacity());
            block.clear().limit((int) (end - begin));
            while (block.hasRemaining() && channel.read(block, begin + block.position()) >= 0) {
                // goes on
            }
            for (int i = block.position() - 1; i >= 0; i--) {
                if (block.get(i) == '\n') {
                    channel.truncate(begin + i + 1);
                    return;
                }
            }
            end = begin;
        }
        channel.truncate(0);
    }

    private static Map<String, Response> read(FileChannel channel, Path file, String model) throws IOException {
        Map<String, Response> answers = new HashMap<>();
        // Closing the reader would close the channel.
        BufferedReader lines = new BufferedReader(Channels.newReader(channel.position(0), StandardCharsets.UTF_8));
        int number = 0;
        try {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                number++;
                JsonNode json = JSON.readTree(line);
                if (number == 1 && !json.path(MODEL).asText().equals(model)) {
                    throw new IllegalArgumentException("not answers of this model");
                }
                for (JsonNode answer : json.path("answers")) {
                    answers.put(answer.required("request").asText(), RequestJson.response(answer));
                }
            }
        } catch (JsonProcessingException | IllegalArgumentException e) {
            throw UserError.failed(
                    e,
                    "%s, line %d: not what an evaluation writes; delete the file, and its requests are answered again",
                    file,
                    number);
        }
        channel.position(channel.size());
        return answers;
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
        try {
            append(line);
        } catch (IOException e) {
            throw failed(e, file);
        }
        for (int i = 0; i < requests.size(); i++) {
            answers.put(RequestJson.digest(requests.get(i)), responses.get(i));
        }
    }

    private void append(ObjectNode line) throws IOException {
        ByteBuffer bytes = StandardCharsets.UTF_8.encode(line + "\n");
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    /** How many answers are known. */
    public int size() {
        return answers.size();
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw failed(e, file);
        }
    }

    private static UserError failed(IOException e, Path file) {
        return UserError.failed(e, "the answers in %s cannot be read or written: %s", file, e.getMessage());
    }
}
