package org.llamadl4j.model.kernel.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.util.Random;
import java.util.function.Function;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.lifecycle.AddLifecycleHook;
import net.jqwik.api.lifecycle.LifecycleContext;
import net.jqwik.api.lifecycle.SkipExecutionHook;

/** Every library's products against float64, over all shapes, transposes and ways to write the output. */
class MatrixProductTest {

    private static final double FLOAT32 = 1e-6;

    @Property(tries = 60)
    void openBlas(@ForAll("shapes") MatMulShape shape, @ForAll boolean accumulate, @ForAll long seed) {
        check(OpenBlasProduct::new, shape, accumulate, seed, false);
    }

    @Property(tries = 60)
    @AddLifecycleHook(OnlyWithOneDnn.class)
    void oneDnn(@ForAll("shapes") MatMulShape shape, @ForAll boolean accumulate, @ForAll long seed) {
        OneDnn oneDnn = OneDnn.load();
        check(workers -> new OneDnnProduct(workers, oneDnn, false), shape, accumulate, seed, false);
    }

    @Property(tries = 60)
    @AddLifecycleHook(OnlyWithBfloat16.class)
    void oneDnnInBfloat16(@ForAll("shapes") MatMulShape shape, @ForAll boolean accumulate, @ForAll long seed) {
        OneDnn oneDnn = OneDnn.load();
        check(workers -> new OneDnnProduct(workers, oneDnn, true), shape, accumulate, seed, true);
    }

    @Property(tries = 60)
    void roundedOperands(@ForAll("shapes") MatMulShape shape, @ForAll boolean accumulate, @ForAll long seed) {
        check(workers -> new RoundedProduct(workers, new OpenBlasProduct(workers)), shape, accumulate, seed, true);
    }

    @Property(tries = 1)
    @AddLifecycleHook(OnlyWithOneDnn.class)
    void oneDnnIsTriedOutBeforeItIsUsed() {
        try (Workers workers = new Workers(2)) {
            assertThatCode(() -> ProductChoice.tryOut(workers, OneDnn.load(), false))
                    .doesNotThrowAnyException();
        }
    }

    /** Skips what needs oneDNN where it cannot be loaded. */
    static final class OnlyWithOneDnn implements SkipExecutionHook {

        @Override
        public SkipResult shouldBeSkipped(LifecycleContext context) {
            try {
                OneDnn.load();
                return SkipResult.doNotSkip();
            } catch (OneDnnException e) {
                return SkipResult.skip(e.getMessage());
            }
        }
    }

    /** Skips what needs bfloat16 in hardware. */
    static final class OnlyWithBfloat16 implements SkipExecutionHook {

        @Override
        public SkipResult shouldBeSkipped(LifecycleContext context) {
            try {
                return OneDnn.load().hasBfloat16()
                        ? SkipResult.doNotSkip()
                        : SkipResult.skip("this processor has no AVX512_BF16");
            } catch (OneDnnException e) {
                return SkipResult.skip(e.getMessage());
            }
        }
    }

    @Provide
    Arbitrary<MatMulShape> shapes() {
        Arbitrary<Integer> sizes = Arbitraries.integers().between(1, 90);
        Arbitrary<Boolean> transposed = Arbitraries.of(true, false);
        return Combinators.combine(sizes, sizes, sizes, transposed, transposed).as(MatMulShape::dense);
    }

    private static void check(
            Function<Workers, MatrixProduct> products,
            MatMulShape shape,
            boolean accumulate,
            long seed,
            boolean bfloat16) {
        Random random = new Random(seed);
        float[] a = normal(random, shape.rows() * shape.depth());
        float[] b = normal(random, shape.depth() * shape.columns());
        float[] before = normal(random, shape.rows() * shape.columns());
        float[] actual = before.clone();
        try (Workers workers = new Workers(1 + random.nextInt(3));
                MatrixProduct product = products.apply(workers)) {
            FloatMemory c = memory(before);
            // The first product of a shape is compiled, the second is not.
            for (int times = 0; times < 2; times++) {
                c.put(0, before, 0, before.length);
                product.multiply(
                        shape, product.operand(0, memory(a)), product.operand(1, memory(b)), accumulate ? 1f : 0f, c);
            }
            c.get(0, actual, 0, actual.length);
        }
        double error = 0;
        double norm = 0;
        for (int row = 0; row < shape.rows(); row++) {
            for (int column = 0; column < shape.columns(); column++) {
                int index = row * shape.columns() + column;
                double expected = accumulate ? before[index] : 0;
                for (int p = 0; p < shape.depth(); p++) {
                    float left = a[shape.transposeA() ? p * shape.rows() + row : row * shape.depth() + p];
                    float right = b[shape.transposeB() ? column * shape.depth() + p : p * shape.columns() + column];
                    expected += bfloat16 ? (double) round(left) * round(right) : (double) left * right;
                }
                error += Math.pow(actual[index] - expected, 2);
                norm += expected * expected;
            }
        }
        assertThat(Math.sqrt(error)).isLessThanOrEqualTo(FLOAT32 * Math.sqrt(norm) + 1e-6);
    }

    /** To the nearest bfloat16, half way to the even one. */
    private static float round(float value) {
        int bits = Float.floatToRawIntBits(value);
        int half = 0x7fff + (bits >>> 16 & 1);
        return Float.intBitsToFloat(bits + half & 0xffff0000);
    }

    private static float[] normal(Random random, int length) {
        float[] values = new float[length];
        for (int i = 0; i < length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }

    private static FloatMemory memory(float[] values) {
        FloatMemory memory = FloatMemory.allocate(values.length);
        memory.put(0, values, 0, values.length);
        return memory;
    }
}
