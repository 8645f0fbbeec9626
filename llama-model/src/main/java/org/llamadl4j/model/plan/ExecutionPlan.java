package org.llamadl4j.model.plan;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.llamadl4j.model.kernel.Buffer;
import org.llamadl4j.model.kernel.ElementType;
import org.llamadl4j.model.kernel.Kernels;
import org.llamadl4j.model.kernel.Tensor;
import org.llamadl4j.model.op.LlamaOp;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.autodiff.samediff.internal.SameDiffOp;

/**
 * A SameDiff graph of {@link LlamaOp}s compiled into a flat list of kernel calls. Every tensor has its memory before the
 * first call: the caller's for inputs, weights, their gradients and results, and a place in one arena for everything
 * between, given up after its last use and taken by the next. Running the plan looks nothing up and allocates nothing.
 */
public final class ExecutionPlan {

    private final Kernels kernels;
    private final Step[] steps;
    private final long activationBytes;

    private ExecutionPlan(Kernels kernels, Step[] steps, long activationBytes) {
        this.kernels = kernels;
        this.steps = steps;
        this.activationBytes = activationBytes;
    }

    /**
     * Compiles what {@code sd} needs to compute the bound variables.
     *
     * @param sd a graph in which every node that is needed is a {@link LlamaOp}
     * @param bound memory of the caller by variable: every placeholder that is needed, and every result that is wanted.
     *     A gradient of a weight is added to its memory, not written.
     */
    public static ExecutionPlan compile(SameDiff sd, Map<String, Tensor> bound, Kernels kernels) {
        return compile(sd, bound, kernels, new Arena(kernels));
    }

    /** The same with its activations in {@code arena}: a run of it overwrites those of other plans there. */
    public static ExecutionPlan compile(SameDiff sd, Map<String, Tensor> bound, Kernels kernels, Arena arena) {
        long segment = kernels.maximumLength() / ArenaLayout.ALIGNMENT * ArenaLayout.ALIGNMENT;
        return compile(sd, bound, kernels, arena, segment);
    }

    /** The same with an arena of segments of {@code segment} elements. */
    static ExecutionPlan compile(SameDiff sd, Map<String, Tensor> bound, Kernels kernels, Arena arena, long segment) {
        List<SameDiffOp> ops = needed(sd, bound.keySet());
        Map<String, long[]> shapes = shapes(sd, bound, ops);
        ArenaLayout layout = ArenaLayout.of(ops, shapes, bound.keySet(), segment);
        List<Buffer> segments = arena.segments(layout.size(), segment);

        Map<String, Tensor> tensors = new HashMap<>(bound);
        layout.offsets().forEach((name, offset) -> {
            long[] shape = shapes.get(name);
            Buffer buffer = segments.get(Math.toIntExact(offset / segment));
            tensors.put(name, new Tensor(buffer.slice(offset % segment, ArenaLayout.size(shape)), shape));
        });
        Step[] steps = ops.stream()
                .map(op -> new Step(
                        (LlamaOp) op.getOp(),
                        lookUp(tensors, op.getInputsToOp()),
                        lookUp(tensors, op.getOutputsOfOp())))
                .toArray(Step[]::new);
        return new ExecutionPlan(kernels, steps, ElementType.FLOAT32.bytes(layout.size()));
    }

    /** Runs every call in order. */
    public void run() {
        for (Step step : steps) {
            step.op.execute(kernels, step.in, step.out);
        }
    }

    /** Size of the arena. */
    public long activationBytes() {
        return activationBytes;
    }

    /** The kernel calls, in order. */
    public List<String> describe() {
        List<String> lines = new ArrayList<>();
        for (Step step : steps) {
            lines.add(step.op.opName() + " " + List.of(step.in) + " -> " + List.of(step.out));
        }
        return lines;
    }

    /** The ops that the wanted variables depend on, in the order in which they were added, which is a valid order. */
    private static List<SameDiffOp> needed(SameDiff sd, Set<String> wanted) {
        List<SameDiffOp> all = new ArrayList<>(sd.getOps().values());
        Set<String> variables = new HashSet<>(wanted);
        List<SameDiffOp> needed = new ArrayList<>();
        for (int i = all.size() - 1; i >= 0; i--) {
            SameDiffOp op = all.get(i);
            if (op.getOutputsOfOp().stream().anyMatch(variables::contains)) {
                if (!(op.getOp() instanceof LlamaOp)) {
                    throw new IllegalArgumentException(
                            "a plan cannot run %s, which makes %s; run this graph in a SameDiff session"
                                    .formatted(op.getOp().opName(), String.join(", ", op.getOutputsOfOp())));
                }
                needed.add(0, op);
                variables.addAll(op.getInputsToOp());
            }
        }
        return needed;
    }

    private static Map<String, long[]> shapes(SameDiff sd, Map<String, Tensor> bound, List<SameDiffOp> ops) {
        Map<String, long[]> shapes = new LinkedHashMap<>();
        for (SameDiffOp op : ops) {
            List<long[]> inputs = op.getInputsToOp().stream()
                    .map(name -> shapes.computeIfAbsent(name, input -> inputShape(sd.getVariable(input), bound)))
                    .toList();
            List<long[]> outputs = ((LlamaOp) op.getOp()).outputShapes(inputs);
            for (int i = 0; i < outputs.size(); i++) {
                shapes.put(op.getOutputsOfOp().get(i), outputs.get(i));
            }
        }
        return shapes;
    }

    private static long[] inputShape(SDVariable variable, Map<String, Tensor> bound) {
        Tensor tensor = bound.get(variable.name());
        if (tensor == null) {
            throw new IllegalArgumentException("no memory is bound to " + variable.name());
        }
        return tensor.shape();
    }

    private static Tensor[] lookUp(Map<String, Tensor> tensors, List<String> names) {
        return names.stream().map(tensors::get).toArray(Tensor[]::new);
    }

    private record Step(LlamaOp op, Tensor[] in, Tensor[] out) {}
}
