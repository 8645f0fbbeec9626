package org.llamadl4j.model.chat;

import com.hubspot.jinjava.Jinjava;
import com.hubspot.jinjava.JinjavaConfig;
import com.hubspot.jinjava.LegacyOverrides;
import com.hubspot.jinjava.interpret.Context;
import com.hubspot.jinjava.interpret.Context.Library;
import com.hubspot.jinjava.interpret.JinjavaInterpreter;
import com.hubspot.jinjava.interpret.RenderResult;
import com.hubspot.jinjava.interpret.TemplateError;
import com.hubspot.jinjava.lib.Importable;
import com.hubspot.jinjava.lib.exptest.ExpTest;
import com.hubspot.jinjava.lib.tag.Tag;
import com.hubspot.jinjava.mode.ExecutionMode;
import com.hubspot.jinjava.objects.SafeString;
import com.hubspot.jinjava.tree.output.RenderedOutputNode;
import com.hubspot.jinjava.tree.parse.ExpressionToken;
import java.time.Clock;
import java.time.ZonedDateTime;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A Jinja template, rendered by Jinjava as Hugging Face's libraries render it with Jinja2: {@code trim_blocks} and
 * {@code lstrip_blocks} on. It sees nothing but the values that it is given, and {@link TemplateLimits} bound what it takes.
 */
final class JinjaTemplate {

    private static final Set<String> KEPT_TAGS =
            Set.of("if", "elif", "else", "endif", "endfor", "set", "endset", "macro", "endmacro");

    private static final Set<String> KEPT_TESTS = Set.of(
            "defined",
            "undefined",
            "none",
            "string",
            "mapping",
            "sequence",
            "number",
            "integer",
            "float",
            "boolean",
            "true",
            "false",
            "eq",
            "equalto",
            "==",
            "ne",
            "!=",
            "in",
            "gt",
            "ge",
            "lt",
            "le",
            "odd",
            "even",
            "divisibleby",
            // What selectattr takes where no test is named.
            "truthy");

    /** The tests that templates may use. */
    static final Set<String> TESTS =
            Stream.concat(KEPT_TESTS.stream(), Stream.of(IsIterable.NAME)).collect(Collectors.toUnmodifiableSet());

    private final TemplateSource source;
    private final Clock clock;
    private final TemplateLimits limits = new TemplateLimits();
    private final LoopExit exit = new LoopExit();
    private final Jinjava jinjava;
    private final JinjavaConfig config;

    /**
     * @param clock for {@code strftime_now}
     * @throws TemplateException if the template is not well-formed
     */
    JinjaTemplate(String template, Clock clock) {
        this.source = TemplateSource.of(template);
        this.clock = clock;
        this.jinjava = new Jinjava(settings().build());
        Context context = jinjava.getGlobalContext();
        Map<Library, Set<String>> disabled = Map.of(
                Library.TAG, except(context.getAllTags(), KEPT_TAGS, ownTags()),
                Library.FILTER, except(context.getAllFilters(), TemplateFilters.KEPT, TemplateFilters.own()),
                Library.EXP_TEST, except(context.getAllExpTests(), KEPT_TESTS, List.of(new IsIterable())),
                Library.FUNCTION, except(context.getAllFunctions(), TemplateFunctions.KEPT, TemplateFunctions.own()));
        ownTags().forEach(context::registerTag);
        TemplateFilters.own().forEach(context::registerFilter);
        TemplateFunctions.own().forEach(context::registerFunction);
        context.registerExpTest(new IsIterable());
        this.config = settings().withDisabled(disabled).build();
    }

    private List<Tag> ownTags() {
        return List.of(new ForTag(limits, exit), exit.breakTag(), exit.continueTag());
    }

    private JinjavaConfig.Builder settings() {
        return JinjavaConfig.newBuilder()
                .withElResolver(new TemplateValues(limits))
                .withExecutionMode(new PythonOutput())
                .withNestedInterpretationEnabled(false)
                .withMaxOutputSize(TemplateLimits.LENGTH)
                .withMaxStringLength(TemplateLimits.LENGTH)
                .withMaxListSize(TemplateLimits.ELEMENTS)
                .withMaxMapSize(TemplateLimits.ELEMENTS)
                .withRangeLimit(TemplateLimits.ELEMENTS)
                .withEnableRecursiveMacroCalls(true)
                .withMaxMacroRecursionDepth(TemplateLimits.MACROS)
                .withLegacyOverrides(LegacyOverrides.newBuilder()
                        .withEvaluateMapKeys(true)
                        .withIterateOverMapKeys(true)
                        .withUsePyishObjectMapper(true)
                        .withUseNaturalOperatorPrecedence(true)
                        .withKeepNullableLoopValues(true)
                        .withAllowAdjacentTextNodes(true)
                        .build());
    }

    /** The names of {@code all} that are neither kept nor replaced. */
    private static Set<String> except(
            Collection<? extends Importable> all, Set<String> kept, Collection<? extends Importable> replaced) {
        Set<String> names = all.stream().map(Importable::getName).collect(Collectors.toSet());
        names.removeAll(kept);
        replaced.forEach(own -> names.remove(own.getName()));
        return names;
    }

    /** @throws TemplateException if the template fails or says that it cannot render this */
    synchronized String render(Map<String, ?> variables) {
        Map<String, Object> bindings = new HashMap<>(variables);
        bindings.putAll(source.constants());
        bindings.put(TemplateFunctions.NOW, ZonedDateTime.now(clock));
        // Templates ask whether they have it.
        bindings.put("strftime_now", "a function");
        bindings.put("raise_exception", "a function");
        limits.start();
        exit.reset();
        RenderResult result;
        try {
            result = jinjava.renderForResult(source.text(), bindings, config);
        } catch (StackOverflowError e) {
            throw new TemplateException(0, "it is nested too deeply");
        }
        List<TemplateError> errors = result.getErrors();
        if (!errors.isEmpty()) {
            throw failure(errors.get(0));
        }
        return result.getOutput();
    }

    private static TemplateException failure(TemplateError error) {
        for (Throwable cause = error.getException(); cause != null; cause = cause.getCause()) {
            if (cause instanceof TemplateException exception) {
                return exception.at(error.getLineno());
            }
        }
        return new TemplateException(error.getLineno(), error.getMessage());
    }

    /** Prints values as Python does. */
    private final class PythonOutput implements ExecutionMode {

        @Override
        public void prepareContext(Context context) {
            context.setExpressionStrategy(this::print);
        }

        private RenderedOutputNode print(ExpressionToken token, JinjavaInterpreter interpreter) {
            limits.step();
            Object value = interpreter.resolveELExpression(token.getExpr(), token.getLineNumber());
            return new RenderedOutputNode(value instanceof SafeString safe ? safe.toString() : PythonText.str(value));
        }
    }

    /** Strings, lists and maps. */
    private static final class IsIterable implements ExpTest {

        private static final String NAME = "iterable";

        @Override
        public String getName() {
            return NAME;
        }

        @Override
        public boolean evaluate(Object value, JinjavaInterpreter interpreter, Object... arguments) {
            return value instanceof String || value instanceof Collection || value instanceof Map;
        }
    }
}
