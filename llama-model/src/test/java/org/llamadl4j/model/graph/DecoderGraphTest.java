package org.llamadl4j.model.graph;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.llamadl4j.model.config.LlamaConfig;
import org.llamadl4j.model.kernel.ElementType;
import org.llamadl4j.model.kernel.Kernels;
import org.llamadl4j.model.kernel.RotaryPairs;
import org.llamadl4j.model.kernel.Tensor;
import org.llamadl4j.model.kernel.cpu.CpuKernels;
import org.llamadl4j.model.op.KernelSession;
import org.llamadl4j.model.plan.ExecutionPlan;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class DecoderGraphTest {

    private static final Kernels KERNELS = CpuKernels.create(2);

    private static final LlamaConfig CONFIG = LlamaConfig.builder()
            .dim(16)
            .layers(2)
            .heads(4)
            .kvHeads(2)
            .hiddenDim(24)
            .vocabSize(30)
            .contextLength(32)
            .normEps(1e-5)
            .ropeTheta(10000)
            .tiedEmbeddings(true)
            .build();

    private static final int[] TOKENS = {3, 1, 4, 1, 5};
    private static final int[] SEQUENCES = {0, 0, 0, -1, 1};
    private static final int[] POSITIONS = {0, 1, 2, 0, 0};
    private static final int[] WANTED = {4, 2};

    @Test
    void anOrdinarySessionComputesWhatAPlanDoes() {
        KernelSession.install(KERNELS);
        LlamaWeights weights = LlamaWeights.initialise(CONFIG, 7, KERNELS);
        DecoderGraph graph = new DecoderGraph(CONFIG, RotaryPairs.ADJACENT);
        float[] ofPlan = runPlans(graph, weights);

        Map<String, INDArray> placeholders = new HashMap<>();
        weights.tensors().forEach((name, tensor) -> placeholders.put(name, array(tensor)));
        placeholders.put(DecoderGraph.TOKENS, Nd4j.createFromArray(TOKENS));
        placeholders.put(DecoderGraph.SEQUENCES, Nd4j.createFromArray(SEQUENCES));
        placeholders.put(DecoderGraph.POSITIONS, Nd4j.createFromArray(POSITIONS));
        for (int layer = 0; layer < CONFIG.layers(); layer++) {
            placeholders.put(DecoderGraph.keys(layer), array(cache()));
            placeholders.put(DecoderGraph.values(layer), array(cache()));
        }
        INDArray stream =
                graph.getSameDiff().output(placeholders, graph.getStreamOut()).get(graph.getStreamOut());
        placeholders.put(DecoderGraph.STREAM_IN, stream.dup());
        placeholders.put(DecoderGraph.LOGIT_ROWS, Nd4j.createFromArray(WANTED));
        INDArray logits =
                graph.getSameDiff().output(placeholders, DecoderGraph.LOGITS).get(DecoderGraph.LOGITS);
        assertThat(logits.dup('c').data().asFloat()).isEqualTo(ofPlan);
    }

    private static float[] runPlans(DecoderGraph graph, LlamaWeights weights) {
        Map<String, Tensor> bound = new HashMap<>(weights.tensors());
        bound.put(DecoderGraph.TOKENS, ints(TOKENS));
        bound.put(DecoderGraph.SEQUENCES, ints(SEQUENCES));
        bound.put(DecoderGraph.POSITIONS, ints(POSITIONS));
        for (int layer = 0; layer < CONFIG.layers(); layer++) {
            bound.put(DecoderGraph.keys(layer), cache());
            bound.put(DecoderGraph.values(layer), cache());
        }
        Tensor stream = floats(TOKENS.length, CONFIG.dim());
        bound.put(graph.getStreamOut(), stream);
        ExecutionPlan.compile(graph.getSameDiff(), bound, KERNELS).run();

        Map<String, Tensor> head = new HashMap<>(weights.tensors());
        Tensor logits = floats(WANTED.length, CONFIG.vocabSize());
        head.put(DecoderGraph.STREAM_IN, stream);
        head.put(DecoderGraph.LOGIT_ROWS, ints(WANTED));
        head.put(DecoderGraph.LOGITS, logits);
        ExecutionPlan.compile(graph.getSameDiff(), head, KERNELS).run();
        return read(logits);
    }

    private static Tensor cache() {
        return floats(2, 8, CONFIG.kvHeads(), CONFIG.headDim());
    }

    private static Tensor floats(long... shape) {
        long size = 1;
        for (long dimension : shape) {
            size *= dimension;
        }
        return new Tensor(KERNELS.allocate(ElementType.FLOAT32, size), shape);
    }

    private static Tensor ints(int[] values) {
        Tensor tensor = new Tensor(KERNELS.allocate(ElementType.INT32, values.length), values.length);
        KERNELS.write(values, 0, tensor.buffer(), 0, values.length);
        return tensor;
    }

    private static INDArray array(Tensor tensor) {
        return Nd4j.create(read(tensor), tensor.shape(), 'c');
    }

    private static float[] read(Tensor tensor) {
        float[] values = new float[(int) tensor.size()];
        KERNELS.read(tensor.buffer(), 0, values, 0, values.length);
        return values;
    }
}
