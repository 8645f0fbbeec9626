package org.llamadl4j.model.graph;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import lombok.AccessLevel;
import lombok.Getter;
import org.llamadl4j.model.config.LlamaConfig;
import org.llamadl4j.model.kernel.AttentionShape;
import org.llamadl4j.model.kernel.Kernels;
import org.llamadl4j.model.kernel.RotaryEmbedding;
import org.llamadl4j.model.kernel.RotaryPairs;
import org.llamadl4j.model.op.CrossEntropy;
import org.llamadl4j.model.op.Embedding;
import org.llamadl4j.model.op.KernelSession;
import org.llamadl4j.model.op.Linear;
import org.llamadl4j.model.op.RmsNorm;
import org.llamadl4j.model.op.SelectRows;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A LLaMA as a SameDiff graph, for B sequences of T tokens: embedding, layers, final norm. A loss, logits or the
 * hand-written gradient are added on top of it.
 */
@Getter
public final class LlamaGraph {

    /** Placeholder (N) int32: the tokens, sequence after sequence. */
    public static final String TOKENS = "tokens";

    /** Placeholder (N) int32: the token that follows each; negative where there is none. */
    public static final String TARGETS = "targets";

    /** Placeholder () float32: gradient of the loss, 1 or a share of it. */
    public static final String LOSS_GRADIENT = "loss.gradient";

    /** Placeholder (M) int32: the rows whose logits are wanted. */
    public static final String LOGIT_ROWS = "logit_rows";

    private final LlamaConfig config;
    private final SameDiff sameDiff;
    private final SDVariable tokens;
    /** (N,D) after the final norm. */
    private final SDVariable hidden;

    @Getter(AccessLevel.NONE)
    private final Map<String, SDVariable> weights = new LinkedHashMap<>();

    @Getter(AccessLevel.NONE)
    private final List<TransformerLayer> layers = new ArrayList<>();

    @Getter(AccessLevel.NONE)
    private final List<LayerActivations> activations = new ArrayList<>();

    @Getter(AccessLevel.NONE)
    private final AttentionShape shape;

    private final int batch;
    private final int time;

    private LlamaGraph(LlamaConfig config, RotaryPairs pairs, int batch, int time, Map<String, INDArray> arrays) {
        this.config = config;
        this.batch = batch;
        this.time = time;
        sameDiff = SameDiff.create();
        LlamaWeights.shapes(config)
                .forEach((name, shape) -> weights.put(
                        name,
                        arrays == null
                                ? sameDiff.placeHolder(name, DataType.FLOAT, shape)
                                : sameDiff.var(name, arrays.get(name))));
        tokens = sameDiff.placeHolder(TOKENS, DataType.INT32, rows());
        shape = new AttentionShape(batch, time, config.heads(), config.kvHeads(), config.headDim());
        RotaryEmbedding rotary = config.rotary(pairs);
        SDVariable x = Embedding.of("embedding", tokens, weights.get(LlamaWeights.EMBEDDING));
        for (int index = 0; index < config.layers(); index++) {
            TransformerLayer layer = TransformerLayer.of(index, config, rotary, weights::get);
            LayerActivations computed = layer.forward(x, shape, "");
            layers.add(layer);
            activations.add(computed);
            x = computed.out();
        }
        hidden = RmsNorm.of("hidden", x, weights.get(LlamaWeights.NORM), config.normEps());
    }

    /**
     * A graph whose weights are placeholders: to be compiled into a plan over weights that live elsewhere.
     *
     * @param pairs the order of query and key rows
     */
    public static LlamaGraph of(LlamaConfig config, RotaryPairs pairs, int batch, int time) {
        return new LlamaGraph(config, pairs, batch, time, null);
    }

    /**
     * A graph whose weights are SameDiff variables with these values: to be run and differentiated by SameDiff, whose
     * sessions run LLaMA's ops on {@code kernels} from now on, in the whole process. Query and key rows are in Meta's
     * order.
     */
    public static LlamaGraph of(
            LlamaConfig config, int batch, int time, Map<String, INDArray> weights, Kernels kernels) {
        KernelSession.install(kernels);
        return new LlamaGraph(config, RotaryPairs.ADJACENT, batch, time, weights);
    }

    /** Adds the loss against {@link #TARGETS}, and marks it as what SameDiff differentiates. */
    public CrossEntropy.Result addLoss() {
        CrossEntropy.Result loss = CrossEntropy.of("loss", hidden, output(), targets());
        sameDiff.setLossVariables(loss.loss());
        return loss;
    }

    /** Adds logits (M,V) of the {@code count} rows that {@link #LOGIT_ROWS} names. */
    public SDVariable addLogits(int count) {
        SDVariable rows = sameDiff.placeHolder(LOGIT_ROWS, DataType.INT32, count);
        return Linear.of("logits", SelectRows.of("logits.hidden", hidden, rows), output());
    }

    /**
     * Adds the backward pass by hand: the gradient of every weight, times {@link #LOSS_GRADIENT}, and the loss against
     * {@link #TARGETS}, which needs no {@link #addLoss} beside it.
     */
    public LlamaGradient addGradient(ActivationPolicy policy) {
        WeightGradients weightGradients = new WeightGradients();
        SDVariable lossGradient = sameDiff.placeHolder(LOSS_GRADIENT, DataType.FLOAT);
        CrossEntropy.Gradient.Result head =
                CrossEntropy.Gradient.of("head.gradient", hidden, output(), targets(), lossGradient);
        weightGradients.add(output(), head.dWeight());

        SDVariable norm = weights.get(LlamaWeights.NORM);
        SDVariable lastOut = activations.get(config.layers() - 1).out();
        RmsNorm.Gradient.Result finalNorm =
                RmsNorm.Gradient.of("hidden.gradient", lastOut, norm, head.dHidden(), config.normEps());
        weightGradients.add(norm, finalNorm.dWeight());

        SDVariable dX = finalNorm.dX();
        for (int index = config.layers() - 1; index >= 0; index--) {
            LayerGradient layer = new LayerGradient(layers.get(index), shape, policy, weightGradients);
            dX = layer.backward(activations.get(index), dX);
        }
        SDVariable embedding = weights.get(LlamaWeights.EMBEDDING);
        weightGradients.add(
                embedding, Embedding.Gradient.of(LlamaWeights.EMBEDDING + ".gradient", tokens, embedding, dX));
        return new LlamaGradient(head.loss(), head.tokenLoss(), weightGradients);
    }

    /** N. */
    public int rows() {
        return batch * time;
    }

    private SDVariable output() {
        return weights.get(config.tiedEmbeddings() ? LlamaWeights.EMBEDDING : LlamaWeights.OUTPUT);
    }

    private SDVariable targets() {
        return sameDiff.hasVariable(TARGETS)
                ? sameDiff.getVariable(TARGETS)
                : sameDiff.placeHolder(TARGETS, DataType.INT32, rows());
    }
}
