package org.llamadl4j.model.op;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.llamadl4j.model.kernel.Kernels;
import org.llamadl4j.model.kernel.Tensor;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.DynamicCustomOp;
import org.nd4j.linalg.api.ops.OpContext;
import org.nd4j.linalg.api.shape.LongShapeDescriptor;

/**
 * A node of the LLaMA graph: it knows its shapes, its gradient and which kernel computes it. All outputs are float32.
 *
 * <p>ND4J 1.0.0-M2.1 has no public class for operations written in Java; this is the least that its SameDiff needs of
 * one. Attributes live in the integer and floating-point arguments of {@link DynamicCustomOp}, because these are what
 * SameDiff copies when it clones a graph to differentiate it.
 */
public abstract class LlamaOp extends DynamicCustomOp {

    private final int outputs;

    /** For SameDiff, which clones ops through their no-argument constructor. */
    protected LlamaOp(int outputs) {
        this.outputs = outputs;
    }

    /** A node over {@code inputs}; SameDiff finds it through them. */
    protected LlamaOp(int outputs, SameDiff sd, SDVariable... inputs) {
        super(sd, inputs);
        this.outputs = outputs;
    }

    /** A name that no built-in op has. A method, because SameDiff asks while the op is still being constructed. */
    @Override
    public abstract String opName();

    /** The shape of each output, from the shapes of the inputs. */
    public abstract List<long[]> outputShapes(List<long[]> inputs);

    /** Computes {@code out} from {@code in}. Calls one kernel; allocates no more than an argument of that call. */
    public abstract void execute(Kernels kernels, Tensor[] in, Tensor[] out);

    /** Whether {@link #execute} adds to output {@code index} instead of writing it: gradients of weights. */
    public boolean addsTo(int index) {
        return false;
    }

    /** The inputs whose memory output {@code index} may take over, best first. */
    public int[] mayOverwrite(int index) {
        return new int[0];
    }

    /** A fixed number, but for ops that keep theirs in an attribute. */
    @Override
    public int getNumOutputs() {
        return outputs;
    }

    @Override
    public final List<DataType> calculateOutputDataTypes(List<DataType> inputs) {
        List<DataType> types = new ArrayList<>();
        for (int i = 0; i < getNumOutputs(); i++) {
            types.add(DataType.FLOAT);
        }
        return types;
    }

    @Override
    public final List<LongShapeDescriptor> calculateOutputShape() {
        return describe(inputArguments);
    }

    @Override
    public final List<LongShapeDescriptor> calculateOutputShape(OpContext context) {
        KernelSession.requireInstalled();
        return describe(context.getInputArrays());
    }

    private List<LongShapeDescriptor> describe(List<INDArray> inputs) {
        return outputShapes(inputs.stream().map(INDArray::shape).toList()).stream()
                .map(shape -> LongShapeDescriptor.fromShape(shape, DataType.FLOAT))
                .toList();
    }

    /** Gradients are taken of the ops that lie forward; ops that compute gradients do not have one. */
    @Override
    public List<SDVariable> doDiff(List<SDVariable> gradients) {
        throw new IllegalStateException(opName() + " computes a gradient and is not differentiated again");
    }

    @Override
    public final long opHash() {
        return Objects.hash(opName(), iArguments, tArguments);
    }

    /** Attributes are in the argument lists; there is nothing else to copy. */
    @Override
    public final Map<String, Object> propertiesForFunction() {
        return Map.of();
    }

    @Override
    public final void setPropertiesForFunction(Map<String, Object> properties) {}

    /** Integer attribute {@code index}. */
    protected final int intAttribute(int index) {
        return Math.toIntExact(iArguments.get(index));
    }

    /** Floating-point attribute {@code index}. */
    protected final double doubleAttribute(int index) {
        return tArguments.get(index);
    }
}
