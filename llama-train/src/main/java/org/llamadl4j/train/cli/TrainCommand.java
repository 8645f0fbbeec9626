package org.llamadl4j.train.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.llamadl4j.model.LlamaModel;
import org.llamadl4j.model.checkpoint.ModelReader;
import org.llamadl4j.model.cli.LlamaCommand;
import org.llamadl4j.model.error.UserError;
import org.llamadl4j.model.kernel.Kernels;
import org.llamadl4j.model.kernel.Precision;
import org.llamadl4j.model.kernel.cpu.CpuKernels;
import org.llamadl4j.train.config.ConfigDocumentation;
import org.llamadl4j.train.config.TrainConfig;
import org.llamadl4j.train.data.TokenDataset;
import org.llamadl4j.train.loop.Trainer;
import org.llamadl4j.train.loop.TrainingResult;
import org.llamadl4j.train.ui.Dashboard;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code llama train}: a model from prepared data. Prints the folder of the model to standard output. */
@Command(
        name = "train",
        description = "Trains a model on prepared data.",
        footer = {
            "",
            "OUT gets checkpoint-00001234 folders, which are model folders, too, the finished model in OUT/model,",
            "metrics.jsonl and loss.png. Ctrl-C (or SIGTERM) ends the run with a checkpoint and exit status 130 (143);",
            "--resume goes on from it as if it had never stopped. A second Ctrl-C ends at once."
        })
public final class TrainCommand implements LlamaCommand {

    @Option(names = "--data", paramLabel = "DIR", required = true, description = "Data made by `llama prepare`.")
    private Path data;

    @ArgGroup
    private final Start start = new Start();

    /** Where sizes and settings come from. */
    private static final class Start {

        @Option(names = "--preset", paramLabel = "NAME", description = "Sizes of a new model: 260k, 1m, 15m, 42m, ...")
        private String preset;

        @Option(names = "--config", paramLabel = "FILE", description = "A YAML file; see --help-config.")
        private Path config;

        @Option(
                names = "--init",
                paramLabel = "MODEL_DIR",
                description = "Start from this model's weights: a folder or a GGUF file.")
        private Path init;
    }

    @Option(names = "--out", paramLabel = "OUT", required = true, description = "The folder of the run.")
    private Path out;

    @Option(names = "--resume", description = "Go on from the newest checkpoint in OUT; its configuration is known.")
    private boolean resume;

    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            description = "Sets a key of the configuration: schedule.minutes=5.")
    private List<String> settings = List.of();

    @Option(names = "--threads", paramLabel = "N", description = "Threads; the same as --set threads=N.")
    private Integer threads;

    @Option(
            names = "--precision",
            paramLabel = "P",
            description = "float32, bfloat16 or auto; the same as --set precision=P.")
    private Precision precision;

    @Option(names = "--ui", description = "Serve the training dashboard; the log says where.")
    private boolean ui;

    @Option(names = "--help-config", help = true, description = "Print every configuration key as YAML, and exit.")
    private boolean helpConfig;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException, ReflectiveOperationException {
        if (helpConfig) {
            spec.commandLine().getOut().print(ConfigDocumentation.yaml());
            spec.commandLine().getOut().flush();
            return 0;
        }
        TrainConfig config = config();
        TokenDataset dataset = TokenDataset.open(data);
        try (Kernels kernels = CpuKernels.create(config.threads(), config.precision());
                Dashboard dashboard = config.ui() ? Dashboard.open(Dashboard.USUAL_PORT) : null) {
            LlamaModel initialModel = start.init == null || resume ? null : initialModel(kernels);
            Trainer trainer = Trainer.builder()
                    .config(config)
                    .data(dataset)
                    .out(out)
                    .kernels(kernels)
                    .initialModel(initialModel)
                    .resume(resume)
                    .listeners(dashboard == null ? List.of() : List.of(dashboard))
                    .build();
            try (StopSignals signals = new StopSignals(trainer::stop)) {
                TrainingResult result = trainer.run();
                spec.commandLine().getOut().println(result.folder());
                return result.complete() ? 0 : signals.exitStatus();
            }
        }
    }

    private LlamaModel initialModel(Kernels kernels) throws IOException {
        ModelReader.verify(start.init);
        return ModelReader.read(start.init, kernels);
    }

    private TrainConfig config() {
        TrainConfig config = base();
        for (String assignment : settings) {
            config = config.with(assignment);
        }
        if (threads != null) {
            config = config.with("threads", threads);
        }
        if (precision != null) {
            config = config.with("precision", precision);
        }
        return ui ? config.with("ui", true) : config;
    }

    private TrainConfig base() {
        if (start.config != null) {
            return TrainConfig.read(start.config);
        }
        if (start.preset != null) {
            return TrainConfig.defaults().with("model.preset", start.preset);
        }
        if (resume) {
            return Trainer.recordedConfig(out);
        }
        if (start.init == null && settings.stream().noneMatch(setting -> setting.startsWith("model."))) {
            throw UserError.usage("which model? --preset NAME, --config FILE, --init MODEL_DIR or --resume");
        }
        return TrainConfig.defaults();
    }
}
