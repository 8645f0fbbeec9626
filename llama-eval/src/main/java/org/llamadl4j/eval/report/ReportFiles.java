package org.llamadl4j.eval.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import lombok.experimental.UtilityClass;
import org.llamadl4j.model.error.UserError;

/** A report in files. */
@UtilityClass
public class ReportFiles {

    /** Writes {@code report} into {@code folder}, which is made if it is not there, as {@code NAME.md} and {@code NAME.html}. */
    public void write(Report report, Path folder, String name) {
        try {
            Files.createDirectories(folder);
            Files.writeString(folder.resolve(name + ".md"), MarkdownReport.write(report));
            Files.writeString(folder.resolve(name + ".html"), HtmlReport.write(report));
        } catch (IOException e) {
            throw UserError.failed(e, "the report cannot be written to %s: %s", folder, e.getMessage());
        }
    }
}
