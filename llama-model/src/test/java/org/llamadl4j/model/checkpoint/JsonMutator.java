package org.llamadl4j.model.checkpoint;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** Changes a valid JSON text: its values, its keys, its structure or its encoding. */
final class JsonMutator {

    private static final Pattern NUMBER = Pattern.compile("-?[0-9]+(\\.[0-9]+)?([eE][-+]?[0-9]+)?");
    private static final Pattern STRING = Pattern.compile("\"[^\"]*\"");

    private static final List<String> VALUES = List.of(
            "0",
            "1",
            "-1",
            "2",
            "7",
            "8",
            "0.5",
            "-0.0",
            "1e-999",
            "1e999",
            "-1e999",
            "1e1000000000",
            "2147483647",
            "2147483648",
            "4294967296",
            "4611686018427387904",
            "9223372036854775807",
            "9223372036854775808",
            "9".repeat(900),
            "9".repeat(2000),
            "null",
            "true",
            "false",
            "[]",
            "{}",
            "[0]",
            "[null]",
            "{\"a\":1}",
            "NaN",
            "\"1\"");

    private static final List<String> STRINGS = List.of(
            "",
            "a",
            "F32",
            "F16",
            "BF16",
            "F64",
            "I64",
            "BOOL",
            "F8_E4M3",
            "F4",
            "f32",
            "\\u0000",
            "\\ud800",
            "..",
            ".",
            "/",
            "../../etc/passwd",
            "/etc/passwd",
            "a/b",
            "\\\\",
            "\u20ac",
            "\ud83d\ude00",
            "x".repeat(5000),
            "llama",
            "linear",
            "llama3",
            "__metadata__",
            "tok_embeddings.weight");

    private static final List<Charset> CHARSETS = List.of(
            StandardCharsets.UTF_16LE,
            StandardCharsets.UTF_16BE,
            StandardCharsets.UTF_16,
            StandardCharsets.ISO_8859_1,
            Charset.forName("UTF-32"),
            Charset.forName("UTF-32LE"));

    private JsonMutator() {}

    /** One to three changes. */
    static byte[] mutate(String valid, SplittableRandom random) {
        String text = valid;
        for (int change = random.nextInt(3); change >= 0; change--) {
            text = change(text, valid, random);
        }
        byte[] bytes = text.getBytes(
                random.nextInt(30) == 0 ? CHARSETS.get(random.nextInt(CHARSETS.size())) : StandardCharsets.UTF_8);
        return random.nextInt(10) == 0 && bytes.length > 0 ? ByteMutator.mutate(bytes, 0, bytes.length, random) : bytes;
    }

    private static String change(String text, String valid, SplittableRandom random) {
        int at = random.nextInt(text.length() + 1);
        int length = Math.min(random.nextInt(30), text.length() - at);
        return switch (random.nextInt(10)) {
            case 0, 1, 2 -> replaceOne(text, NUMBER, VALUES.get(random.nextInt(VALUES.size())), random);
            case 3 -> replaceOne(text, STRING, "\"" + STRINGS.get(random.nextInt(STRINGS.size())) + "\"", random);
            case 4 -> replaceOne(text, STRING, VALUES.get(random.nextInt(VALUES.size())), random);
            case 5 -> replaceOne(text, STRING, oneOf(valid, STRING, random), random);
            case 6 -> text.substring(0, at) + text.substring(at + length);
            case 7 -> text.substring(0, at) + text.substring(at, at + length) + text.substring(at);
            case 8 -> text.substring(0, at) + nesting(random) + text.substring(at + length);
            default ->
                random.nextInt(4) == 0
                        ? text.substring(0, at)
                        : replaceOne(text, NUMBER, oneOf(valid, NUMBER, random), random);
        };
    }

    private static String nesting(SplittableRandom random) {
        String[] openings = {"[", "{\"a\":", "]", "}", "[[],", "\""};
        int[] depths = {1, 10, 1001, 100_000};
        return openings[random.nextInt(openings.length)].repeat(depths[random.nextInt(depths.length)]);
    }

    private static String oneOf(String text, Pattern pattern, SplittableRandom random) {
        List<MatchResult> found = pattern.matcher(text).results().toList();
        return found.isEmpty() ? "0" : found.get(random.nextInt(found.size())).group();
    }

    private static String replaceOne(String text, Pattern pattern, String value, SplittableRandom random) {
        List<MatchResult> found =
                new ArrayList<>(pattern.matcher(text).results().toList());
        if (found.isEmpty()) {
            return text + value;
        }
        MatchResult one = found.get(random.nextInt(found.size()));
        return text.substring(0, one.start()) + value + text.substring(one.end());
    }
}
