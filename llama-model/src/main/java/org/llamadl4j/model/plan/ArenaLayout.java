package org.llamadl4j.model.plan;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.llamadl4j.model.op.LlamaOp;
import org.nd4j.autodiff.samediff.internal.SameDiffOp;

/**
 * Where each activation lies in the arena: a simulation of the run in which an op's outputs are placed, and its inputs
 * freed after their last use. An output takes over the place of an input that dies in the same op where the op allows.
 * The arena is made of segments, because a buffer of a device has a largest length; no activation lies across a border.
 *
 * @param offsets element offset of each activation
 * @param size elements of the arena
 */
record ArenaLayout(Map<String, Long> offsets, long size) {

    /** Tensors begin on cache lines: 16 floats. */
    static final long ALIGNMENT = 16;

    /**
     * Lays out all variables of {@code ops} but {@code elsewhere}, which have memory of their own.
     *
     * @param segment elements of a segment; a multiple of {@link #ALIGNMENT}
     * @throws IllegalArgumentException if an activation is larger than a segment
     */
    static ArenaLayout of(List<SameDiffOp> ops, Map<String, long[]> shapes, Set<String> elsewhere, long segment) {
        return new Simulation(ops, shapes, elsewhere, segment).run();
    }

    /** Number of elements of {@code shape}. */
    static long size(long[] shape) {
        long size = 1;
        for (long dimension : shape) {
            size *= dimension;
        }
        return size;
    }

    private static final class Simulation {

        private final List<SameDiffOp> ops;
        private final Map<String, long[]> shapes;
        private final Set<String> elsewhere;
        private final long segment;
        private final Map<String, Integer> lastUse = new HashMap<>();
        private final Map<String, Long> offsets = new HashMap<>();
        /** Free ranges by offset, never adjacent to each other; the arena above {@link #end} is free too. */
        private final TreeMap<Long, Long> free = new TreeMap<>();

        private long end;
        private long size;

        Simulation(List<SameDiffOp> ops, Map<String, long[]> shapes, Set<String> elsewhere, long segment) {
            this.ops = ops;
            this.shapes = shapes;
            this.elsewhere = elsewhere;
            this.segment = segment;
            for (int i = 0; i < ops.size(); i++) {
                for (String name : ops.get(i).getOutputsOfOp()) {
                    lastUse.put(name, i);
                }
                for (String name : ops.get(i).getInputsToOp()) {
                    lastUse.put(name, i);
                }
            }
        }

        ArenaLayout run() {
            for (int i = 0; i < ops.size(); i++) {
                SameDiffOp op = ops.get(i);
                Set<String> takenOver = new HashSet<>();
                List<String> outputs = op.getOutputsOfOp();
                for (int o = 0; o < outputs.size(); o++) {
                    String output = outputs.get(o);
                    if (elsewhere.contains(output)) {
                        continue;
                    }
                    String input = takeOver(op, i, o, takenOver);
                    if (input != null) {
                        takenOver.add(input);
                        offsets.put(output, offsets.get(input));
                    } else {
                        offsets.put(output, place(output, paddedSize(output)));
                    }
                }
                freeDead(op, i, takenOver);
            }
            return new ArenaLayout(Map.copyOf(offsets), Math.max(size, ALIGNMENT));
        }

        /** The input whose place output {@code o} of op {@code i} takes over, or null. */
        private String takeOver(SameDiffOp op, int i, int o, Set<String> takenOver) {
            List<String> inputs = op.getInputsToOp();
            for (int candidate : ((LlamaOp) op.getOp()).mayOverwrite(o)) {
                if (candidate >= inputs.size()) {
                    continue;
                }
                String input = inputs.get(candidate);
                boolean dies = !elsewhere.contains(input) && lastUse.get(input) == i;
                boolean fits = size(shapes.get(input))
                        == size(shapes.get(op.getOutputsOfOp().get(o)));
                boolean once = inputs.indexOf(input) == inputs.lastIndexOf(input);
                if (dies && fits && once && !takenOver.contains(input)) {
                    return input;
                }
            }
            return null;
        }

        private void freeDead(SameDiffOp op, int i, Set<String> takenOver) {
            Set<String> variables = new HashSet<>(op.getInputsToOp());
            variables.addAll(op.getOutputsOfOp());
            for (String name : variables) {
                if (!elsewhere.contains(name) && !takenOver.contains(name) && lastUse.get(name) == i) {
                    release(offsets.get(name), paddedSize(name));
                }
            }
        }

        private long paddedSize(String name) {
            return (size(shapes.get(name)) + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
        }

        /** The smallest free range that is large enough, else the end of the arena. */
        private long place(String name, long length) {
            if (length > segment) {
                throw new IllegalArgumentException(
                        "%s has %,d numbers, and a buffer of this device holds %,d; compute fewer tokens at once"
                                .formatted(name, length, segment));
            }
            Map.Entry<Long, Long> best = null;
            for (Map.Entry<Long, Long> range : free.entrySet()) {
                boolean fits = start(range.getKey(), length) + length <= range.getKey() + range.getValue();
                if (fits && (best == null || range.getValue() < best.getValue())) {
                    best = range;
                }
            }
            if (best != null) {
                long stop = best.getKey() + best.getValue();
                long offset = start(best.getKey(), length);
                free.remove(best.getKey());
                putFree(best.getKey(), offset);
                putFree(offset + length, stop);
                return offset;
            }
            long offset = start(end, length);
            putFree(end, offset);
            end = offset + length;
            size = Math.max(size, end);
            return offset;
        }

        /** The first offset from {@code begin} on at which {@code length} elements lie in one segment. */
        private long start(long begin, long length) {
            boolean inOneSegment = begin / segment == (begin + length - 1) / segment;
            return inOneSegment ? begin : (begin / segment + 1) * segment;
        }

        private void putFree(long begin, long stop) {
            if (begin < stop) {
                free.put(begin, stop - begin);
            }
        }

        private void release(long offset, long length) {
            long begin = offset;
            long stop = offset + length;
            Map.Entry<Long, Long> before = free.lowerEntry(begin);
            if (before != null && before.getKey() + before.getValue() == begin) {
                begin = before.getKey();
                free.remove(begin);
            }
            Long after = free.remove(stop);
            if (after != null) {
                stop += after;
            }
            if (stop == end) {
                end = begin;
            } else {
                free.put(begin, stop - begin);
            }
        }
    }
}
