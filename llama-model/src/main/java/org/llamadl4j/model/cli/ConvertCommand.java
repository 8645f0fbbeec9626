package org.llamadl4j.model.cli;

import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import lombok.extern.slf4j.Slf4j;
import org.llamadl4j.model.checkpoint.Conversion;
import org.llamadl4j.model.checkpoint.ModelFormat;
import org.llamadl4j.model.checkpoint.WeightType;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code llama convert}: a model from one format to another. */
@Slf4j
@Command(
        name = "convert",
        description = "Writes a model in another format or type: Hugging Face and Meta folders and GGUF files are read,"
                + " all but Meta folders written.")
public final class ConvertCommand implements LlamaCommand {

    @Parameters(paramLabel = "FROM", description = "A Hugging Face or Meta LLaMA folder, or a GGUF file.")
    private Path from;

    @Parameters(paramLabel = "TO", description = "The folder or file to write; an earlier model there is replaced.")
    private Path to;

    @Option(
            names = "--to",
            paramLabel = "hf|gguf",
            description = "The format to write (default: gguf where the name TO ends so, else hf).")
    private ModelFormat format;

    @Option(
            names = "--type",
            paramLabel = "f32|f16|bf16|q8_0",
            description = "How to store matrices (default: as they are; what a folder cannot hold becomes f32).")
    private WeightType type;

    @Override
    public Integer call() throws Exception {
        boolean named = to.toString().toLowerCase(Locale.ROOT).endsWith(".gguf");
        ModelFormat wanted = format != null ? format : named ? ModelFormat.GGUF : ModelFormat.HF;
        try (Conversion conversion = Conversion.open(from, to, wanted, Optional.ofNullable(type));
                Progress progress = Progress.start("converting", conversion.bytes(), "MB", 1_000_000)) {
            conversion.run(progress::advance);
        }
        log.info("wrote {}", to);
        return 0;
    }
}
