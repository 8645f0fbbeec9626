package org.llamadl4j.model.kernel.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.llamadl4j.model.kernel.ReferenceOps;
import org.llamadl4j.model.kernel.Tensor;

class CpuEmbeddingTest {

    @Property(tries = 40)
    void picksRowsAndAddsTheirGradients(
            @ForAll @IntRange(min = 1, max = 300) int n,
            @ForAll @IntRange(min = 1, max = 70) int width,
            @ForAll @IntRange(min = 1, max = 50) int vocabulary,
            @ForAll @IntRange(min = 1, max = 3) int threads,
            @ForAll Random random) {
        try (CpuKernels kernels = CpuKernels.create(threads)) {
            TestTensors tensors = new TestTensors(kernels, random);
            int[] ids = tensors.randomIntegers(n, 0, vocabulary);
            Tensor tokens = tensors.integers(ids);
            Tensor weight = tensors.normal(vocabulary, width);
            double[] expected = ReferenceOps.selectRows(tensors.doubles(weight), ids, width);

            Tensor out = tensors.garbage(n, width);
            kernels.embedding(tokens, weight, out);
            assertThat(tensors.doubles(out)).isEqualTo(expected);
            Tensor selected = tensors.garbage(n, width);
            kernels.selectRows(weight, tokens, selected);
            assertThat(tensors.doubles(selected)).isEqualTo(expected);

            Tensor dOut = tensors.normal(n, width);
            Tensor dWeight = tensors.normal(vocabulary, width);
            double[] before = tensors.doubles(dWeight);
            kernels.embeddingGradient(tokens, dOut, dWeight);
            double[] gradient = ReferenceOps.embeddingGradient(ids, tensors.doubles(dOut), vocabulary, width);
            tensors.assertClose("dWeight", dWeight, TestTensors.sum(before, gradient));
        }
    }

    @Test
    void namesATokenOutsideTheVocabulary() {
        try (CpuKernels kernels = CpuKernels.create(2)) {
            TestTensors tensors = new TestTensors(kernels, new Random(1));
            Tensor weight = tensors.normal(5, 3);
            for (int wrong : new int[] {5, -1}) {
                Tensor tokens = tensors.integers(new int[] {0, 4, wrong});
                Tensor rows = tensors.zeros(3, 3);
                String message = "token %d at position 2 is outside 0 to 4".formatted(wrong);
                assertThatThrownBy(() -> kernels.embedding(tokens, weight, rows))
                        .isInstanceOf(IndexOutOfBoundsException.class)
                        .hasMessage(message);
                assertThatThrownBy(() -> kernels.embeddingGradient(tokens, rows, weight))
                        .isInstanceOf(IndexOutOfBoundsException.class)
                        .hasMessage(message);
            }
        }
    }
}
