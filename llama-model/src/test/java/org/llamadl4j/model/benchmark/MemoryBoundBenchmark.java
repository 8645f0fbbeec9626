package org.llamadl4j.model.benchmark;

import java.util.concurrent.TimeUnit;
import org.llamadl4j.model.kernel.AdamWStep;
import org.llamadl4j.model.kernel.RotaryEmbedding;
import org.llamadl4j.model.kernel.RotaryPairs;
import org.llamadl4j.model.kernel.Tensor;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** What goes once over N rows of D numbers. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class MemoryBoundBenchmark {

    private static final double EPSILON = 1e-5;
    private static final double THETA = 10000;
    private static final int TIME = 1024;
    private static final int HEAD_DIM = 64;
    private static final AdamWStep STEP = new AdamWStep(1e-6, 0.9, 0.95, 1e-8, 0.1, 100, 1);

    /** N. */
    @Param("2048")
    public int rows;

    /** D. */
    @Param({"512", "1376"})
    public int columns;

    private Tensor a;
    private Tensor b;
    private Tensor c;
    private Tensor d;
    private Tensor e;
    private Tensor norm;
    private Tensor dNorm;
    private Tensor tokens;
    private RotaryEmbedding rotary;
    private RotaryEmbedding halves;

    @Setup
    public void allocate(DeviceState device) {
        a = device.uniform(rows, columns);
        b = device.uniform(rows, columns);
        c = device.uniform(rows, columns);
        d = device.uniform(rows, columns);
        e = device.uniform(rows, columns);
        int headDim = columns % HEAD_DIM == 0 ? HEAD_DIM : columns;
        rotary = RotaryEmbedding.of(headDim, THETA, RotaryPairs.ADJACENT);
        halves = RotaryEmbedding.of(headDim, THETA, RotaryPairs.HALVES);
        norm = device.uniform(columns);
        dNorm = device.uniform(columns);
        tokens = device.integers(rows, rows);
        device.kernels().fill(d, 0);
        device.kernels().fill(e, 0);
    }

    @Benchmark
    public void copy(DeviceState device) {
        device.kernels().copy(a, c);
    }

    @Benchmark
    public void rmsNorm(DeviceState device) {
        device.kernels().rmsNorm(a, norm, EPSILON, c);
    }

    @Benchmark
    public void rmsNormGradient(DeviceState device) {
        device.kernels().rmsNormGradient(a, norm, EPSILON, b, null, c, dNorm);
    }

    /** In rows of a multiple of heads of 64 alone. */
    @Benchmark
    public void rope(DeviceState device) {
        device.kernels().rope(a, TIME, rotary, false, c);
    }

    /** The same in Hugging Face's order, of rows at positions of their own. */
    @Benchmark
    public void ropeAt(DeviceState device) {
        device.kernels().ropeAt(a, tokens, halves, c);
    }

    @Benchmark
    public void swiGlu(DeviceState device) {
        device.kernels().swiGlu(a, b, c);
    }

    @Benchmark
    public void swiGluGradient(DeviceState device) {
        device.kernels().swiGluGradient(a, b, c, d, e);
    }

    @Benchmark
    public void embedding(DeviceState device) {
        device.kernels().embedding(tokens, a, c);
    }

    @Benchmark
    public void embeddingGradient(DeviceState device) {
        device.kernels().embeddingGradient(tokens, b, c);
    }

    @Benchmark
    public void adamW(DeviceState device) {
        device.kernels().adamW(STEP, a, b, d, e);
    }
}
