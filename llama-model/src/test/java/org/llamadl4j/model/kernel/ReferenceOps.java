package org.llamadl4j.model.kernel;

import java.util.Arrays;
import java.util.function.IntUnaryOperator;

/**
 * What every kernel computes, as plain loops in float64: the formulas of {@link Kernels} and of their gradients, read
 * for correctness alone. Arrays are row-major; gradients of weights are returned, not added to anything.
 */
public final class ReferenceOps {

    private ReferenceOps() {}

    /** out(N,O) = x(N,I) · weight(O,I)ᵀ. */
    public static double[] linear(double[] x, double[] weight, int n, int inputs, int outputs) {
        double[] out = new double[n * outputs];
        for (int row = 0; row < n; row++) {
            for (int o = 0; o < outputs; o++) {
                for (int i = 0; i < inputs; i++) {
                    out[row * outputs + o] += x[row * inputs + i] * weight[o * inputs + i];
                }
            }
        }
        return out;
    }

    /** dX(N,I) = dOut(N,O) · weight(O,I). */
    public static double[] linearInputGradient(double[] dOut, double[] weight, int n, int inputs, int outputs) {
        double[] dX = new double[n * inputs];
        for (int row = 0; row < n; row++) {
            for (int o = 0; o < outputs; o++) {
                for (int i = 0; i < inputs; i++) {
                    dX[row * inputs + i] += dOut[row * outputs + o] * weight[o * inputs + i];
                }
            }
        }
        return dX;
    }

    /** dWeight(O,I) = dOut(N,O)ᵀ · x(N,I). */
    public static double[] linearWeightGradient(double[] x, double[] dOut, int n, int inputs, int outputs) {
        double[] dWeight = new double[outputs * inputs];
        for (int row = 0; row < n; row++) {
            for (int o = 0; o < outputs; o++) {
                for (int i = 0; i < inputs; i++) {
                    dWeight[o * inputs + i] += dOut[row * outputs + o] * x[row * inputs + i];
                }
            }
        }
        return dWeight;
    }

    /** out(N,D): row n is row rows[n] of table. */
    public static double[] selectRows(double[] table, int[] rows, int width) {
        double[] out = new double[rows.length * width];
        for (int n = 0; n < rows.length; n++) {
            System.arraycopy(table, rows[n] * width, out, n * width, width);
        }
        return out;
    }

    /** dWeight(V,D): the sum of the rows of dOut(N,D) of each token. */
    public static double[] embeddingGradient(int[] tokens, double[] dOut, int vocabulary, int width) {
        double[] dWeight = new double[vocabulary * width];
        for (int n = 0; n < tokens.length; n++) {
            for (int d = 0; d < width; d++) {
                dWeight[tokens[n] * width + d] += dOut[n * width + d];
            }
        }
        return dWeight;
    }

    /** out(N,D) = x / sqrt(mean(x²) + eps) · weight(D). */
    public static double[] rmsNorm(double[] x, double[] weight, double eps) {
        int width = weight.length;
        double[] out = new double[x.length];
        for (int start = 0; start < x.length; start += width) {
            double scale = inverseRms(x, start, width, eps);
            for (int d = 0; d < width; d++) {
                out[start + d] = x[start + d] * scale * weight[d];
            }
        }
        return out;
    }

    /** Gradients of {@link #rmsNorm}. */
    public record RmsNormGradient(double[] dX, double[] dWeight) {}

    public static RmsNormGradient rmsNormGradient(double[] x, double[] weight, double eps, double[] dOut) {
        int width = weight.length;
        double[] dX = new double[x.length];
        double[] dWeight = new double[width];
        for (int start = 0; start < x.length; start += width) {
            double scale = inverseRms(x, start, width, eps);
            double product = 0;
            for (int d = 0; d < width; d++) {
                product += weight[d] * dOut[start + d] * x[start + d];
                dWeight[d] += dOut[start + d] * x[start + d] * scale;
            }
            for (int d = 0; d < width; d++) {
                dX[start + d] =
                        scale * weight[d] * dOut[start + d] - x[start + d] * scale * scale * scale * product / width;
            }
        }
        return new RmsNormGradient(dX, dWeight);
    }

    private static double inverseRms(double[] x, int start, int width, double eps) {
        double sum = 0;
        for (int d = 0; d < width; d++) {
            sum += x[start + d] * x[start + d];
        }
        return 1 / Math.sqrt(sum / width + eps);
    }

    /** Rotates pair i of each head of row n by (n mod time) times its frequency, backwards where {@code inverse}. */
    public static double[] rope(double[] x, int width, int time, RotaryEmbedding rotary, boolean inverse) {
        return rope(x, width, row -> inverse ? -(row % time) : row % time, rotary);
    }

    /** Rotates pair i of each head of row n by positions[n] times its frequency; rows at negative positions stay. */
    public static double[] ropeAt(double[] x, int width, int[] positions, RotaryEmbedding rotary) {
        return rope(x, width, row -> Math.max(0, positions[row]), rotary);
    }

    private static double[] rope(double[] x, int width, IntUnaryOperator positions, RotaryEmbedding rotary) {
        double[] frequencies = rotary.frequencies();
        int half = frequencies.length;
        boolean adjacent = rotary.pairs() == RotaryPairs.ADJACENT;
        double[] out = new double[x.length];
        for (int head = 0; head < x.length; head += 2 * half) {
            for (int i = 0; i < half; i++) {
                double angle = positions.applyAsInt(head / width) * frequencies[i];
                int a = head + (adjacent ? 2 * i : i);
                int b = head + (adjacent ? 2 * i + 1 : i + half);
                out[a] = x[a] * Math.cos(angle) - x[b] * Math.sin(angle);
                out[b] = x[a] * Math.sin(angle) + x[b] * Math.cos(angle);
            }
        }
        return out;
    }

    /** What causal attention leaves. */
    public record Attention(double[] out, double[] logSumExp) {}

    public static Attention causalAttention(AttentionShape shape, double[] q, double[] k, double[] v) {
        return causalAttention(shape, 0, q, k, v);
    }

    /** The same of queries from position {@code first} on alone; what it leaves of the others is 0. */
    public static Attention causalAttention(AttentionShape shape, int first, double[] q, double[] k, double[] v) {
        int headDim = shape.headDim();
        double[] out = new double[q.length];
        double[] logSumExp = new double[shape.batch() * shape.time() * shape.heads()];
        forEachQuery(shape, first, (query, firstKey, keyStride, keys) -> {
            double[] softmax = scores(shape, q, query, k, firstKey, keyStride, keys);
            logSumExp[query / headDim] = softmaxInPlace(softmax);
            for (int j = 0; j < keys; j++) {
                for (int c = 0; c < headDim; c++) {
                    out[query + c] += softmax[j] * v[firstKey + j * keyStride + c];
                }
            }
        });
        return new Attention(out, logSumExp);
    }

    /** Gradients of {@link #causalAttention}. */
    public record AttentionGradient(double[] dQ, double[] dK, double[] dV) {}

    public static AttentionGradient causalAttentionGradient(
            AttentionShape shape, double[] q, double[] k, double[] v, double[] dOut) {
        int headDim = shape.headDim();
        double scale = 1 / Math.sqrt(headDim);
        double[] dQ = new double[q.length];
        double[] dK = new double[k.length];
        double[] dV = new double[v.length];
        forEachQuery(shape, 0, (query, firstKey, keyStride, keys) -> {
            double[] softmax = scores(shape, q, query, k, firstKey, keyStride, keys);
            softmaxInPlace(softmax);
            double[] dSoftmax = new double[keys];
            double mean = 0;
            for (int j = 0; j < keys; j++) {
                int key = firstKey + j * keyStride;
                for (int c = 0; c < headDim; c++) {
                    dSoftmax[j] += dOut[query + c] * v[key + c];
                    dV[key + c] += softmax[j] * dOut[query + c];
                }
                mean += softmax[j] * dSoftmax[j];
            }
            for (int j = 0; j < keys; j++) {
                int key = firstKey + j * keyStride;
                double dScore = softmax[j] * (dSoftmax[j] - mean) * scale;
                for (int c = 0; c < headDim; c++) {
                    dQ[query + c] += dScore * k[key + c];
                    dK[key + c] += dScore * q[query + c];
                }
            }
        });
        return new AttentionGradient(dQ, dK, dV);
    }

    /** One query row of one head: where it starts, and where the keys that it may see start. */
    private interface QueryVisitor {
        void visit(int query, int firstKey, int keyStride, int keys);
    }

    private static void forEachQuery(AttentionShape shape, int first, QueryVisitor visitor) {
        int group = shape.heads() / shape.kvHeads();
        int keyStride = shape.kvHeads() * shape.headDim();
        for (int batch = 0; batch < shape.batch(); batch++) {
            for (int t = first; t < shape.time(); t++) {
                for (int head = 0; head < shape.heads(); head++) {
                    int query = ((batch * shape.time() + t) * shape.heads() + head) * shape.headDim();
                    int firstKey = batch * shape.time() * keyStride + head / group * shape.headDim();
                    visitor.visit(query, firstKey, keyStride, t + 1);
                }
            }
        }
    }

    private static double[] scores(
            AttentionShape shape, double[] q, int query, double[] k, int firstKey, int keyStride, int keys) {
        double[] scores = new double[keys];
        for (int j = 0; j < keys; j++) {
            for (int c = 0; c < shape.headDim(); c++) {
                scores[j] += q[query + c] * k[firstKey + j * keyStride + c] / Math.sqrt(shape.headDim());
            }
        }
        return scores;
    }

    /** Replaces scores by their softmax; the log of the sum of their exponentials. */
    private static double softmaxInPlace(double[] scores) {
        double highest = Double.NEGATIVE_INFINITY;
        for (double score : scores) {
            highest = Math.max(highest, score);
        }
        double sum = 0;
        for (double score : scores) {
            sum += Math.exp(score - highest);
        }
        double logSumExp = highest + Math.log(sum);
        for (int j = 0; j < scores.length; j++) {
            scores[j] = Math.exp(scores[j] - logSumExp);
        }
        return logSumExp;
    }

    /** out = gate · sigmoid(gate) · up. */
    public static double[] swiGlu(double[] gate, double[] up) {
        double[] out = new double[gate.length];
        for (int i = 0; i < gate.length; i++) {
            out[i] = gate[i] / (1 + Math.exp(-gate[i])) * up[i];
        }
        return out;
    }

    /** Gradients of {@link #swiGlu}. */
    public record SwiGluGradient(double[] dGate, double[] dUp) {}

    public static SwiGluGradient swiGluGradient(double[] gate, double[] up, double[] dOut) {
        double[] dGate = new double[gate.length];
        double[] dUp = new double[gate.length];
        for (int i = 0; i < gate.length; i++) {
            double sigmoid = 1 / (1 + Math.exp(-gate[i]));
            dGate[i] = dOut[i] * up[i] * sigmoid * (1 + gate[i] * (1 - sigmoid));
            dUp[i] = dOut[i] * gate[i] * sigmoid;
        }
        return new SwiGluGradient(dGate, dUp);
    }

    /** Losses of rows, 0 where the target is negative, and their mean over the others. */
    public record CrossEntropy(double[] tokenLoss, double loss) {}

    public static CrossEntropy crossEntropy(double[] hidden, double[] weight, int[] targets, int width) {
        int vocabulary = weight.length / width;
        double[] logits = linear(hidden, weight, targets.length, width, vocabulary);
        double[] tokenLoss = new double[targets.length];
        double sum = 0;
        for (int n = 0; n < targets.length; n++) {
            if (targets[n] >= 0) {
                double[] row = Arrays.copyOfRange(logits, n * vocabulary, (n + 1) * vocabulary);
                double logit = row[targets[n]];
                tokenLoss[n] = softmaxInPlace(row) - logit;
                sum += tokenLoss[n];
            }
        }
        return new CrossEntropy(tokenLoss, sum / Math.max(1, counted(targets)));
    }

    /** Gradients of dLoss times {@link #crossEntropy}'s loss. */
    public record CrossEntropyGradient(double[] dHidden, double[] dWeight) {}

    public static CrossEntropyGradient crossEntropyGradient(
            double[] hidden, double[] weight, int[] targets, int width, double dLoss) {
        int vocabulary = weight.length / width;
        double[] dLogits = new double[targets.length * vocabulary];
        double[] logits = linear(hidden, weight, targets.length, width, vocabulary);
        for (int n = 0; n < targets.length; n++) {
            if (targets[n] >= 0) {
                double[] row = Arrays.copyOfRange(logits, n * vocabulary, (n + 1) * vocabulary);
                softmaxInPlace(row);
                row[targets[n]] -= 1;
                for (int i = 0; i < vocabulary; i++) {
                    dLogits[n * vocabulary + i] = row[i] * dLoss / counted(targets);
                }
            }
        }
        return new CrossEntropyGradient(
                linearInputGradient(dLogits, weight, targets.length, width, vocabulary),
                linearWeightGradient(hidden, dLogits, targets.length, width, vocabulary));
    }

    private static int counted(int[] targets) {
        int counted = 0;
        for (int target : targets) {
            counted += target >= 0 ? 1 : 0;
        }
        return counted;
    }

    /** One AdamW update of {@code weight}, {@code firstMoment} and {@code secondMoment} in place, in PyTorch's order. */
    public static void adamW(
            AdamWStep step, double[] weight, double[] gradient, double[] firstMoment, double[] secondMoment) {
        double correction1 = 1 - Math.pow(step.beta1(), step.step());
        double correction2 = 1 - Math.pow(step.beta2(), step.step());
        for (int i = 0; i < weight.length; i++) {
            double g = gradient[i] * step.gradientScale();
            weight[i] -= step.learningRate() * step.weightDecay() * weight[i];
            firstMoment[i] = step.beta1() * firstMoment[i] + (1 - step.beta1()) * g;
            secondMoment[i] = step.beta2() * secondMoment[i] + (1 - step.beta2()) * g * g;
            double denominator = Math.sqrt(secondMoment[i] / correction2) + step.epsilon();
            weight[i] -= step.learningRate() / correction1 * firstMoment[i] / denominator;
        }
    }
}
