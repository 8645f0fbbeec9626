package org.llamadl4j.train.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;
import org.llamadl4j.model.cli.LlamaCommand;
import org.llamadl4j.model.error.UserError;
import org.llamadl4j.model.kernel.Kernels;
import org.llamadl4j.model.kernel.Precision;
import org.llamadl4j.model.kernel.cpu.CpuKernels;
import org.llamadl4j.train.quickstart.Quickstart;
import org.llamadl4j.train.quickstart.QuickstartResult;
import org.llamadl4j.train.quickstart.Recipe;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code llama quickstart}: everything once, in a few minutes. Prints a sample and a summary to standard output. */
@Command(
        name = "quickstart",
        description = "Trains a small LLaMA from nothing in a few minutes, and reports how well it did.",
        footer = {
            "",
            "It writes short stories by a grammar, trains a tokenizer and a model on them, and sets the held-out loss",
            "beside the lowest that is possible, which is known exactly. Every step shows the command that does the same."
        })
public final class QuickstartCommand implements LlamaCommand {

    private static final Path DEFAULT_OUT = Path.of("runs", "quickstart");

    @Option(
            names = "--out",
            paramLabel = "DIR",
            description = "A new folder for everything; runs/quickstart, or with the next free number behind it.")
    private Path out;

    @Option(
            names = "--minutes",
            paramLabel = "M",
            defaultValue = "3",
            description = "How long to train; ${DEFAULT-VALUE} unless said.")
    private double minutes;

    @Option(
            names = "--seed",
            paramLabel = "S",
            defaultValue = "1",
            description = "Decides stories, weights and samples; ${DEFAULT-VALUE} unless said.")
    private long seed;

    @Option(names = "--threads", paramLabel = "N", defaultValue = "0", description = "Threads; one for each core.")
    private int threads;

    @Option(
            names = "--precision",
            paramLabel = "P",
            defaultValue = "auto",
            description = "float32, bfloat16 or auto: bfloat16 where the processor multiplies it faster.")
    private Precision precision;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException, ReflectiveOperationException {
        if (!(minutes > 0) || Double.isInfinite(minutes)) {
            throw UserError.usage("--minutes must be more than 0, not %s", minutes);
        }
        if (threads < 0) {
            throw UserError.usage("--threads must be 1 or more, or 0 for one for each core, not %d", threads);
        }
        try (Kernels kernels = CpuKernels.create(threads, precision)) {
            Quickstart quickstart = Quickstart.builder()
                    .out(out == null ? freeFolder() : out)
                    .recipe(Recipe.forMinutes(minutes, seed, threads, precision))
                    .seed(seed)
                    .kernels(kernels)
                    .build();
            try (StopSignals signals = new StopSignals(quickstart::stop)) {
                Optional<QuickstartResult> result = quickstart.run();
                if (result.isEmpty()) {
                    return signals.exitStatus();
                }
                print(result.get());
                return 0;
            }
        }
    }

    private void print(QuickstartResult result) {
        PrintWriter out = spec.commandLine().getOut();
        out.println(result.summary());
        out.flush();
    }

    private static Path freeFolder() throws IOException {
        Path folder = DEFAULT_OUT;
        for (int number = 2; !isFree(folder); number++) {
            folder = DEFAULT_OUT.resolveSibling(DEFAULT_OUT.getFileName() + "-" + number);
        }
        return folder;
    }

    private static boolean isFree(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            return !Files.exists(folder);
        }
        try (Stream<Path> content = Files.list(folder)) {
            return content.findAny().isEmpty();
        }
    }
}
