package org.llamadl4j.train.loop;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.llamadl4j.model.checkpoint.SafeTensors;
import org.llamadl4j.model.graph.LlamaWeights;
import org.llamadl4j.model.kernel.Kernels;
import org.llamadl4j.model.kernel.Tensor;
import org.llamadl4j.train.optim.AdamW;

/**
 * {@code optimizer.safetensors} of a checkpoint: the moments of AdamW by the names of the parameters in Meta's code,
 * {@code first_moment.layers.0.attention.wq.weight}, float32. Their rows are in Meta's order, in which rotary pairs are
 * adjacent, unlike those of {@code model.safetensors} beside it: only this program reads them.
 */
final class OptimizerFile {

    static final String NAME = "optimizer.safetensors";
    private static final String FIRST = "first_moment.";
    private static final String SECOND = "second_moment.";

    private OptimizerFile() {}

    static long bytes(AdamW optimizer) {
        return 2 * Float.BYTES * optimizer.weights().config().parameterCount();
    }

    static void write(Path checkpoint, AdamW optimizer, Kernels kernels) throws IOException {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        put(tensors, FIRST, optimizer.firstMoment());
        put(tensors, SECOND, optimizer.secondMoment());
        SafeTensors.write(checkpoint.resolve(NAME), tensors, Map.of("row_order", "meta"), kernels);
    }

    /** Fills the moments of {@code optimizer}. */
    static void read(Path checkpoint, AdamW optimizer, Kernels kernels) throws IOException {
        try (SafeTensors file = SafeTensors.open(checkpoint.resolve(NAME))) {
            file.verify();
            read(file, FIRST, optimizer.firstMoment(), kernels);
            read(file, SECOND, optimizer.secondMoment(), kernels);
        }
    }

    private static void put(Map<String, Tensor> tensors, String prefix, LlamaWeights moments) {
        moments.names().forEach(name -> tensors.put(prefix + name, moments.get(name)));
    }

    private static void read(SafeTensors file, String prefix, LlamaWeights moments, Kernels kernels)
            throws IOException {
        for (String name : moments.names()) {
            file.read(prefix + name, moments.get(name), kernels);
        }
    }
}
