package org.llamadl4j.notebook.display;

import java.util.List;
import lombok.experimental.UtilityClass;
import org.llamadl4j.eval.report.Report;
import org.llamadl4j.eval.score.TextScore;
import org.llamadl4j.model.config.LlamaConfig;
import org.llamadl4j.train.data.TokenDataset;
import org.llamadl4j.train.data.TokenSplit;

/** What things of the library that are no displays themselves look like in a cell. */
@UtilityClass
public class Tables {

    private final String FOUR_PLACES = "%.4f";

    /** The sizes of a model, with the letters of the papers. */
    public Table of(LlamaConfig config) {
        Table table = new Table(List.of(), List.of())
                .row("parameters", "", config.parameterCount())
                .row("width of the residual stream", "D", config.dim())
                .row("layers", "L", config.layers())
                .row("query heads", "H", config.heads())
                .row("key and value heads", "G", config.kvHeads())
                .row("size of a head", "K", config.headDim())
                .row("feed-forward width", "F", config.hiddenDim())
                .row("vocabulary", "V", config.vocabSize())
                .row("context", "T", config.contextLength())
                .row("base of the rotary frequencies", "\u03b8", config.ropeTheta())
                .row("RMSNorm", "\u03b5", config.normEps());
        return config.tiedEmbeddings() ? table.row("output head", "", "the embedding matrix") : table;
    }

    /** How well a model predicts a text. */
    public Table of(TextScore score) {
        return new Table(List.of(), List.of())
                .row("documents", score.documents())
                .row("tokens", score.tokens())
                .row("bytes", score.bytes())
                .row("nats per token", FOUR_PLACES.formatted(score.natsPerToken()))
                .row("perplexity", FOUR_PLACES.formatted(score.perplexity()))
                .row("nats per byte", FOUR_PLACES.formatted(score.natsPerByte()))
                .row("bits per byte", FOUR_PLACES.formatted(score.bitsPerByte()));
    }

    /** A table of a report. */
    public Table of(Report.Section section) {
        return new Table(section.columns(), section.rows());
    }

    /** How much there is to learn from. */
    public Table of(TokenDataset data) {
        return row(
                row(
                        Table.of("split", "documents", "bytes of text", "tokens", "bytes per token"),
                        "training",
                        data.train()),
                "held out",
                data.validation());
    }

    private Table row(Table table, String name, TokenSplit split) {
        return table.row(
                name,
                split.documents(),
                split.textBytes(),
                split.tokens(),
                split.tokens() == 0 ? "\u2013" : "%.2f".formatted((double) split.textBytes() / split.tokens()));
    }
}
