package org.llamadl4j.model.benchmark;

import java.util.concurrent.TimeUnit;
import org.llamadl4j.model.kernel.Tensor;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** A product of matrices and its two gradients, 2·N·O·I operations each. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class LinearBenchmark {

    /** N×O×I of out(N,O) = x(N,I) · weight(O,I)ᵀ. */
    @Param({"2048x512x512", "2048x1376x512", "2048x512x1376", "256x32000x512"})
    public String shape;

    private Tensor x;
    private Tensor weight;
    private Tensor out;
    private Tensor dX;
    private Tensor dWeight;

    @Setup
    public void allocate(DeviceState device) {
        String[] sizes = shape.split("x");
        int n = Integer.parseInt(sizes[0]);
        int o = Integer.parseInt(sizes[1]);
        int i = Integer.parseInt(sizes[2]);
        x = device.uniform(n, i);
        weight = device.uniform(o, i);
        out = device.uniform(n, o);
        dX = device.uniform(n, i);
        dWeight = device.uniform(o, i);
    }

    @Benchmark
    public void linear(DeviceState device) {
        device.kernels().linear(x, weight, out);
    }

    /** The gradients of input and weight, as many operations each as {@link #linear}. */
    @Benchmark
    public void linearGradient(DeviceState device) {
        device.kernels().linearGradient(x, new Tensor[] {weight}, new Tensor[] {out}, dX, new Tensor[] {dWeight});
    }
}
