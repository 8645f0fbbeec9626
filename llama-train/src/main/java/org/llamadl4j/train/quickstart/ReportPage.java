package org.llamadl4j.train.quickstart;

import java.time.Duration;
import java.util.Locale;
import java.util.stream.Collectors;
import lombok.RequiredArgsConstructor;
import org.llamadl4j.train.quickstart.story.StoryGrammar.Verdict;

/** {@code report.html}: one file that needs no other, and well-formed XML but for its doctype. */
@RequiredArgsConstructor
final class ReportPage {

    private static final int SHOWN_SAMPLES = 6;

    private static final String STYLE = """
            :root { --ink: #1f2933; --soft: #52606d; --line: #e4e7eb; --paper: #ffffff; --ground: #f5f7fa;
                    --accent: #2f855a; --warn: #b7791f; --bad: #c53030; color-scheme: light dark; }
            @media (prefers-color-scheme: dark) {
              :root { --ink: #e4e7eb; --soft: #9aa5b1; --line: #323f4b; --paper: #151b23; --ground: #0d1117;
                      --accent: #68d391; --warn: #f6e05e; --bad: #fc8181; }
            }
            * { box-sizing: border-box; }
            body { margin: 0; background: var(--ground); color: var(--ink); line-height: 1.55;
                   font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
            main { max-width: 960px; margin: 0 auto; padding: 40px 20px 64px; }
            h1 { font-size: 30px; line-height: 1.2; margin: 0 0 6px; letter-spacing: -.01em; }
            h2 { font-size: 20px; margin: 40px 0 12px; }
            p.lead { color: var(--soft); margin: 0 0 24px; font-size: 17px; }
            p.note { color: var(--soft); font-size: 14px; }
            .card { background: var(--paper); border: 1px solid var(--line); border-radius: 10px; padding: 16px 18px; }
            .tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(190px, 1fr)); gap: 12px;
                     margin-bottom: 16px; }
            .tiles .card b { display: block; font-size: 28px; line-height: 1.25; font-variant-numeric: tabular-nums; }
            .tiles .card span { display: block; color: var(--soft); font-size: 14px; line-height: 1.4; }
            .tiles .card.main b { color: var(--accent); }
            .curve { display: block; height: auto; }
            .columns { display: grid; grid-template-columns: repeat(auto-fit, minmax(320px, 1fr)); gap: 16px; }
            table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; font-size: 15px; }
            td { padding: 6px 0; border-top: 1px solid var(--line); vertical-align: top; }
            tr:first-child td { border-top: 0; }
            td:last-child { text-align: right; white-space: nowrap; padding-left: 16px; }
            .story { margin-bottom: 12px; }
            .story p { margin: 0 0 6px; font-family: Georgia, "Times New Roman", serif; font-size: 17px; }
            .story .given { color: var(--soft); }
            .tag { font-size: 13px; font-weight: 600; }
            .STORY { color: var(--accent); } .DISAGREES { color: var(--warn); } .NO_STORY { color: var(--bad); }
            pre { overflow-x: auto; background: var(--paper); border: 1px solid var(--line); border-radius: 10px;
                  padding: 14px 18px; font: 14px/1.6 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }
            pre i { color: var(--soft); font-style: normal; }
            """;

    private final QuickstartResult result;
    private final CurveDrawing drawing;

    String html() {
        return """
                <!DOCTYPE html>
                <html lang="en">
                <head>
                <meta charset="utf-8"/>
                <meta name="viewport" content="width=device-width, initial-scale=1"/>
                <title>A LLaMA trained from nothing</title>
                <style>
                %s</style>
                </head>
                <body>
                <main>
                <h1>A LLaMA trained from nothing</h1>
                <p class="lead">%s</p>
                %s<div class="card">
                %s</div>
                <p class="note">%s</p>
                <h2>Stories it tells</h2>
                <p class="note">%s</p>
                %s<h2>The run</h2>
                <div class="columns">
                %s%s</div>
                <h2>What to type next</h2>
                %s</main>
                </body>
                </html>
                """.formatted(
                        STYLE,
                        lead(),
                        tiles(),
                        drawing.inline(),
                        aboutTheFloor(),
                        aboutTheSamples(),
                        samples(),
                        facts(),
                        times(),
                        next());
    }

    private String lead() {
        return format(
                "In %s this machine wrote %,d stories, learnt a tokenizer from them, trained a model of %,d parameters"
                        + " and measured how close it came to the best loss that any model can reach.",
                clock(result.elapsed()),
                result.files().trainingStories(),
                result.model().parameterCount());
    }

    private String tiles() {
        return "<div class=\"tiles\">\n"
                + tile(" main", format("%.3f", result.ratio()), "loss over floor, on held-out stories; 1 is perfect")
                + tile("", format("%.4f", result.loss()), "nats a byte: the loss of held-out stories")
                + tile("", format("%.4f", result.floor().natsPerByte()), "nats a byte: their exact entropy, the floor")
                + tile("", sharePerfect(), "samples are flawless stories")
                + "</div>\n";
    }

    private static String tile(String style, String figure, String caption) {
        return "<div class=\"card%s\"><b>%s</b><span>%s</span></div>%n".formatted(style, figure, caption);
    }

    private String aboutTheFloor() {
        return format(
                "The stories come from a grammar whose every choice has a known probability, so the information in a"
                        + " story is known exactly: on the %,d held-out stories (%,d bytes, none of them trained on) it is"
                        + " %.4f nats a byte, and no model can be expected to do better. Names, pronouns, colours and"
                        + " things have to agree over a whole story: a reader who knows the grammar by heart but forgets"
                        + " at each full stop what it is about would pay %.4f, %.2f × the floor. What lies below the"
                        + " dashed line is earned by attention.",
                result.files().heldOutStories().size(),
                result.floor().bytes(),
                result.floor().natsPerByte(),
                result.floor().forgetfulNatsPerByte(),
                result.floor().forgetfulNatsPerByte() / result.floor().natsPerByte());
    }

    private String aboutTheSamples() {
        return format(
                "Of %d samples at temperature %s, %d are stories of the grammar in which everything agrees, %d are"
                        + " grammatical but mix up a name, a pronoun, a colour or a thing, and %d leave the grammar. The"
                        + " first %d are below; what was given to the model is grey.",
                result.samples().size(),
                result.temperature(),
                count(Verdict.STORY),
                count(Verdict.DISAGREES),
                count(Verdict.NO_STORY),
                Math.min(SHOWN_SAMPLES, result.samples().size()));
    }

    private String samples() {
        return result.samples().stream()
                .limit(SHOWN_SAMPLES)
                .map(sample ->
                        "<div class=\"card story\"><p><span class=\"given\">%s</span>%s</p><span class=\"tag %s\">%s</span></div>%n"
                                .formatted(
                                        escape(sample.prompt()),
                                        escape(sample.continuation()),
                                        sample.verdict(),
                                        describe(sample.verdict())))
                .collect(Collectors.joining());
    }

    private String facts() {
        LossCurve curve = result.curve();
        return "<div class=\"card\"><table>\n"
                + row("Parameters", format("%,d", result.model().parameterCount()))
                + row(
                        "Layers × width, heads",
                        format(
                                "%d × %d, %d",
                                result.model().layers(),
                                result.model().dim(),
                                result.model().heads()))
                + row("Vocabulary", format("%,d pieces", result.model().vocabSize()))
                + row("Context", format("%,d tokens", result.model().contextLength()))
                + row(
                        "Stories to learn from",
                        format(
                                "%,d, %.1f MB",
                                result.files().trainingStories(), result.files().trainingBytes() * 1e-6))
                + row("Steps", format("%,d", curve.getSteps()))
                + row("Tokens seen", format("%,d", curve.getTokens()))
                + row("Speed", format("%,.0f tokens/s", curve.tokensPerSecond()))
                + row("Arithmetic", format("%.1f GFLOP/s", curve.flopsPerSecond() * 1e-9))
                + "</table></div>\n";
    }

    private String times() {
        return "<div class=\"card\"><table>\n"
                + result.stages().stream()
                        .map(stage -> row(escape(stage.name()), clock(stage.time())))
                        .collect(Collectors.joining())
                + row("<b>All of it</b>", "<b>" + clock(result.elapsed()) + "</b>")
                + "</table></div>\n";
    }

    private String next() {
        return """
                <pre><i># another story</i>
                ./llama generate %1$s --prompt "Once there was a" --temperature 0.8

                <i># the same on your own text: a file or a folder of .txt or .jsonl</i>
                ./llama tokenizer train --input my-text.txt --vocab-size 4000 --out my/tokenizer.model
                ./llama prepare --input my-text.txt --tokenizer my/tokenizer.model --out my/data
                ./llama train --data my/data --preset 1m --out my/run --set schedule.minutes=10
                ./llama generate my/run/model --prompt "..."</pre>
                <p class="note">How this run was made, step by step:</p>
                <pre>%2$s</pre>
                """.formatted(
                        escape(result.modelFolder().toString()),
                        result.stages().stream()
                                .filter(stage -> !stage.command().isEmpty())
                                .map(stage -> "<i># " + escape(stage.name()) + "</i>\n"
                                        + escape(stage.command().replace(" --set ", " \\\n    --set ")))
                                .collect(Collectors.joining("\n")));
    }

    private String sharePerfect() {
        return format("%d of %d", count(Verdict.STORY), result.samples().size());
    }

    private long count(Verdict verdict) {
        return Sample.count(result.samples(), verdict);
    }

    private static String describe(Verdict verdict) {
        return switch (verdict) {
            case STORY -> "a flawless story";
            case DISAGREES -> "grammatical, but something does not agree";
            case NO_STORY -> "leaves the grammar";
        };
    }

    private static String row(String name, String value) {
        return "<tr><td>%s</td><td>%s</td></tr>%n".formatted(name, value);
    }

    private static String clock(Duration time) {
        return time.toMinutes() == 0
                ? format("%.1f s", time.toMillis() * 1e-3)
                : format("%d min %02d s", time.toMinutes(), time.toSecondsPart());
    }

    private static String escape(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;")
                // Control characters, which an untrained model can write, are no XML.
                .replaceAll("[\\p{Cntrl}&&[^\n\t]]", "\uFFFD");
    }

    private static String format(String format, Object... arguments) {
        return String.format(Locale.ROOT, format, arguments);
    }
}
