package org.llamadl4j.model.benchmark;

import java.util.Arrays;
import java.util.Random;
import org.llamadl4j.model.kernel.ElementType;
import org.llamadl4j.model.kernel.Kernels;
import org.llamadl4j.model.kernel.Tensor;
import org.llamadl4j.model.kernel.cpu.CpuKernels;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** Kernels, and random tensors in their memory. */
@State(Scope.Benchmark)
public class DeviceState {

    /** Of the kernels, not of JMH, which calls from one. */
    @Param("2")
    public int kernelThreads;

    private final Random random = new Random(1);
    private Kernels kernels;

    @Setup
    public void open() {
        kernels = CpuKernels.create(kernelThreads);
    }

    @TearDown
    public void close() {
        kernels.close();
    }

    Kernels kernels() {
        return kernels;
    }

    /** Float32 between -1 and 1. */
    Tensor uniform(long... shape) {
        int size = Math.toIntExact(Arrays.stream(shape).reduce(1, Math::multiplyExact));
        float[] values = new float[size];
        for (int i = 0; i < size; i++) {
            values[i] = 2 * random.nextFloat() - 1;
        }
        Tensor tensor = new Tensor(kernels.allocate(ElementType.FLOAT32, size), shape);
        kernels.write(values, 0, tensor.buffer(), 0, size);
        return tensor;
    }

    /** Int32 from 0 to {@code bound} - 1. */
    Tensor integers(int count, int bound) {
        Tensor tensor = new Tensor(kernels.allocate(ElementType.INT32, count), count);
        kernels.write(random.ints(count, 0, bound).toArray(), 0, tensor.buffer(), 0, count);
        return tensor;
    }
}
