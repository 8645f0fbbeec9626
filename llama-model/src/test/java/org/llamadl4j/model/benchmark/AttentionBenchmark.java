package org.llamadl4j.model.benchmark;

import java.util.concurrent.TimeUnit;
import org.llamadl4j.model.kernel.AttentionShape;
import org.llamadl4j.model.kernel.Tensor;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** Causal attention of one sequence with 8 heads, forward and backward. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class AttentionBenchmark {

    private static final int HEADS = 8;

    /** T. */
    @Param({"256", "1024", "2048"})
    public int time;

    /** K. */
    @Param({"48", "64"})
    public int headDim;

    private AttentionShape shape;
    private Tensor q;
    private Tensor k;
    private Tensor v;
    private Tensor out;
    private Tensor logSumExp;
    private Tensor dOut;
    private Tensor dQ;
    private Tensor dK;
    private Tensor dV;

    @Setup
    public void allocate(DeviceState device) {
        int width = HEADS * headDim;
        shape = new AttentionShape(1, time, HEADS, HEADS, headDim);
        q = device.uniform(time, width);
        k = device.uniform(time, width);
        v = device.uniform(time, width);
        out = device.uniform(time, width);
        logSumExp = device.uniform(time, HEADS);
        dOut = device.uniform(time, width);
        dQ = device.uniform(time, width);
        dK = device.uniform(time, width);
        dV = device.uniform(time, width);
        // What the backward pass reads must be what the forward pass left.
        device.kernels().causalAttention(shape, q, k, v, out, logSumExp);
    }

    @Benchmark
    public void forward(DeviceState device) {
        device.kernels().causalAttention(shape, q, k, v, out, logSumExp);
    }

    @Benchmark
    public void backward(DeviceState device) {
        device.kernels().causalAttentionGradient(shape, q, k, v, out, logSumExp, dOut, dQ, dK, dV);
    }
}
