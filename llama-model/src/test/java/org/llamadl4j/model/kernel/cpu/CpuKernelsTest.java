package org.llamadl4j.model.kernel.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.llamadl4j.model.kernel.Buffer;
import org.llamadl4j.model.kernel.ElementType;
import org.llamadl4j.model.kernel.Tensor;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

class CpuKernelsTest {

    private final CpuKernels kernels = CpuKernels.create(2);
    private final TestTensors tensors = new TestTensors(kernels, new Random(1));

    @Test
    void memoryIsZeroedAndSlicesShareIt() {
        Buffer buffer = kernels.allocate(ElementType.FLOAT32, 1000);
        float[] values = new float[1000];
        kernels.read(buffer, 0, values, 0, 1000);
        assertThat(values).containsOnly(0f);
        Buffer slice = buffer.slice(100, 50).slice(10, 5);
        kernels.write(new float[] {0f, 7f, 8f}, 1, slice, 3, 2);
        kernels.read(buffer, 112, values, 500, 4);
        assertThat(values[500]).isZero();
        assertThat(values[501]).isEqualTo(7f);
        assertThat(values[502]).isEqualTo(8f);
        assertThat(slice.length()).isEqualTo(5);
        assertThatThrownBy(() -> buffer.slice(990, 11)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> kernels.write(new float[6], 0, slice, 0, 6))
                .isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void wrappedArraysShareMemory() {
        INDArray array = Nd4j.create(DataType.FLOAT, 6, 4);
        Tensor whole = kernels.wrap(array);
        assertThat(whole.shape()).containsExactly(6, 4);
        kernels.fill(whole, 2f);
        assertThat(array.getFloat(5, 3)).isEqualTo(2f);
        array.putScalar(3, 1, 9f);
        Tensor rows = kernels.wrap(array.get(NDArrayIndex.interval(2, 5), NDArrayIndex.all()));
        assertThat(tensors.floats(rows)).containsExactly(2, 2, 2, 2, 2, 9, 2, 2, 2, 2, 2, 2);
        assertThat(tensors.floats(kernels.wrap(Nd4j.scalar(4f)))).containsExactly(4f);
    }

    @Test
    void wrappedArraysWorkInProducts() {
        INDArray x = Nd4j.rand(DataType.FLOAT, 5, 7);
        INDArray weight = Nd4j.rand(DataType.FLOAT, 9, 7).get(NDArrayIndex.interval(3, 6), NDArrayIndex.all());
        INDArray out = Nd4j.create(DataType.FLOAT, 5, 3);
        kernels.linear(kernels.wrap(x), kernels.wrap(weight), kernels.wrap(out));
        assertThat(out.equalsWithEps(x.mmul(weight.transpose()), 1e-5)).isTrue();
    }

    @Test
    void wrappedIntegersAreTokens() {
        Tensor tokens = kernels.wrap(Nd4j.createFromArray(2, 0));
        Tensor out = tensors.zeros(2, 1);
        kernels.embedding(tokens, tensors.of(new float[] {5, 6, 7}, 3, 1), out);
        assertThat(tensors.floats(out)).containsExactly(7, 5);
    }

    @Test
    void onlyDenseRowMajorArraysAreWrapped() {
        INDArray array = Nd4j.create(DataType.FLOAT, 6, 4);
        assertThatThrownBy(() -> kernels.wrap(array.transpose()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("dense arrays in c order");
        assertThatThrownBy(() -> kernels.wrap(array.get(NDArrayIndex.all(), NDArrayIndex.interval(0, 2))))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> kernels.wrap(Nd4j.create(DataType.DOUBLE, 2)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("only arrays of type FLOAT or INT can be wrapped, not DOUBLE");
    }

    @Test
    void saysHowMuchABufferHolds() {
        assertThatThrownBy(() -> kernels.allocate(ElementType.FLOAT32, 1L << 29))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("a buffer of the CPU holds 0 to 536,870,911 elements (2 GiB), not 536,870,912");
    }

    @Test
    void refusesMemoryOfTheOtherType() {
        Tensor tokens = tensors.integers(new int[] {1, 2});
        assertThatThrownBy(() -> kernels.fill(tokens, 1f))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("float32 memory of the CPU is needed, not INT32[2]");
    }

    @Test
    void describesItself() {
        assertThat(kernels.description())
                .startsWith("CPU ")
                .contains("2 threads")
                .contains("-bit vectors");
    }

    @Test
    void endsWhenClosed() {
        CpuKernels closed = CpuKernels.create(1);
        Tensor tensor = new Tensor(closed.allocate(ElementType.FLOAT32, 4), 4);
        closed.close();
        assertThatThrownBy(() -> closed.fill(tensor, 1f)).hasMessage("these kernels are closed");
    }
}
