package org.llamadl4j.eval.report;

import java.util.List;
import lombok.experimental.UtilityClass;

/** A report in one HTML file that needs no other, and is well-formed XML but for its doctype. */
@UtilityClass
public class HtmlReport {

    private static final String STYLE = """
            :root { --ink: #1f2933; --soft: #52606d; --line: #e4e7eb; --paper: #ffffff; --ground: #f5f7fa;
                    --accent: #1d4f91; color-scheme: light dark; }
            @media (prefers-color-scheme: dark) {
              :root { --ink: #e4e7eb; --soft: #9aa5b1; --line: #323f4b; --paper: #151b23; --ground: #0d1117;
                      --accent: #7fb2f0; }
            }
            * { box-sizing: border-box; }
            body { margin: 0; background: var(--ground); color: var(--ink);
                   font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
            main { max-width: 1180px; margin: 0 auto; padding: 36px 20px 64px; }
            h1 { font-size: 28px; line-height: 1.2; margin: 0 0 6px; overflow-wrap: anywhere; }
            h2 { font-size: 19px; margin: 36px 0 6px; }
            summary h2 { display: inline-block; margin: 24px 0 6px; }
            summary { cursor: pointer; }
            p { margin: 0 0 12px; color: var(--soft); max-width: 80ch; }
            .card { background: var(--paper); border: 1px solid var(--line); border-radius: 10px; overflow-x: auto;
                    padding: 6px 16px; }
            table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
            th { text-align: left; font-weight: 600; color: var(--soft); font-size: 13px; vertical-align: bottom;
                 padding: 8px 14px 8px 0; }
            td { padding: 5px 14px 5px 0; border-top: 1px solid var(--line); vertical-align: top; }
            .number { text-align: right; white-space: nowrap; }
            .own { color: var(--accent); font-weight: 600; }
            .digest { font: 12px/1.6 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace;
                      overflow-wrap: anywhere; }
            """;

    private static final String OWN = "this model";
    private static final String HARNESS = "by the harness's rule";
    private static final String DIGEST = "SHA-256";

    /** The page of {@code report}. */
    public String write(Report report) {
        StringBuilder sections = new StringBuilder();
        report.sections().forEach(section -> sections.append(section(section)));
        return """
                <!DOCTYPE html>
                <html lang="en">
                <head>
                <meta charset="utf-8"/>
                <meta name="viewport" content="width=device-width, initial-scale=1"/>
                <title>%s</title>
                <style>
                %s</style>
                </head>
                <body>
                <main>
                <h1>%s</h1>
                <p>%s</p>
                %s</main>
                </body>
                </html>
                """.formatted(escaped(report.title()), STYLE, escaped(report.title()), escaped(report.lead()), sections);
    }

    private String section(Report.Section section) {
        String table = "<p>%s</p>\n<div class=\"card\">\n<table>\n%s%s</table>\n</div>\n"
                .formatted(escaped(section.note()), head(section), body(section));
        String title = "<h2>" + escaped(section.title()) + "</h2>";
        return section.main()
                ? title + "\n" + table
                : "<details>\n<summary>" + title + "</summary>\n" + table + "</details>\n";
    }

    private String head(Report.Section section) {
        StringBuilder head = new StringBuilder("<thead><tr>");
        for (int i = 0; i < section.columns().size(); i++) {
            head.append("<th%s>%s</th>"
                    .formatted(style(section, i), escaped(section.columns().get(i))));
        }
        return head.append("</tr></thead>\n").toString();
    }

    private String body(Report.Section section) {
        StringBuilder body = new StringBuilder("<tbody>\n");
        for (List<String> row : section.rows()) {
            body.append("<tr>");
            for (int i = 0; i < row.size(); i++) {
                body.append("<td%s>%s</td>".formatted(style(section, i), escaped(row.get(i))));
            }
            body.append("</tr>\n");
        }
        return body.append("</tbody>\n").toString();
    }

    private String style(Report.Section section, int column) {
        return switch (section.columns().get(column)) {
            case OWN -> " class=\"number own\"";
            case HARNESS -> "";
            case DIGEST -> " class=\"digest\"";
            default -> column < section.texts() ? "" : " class=\"number\"";
        };
    }

    private String escaped(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }
}
