package org.llamadl4j.train.bench;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import lombok.Builder;
import lombok.NonNull;
import org.llamadl4j.model.config.LlamaConfig;
import org.llamadl4j.model.kernel.AdamWStep;
import org.llamadl4j.model.kernel.AttentionShape;
import org.llamadl4j.model.kernel.ElementType;
import org.llamadl4j.model.kernel.Kernels;
import org.llamadl4j.model.kernel.RotaryEmbedding;
import org.llamadl4j.model.kernel.RotaryPairs;
import org.llamadl4j.model.kernel.Tensor;

/**
 * Times each kernel alone at the shapes of one model. Tensors of the smaller models stay in caches from one call to the
 * next, as they partly do in training: such kernels may be faster than a copy through memory.
 */
@Builder
public final class KernelsBenchmark {

    private static final double LEAST_SECONDS = 0.05;

    /** Rows of logits that exist at a time, about. */
    private static final int HEAD_ROWS = 256;

    /** Weights of the products of one row: more than caches hold. */
    private static final long ONE_ROW_BYTES = 128L << 20;

    private static final List<ElementType> WEIGHT_TYPES =
            List.of(ElementType.FLOAT32, ElementType.FLOAT16, ElementType.BFLOAT16, ElementType.Q8_0);

    @NonNull
    private final ModelSize size;

    @NonNull
    private final Rounds rounds;

    /** The device; it stays open. */
    @NonNull
    private final Kernels kernels;

    /** Threads of {@code kernels}, which the ceilings get, too. */
    private final int threads;

    /** A kernel at one shape, and the operations or bytes of a call. */
    private record Case(String kernel, String shape, double work, TimedTask task) {}

    /** Measures. */
    public KernelsBenchmarkResult run() {
        RandomTensors tensors = new RandomTensors(kernels);
        List<Case> products = new ArrayList<>();
        addLinear(products, tensors);
        addAttention(products, tensors);
        addCrossEntropy(products, tensors);
        List<Case> memoryBound = new ArrayList<>();
        addElementwise(memoryBound, tensors);
        addParameterwise(memoryBound, tensors);
        List<Case> oneRow = new ArrayList<>();
        addOneRow(oneRow, tensors);

        MachineCeilings measured;
        try (Ceilings ceilings = new Ceilings(threads)) {
            List<Participant> tasks = new ArrayList<>();
            products.forEach(product -> tasks.add(product.task()));
            memoryBound.forEach(kernel -> tasks.add(kernel.task()));
            oneRow.forEach(layer -> tasks.add(layer.task()));
            tasks.add(ceilings);
            rounds.warmUp(tasks);
            rounds.measure(tasks);
            measured = ceilings.measured();
        }
        double flopsCeiling = measured.matMul(kernels.precision()).gflops().median();
        double bytesCeiling = measured.copy().gigabytesPerSecond().median();
        double readCeiling = measured.read().gigabytesPerSecond().median();
        return new KernelsBenchmarkResult(
                "kernels",
                Machine.of(kernels),
                size.model().parameterCount(),
                size.batch(),
                size.time(),
                rounds,
                measured,
                products.stream()
                        .map(product -> {
                            Spread gflops = product.task().seconds().rate(1e-9 * product.work());
                            return new KernelsBenchmarkResult.Product(
                                    product.kernel(), product.shape(), gflops, gflops.median() / flopsCeiling);
                        })
                        .toList(),
                memoryBound.stream()
                        .map(kernel -> {
                            Spread bandwidth = kernel.task().seconds().rate(1e-9 * kernel.work());
                            return new KernelsBenchmarkResult.MemoryBound(
                                    kernel.kernel(), kernel.shape(), bandwidth, bandwidth.median() / bytesCeiling);
                        })
                        .toList(),
                oneRow.stream()
                        .map(layer -> {
                            Spread bandwidth = layer.task().seconds().rate(1e-9 * layer.work());
                            return new KernelsBenchmarkResult.OneRow(
                                    layer.kernel(), layer.shape(), bandwidth, bandwidth.median() / readCeiling);
                        })
                        .toList());
    }

    private void addLinear(List<Case> cases, RandomTensors tensors) {
        LlamaConfig model = size.model();
        int rows = size.rows();
        if (model.queryDim() == model.dim()) {
            addLinear(cases, tensors, "wq, wo", rows, model.dim(), model.dim());
        } else {
            addLinear(cases, tensors, "wq", rows, model.queryDim(), model.dim());
            addLinear(cases, tensors, "wo", rows, model.dim(), model.queryDim());
        }
        if (model.kvDim() != model.queryDim()) {
            addLinear(cases, tensors, "wk, wv", rows, model.kvDim(), model.dim());
        }
        addLinear(cases, tensors, "w1, w3", rows, model.hiddenDim(), model.dim());
        addLinear(cases, tensors, "w2", rows, model.dim(), model.hiddenDim());
        addLinear(cases, tensors, "head", Math.min(rows, HEAD_ROWS), model.vocabSize(), model.dim());
    }

    /** A product, 2·N·O·I operations, and its gradients of input and weight, as many each. */
    private void addLinear(List<Case> cases, RandomTensors tensors, String name, int n, int o, int i) {
        Tensor x = tensors.uniform(n, i);
        Tensor weight = tensors.uniform(o, i);
        Tensor out = tensors.uniform(n, o);
        Tensor dX = tensors.zeros(n, i);
        Tensor dWeight = tensors.zeros(o, i);
        String shape = "%s %dx%dx%d".formatted(name, n, o, i);
        double flops = 2.0 * n * o * i;
        Tensor dOut = tensors.uniform(n, o);
        cases.add(timed("linear", shape, flops, () -> kernels.linear(x, weight, out)));
        cases.add(timed(
                "linearGradient",
                shape,
                2 * flops,
                () -> kernels.linearGradient(
                        x, new Tensor[] {weight}, new Tensor[] {dOut}, dX, new Tensor[] {dWeight})));
    }

    /** Products of one row with weights that no cache holds: of as many layers as a model would have. */
    private void addOneRow(List<Case> cases, RandomTensors tensors) {
        LlamaConfig model = size.model();
        for (ElementType type : WEIGHT_TYPES) {
            addOneRow(cases, tensors, type, "w1, w3", model.hiddenDim(), model.dim());
            addOneRow(cases, tensors, type, "w2", model.dim(), model.hiddenDim());
        }
    }

    private void addOneRow(List<Case> cases, RandomTensors tensors, ElementType type, String name, int o, int i) {
        if (i % type.blockLength() != 0) {
            return;
        }
        long bytes = type.bytes((long) o * i);
        Tensor[] layers = new Tensor[(int) Math.max(1, ONE_ROW_BYTES / bytes)];
        Arrays.setAll(layers, layer -> tensors.weights(type, o, i));
        Tensor x = tensors.uniform(1, i);
        Tensor out = tensors.zeros(1, o);
        cases.add(timed(
                type.name().toLowerCase(Locale.ROOT),
                "%s %dx%d".formatted(name, o, i),
                (double) bytes * layers.length,
                () -> {
                    for (Tensor layer : layers) {
                        kernels.linear(x, layer, out);
                    }
                }));
    }

    private void addAttention(List<Case> cases, RandomTensors tensors) {
        LlamaConfig model = size.model();
        AttentionShape shape =
                new AttentionShape(size.batch(), size.time(), model.heads(), model.kvHeads(), model.headDim());
        AttentionTensors attention = AttentionTensors.of(shape, tensors);
        String text = "%dx%d, %d heads of %d".formatted(size.batch(), size.time(), model.heads(), model.headDim());
        cases.add(timed(
                "causalAttention", text, AttentionBenchmark.forwardFlops(shape), () -> attention.forward(kernels)));
        cases.add(timed(
                "causalAttentionGradient",
                text,
                AttentionBenchmark.backwardFlops(shape),
                () -> attention.backward(kernels)));
    }

    /** One product forward; that and its two gradients with the gradient. */
    private void addCrossEntropy(List<Case> cases, RandomTensors tensors) {
        LlamaConfig model = size.model();
        int n = size.rows();
        Tensor hidden = tensors.uniform(n, model.dim());
        Tensor weight = tensors.uniform(model.vocabSize(), model.dim());
        Tensor targets = tensors.integers(n, model.vocabSize());
        Tensor dLoss = tensors.uniform();
        Tensor tokenLoss = tensors.zeros(n);
        Tensor loss = tensors.zeros();
        Tensor dHidden = tensors.zeros(n, model.dim());
        Tensor dWeight = tensors.zeros(model.vocabSize(), model.dim());
        String shape = "%dx%dx%d".formatted(n, model.vocabSize(), model.dim());
        double product = 2.0 * n * model.vocabSize() * model.dim();
        cases.add(timed(
                "crossEntropy", shape, product, () -> kernels.crossEntropy(hidden, weight, targets, tokenLoss, loss)));
        cases.add(timed(
                "crossEntropyGradient",
                shape,
                3 * product,
                () -> kernels.crossEntropyGradient(hidden, weight, targets, dLoss, tokenLoss, loss, dHidden, dWeight)));
    }

    private void addElementwise(List<Case> cases, RandomTensors tensors) {
        LlamaConfig model = size.model();
        int rows = size.rows();
        Tensor x = tensors.uniform(rows, model.dim());
        Tensor dOut = tensors.uniform(rows, model.dim());
        Tensor dResidual = tensors.uniform(rows, model.dim());
        Tensor out = tensors.zeros(rows, model.dim());
        Tensor norm = tensors.uniform(model.dim());
        Tensor dNorm = tensors.zeros(model.dim());
        String stream = "%dx%d".formatted(rows, model.dim());
        double bytes = (double) x.size() * Float.BYTES;
        cases.add(timed("rmsNorm", stream, 2 * bytes, () -> kernels.rmsNorm(x, norm, model.normEps(), out)));
        cases.add(timed(
                "rmsNormGradient",
                stream,
                4 * bytes,
                () -> kernels.rmsNormGradient(x, norm, model.normEps(), dOut, dResidual, out, dNorm)));
        Tensor q = tensors.uniform(rows, model.queryDim());
        Tensor rotated = tensors.zeros(rows, model.queryDim());
        RotaryEmbedding rotary = model.rotary(RotaryPairs.ADJACENT);
        cases.add(timed(
                "rope",
                "%dx%d".formatted(rows, model.queryDim()),
                2.0 * q.size() * Float.BYTES,
                () -> kernels.rope(q, size.time(), rotary, false, rotated)));
        cases.add(timed("add", stream, 3 * bytes, () -> kernels.add(x, dOut, out)));

        Tensor gate = tensors.uniform(rows, model.hiddenDim());
        Tensor up = tensors.uniform(rows, model.hiddenDim());
        Tensor dProduct = tensors.uniform(rows, model.hiddenDim());
        Tensor dGate = tensors.zeros(rows, model.hiddenDim());
        Tensor dUp = tensors.zeros(rows, model.hiddenDim());
        String hidden = "%dx%d".formatted(rows, model.hiddenDim());
        double hiddenBytes = (double) gate.size() * Float.BYTES;
        cases.add(timed("swiGlu", hidden, 3 * hiddenBytes, () -> kernels.swiGlu(gate, up, dGate)));
        cases.add(timed(
                "swiGluGradient",
                hidden,
                5 * hiddenBytes,
                () -> kernels.swiGluGradient(gate, up, dProduct, dGate, dUp)));
    }

    private void addParameterwise(List<Case> cases, RandomTensors tensors) {
        LlamaConfig model = size.model();
        int rows = size.rows();
        Tensor tokens = tensors.integers(rows, model.vocabSize());
        Tensor embeddings = tensors.uniform(model.vocabSize(), model.dim());
        Tensor gradients = tensors.uniform(model.vocabSize(), model.dim());
        Tensor selected = tensors.uniform(rows, model.dim());
        String lookUp = "%d of %dx%d".formatted(rows, model.vocabSize(), model.dim());
        double rowBytes = (double) selected.size() * Float.BYTES;
        cases.add(timed("embedding", lookUp, 2 * rowBytes, () -> kernels.embedding(tokens, embeddings, selected)));
        cases.add(timed(
                "embeddingGradient",
                lookUp,
                3 * rowBytes,
                () -> kernels.embeddingGradient(tokens, selected, gradients)));

        Tensor firstMoment = tensors.zeros(model.vocabSize(), model.dim());
        Tensor secondMoment = tensors.zeros(model.vocabSize(), model.dim());
        AdamWStep step = new AdamWStep(1e-6, 0.9, 0.95, 1e-8, 0.1, 100, 1);
        String whole = "%dx%d".formatted(model.vocabSize(), model.dim());
        double bytes = (double) embeddings.size() * Float.BYTES;
        cases.add(timed(
                "adamW",
                whole,
                embeddings.size() * TrainBenchmark.ADAMW_BYTES_PER_PARAMETER,
                () -> kernels.adamW(step, embeddings, gradients, firstMoment, secondMoment)));
        cases.add(timed("sumOfSquares", whole, bytes, () -> kernels.sumOfSquares(gradients)));
        cases.add(timed("fill", whole, bytes, () -> kernels.fill(gradients, 1e-3f)));
    }

    private static Case timed(String kernel, String shape, double work, Runnable call) {
        return new Case(kernel, shape, work, new TimedTask(LEAST_SECONDS, call));
    }
}
