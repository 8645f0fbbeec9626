package org.llamadl4j.model.chat;

import com.hubspot.jinjava.interpret.JinjavaInterpreter;
import com.hubspot.jinjava.interpret.JinjavaInterpreter.InterpreterScopeClosable;
import com.hubspot.jinjava.lib.tag.Tag;
import com.hubspot.jinjava.tree.Node;
import com.hubspot.jinjava.tree.TagNode;
import com.hubspot.jinjava.util.ObjectTruthValue;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import lombok.RequiredArgsConstructor;

/**
 * Loops as Jinja2 has them, which Jinjava's own have not: {@code for x in xs if condition}, {@code else}, neighbours of an
 * element, a scope for each element, and a limit to the work of all loops together.
 */
@RequiredArgsConstructor
final class ForTag implements Tag {

    private static final long serialVersionUID = 1L;

    private static final Pattern CLAUSE =
            Pattern.compile("\\s*\\(?\\s*([\\w\\s,]+?)\\s*\\)?\\s+in\\s+(.*)", Pattern.DOTALL);

    private final transient TemplateLimits limits;
    private final transient LoopExit exit;

    /**
     * The parts of {@code for names in elements if condition}.
     *
     * @param condition empty for none
     */
    private record Clause(List<String> names, String elements, String condition) {

        static Clause of(String code, int line) {
            Matcher matcher = CLAUSE.matcher(code);
            if (!matcher.matches()) {
                throw new TemplateException(line, "a loop needs 'for NAME in VALUE', not 'for%s'".formatted(code));
            }
            List<String> names = List.of(matcher.group(1).split("\\s*,\\s*"));
            String rest = matcher.group(2);
            int condition = condition(rest);
            return condition < 0
                    ? new Clause(names, rest, "")
                    : new Clause(names, rest.substring(0, condition), rest.substring(condition + 4));
        }

        /** Where {@code " if "} stands outside of brackets; strings are constants' names. */
        private static int condition(String code) {
            int depth = 0;
            for (int i = 0; i < code.length(); i++) {
                char c = code.charAt(i);
                if ("([{".indexOf(c) >= 0) {
                    depth++;
                } else if (")]}".indexOf(c) >= 0) {
                    depth--;
                } else if (depth == 0 && code.startsWith(" if ", i)) {
                    return i;
                }
            }
            return -1;
        }
    }

    @Override
    public String getName() {
        return "for";
    }

    @Override
    public String interpret(TagNode node, JinjavaInterpreter interpreter) {
        Clause clause = Clause.of(node.getHelpers(), node.getLineNumber());
        List<Object> elements = new ArrayList<>();
        for (Object element : elements(interpreter.resolveELExpression(clause.elements(), node.getLineNumber()))) {
            limits.step();
            if (clause.condition().isEmpty() || holds(clause, element, node, interpreter)) {
                elements.add(element);
            }
        }
        StringBuilder out = new StringBuilder();
        if (elements.isEmpty()) {
            render(otherwise(node), interpreter, out);
        }
        for (int i = 0; i < elements.size(); i++) {
            limits.step();
            InterpreterScopeClosable scope = interpreter.enterScope();
            try {
                bind(clause.names(), elements.get(i), interpreter);
                interpreter.getContext().put("loop", interpreter.wrap(loop(elements, i)));
                render(body(node), interpreter, out);
            } finally {
                scope.close();
            }
            if (exit.leavesLoop()) {
                break;
            }
        }
        return out.toString();
    }

    private static Collection<?> elements(Object value) {
        if (value instanceof Collection<?> list) {
            return list;
        }
        if (value instanceof Map<?, ?> map) {
            return map.keySet();
        }
        if (value instanceof String text) {
            return text.codePoints().mapToObj(Character::toString).toList();
        }
        return List.of();
    }

    private static boolean holds(Clause clause, Object element, TagNode node, JinjavaInterpreter interpreter) {
        InterpreterScopeClosable scope = interpreter.enterScope();
        try {
            bind(clause.names(), element, interpreter);
            return ObjectTruthValue.evaluate(interpreter.resolveELExpression(clause.condition(), node.getLineNumber()));
        } finally {
            scope.close();
        }
    }

    private static void bind(List<String> names, Object element, JinjavaInterpreter interpreter) {
        if (names.size() == 1) {
            interpreter.getContext().put(names.get(0), interpreter.wrap(element));
            return;
        }
        if (!(element instanceof List<?> parts) || parts.size() != names.size()) {
            throw new TemplateException(
                    interpreter.getLineNumber(), "a loop has %d names for one value".formatted(names.size()));
        }
        for (int i = 0; i < names.size(); i++) {
            interpreter.getContext().put(names.get(i), interpreter.wrap(parts.get(i)));
        }
    }

    private static Map<String, Object> loop(List<Object> elements, int index) {
        int size = elements.size();
        Map<String, Object> loop = new HashMap<>();
        loop.put("index", index + 1);
        loop.put("index0", index);
        loop.put("revindex", size - index);
        loop.put("revindex0", size - index - 1);
        loop.put("first", index == 0);
        loop.put("last", index == size - 1);
        loop.put("length", size);
        if (index > 0) {
            loop.put("previtem", elements.get(index - 1));
        }
        if (index < size - 1) {
            loop.put("nextitem", elements.get(index + 1));
        }
        return loop;
    }

    private void render(List<Node> nodes, JinjavaInterpreter interpreter, StringBuilder out) {
        for (Node child : nodes) {
            out.append(child.render(interpreter));
            TemplateLimits.checkLength(out.length());
            if (exit.leavesBody()) {
                return;
            }
        }
    }

    private static List<Node> body(TagNode node) {
        List<Node> children = List.copyOf(node.getChildren());
        return children.subList(0, elseIndex(children));
    }

    private static List<Node> otherwise(TagNode node) {
        List<Node> children = List.copyOf(node.getChildren());
        return children.subList(Math.min(children.size(), elseIndex(children) + 1), children.size());
    }

    private static int elseIndex(List<Node> children) {
        for (int i = 0; i < children.size(); i++) {
            if (children.get(i) instanceof TagNode tag && tag.getName().equals("else")) {
                return i;
            }
        }
        return children.size();
    }
}
