package org.llamadl4j.model.kernel;

import java.io.IOException;
import java.nio.channels.FileChannel;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * What a device can do: memory, and the arithmetic of LLaMA forward and backward. Activations are matrices of N = B·T
 * rows. All floating-point data is float32 and row-major, but for matrices of weights where a method says so: these may
 * be of any floating-point {@link ElementType}.
 *
 * <p>Every method writes its outputs whole, but for gradients of weights, which it <em>adds to</em> ({@code dWeight}
 * parameters), so that micro-batches accumulate without a copy. An output may be the same buffer as an input only where
 * the method says so. Results are deterministic: the same inputs on the same number of threads give the same bits.
 *
 * <p>Calls are made by one thread at a time; a device spreads each over its own threads.
 */
public interface Kernels extends AutoCloseable {

    /** One line for the log: processor, instruction set, threads, BLAS. */
    String description();

    /** The operands of matrix products as they came to be: {@link Precision#FLOAT32} or {@link Precision#BFLOAT16}. */
    Precision precision();

    /** The most elements that one buffer of float32 or int32 can hold. */
    long maximumLength();

    /** Zeroed memory for {@code length} elements, at most {@link #maximumLength} of float32 or int32. */
    Buffer allocate(ElementType type, long length);

    /**
     * The {@code length} elements that a file holds from byte {@code offset} on, little-endian, at any alignment. Where the
     * device can, they stay in the file and are read when they are used, and the file must stay as it is: one that
     * shrinks takes the process with it. They are only read.
     *
     * @param type any but {@link ElementType#Q8_0_GROUPED}
     * @param file open for reading; it may be closed afterwards
     * @throws IOException if the file has no such bytes, or cannot be mapped
     */
    Buffer map(ElementType type, FileChannel file, long offset, long length) throws IOException;

    /** The memory of a dense row-major {@code array} of type FLOAT or INT, shared where the device can, for SameDiff sessions. */
    Tensor wrap(INDArray array);

    /** Copies {@code length} floats from {@code source[sourceOffset]} to {@code target[targetOffset]}. */
    void write(float[] source, int sourceOffset, Buffer target, long targetOffset, int length);

    void write(int[] source, int sourceOffset, Buffer target, long targetOffset, int length);

    /**
     * Copies {@code length} elements, whole blocks, as they are stored: little-endian from {@code source[sourceOffset]} to
     * {@code target[targetOffset]}. For types that are neither float32 nor int32. {@link ElementType#Q8_0_GROUPED} takes the
     * bytes of {@link ElementType#Q8_0}.
     */
    void write(byte[] source, int sourceOffset, Buffer target, long targetOffset, int length);

    /**
     * Copies {@code length} elements from {@code source[sourceOffset]} to {@code target[targetOffset]} as float32, whole
     * blocks of any floating-point type.
     */
    void read(Buffer source, long sourceOffset, float[] target, int targetOffset, int length);

    void fill(Tensor target, float value);

    void copy(Tensor source, Tensor target);

    /** sum = a + b; {@code sum} may be {@code a} or {@code b}. */
    void add(Tensor a, Tensor b, Tensor sum);

    /**
     * Whether every number of {@code x}, of any floating-point type, is finite. FLOAT16 must be: what other kernels make
     * of an infinite one is not defined.
     */
    boolean isFinite(Tensor x);

    /** out(N,D): row n is row tokens[n] of weight(V,D), of any type. A token outside 0 to V-1 is an IndexOutOfBoundsException. */
    void embedding(Tensor tokens, Tensor weight, Tensor out);

    /** dWeight(V,D): row tokens[n] += row n of dOut(N,D); repeated tokens add up. */
    void embeddingGradient(Tensor tokens, Tensor dOut, Tensor dWeight);

    /** out(N,D) = x / sqrt(mean(x²) + eps) · weight(D), each row by itself (Zhang and Sennrich, 2019). */
    void rmsNorm(Tensor x, Tensor weight, double eps, Tensor out);

    /**
     * dX = gradient of x through {@link #rmsNorm}, plus {@code dResidual} where that is not null;
     * dWeight(D) += its gradient. {@code dX} may be {@code dOut} or {@code dResidual}.
     */
    void rmsNormGradient(Tensor x, Tensor weight, double eps, Tensor dOut, Tensor dResidual, Tensor dX, Tensor dWeight);

    /** outs[i](N,Oᵢ) = x(N,I) · weights[i](Oᵢ,I)ᵀ; each of the weights is of any type. */
    void linear(Tensor x, Tensor[] weights, Tensor[] outs);

    /** out(N,O) = x(N,I) · weight(O,I)ᵀ, weight of any type. */
    default void linear(Tensor x, Tensor weight, Tensor out) {
        linear(x, new Tensor[] {weight}, new Tensor[] {out});
    }

    /**
     * Gradients of {@link #linear(Tensor, Tensor[], Tensor[])}: dX(N,I) = Σ dOuts[i](N,Oᵢ) · weights[i](Oᵢ,I), and
     * dWeights[i](Oᵢ,I) += dOuts[i]ᵀ · x(N,I).
     */
    void linearGradient(Tensor x, Tensor[] weights, Tensor[] dOuts, Tensor dX, Tensor[] dWeights);

    /**
     * Rotary position embedding (Su et al., 2021): pair i of each head is rotated by t times its frequency, backwards
     * where {@code inverse}. x and out are (B·T, heads·K), position t = row mod {@code time}. {@code out} may be
     * {@code x}.
     */
    void rope(Tensor x, int time, RotaryEmbedding rotary, boolean inverse, Tensor out);

    /**
     * {@link #rope} of rows that are at any position: row n of x(N, heads·K) at positions[n], any number from 0; a row
     * whose position is negative stays as it is. {@code out} may be {@code x}.
     *
     * @param positions (N) int32
     */
    void ropeAt(Tensor x, Tensor positions, RotaryEmbedding rotary, Tensor out);

    /**
     * Causal attention, softmax(q·kᵀ/√K)·v over positions up to the query's own, by online softmax over tiles: no T×T
     * buffer, masked scores never computed (Dao et al., 2022).
     *
     * @param q (B·T, H·K)
     * @param k (B·T, G·K)
     * @param v (B·T, G·K)
     * @param out (B·T, H·K)
     * @param logSumExp (B·T, H): log of the sum of exp of the scaled scores, for the gradient
     */
    void causalAttention(AttentionShape shape, Tensor q, Tensor k, Tensor v, Tensor out, Tensor logSumExp);

    /** dQ, dK, dV from dOut and what {@link #causalAttention} left; scores are recomputed tile by tile. */
    void causalAttentionGradient(
            AttentionShape shape,
            Tensor q,
            Tensor k,
            Tensor v,
            Tensor out,
            Tensor logSumExp,
            Tensor dOut,
            Tensor dQ,
            Tensor dK,
            Tensor dV);

    /**
     * Attention of new rows to what a cache keeps of their sequences and to each other, softmax(q·kᵀ/√K)·v. Row n continues
     * sequence sequences[n] at position p = positions[n], and attends to the positions max(0, p - C + 1) to p: the rows before
     * it in the call, and what earlier calls left in the cache. Afterwards the cache holds the last C positions of each
     * sequence. A row whose sequence is negative stands for nothing, and its output is 0.
     *
     * <p>The rows of one sequence are together, at consecutive positions. The positions before them have been rows of
     * earlier calls, or were copied by {@link #copyCache}.
     *
     * @param q (N, H·K), rotated
     * @param k (N, G·K), rotated
     * @param v (N, G·K)
     * @param sequences (N) int32
     * @param positions (N) int32
     * @param keys (S,C,G,K): one layer's keys of S sequences, modified; their order in memory is the device's own
     * @param values (S,C,G,K), modified
     * @param out (N, H·K)
     */
    void cachedAttention(
            Tensor q, Tensor k, Tensor v, Tensor sequences, Tensor positions, Tensor keys, Tensor values, Tensor out);

    /**
     * Copies what {@link #cachedAttention} left of positions 0 to {@code length} - 1, or of the last C of them, from sequence
     * {@code from} to sequence {@code to} of {@code cache} (S,C,G,K), keys or values.
     */
    void copyCache(Tensor cache, int from, int to, int length);

    /** out = gate · sigmoid(gate) · up, element by element (Shazeer, 2020). {@code out} may be {@code gate} or {@code up}. */
    void swiGlu(Tensor gate, Tensor up, Tensor out);

    /** dGate and dUp of {@link #swiGlu}. {@code dGate} may be {@code gate} or {@code dOut}, {@code dUp} may be {@code up} or {@code dOut}. */
    void swiGluGradient(Tensor gate, Tensor up, Tensor dOut, Tensor dGate, Tensor dUp);

    /**
     * Output head and cross-entropy in one: logits = hidden(N,D) · weight(V,D)ᵀ exist only a chunk of rows at a time.
     *
     * @param weight of any type
     * @param targets (N) ids; a row whose target is negative is ignored
     * @param tokenLoss (N) -log softmax(logits)[target] in nats; 0 where ignored
     * @param loss (1) mean of tokenLoss over the rows that count; 0 if none does
     */
    void crossEntropy(Tensor hidden, Tensor weight, Tensor targets, Tensor tokenLoss, Tensor loss);

    /**
     * {@link #crossEntropy} and its gradient from one computation of the logits; all in float32.
     *
     * @param dLoss (1) gradient of the scalar {@code loss}
     * @param tokenLoss (N), loss (1): as in {@link #crossEntropy}
     * @param dHidden (N,D) written
     * @param dWeight (V,D) added to
     */
    void crossEntropyGradient(
            Tensor hidden,
            Tensor weight,
            Tensor targets,
            Tensor dLoss,
            Tensor tokenLoss,
            Tensor loss,
            Tensor dHidden,
            Tensor dWeight);

    /** out(M,D): row m is row rows[m] of x(N,D). */
    void selectRows(Tensor x, Tensor rows, Tensor out);

    /** out(M) = log Σ exp(x) over each row of x(M,V). */
    void logSumExp(Tensor x, Tensor out);

    /** Sum of the squares of all elements, accumulated in float64. */
    double sumOfSquares(Tensor x);

    /** One AdamW update of {@code weight} in place, with its two moments. */
    void adamW(AdamWStep step, Tensor weight, Tensor gradient, Tensor firstMoment, Tensor secondMoment);

    @Override
    void close();
}
