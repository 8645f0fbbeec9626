package org.llamadl4j.model.cli;

import java.io.PrintWriter;
import java.util.Comparator;
import java.util.List;
import java.util.ServiceLoader;
import java.util.stream.StreamSupport;
import org.llamadl4j.model.log.StandardErrorLog;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * The {@code llama} program: finds the {@link LlamaCommand}s of all modules and runs the one that was typed. Exit status
 * 0 on success, 1 when the work failed, 2 for wrong usage.
 */
@Command(
        name = "llama",
        description = "Pre-trains and runs LLaMA language models.",
        synopsisSubcommandLabel = "COMMAND",
        mixinStandardHelpOptions = true,
        scope = ScopeType.INHERIT,
        versionProvider = Version.class)
public final class Main implements Runnable {

    @Spec
    private CommandSpec spec;

    private boolean verbose;

    private Main() {}

    public static void main(String[] arguments) {
        System.exit(run(arguments));
    }

    /** Runs one command line and returns its exit status; whatever goes wrong ends in one line on standard error. */
    public static int run(String... arguments) {
        return run(ServiceLoader.load(LlamaCommand.class), arguments);
    }

    static int run(Iterable<LlamaCommand> commands, String... arguments) {
        Main main = new Main();
        PrintWriter err = new PrintWriter(System.err, true);
        try {
            return main.commandLine(wanted(commands, arguments)).setErr(err).execute(arguments);
        } catch (Throwable failure) {
            return Failure.report(failure, main.verbose, err);
        } finally {
            if (main.verbose) {
                StandardErrorLog.setVerbose(false);
            }
        }
    }

    @Option(
            names = "--verbose",
            scope = ScopeType.INHERIT,
            description = "Log details, and show where in the program an error arose.")
    private void setVerbose(boolean verbose) {
        this.verbose = verbose;
        StandardErrorLog.setVerbose(verbose);
    }

    /** Only reached without a command. */
    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "which command? One of:");
    }

    /** The command that was typed alone, since it takes time to find out the options of each; all, if it is none. */
    private static List<LlamaCommand> wanted(Iterable<LlamaCommand> commands, String[] arguments) {
        List<LlamaCommand> all =
                StreamSupport.stream(commands.spliterator(), false).toList();
        return all.stream()
                .filter(command -> arguments.length > 0
                        && command.getClass()
                                .getAnnotation(Command.class)
                                .name()
                                .equals(arguments[0]))
                .findFirst()
                .map(List::of)
                .orElse(all);
    }

    private CommandLine commandLine(List<LlamaCommand> commands) {
        CommandLine root = new CommandLine(this);
        commands.stream()
                .map(CommandLine::new)
                .sorted(Comparator.comparing(CommandLine::getCommandName))
                .forEach(command -> root.addSubcommand(command.getCommandName(), command));
        IExecutionExceptionHandler failed =
                (exception, command, parsed) -> Failure.report(exception, verbose, command.getErr());
        IParameterExceptionHandler wrongUsage = (exception, typed) -> explain(exception);
        return root.setExecutionExceptionHandler(failed)
                .setParameterExceptionHandler(wrongUsage)
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setAbbreviatedOptionsAllowed(false);
    }

    /** What was wrong, what comes near it, and where the right usage is told. */
    private static int explain(ParameterException exception) {
        CommandLine command = exception.getCommandLine();
        PrintWriter err = command.getErr();
        err.println("llama: " + exception.getMessage());
        UnmatchedArgumentException.printSuggestions(exception, err);
        if (command.getParent() == null) {
            err.print(command.getHelp().commandList());
        }
        err.printf("'%s --help' tells more.%n", command.getCommandSpec().qualifiedName());
        err.flush();
        return CommandLine.ExitCode.USAGE;
    }
}
