package org.llamadl4j.model.generate;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;
import org.llamadl4j.model.config.LlamaConfig;
import org.llamadl4j.model.graph.LlamaWeights;
import org.llamadl4j.model.kernel.Buffer;
import org.llamadl4j.model.kernel.ElementType;
import org.llamadl4j.model.kernel.Kernels;
import org.llamadl4j.model.kernel.RotaryPairs;
import org.llamadl4j.model.kernel.Tensor;
import org.llamadl4j.model.kernel.cpu.CpuKernels;

/**
 * A tiny model that generates noise on a thread of its own while a large one is being opened. Until the Java machine has
 * compiled the kernels they are some hundred times slower, and what it compiles is what is called often: small calls here
 * bring that about sooner than the first layers of the large model.
 */
public final class WarmUp {

    private static final int CONTEXT = 64;

    /** By then all has been called often enough. */
    private static final int ROUNDS = 60;

    /** Tokens of a prompt: more than those for which weights are converted anew, as three and two. */
    private static final int PROMPT = 5;

    /** Tokens that are generated after it. */
    private static final int NEW_TOKENS = 3;

    private final Thread thread;

    private WarmUp(ElementType type) {
        thread = new Thread(() -> run(type), "warm-up");
        thread.setDaemon(true);
    }

    /** Begins to generate with matrices of {@code type}. */
    public static WarmUp start(ElementType type) {
        WarmUp warmUp = new WarmUp(type);
        warmUp.thread.start();
        return warmUp;
    }

    /**
     * Waits until it has ended.
     *
     * @throws InterruptedException if the thread is interrupted meanwhile
     */
    public void await() throws InterruptedException {
        thread.join();
    }

    private static void run(ElementType type) {
        try (Kernels kernels = CpuKernels.create(1)) {
            KvCache cache = new KvCache(config(type), 1, CONTEXT, kernels);
            DecoderPass pass = new DecoderPass(weights(type, kernels), cache, PROMPT, kernels);
            for (int round = 0; round < ROUNDS; round++) {
                cache.truncate(0, 0);
                generate(pass, PROMPT);
                for (int token = 0; token < NEW_TOKENS; token++) {
                    generate(pass, 1);
                }
            }
        }
    }

    private static void generate(DecoderPass pass, int tokens) {
        for (int i = 0; i < tokens; i++) {
            pass.add(0, i, i == tokens - 1);
        }
        pass.run(prediction -> {});
    }

    /** As small as rows of {@code type} can be. */
    static LlamaConfig config(ElementType type) {
        int width = Math.max(64, type.blockLength());
        return LlamaConfig.builder()
                .dim(width)
                .layers(1)
                .heads(2)
                .kvHeads(1)
                .hiddenDim(width)
                .vocabSize(64)
                .contextLength(CONTEXT)
                .normEps(1e-5)
                .ropeTheta(10_000)
                .build();
    }

    static LlamaWeights weights(ElementType type, Kernels kernels) {
        LlamaConfig config = config(type);
        SplittableRandom random = new SplittableRandom(1);
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        LlamaWeights.shapes(config).forEach((name, shape) -> {
            long size = Arrays.stream(shape).reduce(1, (a, b) -> a * b);
            boolean isFloat = shape.length == 1 || type == ElementType.FLOAT32;
            Buffer buffer = kernels.allocate(isFloat ? ElementType.FLOAT32 : type, size);
            if (isFloat) {
                float[] numbers = new float[(int) size];
                for (int i = 0; i < numbers.length; i++) {
                    numbers[i] = (float) (random.nextDouble() - 0.5);
                }
                kernels.write(numbers, 0, buffer, 0, numbers.length);
            } else {
                kernels.write(bytes((int) type.bytes(size), random), 0, buffer, 0, (int) size);
            }
            tensors.put(name, new Tensor(buffer, shape));
        });
        return LlamaWeights.of(config, RotaryPairs.HALVES, tensors);
    }

    /** Bytes that are numbers below 1 in every type: sign, and the upper bits of the exponent. */
    private static byte[] bytes(int count, SplittableRandom random) {
        byte[] bytes = new byte[count];
        for (int i = 0; i < count; i++) {
            bytes[i] = (byte) (random.nextInt() & 0x83 | 0x38);
        }
        return bytes;
    }
}
