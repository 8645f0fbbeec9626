package org.llamadl4j.train.bench;

import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.llamadl4j.model.kernel.ElementType;
import org.llamadl4j.model.kernel.Kernels;
import org.llamadl4j.model.kernel.Tensor;

/**
 * What the machine can do at most, by the kernels' own matrix product and copy, measured in the same rounds as what is
 * held against it.
 */
final class Ceilings implements Participant {

    /** N, O, I of out(N,O) = x(N,I) · weight(O,I)ᵀ: one square, and large layers of LLaMAs. */
    private static final int[][] SHAPES = {
        {2048, 2048, 2048}, {2048, 1376, 512}, {2048, 512, 1376}, {1024, 4096, 512}, {2048, 768, 768}
    };

    /** 128 MiB each of source and target, far more than caches hold. */
    private static final long COPY_LENGTH = 32L << 20;

    private static final double LEAST_SECONDS = 0.1;

    private final Map<String, TimedTask> products = new LinkedHashMap<>();
    private final Map<String, Double> flops = new LinkedHashMap<>();
    private final TimedTask copy;

    /** Allocates what they need: 0.3 GB. */
    Ceilings(Kernels kernels) {
        RandomTensors tensors = new RandomTensors(kernels);
        for (int[] shape : SHAPES) {
            int n = shape[0];
            int o = shape[1];
            int i = shape[2];
            Tensor x = tensors.uniform(n, i);
            Tensor weight = tensors.uniform(o, i);
            Tensor out = tensors.zeros(n, o);
            String name = "%dx%dx%d".formatted(n, o, i);
            products.put(name, new TimedTask(LEAST_SECONDS, () -> kernels.linear(x, weight, out)));
            flops.put(name, 2.0 * n * o * i);
        }
        Tensor source = new Tensor(kernels.allocate(ElementType.FLOAT32, COPY_LENGTH), COPY_LENGTH);
        Tensor target = new Tensor(kernels.allocate(ElementType.FLOAT32, COPY_LENGTH), COPY_LENGTH);
        // Pages that were never written are all the same page of zeros.
        kernels.fill(source, 1);
        kernels.fill(target, 2);
        copy = new TimedTask(LEAST_SECONDS, () -> kernels.copy(source, target));
    }

    @Override
    public void warmUp() {
        products.values().forEach(TimedTask::warmUp);
        copy.warmUp();
    }

    @Override
    public void measure() {
        products.values().forEach(TimedTask::measure);
        copy.measure();
    }

    MachineCeilings measured() {
        MachineCeilings.MatMul best = products.entrySet().stream()
                .map(product -> new MachineCeilings.MatMul(
                        product.getKey(), product.getValue().seconds().rate(flops.get(product.getKey()) * 1e-9)))
                .max(Comparator.comparingDouble(product -> product.gflops().median()))
                .orElseThrow();
        double copyBytes = 2.0 * COPY_LENGTH * Float.BYTES;
        return new MachineCeilings(best, new MachineCeilings.Copy(copy.seconds().rate(copyBytes * 1e-9)));
    }
}
