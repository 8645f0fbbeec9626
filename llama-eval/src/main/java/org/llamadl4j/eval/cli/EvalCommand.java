package org.llamadl4j.eval.cli;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import lombok.extern.slf4j.Slf4j;
import org.llamadl4j.eval.code.CodeLimits;
import org.llamadl4j.eval.code.SandboxedCodeRunner;
import org.llamadl4j.eval.data.DataFolder;
import org.llamadl4j.eval.metric.Rule;
import org.llamadl4j.eval.report.EvaluationReport;
import org.llamadl4j.eval.report.PlainTable;
import org.llamadl4j.eval.report.ReportFiles;
import org.llamadl4j.eval.report.TaskList;
import org.llamadl4j.eval.request.AnswerFile;
import org.llamadl4j.eval.request.BatchedModel;
import org.llamadl4j.eval.result.Evaluation;
import org.llamadl4j.eval.result.EvaluationResult;
import org.llamadl4j.eval.result.ModelIdentity;
import org.llamadl4j.eval.result.ResultFile;
import org.llamadl4j.eval.score.LlamaBatching;
import org.llamadl4j.eval.task.PreparedTask;
import org.llamadl4j.eval.task.Task;
import org.llamadl4j.eval.task.TaskSettings;
import org.llamadl4j.eval.task.Tasks;
import org.llamadl4j.eval.toxicity.KeptToxicity;
import org.llamadl4j.eval.toxicity.PerspectiveClient;
import org.llamadl4j.eval.toxicity.ToxicityScorer;
import org.llamadl4j.model.LlamaModel;
import org.llamadl4j.model.cli.ComputeOptions;
import org.llamadl4j.model.cli.LlamaCommand;
import org.llamadl4j.model.error.UserError;
import org.llamadl4j.model.kernel.Kernels;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code llama eval}: the paper's benchmarks. */
@Slf4j
@Command(
        name = "eval",
        description = "Ask a model the paper's benchmarks, and print its scores beside those of the paper's models.",
        subcommands = CompareCommand.class)
public final class EvalCommand implements LlamaCommand {

    @Parameters(
            arity = "0..1",
            paramLabel = "MODEL_DIR",
            description = "A Hugging Face or Meta LLaMA folder, or a GGUF file.")
    private Path modelDir;

    @Mixin
    private ComputeOptions compute;

    @Option(
            names = "--tasks",
            split = ",",
            arity = "1..*",
            paramLabel = "TASK",
            defaultValue = Tasks.ALL,
            description =
                    "What to ask: names that --list shows, YAML files of your own tasks, or ${DEFAULT-VALUE}, which"
                            + " leaves out those whose files are not there (default: ${DEFAULT-VALUE}).")
    private List<String> tasks;

    @Option(names = "--data", paramLabel = "DIR", description = "The folder that holds the benchmarks' files.")
    private Path data;

    @Option(
            names = "--output",
            paramLabel = "DIR",
            defaultValue = "eval-results",
            description = "Where results.json, samples, report.md and report.html go (default: ${DEFAULT-VALUE}).")
    private Path output;

    @Option(
            names = "--answers",
            paramLabel = "DIR",
            description =
                    "Where answers are kept, so that no request is computed twice (default: answers in --output).")
    private Path answers;

    @Option(
            names = "--rule",
            split = ",",
            paramLabel = "RULE",
            description = "By whose rule to ask and score: ${COMPLETION-CANDIDATES} (default: both).")
    private Set<Rule> rules;

    @Option(
            names = "--shots",
            paramLabel = "N",
            description = "Worked examples before each question (default: as many as the rule has).")
    private Integer shots;

    @Option(
            names = "--limit",
            paramLabel = "N",
            description = "Ask only the first N questions of each task, or of each of its subjects: to try things out.")
    private Integer limit;

    @Option(
            names = "--samples",
            paramLabel = "K",
            defaultValue = "1",
            description = "Answers to each question where several can count: majority vote, pass@k (default:"
                    + " ${DEFAULT-VALUE}).")
    private int samples;

    @Option(
            names = "--seed",
            paramLabel = "S",
            defaultValue = "1234",
            description = "Picks worked examples and the random numbers of samples (default: ${DEFAULT-VALUE}).")
    private long seed;

    @Option(
            names = "--allow-code-execution",
            description =
                    "Run the programs that the model writes for HumanEval and MBPP, each isolated from this system."
                            + " Without it they are saved and not scored.")
    private boolean allowCodeExecution;

    @Option(names = "--list", description = "Print the tasks and the files that they read, and end.")
    private boolean list;

    @Override
    public Integer call() throws Exception {
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        Optional<DataFolder> folder = Optional.ofNullable(data).map(DataFolder::of);
        if (list) {
            out.println(PlainTable.write(TaskList.of(Tasks.named(tasks), folder)));
            return 0;
        }
        if (modelDir == null) {
            throw UserError.usage("which model? MODEL_DIR is missing");
        }
        if (!Files.exists(modelDir)) {
            throw UserError.usage("there is no model %s", modelDir);
        }
        DataFolder files = folder.orElseThrow(() ->
                UserError.usage("where are the benchmarks' files? --data DIR is missing; --list tells their names"));
        EvaluationResult result = evaluate(files);
        ResultFile.write(result, output);
        ReportFiles.write(EvaluationReport.of(result), output, "report");
        out.println(PlainTable.write(EvaluationReport.table(result)));
        log.info("every score and answer is in {}", output);
        return 0;
    }

    private EvaluationResult evaluate(DataFolder files) throws IOException {
        Path answerFolder = answers == null ? output.resolve("answers") : answers;
        try (KeptToxicity toxicity = toxicity(answerFolder)) {
            Evaluation evaluation = new Evaluation(files, settings(Optional.ofNullable(toxicity)));
            List<PreparedTask> prepared = evaluation.prepare(present(files));
            ModelIdentity identity = identity();
            try (Kernels kernels = compute.kernels();
                    AnswerFile store =
                            AnswerFile.open(answerFolder, identity.sha256().orElseThrow());
                    RequestProgress progress = new RequestProgress()) {
                LlamaModel model = compute.open(modelDir, kernels);
                BatchedModel asked = new BatchedModel(new LlamaBatching(model), store, progress);
                return evaluation.ask(prepared, asked, identity);
            }
        }
    }

    /** Null without a key. */
    private static KeptToxicity toxicity(Path answerFolder) {
        String key = System.getenv(PerspectiveClient.KEY_VARIABLE);
        return key == null || key.isBlank()
                ? null
                : new KeptToxicity(new PerspectiveClient(key), answerFolder.resolve("perspective.jsonl"));
    }

    /** Weights of another type are another model, with other answers. */
    private ModelIdentity identity() {
        ModelIdentity identity = ModelIdentity.of(modelDir);
        return compute.weights()
                .map(type -> identity.variant(type.name().toLowerCase(Locale.ROOT)))
                .orElse(identity);
    }

    private TaskSettings settings(Optional<KeptToxicity> toxicity) {
        return TaskSettings.builder()
                .rules(rules == null ? EnumSet.allOf(Rule.class) : rules)
                .shots(shots == null ? OptionalInt.empty() : OptionalInt.of(shots))
                .limit(limit == null ? OptionalInt.empty() : OptionalInt.of(limit))
                .samples(samples)
                .seed(seed)
                .codeRunner(
                        allowCodeExecution
                                ? Optional.of(SandboxedCodeRunner.create(CodeLimits.DEFAULT))
                                : Optional.empty())
                .toxicityScorer(toxicity.map(ToxicityScorer.class::cast))
                .build();
    }

    /** Of all tasks those whose files are there; of tasks that were named, all. */
    private List<Task> present(DataFolder files) {
        List<Task> named = Tasks.named(tasks);
        if (!tasks.contains(Tasks.ALL)) {
            return named;
        }
        List<Task> present = new ArrayList<>();
        for (Task task : named) {
            if (task.isIn(files) || tasks.contains(task.name())) {
                present.add(task);
            } else {
                log.info("{} is left out: its file is not there ({})", task.name(), task.files());
            }
        }
        if (present.isEmpty()) {
            throw UserError.usage("%s has no file of any task; --list tells their names", files.root());
        }
        return present;
    }
}
