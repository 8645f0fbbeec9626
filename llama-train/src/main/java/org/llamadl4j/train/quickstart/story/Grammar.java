package org.llamadl4j.train.quickstart.story;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A grammar with probabilities and a memory. Its source is a text of rules; the first is the start:
 *
 * <pre>{@code
 * rule : column / column        a rule, and what its phrases carry beside their text
 *   [2] phrase : value / value  a phrase, twice as likely as one without a weight
 *
 * <rule>           a phrase of the rule, at random
 * <x=rule>         the same, remembered as x
 * <x=rule.column>  the same, but its column is written
 * <x=rule!y>       the same, but not the phrase that y remembers
 * {x}  {x.column}  what x remembers; a column name with a capital writes it with a capital
 * }</pre>
 *
 * <p>Every choice shows at once in the text: at no choice may one option begin like another ends its beginning, that
 * is, their first words are a prefix code. Reading from left to right then gives back each choice, no text has two
 * derivations, and the probability of a text is the product of the probabilities of its choices. No story is the
 * beginning of another either, so its end costs nothing. {@link StoryReader} checks this at each choice that it reads.
 */
final class Grammar {

    private static final Pattern HOLE = Pattern.compile("<([^>]+)>|\\{([^}]+)}");
    private static final Pattern WEIGHT = Pattern.compile("\\[(\\d+(?:\\.\\d+)?)] +(.*)");
    private static final Pattern SENTENCE_END = Pattern.compile("[.!?]\"? ");

    private final Map<String, Rule> rules = new LinkedHashMap<>();
    private final List<String> variables = new ArrayList<>();
    /** For each variable the rules whose phrases it may remember. */
    private final List<Set<Rule>> sources = new ArrayList<>();

    private Grammar() {}

    /** The grammar that {@code source} writes; an {@link IllegalArgumentException} names the line that is wrong. */
    static Grammar parse(String source) {
        Grammar grammar = new Grammar();
        List<String> lines = source.lines().toList();
        grammar.declareRules(lines);
        // A column can only be found once it is known which rules a variable remembers.
        grammar.declareVariables(lines);
        grammar.defineRules(lines);
        return grammar;
    }

    Rule start() {
        return rules.values().iterator().next();
    }

    List<Rule> rules() {
        return List.copyOf(rules.values());
    }

    int variableCount() {
        return variables.size();
    }

    String variable(int index) {
        return variables.get(index);
    }

    /** The rules whose phrases {@code variable} may remember. */
    Set<Rule> sources(int variable) {
        return sources.get(variable);
    }

    private void declareRules(List<String> lines) {
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i);
            if (isRule(line)) {
                String[] header = line.strip().split(" *: *", 2);
                List<String> columns = header.length == 1 ? List.of() : List.of(header[1].split(" */ *"));
                if (rules.put(header[0], new Rule(header[0], columns)) != null) {
                    throw wrong(i, "rule " + header[0] + " is defined twice");
                }
            }
        }
        if (rules.isEmpty()) {
            throw new IllegalArgumentException("the grammar has no rule");
        }
    }

    private void declareVariables(List<String> lines) {
        for (int i = 0; i < lines.size(); i++) {
            if (isPhrase(lines.get(i))) {
                for (Matcher hole = HOLE.matcher(lines.get(i)); hole.find(); ) {
                    if (hole.group(1) != null && hole.group(1).contains("=")) {
                        String[] sides = hole.group(1).split("=", 2);
                        int variable = variables.indexOf(sides[0]);
                        if (variable < 0) {
                            variable = variables.size();
                            variables.add(sides[0]);
                            sources.add(new LinkedHashSet<>());
                        }
                        sources.get(variable).add(rule(sides[1].split("[.!]", 2)[0], i));
                    }
                }
            }
        }
    }

    private void defineRules(List<String> lines) {
        Rule rule = null;
        List<Phrase> phrases = new ArrayList<>();
        for (int i = 0; i < lines.size(); i++) {
            if (isRule(lines.get(i))) {
                define(rule, phrases, i);
                rule = rules.get(lines.get(i).strip().split(" *: *", 2)[0]);
                phrases = new ArrayList<>();
            } else if (isPhrase(lines.get(i))) {
                if (rule == null) {
                    throw wrong(i, "a phrase stands before the first rule");
                }
                phrases.add(phrase(lines.get(i).strip(), rule, i));
            }
        }
        define(rule, phrases, lines.size());
    }

    private void define(Rule rule, List<Phrase> phrases, int line) {
        if (rule == null) {
            return;
        }
        if (phrases.isEmpty()) {
            throw wrong(line, "rule " + rule.getName() + " has no phrase");
        }
        rule.define(phrases);
    }

    private Phrase phrase(String source, Rule rule, int line) {
        Matcher weighted = WEIGHT.matcher(source);
        double weight = weighted.matches() ? Double.parseDouble(weighted.group(1)) : 1;
        String text = weighted.matches() ? weighted.group(2) : source;
        List<String> columns = List.of();
        if (!rule.getColumns().isEmpty()) {
            String[] sides = text.split(" : ", 2);
            columns = sides.length == 1 ? List.of() : List.of(sides[1].split(" */ *"));
            text = sides[0];
        }
        if (columns.size() != rule.getColumns().size()) {
            throw wrong(line, "expected a value for each of the columns " + rule.getColumns());
        }
        return new Phrase(weight, parts(text, line), columns);
    }

    private List<Part> parts(String text, int line) {
        List<Part> parts = new ArrayList<>();
        int end = 0;
        for (Matcher hole = HOLE.matcher(text); hole.find(); end = hole.end()) {
            addLiterals(text.substring(end, hole.start()), parts);
            parts.add(hole.group(1) != null ? choice(hole.group(1), line) : recall(hole.group(2), line));
        }
        addLiterals(text.substring(end), parts);
        return List.copyOf(parts);
    }

    /** Cuts {@code text} behind each end of a sentence. */
    private static void addLiterals(String text, List<Part> parts) {
        int begin = 0;
        for (Matcher end = SENTENCE_END.matcher(text); end.find(); begin = end.end()) {
            parts.add(new Part.Literal(text.substring(begin, end.end()), true));
        }
        if (begin < text.length()) {
            parts.add(new Part.Literal(text.substring(begin), false));
        }
    }

    private Part.Choice choice(String source, int line) {
        String[] sides = source.split("=", 2);
        String variable = sides.length == 2 ? sides[0] : null;
        String[] exclusion = sides[sides.length - 1].split("!", 2);
        String[] place = exclusion[0].split("\\.", 2);
        Rule rule = rule(place[0], line);
        return new Part.Choice(
                rule,
                place.length == 1 ? Phrase.TEXT : rule.column(place[1]),
                variable == null ? -1 : variable(variable, line),
                exclusion.length == 1 ? -1 : variable(exclusion[1], line));
    }

    private Part.Recall recall(String source, int line) {
        String[] place = source.split("\\.", 2);
        int variable = variable(place[0], line);
        if (place.length == 1) {
            return new Part.Recall(variable, Phrase.TEXT, false);
        }
        boolean capital = Character.isUpperCase(place[1].charAt(0));
        String column = place[1].substring(0, 1).toLowerCase() + place[1].substring(1);
        int[] columns = sources.get(variable).stream()
                .mapToInt(rule -> rule.column(column))
                .distinct()
                .toArray();
        if (columns.length != 1) {
            throw wrong(line, "column " + column + " stands at different places in " + sources.get(variable));
        }
        return new Part.Recall(variable, columns[0], capital);
    }

    private Rule rule(String name, int line) {
        Rule rule = rules.get(name);
        if (rule == null) {
            throw wrong(line, "no rule is called " + name);
        }
        return rule;
    }

    private int variable(String name, int line) {
        int variable = variables.indexOf(name);
        if (variable < 0) {
            throw wrong(line, "nothing is remembered as " + name);
        }
        return variable;
    }

    private static boolean isRule(String line) {
        return !line.isBlank() && line.charAt(0) != '#' && !Character.isWhitespace(line.charAt(0));
    }

    private static boolean isPhrase(String line) {
        return !line.isBlank() && Character.isWhitespace(line.charAt(0));
    }

    private static IllegalArgumentException wrong(int line, String what) {
        return new IllegalArgumentException("grammar, line " + (line + 1) + ": " + what);
    }
}
