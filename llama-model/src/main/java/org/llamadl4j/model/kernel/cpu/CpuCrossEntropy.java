package org.llamadl4j.model.kernel.cpu;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import org.llamadl4j.model.kernel.Tensor;

/**
 * Output head and cross-entropy in one. The logits of a chunk of rows are computed, turned into losses and, for the
 * gradient, into (softmax − one-hot)·dLoss/count in place; the next chunk uses the same memory. The logits are a float32
 * product in every precision: the softmax takes their rounding for a difference between tokens, and a model learns worse
 * (docs/decisions/006-precision.md).
 */
final class CpuCrossEntropy {

    /** Logits that are held at once: 32 MiB. */
    private static final int CHUNK = 8 << 20;

    /** Numbers that are summed in float32; a multiple of any number of lanes. */
    private static final int RUN = 1024;

    // Slots of operands.
    private static final int CHUNK_INPUTS = 0;
    private static final int CHUNK_LOGITS = 1;
    private static final int HEAD = 2;

    private final Workers workers;
    private final CpuMatMul matMul;
    private final int chunkLength;
    private FloatMemory chunk = FloatMemory.allocate(0);

    CpuCrossEntropy(Workers workers, CpuMatMul matMul) {
        this(workers, matMul, CHUNK);
    }

    /**
     * @param chunkLength logits that are held at once, where that is 16 rows or more
     */
    CpuCrossEntropy(Workers workers, CpuMatMul matMul, int chunkLength) {
        this.workers = workers;
        this.matMul = matMul;
        this.chunkLength = chunkLength;
    }

    /** The gradient that is wanted beside the loss. */
    private record Gradient(float dLoss, FloatMemory dHidden, FloatMemory dWeight) {}

    void forward(Tensor hidden, Tensor weight, Tensor targets, Tensor tokenLoss, Tensor loss) {
        run(hidden, weight, targets, tokenLoss, loss, null);
    }

    void gradient(
            Tensor hidden,
            Tensor weight,
            Tensor targets,
            Tensor dLoss,
            Tensor tokenLoss,
            Tensor loss,
            Tensor dHidden,
            Tensor dWeight) {
        Expect.size("dLoss", dLoss, 1);
        Expect.matrix("dHidden", dHidden, hidden.rows(), hidden.columns());
        Expect.matrix("dWeight", dWeight, weight.rows(), weight.columns());
        Expect.that(weight.buffer() instanceof FloatMemory, "a gradient is that of float32 weights, not of %s", weight);
        Gradient gradient =
                new Gradient(FloatMemory.of(dLoss).get(0), FloatMemory.of(dHidden), FloatMemory.of(dWeight));
        run(hidden, weight, targets, tokenLoss, loss, gradient);
    }

    private void run(Tensor hidden, Tensor weight, Tensor targets, Tensor tokenLoss, Tensor loss, Gradient gradient) {
        int rows = hidden.rows();
        int width = hidden.columns();
        int vocabulary = weight.rows();
        Expect.matrix("weight", weight, vocabulary, width);
        Expect.size("targets", targets, rows);
        Expect.size("tokenLoss", tokenLoss, rows);
        Expect.size("loss", loss, 1);
        FloatMemory x = FloatMemory.of(hidden);
        FloatMemory losses = FloatMemory.of(tokenLoss);
        IntMemory wanted = IntMemory.of(targets);
        int counted = countTargets(wanted, rows, vocabulary);
        float scale = gradient == null || counted == 0 ? 0f : gradient.dLoss() / counted;

        int chunkRows = Math.min(rows, Math.max(16, chunkLength / vocabulary / 16 * 16));
        if (chunk.length() < (long) chunkRows * vocabulary) {
            chunk = FloatMemory.allocate((long) chunkRows * vocabulary);
        }
        MatrixProduct float32 = matMul.float32();
        MatrixProduct product = matMul.product(chunkRows);
        // Once for all chunks.
        Operand head = gradient == null ? null : product.operand(HEAD, FloatMemory.of(weight));
        for (int first = 0; first < rows; first += chunkRows) {
            int count = Math.min(chunkRows, rows - first);
            FloatMemory chunkX = x.slice((long) first * width, (long) count * width);
            FloatMemory logits = chunk.slice(0, (long) count * vocabulary);
            matMul.multiply(float32, count, float32.operand(CHUNK_INPUTS, chunkX), weight, HEAD, logits);
            softmax(logits, count, vocabulary, wanted, losses, first, scale, gradient != null);
            if (gradient != null) {
                Operand inputs = product.operand(CHUNK_INPUTS, chunkX);
                Operand dLogits = product.operand(CHUNK_LOGITS, logits);
                product.multiply(
                        MatMulShape.dense(count, width, vocabulary, false, false),
                        dLogits,
                        head,
                        0f,
                        gradient.dHidden().slice((long) first * width, (long) count * width));
                product.multiply(
                        MatMulShape.dense(vocabulary, width, count, true, false),
                        dLogits,
                        inputs,
                        1f,
                        gradient.dWeight());
            }
        }
        FloatMemory.of(loss).put(0, mean(losses, rows, counted));
    }

    /** Losses of the rows of one chunk and, where {@code backward}, their logits replaced by the gradient of them. */
    private void softmax(
            FloatMemory logits,
            int rows,
            int vocabulary,
            IntMemory targets,
            FloatMemory losses,
            int first,
            float scale,
            boolean backward) {
        int padded = Lanes.roundUp(vocabulary);
        workers.forRanges(rows, Math.max(1, 8192 / vocabulary), (worker, from, to) -> {
            float[] row = worker.scratch().floats(0, padded);
            for (int n = from; n < to; n++) {
                int target = targets.get(first + n);
                if (target < 0) {
                    losses.put(first + n, 0f);
                    Arrays.fill(row, 0, vocabulary, 0f);
                } else {
                    logits.get(n * vocabulary, row, 0, vocabulary);
                    Arrays.fill(row, vocabulary, padded, Float.NEGATIVE_INFINITY);
                    float logit = row[target];
                    float highest = max(row, padded);
                    double sum = exponentials(row, padded, highest);
                    losses.put(first + n, (float) (Math.log(sum) + highest - logit));
                    if (backward) {
                        multiply(row, padded, (float) (scale / sum));
                        row[target] -= scale;
                    }
                }
                if (backward) {
                    logits.put(n * vocabulary, row, 0, vocabulary);
                }
            }
        });
    }

    private static float max(float[] row, int length) {
        FloatVector max = FloatVector.fromArray(Lanes.FLOATS, row, 0);
        for (int i = Lanes.COUNT; i < length; i += Lanes.COUNT) {
            max = max.max(FloatVector.fromArray(Lanes.FLOATS, row, i));
        }
        return Lanes.max(max);
    }

    /** Replaces each x of the row by exp(x − highest); their sum, in float32 over short runs and float64 over these. */
    private static double exponentials(float[] row, int length, float highest) {
        double sum = 0;
        for (int start = 0; start < length; start += RUN) {
            sum += exponentials(row, start, Math.min(start + RUN, length), highest);
        }
        return sum;
    }

    private static float exponentials(float[] row, int start, int end, float highest) {
        FloatVector sum = FloatVector.zero(Lanes.FLOATS);
        for (int i = start; i < end; i += Lanes.COUNT) {
            FloatVector below =
                    FloatVector.broadcast(Lanes.FLOATS, highest).sub(FloatVector.fromArray(Lanes.FLOATS, row, i));
            FloatVector power = Exponential.powerOfHalf(below.mul(Exponential.LOG2_E));

            power.intoArray(row, i);
            sum = sum.add(power);
        }
        return Lanes.sum(sum);
    }

    private static void multiply(float[] row, int length, float factor) {
        for (int i = 0; i < length; i += Lanes.COUNT) {
            FloatVector.fromArray(Lanes.FLOATS, row, i).mul(factor).intoArray(row, i);
        }
    }

    private static int countTargets(IntMemory targets, int rows, int vocabulary) {
        int counted = 0;
        for (int n = 0; n < rows; n++) {
            int target = targets.get(n);
            if (target >= vocabulary) {
                throw new IndexOutOfBoundsException(
                        "target %d of row %d is outside 0 to %d".formatted(target, n, vocabulary - 1));
            }
            if (target >= 0) {
                counted++;
            }
        }
        return counted;
    }

    private static float mean(FloatMemory losses, int rows, int counted) {
        double sum = 0;
        for (int n = 0; n < rows; n++) {
            sum += losses.get(n);
        }
        return counted == 0 ? 0f : (float) (sum / counted);
    }
}
