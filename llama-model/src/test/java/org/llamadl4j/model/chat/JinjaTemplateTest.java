package org.llamadl4j.model.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Expected texts by Jinja2: golden_templates.py. */
class JinjaTemplateTest {

    private static final Clock CLOCK = Clock.fixed(Instant.parse("2026-03-04T09:05:00Z"), ZoneOffset.UTC);

    /** @param rendered null where Jinja2 refuses */
    record Golden(String template, Map<String, Object> variables, String rendered) {

        @Override
        public String toString() {
            return template.length() > 60 ? template.substring(0, 60) : template;
        }
    }

    static Stream<Golden> golden() throws IOException {
        try (InputStream in =
                JinjaTemplateTest.class.getResourceAsStream("/org/llamadl4j/model/golden/templates.json")) {
            return Stream.of(new ObjectMapper().readValue(in, Golden[].class));
        }
    }

    @ParameterizedTest
    @MethodSource("golden")
    void rendersWhatJinja2Renders(Golden golden) {
        if (golden.rendered() == null) {
            assertThatThrownBy(() -> render(golden.template(), golden.variables()))
                    .isInstanceOf(TemplateException.class);
        } else {
            assertThat(render(golden.template(), golden.variables())).isEqualTo(golden.rendered());
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{{ ''.getClass() }}",
                "{{ ''.class }}",
                "{{ messages.getClass().forName('java.lang.Runtime') }}",
                "{% import 'file:///etc/passwd' as x %}",
                "{% include '/etc/passwd' %}",
                "{% do x %}",
                "{{ ____int3rpr3t3r____.config }}",
                "{{ x|pprint }}",
                "{{ type(1) }}"
            })
    void seesNothingButItsValues(String template) {
        try {
            assertThat(render(template, Map.of("messages", List.of(), "x", 1))).isEmpty();
        } catch (TemplateException refused) {
            assertThat(refused).hasMessageNotContaining("java.lang.Class");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{% for a in range(1000) %}{% for b in range(1000) %}{% for c in range(1000) %}{% endfor %}{% endfor %}{% endfor %}",
                "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
                "{% set ns = namespace(s='aaaaaaaaaa') %}{% for i in range(60) %}{% set ns.s = ns.s ~ ns.s %}{% endfor %}",
                "{{ 'x' | indent(100000000) }}",
                "{{ 'aaaaaaaaaa' * 1000000000 }}",
            })
    @Timeout(60)
    void endsWhateverItAsks(String template) {
        assertThatThrownBy(() -> render(template, Map.of())).isInstanceOf(TemplateException.class);
    }

    @Test
    void nestingIsBounded() {
        for (String nested : List.of(
                "(".repeat(20_000) + "1" + ")".repeat(20_000),
                "[".repeat(20_000) + "]".repeat(20_000),
                "not ".repeat(20_000) + "x",
                "-".repeat(20_000) + "1")) {
            assertThatThrownBy(() -> render("{{ " + nested + " }}", Map.of())).isInstanceOf(TemplateException.class);
        }
    }

    @Test
    void namesTheLine() {
        assertThatThrownBy(() -> render("a\n\n{{ nofunction(1) }}", Map.of()))
                .isInstanceOfSatisfying(
                        TemplateException.class, e -> assertThat(e.line()).isEqualTo(3));
        assertThatThrownBy(() -> render("a\n{% unless x %}", Map.of()))
                .isInstanceOfSatisfying(
                        TemplateException.class, e -> assertThat(e.line()).isEqualTo(2))
                .hasMessageContaining("unless");
    }

    @Test
    void renderedAgainItBeginsAnew() {
        JinjaTemplate template = new JinjaTemplate("{% for i in range(3) %}{% break %}{% endfor %}{{ n }}", CLOCK);
        assertThat(template.render(Map.of("n", 1))).isEqualTo("1");
        assertThat(template.render(Map.of("n", 2))).isEqualTo("2");
    }

    @Test
    void whatAUserSaysIsNotRendered() {
        assertThat(render(
                        "{{ messages[0].content }}",
                        Map.of("messages", List.of(Map.of("content", "{{ 1 + 1 }}{% x %}")))))
                .isEqualTo("{{ 1 + 1 }}{% x %}");
    }

    private static String render(String template, Map<String, Object> variables) {
        return new JinjaTemplate(template, CLOCK).render(variables);
    }
}
