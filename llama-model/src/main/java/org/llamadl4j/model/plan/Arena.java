package org.llamadl4j.model.plan;

import java.util.ArrayList;
import java.util.List;
import lombok.RequiredArgsConstructor;
import org.llamadl4j.model.kernel.Buffer;
import org.llamadl4j.model.kernel.ElementType;
import org.llamadl4j.model.kernel.Kernels;

/**
 * Memory for the activations of plans of which only one runs at a time: each begins at its start, and it is as large as the
 * largest needs it. Where that is compiled first, there is no other.
 */
@RequiredArgsConstructor
public final class Arena {

    private final Kernels kernels;
    private List<Buffer> segments = List.of();
    private long size;

    /** Buffers of {@code segment} elements, the last perhaps shorter, for {@code size} elements at least. */
    List<Buffer> segments(long size, long segment) {
        if (size > this.size) {
            List<Buffer> larger = new ArrayList<>();
            for (long begin = 0; begin < size; begin += segment) {
                larger.add(kernels.allocate(ElementType.FLOAT32, Math.min(segment, size - begin)));
            }
            segments = List.copyOf(larger);
            this.size = size;
        }
        return segments;
    }
}
