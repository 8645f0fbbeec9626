package org.llamadl4j.model.kernel.cpu;

import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import org.assertj.core.api.Assertions;
import org.llamadl4j.model.kernel.ElementType;
import org.llamadl4j.model.kernel.Kernels;
import org.llamadl4j.model.kernel.Tensor;

/** Random tensors for one try of a property, their numbers in float64, and how near two of them must be. */
record TestTensors(Kernels kernels, Random random) {

    /** Allowed relative error, of the norm of a whole tensor. */
    static final double TOLERANCE = 1e-5;

    Tensor normal(long... shape) {
        float[] values = new float[Math.toIntExact(product(shape))];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return of(values, shape);
    }

    Tensor zeros(long... shape) {
        return new Tensor(kernels.allocate(ElementType.FLOAT32, product(shape)), shape);
    }

    /** Memory that holds what no result may depend on. */
    Tensor garbage(long... shape) {
        Tensor tensor = zeros(shape);
        kernels.fill(tensor, 1e30f);
        return tensor;
    }

    Tensor of(float[] values, long... shape) {
        Tensor tensor = zeros(shape);
        kernels.write(values, 0, tensor.buffer(), 0, values.length);
        return tensor;
    }

    Tensor integers(int[] values) {
        Tensor tensor = new Tensor(kernels.allocate(ElementType.INT32, values.length), values.length);
        kernels.write(values, 0, tensor.buffer(), 0, values.length);
        return tensor;
    }

    /** {@code count} numbers from {@code from} to {@code to} - 1. */
    int[] randomIntegers(int count, int from, int to) {
        return IntStream.range(0, count).map(i -> random.nextInt(from, to)).toArray();
    }

    Tensor copy(Tensor tensor) {
        return of(floats(tensor), tensor.shape());
    }

    float[] floats(Tensor tensor) {
        float[] values = new float[Math.toIntExact(tensor.size())];
        kernels.read(tensor.buffer(), 0, values, 0, values.length);
        return values;
    }

    double[] doubles(Tensor tensor) {
        float[] values = floats(tensor);
        return IntStream.range(0, values.length).mapToDouble(i -> values[i]).toArray();
    }

    void assertClose(String name, Tensor actual, double[] expected) {
        assertClose(name, actual, expected, norm(expected));
    }

    /** The norm of the error is at most {@link #TOLERANCE} of {@code scale}, the size of what was added up. */
    void assertClose(String name, Tensor actual, double[] expected, double scale) {
        double[] numbers = doubles(actual);
        Assertions.assertThat(numbers).as(name).hasSameSizeAs(expected);
        double[] error = IntStream.range(0, numbers.length)
                .mapToDouble(i -> numbers[i] - expected[i])
                .toArray();
        Assertions.assertThat(norm(error)).as("error of %s", name).isLessThanOrEqualTo(TOLERANCE * scale);
    }

    static double norm(double[] values) {
        return Math.sqrt(Arrays.stream(values).map(x -> x * x).sum());
    }

    static double[] sum(double[] a, double[] b) {
        return IntStream.range(0, a.length).mapToDouble(i -> a[i] + b[i]).toArray();
    }

    private static long product(long[] shape) {
        return Arrays.stream(shape).reduce(1, Math::multiplyExact);
    }
}
