package org.llamadl4j.model.chat;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A template in the words of Jinjava, which reads white space, strings and slices otherwise than Jinja2 does: white space is
 * resolved by {@link TemplateScanner}, and strings are names of constants.
 *
 * @param text for Jinjava, to be rendered without any treatment of white space
 * @param constants by their names in {@code text}
 */
record TemplateSource(String text, Map<String, Object> constants) {

    private static final Set<String> TAGS = Set.of(
            "if", "elif", "else", "endif", "for", "endfor", "break", "continue", "set", "endset", "macro", "endmacro");

    /** Mark what a model has said, for training; they stand for their content. */
    private static final Set<String> TRANSPARENT_TAGS = Set.of("generation", "endgeneration");

    private static final Pattern TAG_NAME = Pattern.compile("\\s*([A-Za-z_]*)");
    private static final Pattern REVERSED = Pattern.compile("\\[\\s*:\\s*:\\s*-\\s*1\\s*]");
    private static final Pattern PLAIN = Pattern.compile("\\w*");
    private static final Pattern COMPARED_TRUTH = Pattern.compile("([=!]=\\s*)([Tt]rue|[Ff]alse)\\b");
    private static final Pattern FILTER = Pattern.compile("\\|\\s*(\\w+)");
    private static final Pattern TEST = Pattern.compile("\\bis\\s+(?:not\\s+)?(\\w+)");

    /** @throws TemplateException if it is not well-formed, or uses tags that are not there */
    static TemplateSource of(String template) {
        if (template.length() > TemplateLimits.TEMPLATE) {
            throw new TemplateException(0, "it has more than %,d characters".formatted(TemplateLimits.TEMPLATE));
        }
        Writer writer = new Writer();
        for (TemplateScanner.Piece piece : TemplateScanner.scan(template)) {
            switch (piece.kind()) {
                case TEXT -> writer.text(piece.content());
                case EXPRESSION -> writer.expression(piece);
                case TAG -> writer.tag(piece);
            }
        }
        return new TemplateSource(writer.out.toString(), writer.constants);
    }

    private static final class Writer {

        private final StringBuilder out = new StringBuilder();
        private final Map<String, Object> constants = new HashMap<>();

        void text(String text) {
            boolean looksLikeTags = text.contains("{{")
                    || text.contains("{%")
                    || text.contains("{#")
                    || text.startsWith("}")
                    || text.endsWith("{");
            out.append(looksLikeTags ? "{{ " + constant(text) + " }}" : text);
        }

        void expression(TemplateScanner.Piece piece) {
            String code = code(piece);
            // A minus sign there would be one for white space.
            out.append("{{ ")
                    .append(code.startsWith("-") ? "(" + code + ")" : code)
                    .append(" }}");
        }

        void tag(TemplateScanner.Piece piece) {
            Matcher matcher = TAG_NAME.matcher(piece.content());
            matcher.lookingAt();
            String name = matcher.group(1);
            if (TRANSPARENT_TAGS.contains(name)) {
                return;
            }
            if (!TAGS.contains(name)) {
                throw new TemplateException(piece.line(), "the tag {%% %s %%} is not there".formatted(name));
            }
            out.append("{% ").append(code(piece)).append(" %}");
        }

        /** The code of an expression or tag, on one line, with its strings replaced. */
        private String code(TemplateScanner.Piece piece) {
            String content = PythonStrings.strip(piece.content());
            StringBuilder code = new StringBuilder();
            Matcher reversed = REVERSED.matcher(content);
            int depth = 0;
            int i = 0;
            while (i < content.length()) {
                char c = content.charAt(i);
                if (c == '\'' || c == '"') {
                    i = strings(content, i, code);
                } else if (c == '[' && reversed.region(i, content.length()).lookingAt()) {
                    code.append(".").append(TemplateValues.REVERSED).append("()");
                    i = reversed.end();
                } else {
                    depth += "([{".indexOf(c) >= 0 ? 1 : ")]}".indexOf(c) >= 0 ? -1 : 0;
                    if (depth > TemplateLimits.BRACKETS) {
                        throw new TemplateException(piece.line(), "its brackets are nested too deeply");
                    }
                    code.append(PythonStrings.isSpace(c) ? ' ' : c);
                    i++;
                }
            }
            known(FILTER, TemplateFilters.names(), "filter", piece, code);
            known(TEST, JinjaTemplate.TESTS, "test", piece, code);
            return Negations.bracket(withTruths(code.toString()));
        }

        /** Jinjava takes a filter or test that it does not know for nothing. */
        private static void known(
                Pattern use, Set<String> names, String kind, TemplateScanner.Piece piece, CharSequence code) {
            Matcher matcher = use.matcher(code);
            while (matcher.find()) {
                if (!names.contains(matcher.group(1))) {
                    throw new TemplateException(
                            piece.line(), "the %s '%s' is not there".formatted(kind, matcher.group(1)));
                }
            }
        }

        /** {@code code} with truth values that compare as Python's do. */
        private String withTruths(String code) {
            return COMPARED_TRUTH.matcher(code).replaceAll(match -> {
                ComparedTruth truth = new ComparedTruth(match.group(2).equalsIgnoreCase("true"));
                return match.group(1) + constant(truth);
            });
        }

        /** Appends the string that begins at {@code start}, joined with those that follow it; the index behind them. */
        private int strings(String content, int start, StringBuilder code) {
            StringBuilder value = new StringBuilder();
            int end = start;
            for (int next = start;
                    next < content.length() && isQuote(content.charAt(next));
                    next = afterSpace(content, end)) {
                end = PythonLiteral.read(content, next, value);
            }
            String text = value.toString();
            code.append(PLAIN.matcher(text).matches() ? "'" + text + "'" : constant(text));
            return end;
        }

        private String constant(Object value) {
            String name = "_constant" + constants.size();
            constants.put(name, value);
            return name;
        }

        private static boolean isQuote(char c) {
            return c == '\'' || c == '"';
        }

        private static int afterSpace(String content, int from) {
            int i = from;
            while (i < content.length() && PythonStrings.isSpace(content.charAt(i))) {
                i++;
            }
            return i;
        }
    }
}
