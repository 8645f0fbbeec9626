package org.llamadl4j.model.kernel.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.llamadl4j.model.kernel.Precision;
import org.llamadl4j.model.kernel.ReferenceOps;
import org.llamadl4j.model.kernel.Tensor;

class CpuCrossEntropyTest {

    @Property(tries = 50)
    void agreesWithTheReference(
            @ForAll @IntRange(min = 1, max = 60) int n,
            @ForAll @IntRange(min = 1, max = 70) int width,
            @ForAll @IntRange(min = 1, max = 333) int vocabulary,
            @ForAll @IntRange(min = 1, max = 3) int threads,
            @ForAll Random random) {
        try (CpuKernels kernels = CpuKernels.create(threads);
                Workers workers = new Workers(threads)) {
            // Small enough for chunks of 16 rows where there are more.
            CpuCrossEntropy crossEntropy = new CpuCrossEntropy(
                    workers, new CpuMatMul(ProductChoice.of(Precision.FLOAT32, workers), workers), 1000);
            TestTensors tensors = new TestTensors(kernels, random);
            Tensor hidden = tensors.normal(n, width);
            Tensor weight = tensors.normal(vocabulary, width);
            // About one in four is ignored.
            int[] ids = tensors.randomIntegers(n, -Math.max(1, vocabulary / 3), vocabulary);
            Tensor targets = tensors.integers(ids);
            double[] x = tensors.doubles(hidden);
            double[] weights = tensors.doubles(weight);
            ReferenceOps.CrossEntropy expected = ReferenceOps.crossEntropy(x, weights, ids, width);

            Tensor tokenLoss = tensors.garbage(n);
            Tensor loss = tensors.garbage(1);
            crossEntropy.forward(hidden, weight, targets, tokenLoss, loss);
            tensors.assertClose(
                    "tokenLoss", tokenLoss, expected.tokenLoss(), 1 + TestTensors.norm(expected.tokenLoss()));
            tensors.assertClose("loss", loss, new double[] {expected.loss()}, 1 + expected.loss());
            for (int row = 0; row < n; row++) {
                if (ids[row] < 0) {
                    assertThat(tensors.floats(tokenLoss)[row]).isZero();
                }
            }

            float dLoss = 0.3f;
            ReferenceOps.CrossEntropyGradient gradient =
                    ReferenceOps.crossEntropyGradient(x, weights, ids, width, dLoss);
            Tensor gradientTokenLoss = tensors.garbage(n);
            Tensor gradientLoss = tensors.garbage(1);
            Tensor dHidden = tensors.garbage(n, width);
            Tensor dWeight = tensors.normal(vocabulary, width);
            double[] before = tensors.doubles(dWeight);
            crossEntropy.gradient(
                    hidden,
                    weight,
                    targets,
                    tensors.of(new float[] {dLoss}, 1),
                    gradientTokenLoss,
                    gradientLoss,
                    dHidden,
                    dWeight);
            assertThat(tensors.floats(gradientTokenLoss)).isEqualTo(tensors.floats(tokenLoss));
            assertThat(tensors.floats(gradientLoss)).isEqualTo(tensors.floats(loss));
            // A vocabulary of one token is certain: the gradient is zero but for rounding.
            tensors.assertClose(
                    "dHidden", dHidden, gradient.dHidden(), Math.max(0.1, TestTensors.norm(gradient.dHidden())));
            tensors.assertClose("dWeight", dWeight, TestTensors.sum(before, gradient.dWeight()));
        }
    }

    @Property(tries = 5)
    void lossesAreThoseOfFloat32InEveryPrecision(@ForAll Random random) {
        try (CpuKernels float32 = CpuKernels.create(2, Precision.FLOAT32);
                CpuKernels bfloat16 = CpuKernels.create(2, Precision.BFLOAT16)) {
            TestTensors tensors = new TestTensors(float32, random);
            Tensor hidden = tensors.normal(40, 64);
            Tensor weight = tensors.normal(300, 64);
            int[] ids = tensors.randomIntegers(40, 0, 300);
            Tensor targets = tensors.integers(ids);
            Tensor loss = tensors.garbage(1);
            Tensor tokenLoss = tensors.garbage(40);
            float32.crossEntropy(hidden, weight, targets, tokenLoss, loss);

            Tensor ofBfloat16 = tensors.garbage(40);
            Tensor dHidden = tensors.garbage(40, 64);
            bfloat16.crossEntropyGradient(
                    hidden,
                    weight,
                    targets,
                    tensors.of(new float[] {1f}, 1),
                    ofBfloat16,
                    loss,
                    dHidden,
                    tensors.zeros(300, 64));

            assertThat(tensors.floats(ofBfloat16)).isEqualTo(tensors.floats(tokenLoss));
            // What is propagated back is a product of rounded numbers.
            double[] expected = ReferenceOps.crossEntropyGradient(
                            tensors.doubles(hidden), tensors.doubles(weight), ids, 64, 1f)
                    .dHidden();
            double[] actual = tensors.doubles(dHidden);
            double[] error = new double[actual.length];
            Arrays.setAll(error, i -> actual[i] - expected[i]);
            assertThat(TestTensors.norm(error) / TestTensors.norm(expected)).isBetween(1e-4, 0.01);
        }
    }

    @Property(tries = 5)
    void oneChunkAndManyGiveTheSame(@ForAll Random random) {
        try (CpuKernels kernels = CpuKernels.create(2);
                Workers workers = new Workers(2)) {
            TestTensors tensors = new TestTensors(kernels, random);
            Tensor hidden = tensors.normal(100, 20);
            Tensor weight = tensors.normal(999, 20);
            Tensor targets = tensors.integers(tensors.randomIntegers(100, 0, 999));
            Tensor whole = tensors.garbage(100);
            Tensor chunked = tensors.garbage(100);
            Tensor loss = tensors.garbage(1);
            kernels.crossEntropy(hidden, weight, targets, whole, loss);
            new CpuCrossEntropy(workers, new CpuMatMul(ProductChoice.of(Precision.FLOAT32, workers), workers), 1)
                    .forward(hidden, weight, targets, chunked, loss);
            tensors.assertClose("tokenLoss", chunked, tensors.doubles(whole));
        }
    }

    @Test
    void isZeroWhereNoTargetCounts() {
        try (CpuKernels kernels = CpuKernels.create(2)) {
            TestTensors tensors = new TestTensors(kernels, new Random(1));
            Tensor dHidden = tensors.garbage(2, 3);
            Tensor dWeight = tensors.zeros(5, 3);
            Tensor tokenLoss = tensors.garbage(2);
            Tensor loss = tensors.garbage(1);
            kernels.crossEntropyGradient(
                    tensors.normal(2, 3),
                    tensors.normal(5, 3),
                    tensors.integers(new int[] {-1, -100}),
                    tensors.of(new float[] {1f}, 1),
                    tokenLoss,
                    loss,
                    dHidden,
                    dWeight);
            assertThat(tensors.floats(loss)).containsExactly(0f);
            assertThat(tensors.floats(tokenLoss)).containsOnly(0f);
            assertThat(tensors.floats(dHidden)).containsOnly(0f);
            assertThat(tensors.floats(dWeight)).containsOnly(0f);
        }
    }

    @Test
    void namesATargetOutsideTheVocabulary() {
        try (CpuKernels kernels = CpuKernels.create(2)) {
            TestTensors tensors = new TestTensors(kernels, new Random(1));
            assertThatThrownBy(() -> kernels.crossEntropy(
                            tensors.normal(3, 2),
                            tensors.normal(7, 2),
                            tensors.integers(new int[] {6, 7, 0}),
                            tensors.zeros(3),
                            tensors.zeros(1)))
                    .isInstanceOf(IndexOutOfBoundsException.class)
                    .hasMessage("target 7 of row 1 is outside 0 to 6");
        }
    }

    @Test
    void keepsWhatIsNotANumber() {
        try (CpuKernels kernels = CpuKernels.create(1)) {
            TestTensors tensors = new TestTensors(kernels, new Random(1));
            Tensor hidden = tensors.of(new float[] {1f, Float.NaN}, 1, 2);
            Tensor loss = tensors.zeros(1);
            kernels.crossEntropy(
                    hidden, tensors.normal(40, 2), tensors.integers(new int[] {3}), tensors.zeros(1), loss);
            assertThat(tensors.floats(loss)[0]).isNaN();
        }
    }
}
