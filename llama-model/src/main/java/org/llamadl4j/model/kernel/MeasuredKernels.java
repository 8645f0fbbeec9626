package org.llamadl4j.model.kernel;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import lombok.RequiredArgsConstructor;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Kernels that count their calls and add up how long each took, by the clock of the calling thread, which waits for its
 * call to end. Counting allocates nothing and takes some ten nanoseconds a call. What allocates, maps or describes is
 * not counted.
 */
@RequiredArgsConstructor
public final class MeasuredKernels implements Kernels {

    private final Kernels kernels;
    private final Map<String, Counter> counters = new LinkedHashMap<>();

    private final Counter write = counter("write");
    private final Counter read = counter("read");
    private final Counter fill = counter("fill");
    private final Counter copy = counter("copy");
    private final Counter add = counter("add");
    private final Counter isFinite = counter("isFinite");
    private final Counter embedding = counter("embedding");
    private final Counter embeddingGradient = counter("embeddingGradient");
    private final Counter rmsNorm = counter("rmsNorm");
    private final Counter rmsNormGradient = counter("rmsNormGradient");
    private final Counter linear = counter("linear");
    private final Counter linearGradient = counter("linearGradient");
    private final Counter rope = counter("rope");
    private final Counter ropeAt = counter("ropeAt");
    private final Counter causalAttention = counter("causalAttention");
    private final Counter causalAttentionGradient = counter("causalAttentionGradient");
    private final Counter cachedAttention = counter("cachedAttention");
    private final Counter copyCache = counter("copyCache");
    private final Counter swiGlu = counter("swiGlu");
    private final Counter swiGluGradient = counter("swiGluGradient");
    private final Counter crossEntropy = counter("crossEntropy");
    private final Counter crossEntropyGradient = counter("crossEntropyGradient");
    private final Counter selectRows = counter("selectRows");
    private final Counter logSumExp = counter("logSumExp");
    private final Counter sumOfSquares = counter("sumOfSquares");
    private final Counter adamW = counter("adamW");

    /**
     * What one kernel has done.
     *
     * @param calls how often it was called
     * @param nanos how long all calls took together
     */
    public record Usage(long calls, long nanos) {

        public double seconds() {
            return nanos * 1e-9;
        }

        /** Both together. */
        public Usage plus(Usage other) {
            return new Usage(calls + other.calls, nanos + other.nanos);
        }
    }

    private static final class Counter {

        private long calls;
        private long nanos;

        void ended(long began) {
            nanos += System.nanoTime() - began;
            calls++;
        }
    }

    private Counter counter(String kernel) {
        Counter counter = new Counter();
        counters.put(kernel, counter);
        return counter;
    }

    /** What each kernel that was called has done since {@link #reset}, by the name of its method. */
    public Map<String, Usage> usage() {
        Map<String, Usage> usage = new LinkedHashMap<>();
        counters.forEach((kernel, counter) -> {
            if (counter.calls > 0) {
                usage.put(kernel, new Usage(counter.calls, counter.nanos));
            }
        });
        return Collections.unmodifiableMap(usage);
    }

    /** Begins to count anew. */
    public void reset() {
        for (Counter counter : counters.values()) {
            counter.calls = 0;
            counter.nanos = 0;
        }
    }

    @Override
    public String description() {
        return kernels.description();
    }

    @Override
    public Precision precision() {
        return kernels.precision();
    }

    @Override
    public long maximumLength() {
        return kernels.maximumLength();
    }

    @Override
    public Buffer allocate(ElementType type, long length) {
        return kernels.allocate(type, length);
    }

    @Override
    public Buffer map(ElementType type, FileChannel file, long offset, long length) throws IOException {
        return kernels.map(type, file, offset, length);
    }

    @Override
    public Tensor wrap(INDArray array) {
        return kernels.wrap(array);
    }

    @Override
    public void write(float[] source, int sourceOffset, Buffer target, long targetOffset, int length) {
        long began = System.nanoTime();
        kernels.write(source, sourceOffset, target, targetOffset, length);
        write.ended(began);
    }

    @Override
    public void write(int[] source, int sourceOffset, Buffer target, long targetOffset, int length) {
        long began = System.nanoTime();
        kernels.write(source, sourceOffset, target, targetOffset, length);
        write.ended(began);
    }

    @Override
    public void write(byte[] source, int sourceOffset, Buffer target, long targetOffset, int length) {
        long began = System.nanoTime();
        kernels.write(source, sourceOffset, target, targetOffset, length);
        write.ended(began);
    }

    @Override
    public void read(Buffer source, long sourceOffset, float[] target, int targetOffset, int length) {
        long began = System.nanoTime();
        kernels.read(source, sourceOffset, target, targetOffset, length);
        read.ended(began);
    }

    @Override
    public void fill(Tensor target, float value) {
        long began = System.nanoTime();
        kernels.fill(target, value);
        fill.ended(began);
    }

    @Override
    public void copy(Tensor source, Tensor target) {
        long began = System.nanoTime();
        kernels.copy(source, target);
        copy.ended(began);
    }

    @Override
    public void add(Tensor a, Tensor b, Tensor sum) {
        long began = System.nanoTime();
        kernels.add(a, b, sum);
        add.ended(began);
    }

    @Override
    public boolean isFinite(Tensor x) {
        long began = System.nanoTime();
        boolean result = kernels.isFinite(x);
        isFinite.ended(began);
        return result;
    }

    @Override
    public void embedding(Tensor tokens, Tensor weight, Tensor out) {
        long began = System.nanoTime();
        kernels.embedding(tokens, weight, out);
        embedding.ended(began);
    }

    @Override
    public void embeddingGradient(Tensor tokens, Tensor dOut, Tensor dWeight) {
        long began = System.nanoTime();
        kernels.embeddingGradient(tokens, dOut, dWeight);
        embeddingGradient.ended(began);
    }

    @Override
    public void rmsNorm(Tensor x, Tensor weight, double eps, Tensor out) {
        long began = System.nanoTime();
        kernels.rmsNorm(x, weight, eps, out);
        rmsNorm.ended(began);
    }

    @Override
    public void rmsNormGradient(
            Tensor x, Tensor weight, double eps, Tensor dOut, Tensor dResidual, Tensor dX, Tensor dWeight) {
        long began = System.nanoTime();
        kernels.rmsNormGradient(x, weight, eps, dOut, dResidual, dX, dWeight);
        rmsNormGradient.ended(began);
    }

    @Override
    public void linear(Tensor x, Tensor[] weights, Tensor[] outs) {
        long began = System.nanoTime();
        kernels.linear(x, weights, outs);
        linear.ended(began);
    }

    @Override
    public void linearGradient(Tensor x, Tensor[] weights, Tensor[] dOuts, Tensor dX, Tensor[] dWeights) {
        long began = System.nanoTime();
        kernels.linearGradient(x, weights, dOuts, dX, dWeights);
        linearGradient.ended(began);
    }

    @Override
    public void rope(Tensor x, int time, RotaryEmbedding rotary, boolean inverse, Tensor out) {
        long began = System.nanoTime();
        kernels.rope(x, time, rotary, inverse, out);
        rope.ended(began);
    }

    @Override
    public void ropeAt(Tensor x, Tensor positions, RotaryEmbedding rotary, Tensor out) {
        long began = System.nanoTime();
        kernels.ropeAt(x, positions, rotary, out);
        ropeAt.ended(began);
    }

    @Override
    public void causalAttention(AttentionShape shape, Tensor q, Tensor k, Tensor v, Tensor out, Tensor logSumExp) {
        long began = System.nanoTime();
        kernels.causalAttention(shape, q, k, v, out, logSumExp);
        causalAttention.ended(began);
    }

    @Override
    public void causalAttentionGradient(
            AttentionShape shape,
            Tensor q,
            Tensor k,
            Tensor v,
            Tensor out,
            Tensor logSumExp,
            Tensor dOut,
            Tensor dQ,
            Tensor dK,
            Tensor dV) {
        long began = System.nanoTime();
        kernels.causalAttentionGradient(shape, q, k, v, out, logSumExp, dOut, dQ, dK, dV);
        causalAttentionGradient.ended(began);
    }

    @Override
    public void cachedAttention(
            Tensor q, Tensor k, Tensor v, Tensor sequences, Tensor positions, Tensor keys, Tensor values, Tensor out) {
        long began = System.nanoTime();
        kernels.cachedAttention(q, k, v, sequences, positions, keys, values, out);
        cachedAttention.ended(began);
    }

    @Override
    public void copyCache(Tensor cache, int from, int to, int length) {
        long began = System.nanoTime();
        kernels.copyCache(cache, from, to, length);
        copyCache.ended(began);
    }

    @Override
    public void swiGlu(Tensor gate, Tensor up, Tensor out) {
        long began = System.nanoTime();
        kernels.swiGlu(gate, up, out);
        swiGlu.ended(began);
    }

    @Override
    public void swiGluGradient(Tensor gate, Tensor up, Tensor dOut, Tensor dGate, Tensor dUp) {
        long began = System.nanoTime();
        kernels.swiGluGradient(gate, up, dOut, dGate, dUp);
        swiGluGradient.ended(began);
    }

    @Override
    public void crossEntropy(Tensor hidden, Tensor weight, Tensor targets, Tensor tokenLoss, Tensor loss) {
        long began = System.nanoTime();
        kernels.crossEntropy(hidden, weight, targets, tokenLoss, loss);
        crossEntropy.ended(began);
    }

    @Override
    public void crossEntropyGradient(
            Tensor hidden,
            Tensor weight,
            Tensor targets,
            Tensor dLoss,
            Tensor tokenLoss,
            Tensor loss,
            Tensor dHidden,
            Tensor dWeight) {
        long began = System.nanoTime();
        kernels.crossEntropyGradient(hidden, weight, targets, dLoss, tokenLoss, loss, dHidden, dWeight);
        crossEntropyGradient.ended(began);
    }

    @Override
    public void selectRows(Tensor x, Tensor rows, Tensor out) {
        long began = System.nanoTime();
        kernels.selectRows(x, rows, out);
        selectRows.ended(began);
    }

    @Override
    public void logSumExp(Tensor x, Tensor out) {
        long began = System.nanoTime();
        kernels.logSumExp(x, out);
        logSumExp.ended(began);
    }

    @Override
    public double sumOfSquares(Tensor x) {
        long began = System.nanoTime();
        double result = kernels.sumOfSquares(x);
        sumOfSquares.ended(began);
        return result;
    }

    @Override
    public void adamW(AdamWStep step, Tensor weight, Tensor gradient, Tensor firstMoment, Tensor secondMoment) {
        long began = System.nanoTime();
        kernels.adamW(step, weight, gradient, firstMoment, secondMoment);
        adamW.ended(began);
    }

    @Override
    public void close() {
        kernels.close();
    }
}
