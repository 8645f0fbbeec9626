package org.llamadl4j.model.kernel.cpu;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.util.Arrays;
import org.bytedeco.javacpp.Pointer;
import org.llamadl4j.model.kernel.AdamWStep;
import org.llamadl4j.model.kernel.AttentionShape;
import org.llamadl4j.model.kernel.Buffer;
import org.llamadl4j.model.kernel.ElementType;
import org.llamadl4j.model.kernel.Kernels;
import org.llamadl4j.model.kernel.Precision;
import org.llamadl4j.model.kernel.RotaryEmbedding;
import org.llamadl4j.model.kernel.Tensor;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The kernels of the CPU: OpenBLAS or oneDNN for matrix products, the Vector API for the rest, all over a fixed number of threads
 * of this object's own. One buffer of float32 or int32 holds at most
 * 2²⁹ - 1 elements (2 GiB), unless it is mapped.
 */
public final class CpuKernels implements Kernels {

    private final Workers workers;
    private final ProductChoice products;
    private final CpuElementwise elementwise;
    private final CpuEmbedding embedding;
    private final CpuRmsNorm rmsNorm;
    private final CpuMatMul matMul;
    private final CpuRope rope;
    private final CpuAttention attention;
    private final CpuAttentionGradient attentionGradient;
    private final CpuCachedAttention cachedAttention;
    private final CpuSwiGlu swiGlu;
    private final CpuCrossEntropy crossEntropy;
    private final CpuLogSumExp logSumExp;
    private final CpuReductions reductions;
    private final CpuAdamW adamW;

    private CpuKernels(int threads, Precision precision) {
        workers = new Workers(threads);
        products = ProductChoice.of(precision, workers);
        elementwise = new CpuElementwise(workers);
        embedding = new CpuEmbedding(workers);
        rmsNorm = new CpuRmsNorm(workers);
        matMul = new CpuMatMul(products, workers);
        rope = new CpuRope(workers);
        attention = new CpuAttention(workers);
        attentionGradient = new CpuAttentionGradient(workers);
        cachedAttention = new CpuCachedAttention(workers);
        swiGlu = new CpuSwiGlu(workers);
        crossEntropy = new CpuCrossEntropy(workers, matMul);
        logSumExp = new CpuLogSumExp(workers);
        reductions = new CpuReductions(workers);
        adamW = new CpuAdamW(workers);
    }

    /** Kernels on as many threads as this process has processors, in float32. */
    public static CpuKernels create() {
        return create(0, Precision.FLOAT32);
    }

    /** Kernels on {@code threads} threads, the calling thread being one of them, in float32. */
    public static CpuKernels create(int threads) {
        return new CpuKernels(threads, Precision.FLOAT32);
    }

    /**
     * Kernels whose matrix products are of {@code precision}; {@link #description} says which that came to be, and why.
     *
     * @param threads as many, the calling thread being one of them; 0 for one for each processor
     */
    public static CpuKernels create(int threads, Precision precision) {
        return new CpuKernels(threads == 0 ? Runtime.getRuntime().availableProcessors() : threads, precision);
    }

    @Override
    public String description() {
        return "CPU %s, %d-bit vectors, %d %s, %s"
                .formatted(
                        Processor.name(),
                        Lanes.FLOATS.vectorBitSize(),
                        workers.count(),
                        workers.count() == 1 ? "thread" : "threads",
                        products.description());
    }

    @Override
    public Precision precision() {
        return products.product().precision();
    }

    @Override
    public long maximumLength() {
        return FloatMemory.MAXIMUM_LENGTH;
    }

    @Override
    public Buffer allocate(ElementType type, long length) {
        return switch (type) {
            case FLOAT32 -> FloatMemory.allocate(length);
            case INT32 -> IntMemory.allocate(length);
            case FLOAT16, BFLOAT16, Q8_0, Q8_0_GROUPED -> StoredMemory.allocate(type, length);
        };
    }

    @Override
    public Buffer map(ElementType type, FileChannel file, long offset, long length) throws IOException {
        Expect.that(type != ElementType.Q8_0_GROUPED, "no file holds numbers of type %s", type);
        ByteMemory bytes = ByteMemory.map(file, offset, type.bytes(length));
        boolean isFloatArray =
                type == ElementType.FLOAT32 && offset % Float.BYTES == 0 && length <= FloatMemory.MAXIMUM_LENGTH;
        return isFloatArray ? FloatMemory.of(bytes) : StoredMemory.of(type, bytes);
    }

    @Override
    public Tensor wrap(INDArray array) {
        Expect.that(
                array.dataType() == DataType.FLOAT || array.dataType() == DataType.INT32,
                "only arrays of type FLOAT or INT can be wrapped, not %s",
                array.dataType());
        Expect.that(
                isDenseRowMajor(array),
                "only dense arrays in c order can be wrapped, not shape %s with strides %s",
                Arrays.toString(array.shape()),
                Arrays.toString(array.stride()));
        Pointer start = array.data().addressPointer();
        Buffer buffer = array.dataType() == DataType.FLOAT
                ? FloatMemory.at(array, start, array.length())
                : IntMemory.at(array, start, array.length());
        return new Tensor(buffer, array.shape());
    }

    private static boolean isDenseRowMajor(INDArray array) {
        long expected = 1;
        for (int dimension = array.rank() - 1; dimension >= 0; dimension--) {
            if (array.size(dimension) != 1 && array.stride(dimension) != expected) {
                return false;
            }
            expected *= array.size(dimension);
        }
        return true;
    }

    @Override
    public void write(float[] source, int sourceOffset, Buffer target, long targetOffset, int length) {
        memory(target).put(Math.toIntExact(targetOffset), source, sourceOffset, length);
    }

    @Override
    public void write(int[] source, int sourceOffset, Buffer target, long targetOffset, int length) {
        if (!(target instanceof IntMemory memory)) {
            throw new IllegalArgumentException("int32 memory of the CPU is needed, not " + target.elementType());
        }
        memory.put(Math.toIntExact(targetOffset), source, sourceOffset, length);
    }

    @Override
    public void write(byte[] source, int sourceOffset, Buffer target, long targetOffset, int length) {
        if (!(target instanceof StoredMemory memory)) {
            throw new IllegalArgumentException("bytes cannot be written to memory of " + target.elementType());
        }
        memory.put(targetOffset, source, sourceOffset, length);
    }

    @Override
    public void read(Buffer source, long sourceOffset, float[] target, int targetOffset, int length) {
        if (source instanceof StoredMemory memory) {
            memory.get(
                    sourceOffset,
                    target,
                    targetOffset,
                    length,
                    workers.worker(0).scratch());
            return;
        }
        memory(source).get(Math.toIntExact(sourceOffset), target, targetOffset, length);
    }

    private static FloatMemory memory(Buffer buffer) {
        if (buffer instanceof FloatMemory memory) {
            return memory;
        }
        throw new IllegalArgumentException("float32 memory of the CPU is needed, not " + buffer.elementType());
    }

    @Override
    public void fill(Tensor target, float value) {
        elementwise.fill(target, value);
    }

    @Override
    public void copy(Tensor source, Tensor target) {
        elementwise.copy(source, target);
    }

    @Override
    public void add(Tensor a, Tensor b, Tensor sum) {
        elementwise.add(a, b, sum);
    }

    @Override
    public boolean isFinite(Tensor x) {
        return reductions.isFinite(x);
    }

    @Override
    public void embedding(Tensor tokens, Tensor weight, Tensor out) {
        embedding.select("token", weight, tokens, out);
    }

    @Override
    public void embeddingGradient(Tensor tokens, Tensor dOut, Tensor dWeight) {
        embedding.gradient(tokens, dOut, dWeight);
    }

    @Override
    public void rmsNorm(Tensor x, Tensor weight, double eps, Tensor out) {
        rmsNorm.forward(x, weight, eps, out);
    }

    @Override
    public void rmsNormGradient(
            Tensor x, Tensor weight, double eps, Tensor dOut, Tensor dResidual, Tensor dX, Tensor dWeight) {
        rmsNorm.gradient(x, weight, eps, dOut, dResidual, dX, dWeight);
    }

    @Override
    public void linear(Tensor x, Tensor[] weights, Tensor[] outs) {
        matMul.linear(x, weights, outs);
    }

    @Override
    public void linearGradient(Tensor x, Tensor[] weights, Tensor[] dOuts, Tensor dX, Tensor[] dWeights) {
        matMul.gradient(x, weights, dOuts, dX, dWeights);
    }

    @Override
    public void rope(Tensor x, int time, RotaryEmbedding rotary, boolean inverse, Tensor out) {
        rope.rotate(x, time, rotary, inverse, out);
    }

    @Override
    public void ropeAt(Tensor x, Tensor positions, RotaryEmbedding rotary, Tensor out) {
        rope.rotateAt(x, positions, rotary, out);
    }

    @Override
    public void causalAttention(AttentionShape shape, Tensor q, Tensor k, Tensor v, Tensor out, Tensor logSumExp) {
        attention.forward(shape, q, k, v, out, logSumExp);
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
        attentionGradient.gradient(shape, q, k, v, out, logSumExp, dOut, dQ, dK, dV);
    }

    @Override
    public void cachedAttention(
            Tensor q, Tensor k, Tensor v, Tensor sequences, Tensor positions, Tensor keys, Tensor values, Tensor out) {
        cachedAttention.attend(q, k, v, sequences, positions, keys, values, out);
    }

    @Override
    public void copyCache(Tensor cache, int from, int to, int length) {
        cachedAttention.copy(cache, from, to, length);
    }

    @Override
    public void swiGlu(Tensor gate, Tensor up, Tensor out) {
        swiGlu.forward(gate, up, out);
    }

    @Override
    public void swiGluGradient(Tensor gate, Tensor up, Tensor dOut, Tensor dGate, Tensor dUp) {
        swiGlu.gradient(gate, up, dOut, dGate, dUp);
    }

    @Override
    public void crossEntropy(Tensor hidden, Tensor weight, Tensor targets, Tensor tokenLoss, Tensor loss) {
        crossEntropy.forward(hidden, weight, targets, tokenLoss, loss);
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
        crossEntropy.gradient(hidden, weight, targets, dLoss, tokenLoss, loss, dHidden, dWeight);
    }

    @Override
    public void selectRows(Tensor x, Tensor rows, Tensor out) {
        embedding.select("row", x, rows, out);
    }

    @Override
    public void logSumExp(Tensor x, Tensor out) {
        logSumExp.compute(x, out);
    }

    @Override
    public double sumOfSquares(Tensor x) {
        return reductions.sumOfSquares(x);
    }

    @Override
    public void adamW(AdamWStep step, Tensor weight, Tensor gradient, Tensor firstMoment, Tensor secondMoment) {
        adamW.step(step, weight, gradient, firstMoment, secondMoment);
    }

    /** Ends the threads. Memory is freed when nothing refers to it any more. */
    @Override
    public void close() {
        workers.close();
        products.close();
    }
}
