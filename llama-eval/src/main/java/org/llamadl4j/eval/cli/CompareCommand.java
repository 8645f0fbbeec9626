package org.llamadl4j.eval.cli;

import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.llamadl4j.eval.report.ComparisonReport;
import org.llamadl4j.eval.report.PlainTable;
import org.llamadl4j.eval.report.Report;
import org.llamadl4j.eval.report.ReportFiles;
import org.llamadl4j.eval.result.Comparison;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code llama eval compare}: two results side by side. */
@Command(
        name = "compare",
        description = "Compare two results, score by score, and tell which differences may be chance.")
final class CompareCommand implements Callable<Integer> {

    @Parameters(index = "0", paramLabel = "FIRST", description = "A results.json, or the folder that holds it.")
    private Path first;

    @Parameters(index = "1", paramLabel = "SECOND", description = "Another.")
    private Path second;

    @Option(names = "--output", paramLabel = "DIR", description = "Write comparison.md and comparison.html there too.")
    private Path output;

    @Override
    public Integer call() {
        Report report = ComparisonReport.of(Comparison.of(first, second));
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        for (Report.Section section : report.sections()) {
            out.println(PlainTable.write(section));
            out.println(section.note());
        }
        if (output != null) {
            ReportFiles.write(report, output, "comparison");
        }
        return 0;
    }
}
