package org.llamadl4j.model.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.llamadl4j.model.kernel.ElementType;
import org.llamadl4j.model.kernel.Kernels;
import org.llamadl4j.model.kernel.RotaryEmbedding;
import org.llamadl4j.model.kernel.RotaryPairs;
import org.llamadl4j.model.kernel.Tensor;
import org.llamadl4j.model.kernel.cpu.CpuKernels;
import org.llamadl4j.model.op.KernelSession;
import org.llamadl4j.model.op.Linear;
import org.llamadl4j.model.op.ResidualAdd;
import org.llamadl4j.model.op.RmsNorm;
import org.llamadl4j.model.op.Rope;
import org.llamadl4j.model.op.SwiGlu;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class ExecutionPlanTest {

    private static final int ROWS = 3;
    private static final int COLUMNS = 4;
    private static final Kernels KERNELS = CpuKernels.create(1);

    /**
     * Memory is shared between activations and taken over in place; if two that are alive ever overlapped, a random
     * graph would show it, in an arena of one segment or several. SameDiff's own session shares nothing.
     */
    @Property(tries = 60)
    void computesWhatASessionComputes(@ForAll long seed) {
        Random random = new Random(seed);
        SameDiff sd = SameDiff.create();
        List<SDVariable> variables = new ArrayList<>();
        variables.add(sd.placeHolder("x", DataType.FLOAT, ROWS, COLUMNS));
        SDVariable weight = sd.placeHolder("weight", DataType.FLOAT, COLUMNS, COLUMNS);
        SDVariable norm = sd.placeHolder("norm", DataType.FLOAT, COLUMNS);
        int nodes = 1 + random.nextInt(25);
        for (int i = 0; i < nodes; i++) {
            variables.add(randomNode("node" + i, variables, weight, norm, random));
        }
        List<String> wanted = new ArrayList<>(List.of(variables.get(nodes).name()));
        if (random.nextBoolean() && nodes > 1) {
            wanted.add(variables.get(1 + random.nextInt(nodes - 1)).name());
        }

        Map<String, INDArray> inputs = new HashMap<>();
        inputs.put("x", Nd4j.rand(DataType.FLOAT, ROWS, COLUMNS));
        inputs.put("weight", Nd4j.rand(DataType.FLOAT, COLUMNS, COLUMNS));
        inputs.put("norm", Nd4j.rand(DataType.FLOAT, COLUMNS));
        KernelSession.install(KERNELS);
        Map<String, INDArray> expected = sd.output(inputs, wanted);

        Map<String, Tensor> bound = new HashMap<>();
        inputs.forEach((name, array) -> bound.put(name, KERNELS.wrap(array)));
        for (String name : wanted) {
            bound.put(name, new Tensor(KERNELS.allocate(ElementType.FLOAT32, ROWS * COLUMNS), ROWS, COLUMNS));
        }
        long segment = 16 * (1 + random.nextInt(4));
        ExecutionPlan plan = ExecutionPlan.compile(sd, bound, KERNELS, new Arena(KERNELS), segment);
        plan.run();
        plan.run();

        for (String name : wanted) {
            float[] actual = new float[ROWS * COLUMNS];
            KERNELS.read(bound.get(name).buffer(), 0, actual, 0, actual.length);
            assertThat(actual).isEqualTo(expected.get(name).data().asFloat());
        }
    }

    @Test
    void runsOnlyWhatIsWanted() {
        SameDiff sd = SameDiff.create();
        SDVariable x = sd.placeHolder("x", DataType.FLOAT, ROWS, COLUMNS);
        SDVariable wanted = ResidualAdd.of("wanted", x, x);
        SwiGlu.of("unwanted", wanted, x);
        ExecutionPlan plan = ExecutionPlan.compile(sd, Map.of("x", zeros(), "wanted", zeros()), KERNELS);
        assertThat(plan.describe()).hasSize(1);
    }

    /** A chain of any length needs two places: one that is read and one that is written. */
    @Test
    void reusesMemoryAfterTheLastUse() {
        SameDiff sd = SameDiff.create();
        SDVariable x = sd.placeHolder("x", DataType.FLOAT, ROWS, COLUMNS);
        SDVariable norm = sd.placeHolder("norm", DataType.FLOAT, COLUMNS);
        SDVariable y = x;
        for (int i = 0; i < 10; i++) {
            y = RmsNorm.of("y" + i, y, norm, 1e-5);
        }
        Tensor ones = new Tensor(KERNELS.allocate(ElementType.FLOAT32, COLUMNS), COLUMNS);
        ExecutionPlan plan = ExecutionPlan.compile(sd, Map.of("x", zeros(), "norm", ones, "y9", zeros()), KERNELS);
        assertThat(plan.activationBytes()).isEqualTo(2 * 16 * Float.BYTES);
    }

    @Test
    void namesAnActivationThatNoBufferCanHold() {
        SameDiff sd = SameDiff.create();
        SDVariable x = sd.placeHolder("x", DataType.FLOAT, ROWS, 2 * COLUMNS);
        ResidualAdd.of("twice", ResidualAdd.of("large", x, x), x);
        Tensor wide = new Tensor(KERNELS.allocate(ElementType.FLOAT32, ROWS * 2 * COLUMNS), ROWS, 2 * COLUMNS);
        assertThatThrownBy(() ->
                        ExecutionPlan.compile(sd, Map.of("x", wide, "twice", wide), KERNELS, new Arena(KERNELS), 16))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("large")
                .hasMessageContaining("fewer tokens");
    }

    @Test
    void refusesOpsThatAreNotLlamas() {
        SameDiff sd = SameDiff.create();
        sd.placeHolder("x", DataType.FLOAT, ROWS, COLUMNS).add("sum", 1.0);
        assertThatThrownBy(() -> ExecutionPlan.compile(sd, Map.of("x", zeros(), "sum", zeros()), KERNELS))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("sum");
    }

    @Test
    void namesAnInputWithoutMemory() {
        SameDiff sd = SameDiff.create();
        SDVariable x = sd.placeHolder("x", DataType.FLOAT, ROWS, COLUMNS);
        ResidualAdd.of("sum", x, x);
        assertThatThrownBy(() -> ExecutionPlan.compile(sd, Map.of("sum", zeros()), KERNELS))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("no memory is bound to x");
    }

    private static SDVariable randomNode(
            String name, List<SDVariable> variables, SDVariable weight, SDVariable norm, Random random) {
        SDVariable a = variables.get(random.nextInt(variables.size()));
        SDVariable b = variables.get(random.nextInt(variables.size()));
        return switch (random.nextInt(7)) {
            case 0 -> ResidualAdd.of(name, a, b);
            case 1 -> SwiGlu.of(name, a, b);
            case 2 -> RmsNorm.of(name, a, norm, 1e-5);
            case 3 -> Linear.of(name, a, weight);
            case 4 -> Rope.of(name, a, ROWS, RotaryEmbedding.of(COLUMNS, 100, RotaryPairs.ADJACENT));
            case 5 ->
                Linear.of(List.of(name + ".other", name), a, List.of(weight, weight))
                        .get(1);
            default -> Linear.Gradient.of(name, a, List.of(weight), List.of(b)).dX();
        };
    }

    private static Tensor zeros() {
        return new Tensor(KERNELS.allocate(ElementType.FLOAT32, ROWS * COLUMNS), ROWS, COLUMNS);
    }
}
