package org.llamadl4j.model.checkpoint;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.llamadl4j.model.error.UserError;

/**
 * The header of a safetensors file: after 8 bytes with its length, a JSON object that gives type, shape and place of
 * each tensor.
 *
 * @param tensors by name, in the order of the file
 * @param metadata the free strings of {@code __metadata__}
 */
record SafeTensorsHeader(Map<String, Entry> tensors, Map<String, String> metadata) {

    /** Longest header that the reference implementation of the format accepts. */
    static final long LONGEST = 100_000_000;

    private static final String METADATA = "__metadata__";

    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    /**
     * One tensor.
     *
     * @param begin its first byte, counted from the end of the header
     * @param end the byte after its last
     */
    record Entry(ElementFormat format, long[] shape, long begin, long end) {

        /** Number of elements. */
        long size() {
            return (end - begin) / format.bytes();
        }
    }

    /** Tensors one after another, in the order of {@code shapes}. */
    static SafeTensorsHeader of(
            Map<String, ElementFormat> formats, Map<String, long[]> shapes, Map<String, String> metadata) {
        Map<String, Entry> tensors = new LinkedHashMap<>();
        long offset = 0;
        for (Map.Entry<String, long[]> shape : shapes.entrySet()) {
            long size = Arrays.stream(shape.getValue()).reduce(1, Math::multiplyExact);
            ElementFormat format = formats.get(shape.getKey());
            long end = offset + size * format.bytes();
            tensors.put(shape.getKey(), new Entry(format, shape.getValue(), offset, end));
            offset = end;
        }
        return new SafeTensorsHeader(tensors, metadata);
    }

    /** Bytes of all tensors. */
    long dataBytes() {
        return tensors.values().stream().mapToLong(Entry::end).max().orElse(0);
    }

    /** The JSON, padded with spaces so that it ends, and the data begins, at a multiple of 8 bytes. */
    byte[] encode() {
        ObjectNode root = JSON.createObjectNode();
        if (!metadata.isEmpty()) {
            ObjectNode strings = root.putObject(METADATA);
            metadata.forEach(strings::put);
        }
        tensors.forEach((name, entry) -> {
            ObjectNode node = root.putObject(name);
            node.put("dtype", entry.format.name());
            Arrays.stream(entry.shape).forEach(node.putArray("shape")::add);
            node.putArray("data_offsets").add(entry.begin).add(entry.end);
        });
        byte[] json = root.toString().getBytes(StandardCharsets.UTF_8);
        byte[] padded = Arrays.copyOf(json, (json.length + 7) / 8 * 8);
        Arrays.fill(padded, json.length, padded.length, (byte) ' ');
        return padded;
    }

    /**
     * Reads and checks a header.
     *
     * @param file for messages
     * @param dataBytes what the file holds after the header
     * @throws UserError if the header is not valid, or describes more or less than {@code dataBytes}
     */
    static SafeTensorsHeader decode(byte[] json, Path file, long dataBytes) {
        JsonNode root;
        try {
            root = JSON.readTree(json);
        } catch (JsonProcessingException e) {
            throw UserError.failed(e, "%s: the header is not valid JSON: %s", file, e.getOriginalMessage());
        } catch (IOException e) {
            throw UserError.failed(e, "%s: the header is not valid JSON", file);
        }
        if (!root.isObject()) {
            throw UserError.failed("%s: the header is not a JSON object; the file is no safetensors file", file);
        }
        Map<String, Entry> tensors = new LinkedHashMap<>();
        Map<String, String> metadata = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> field : root.properties()) {
            if (field.getKey().equals(METADATA)) {
                field.getValue()
                        .properties()
                        .forEach(e -> metadata.put(e.getKey(), e.getValue().asText()));
            } else {
                tensors.put(field.getKey(), entry(field.getKey(), field.getValue(), file));
            }
        }
        checkLayout(tensors, file, dataBytes);
        return new SafeTensorsHeader(tensors, metadata);
    }

    private static Entry entry(String name, JsonNode node, Path file) {
        String type = node.path("dtype").asText();
        ElementFormat format = ElementFormat.named(type)
                .orElseThrow(() -> UserError.failed(
                        "%s: tensor '%s' has dtype '%s'; the format knows %s",
                        file, name, type, ElementFormat.names()));
        long[] shape = numbers(node.path("shape"), name, "shape", file);
        long[] offsets = numbers(node.path("data_offsets"), name, "data_offsets", file);
        if (offsets.length != 2 || offsets[0] > offsets[1]) {
            throw UserError.failed(
                    "%s: tensor '%s' has data_offsets %s; there must be two, begin and end",
                    file, name, Arrays.toString(offsets));
        }
        long bytes;
        try {
            bytes = Math.multiplyExact(Arrays.stream(shape).reduce(1, Math::multiplyExact), format.bytes());
        } catch (ArithmeticException e) {
            throw UserError.failed(
                    e, "%s: tensor '%s' has the shape %s, which no file can hold", file, name, Arrays.toString(shape));
        }
        if (bytes != offsets[1] - offsets[0]) {
            throw UserError.failed(
                    "%s: tensor '%s' of type %s and shape %s needs %d bytes; its data_offsets %s give it %d",
                    file,
                    name,
                    format,
                    Arrays.toString(shape),
                    bytes,
                    Arrays.toString(offsets),
                    offsets[1] - offsets[0]);
        }
        return new Entry(format, shape, offsets[0], offsets[1]);
    }

    private static long[] numbers(JsonNode node, String name, String key, Path file) {
        long[] numbers = new long[node.size()];
        for (int i = 0; i < numbers.length; i++) {
            JsonNode number = node.get(i);
            numbers[i] =
                    number != null && number.isIntegralNumber() && number.canConvertToLong() ? number.asLong() : -1;
        }
        if (!node.isArray() || Arrays.stream(numbers).anyMatch(number -> number < 0)) {
            throw UserError.failed(
                    "%s: tensor '%s' has %s %s; it must be a list of whole numbers from 0",
                    file, name, key, node.isMissingNode() ? "missing" : node);
        }
        return numbers;
    }

    /** The tensors must cover the data without overlap or hole. */
    private static void checkLayout(Map<String, Entry> tensors, Path file, long dataBytes) {
        List<Map.Entry<String, Entry>> byPlace = tensors.entrySet().stream()
                .sorted(Comparator.comparingLong((Map.Entry<String, Entry> e) -> e.getValue().begin)
                        .thenComparingLong(e -> e.getValue().end))
                .toList();
        long covered = 0;
        for (Map.Entry<String, Entry> tensor : byPlace) {
            Entry entry = tensor.getValue();
            if (entry.begin != covered) {
                throw UserError.failed(
                        "%s: tensor '%s' begins at byte %d of the data, but the tensors before it end at byte %d",
                        file, tensor.getKey(), entry.begin, covered);
            }
            if (entry.end > dataBytes) {
                throw UserError.failed(
                        "%s is cut short: tensor '%s' ends at byte %d of the data, the file holds %d",
                        file, tensor.getKey(), entry.end, dataBytes);
            }
            covered = entry.end;
        }
        if (covered != dataBytes) {
            throw UserError.failed(
                    "%s: its header describes %d bytes of tensors, the file holds %d", file, covered, dataBytes);
        }
    }
}
