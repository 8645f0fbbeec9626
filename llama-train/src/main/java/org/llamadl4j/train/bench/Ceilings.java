package org.llamadl4j.train.bench;

import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.llamadl4j.model.kernel.ElementType;
import org.llamadl4j.model.kernel.Kernels;
import org.llamadl4j.model.kernel.Precision;
import org.llamadl4j.model.kernel.Tensor;
import org.llamadl4j.model.kernel.cpu.CpuKernels;

/**
 * What the machine can do at most, by the kernels' own matrix product, copy and read, measured in the same rounds as what is
 * held against it.
 */
final class Ceilings implements Participant, AutoCloseable {

    /** N, O, I of out(N,O) = x(N,I) · weight(O,I)ᵀ: one square, and large layers of LLaMAs. */
    private static final int[][] SHAPES = {
        {2048, 2048, 2048}, {2048, 1376, 512}, {2048, 512, 1376}, {1024, 4096, 512}, {2048, 768, 768}
    };

    /** 128 MiB each of source and target, far more than caches hold. */
    private static final long COPY_LENGTH = 32L << 20;

    private static final double LEAST_SECONDS = 0.1;

    private final CpuKernels float32;
    /** Null where the hardware has no bfloat16. */
    private final CpuKernels bfloat16;

    private final Map<String, TimedTask> products;
    private final Map<String, TimedTask> bfloat16Products;
    private final TimedTask copy;
    private final TimedTask read;

    /**
     * Allocates what they need: 0.3 GB.
     *
     * @param threads as many; 0 for one for each processor
     */
    Ceilings(int threads) {
        float32 = CpuKernels.create(threads, Precision.FLOAT32);
        products = products(float32);
        CpuKernels best = CpuKernels.create(threads, Precision.AUTO);
        if (best.precision() == Precision.BFLOAT16) {
            bfloat16 = best;
            bfloat16Products = products(best);
        } else {
            best.close();
            bfloat16 = null;
            bfloat16Products = Map.of();
        }
        Tensor source = new Tensor(float32.allocate(ElementType.FLOAT32, COPY_LENGTH), COPY_LENGTH);
        Tensor target = new Tensor(float32.allocate(ElementType.FLOAT32, COPY_LENGTH), COPY_LENGTH);
        // Pages that were never written are all the same page of zeros.
        float32.fill(source, 1);
        float32.fill(target, 2);
        copy = new TimedTask(LEAST_SECONDS, () -> float32.copy(source, target));
        // Of what the kernels do the one that reads all and does the least with it.
        read = new TimedTask(LEAST_SECONDS, () -> float32.isFinite(source));
    }

    private static Map<String, TimedTask> products(Kernels kernels) {
        RandomTensors tensors = new RandomTensors(kernels);
        Map<String, TimedTask> products = new LinkedHashMap<>();
        for (int[] shape : SHAPES) {
            Tensor x = tensors.uniform(shape[0], shape[2]);
            Tensor weight = tensors.uniform(shape[1], shape[2]);
            Tensor out = tensors.zeros(shape[0], shape[1]);
            products.put(name(shape), new TimedTask(LEAST_SECONDS, () -> kernels.linear(x, weight, out)));
        }
        return products;
    }

    private static String name(int[] shape) {
        return "%dx%dx%d".formatted(shape[0], shape[1], shape[2]);
    }

    @Override
    public void warmUp() {
        products.values().forEach(TimedTask::warmUp);
        bfloat16Products.values().forEach(TimedTask::warmUp);
        copy.warmUp();
        read.warmUp();
    }

    @Override
    public void measure() {
        products.values().forEach(TimedTask::measure);
        bfloat16Products.values().forEach(TimedTask::measure);
        copy.measure();
        read.measure();
    }

    MachineCeilings measured() {
        double copyBytes = 2.0 * COPY_LENGTH * Float.BYTES;
        return new MachineCeilings(
                fastest(products),
                bfloat16 == null ? null : fastest(bfloat16Products),
                new MachineCeilings.Copy(copy.seconds().rate(copyBytes * 1e-9)),
                new MachineCeilings.Read(read.seconds().rate(copyBytes / 2 * 1e-9)));
    }

    private static MachineCeilings.MatMul fastest(Map<String, TimedTask> products) {
        return Arrays.stream(SHAPES)
                .map(shape -> {
                    double flops = 2.0 * shape[0] * shape[1] * shape[2];
                    Spread seconds = products.get(name(shape)).seconds();
                    return new MachineCeilings.MatMul(name(shape), seconds.rate(flops * 1e-9));
                })
                .max(Comparator.comparingDouble(product -> product.gflops().median()))
                .orElseThrow();
    }

    @Override
    public void close() {
        float32.close();
        if (bfloat16 != null) {
            bfloat16.close();
        }
    }
}
