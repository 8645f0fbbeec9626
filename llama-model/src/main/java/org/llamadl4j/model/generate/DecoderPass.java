package org.llamadl4j.model.generate;

import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.IntFunction;
import org.llamadl4j.model.config.LlamaConfig;
import org.llamadl4j.model.graph.DecoderGraph;
import org.llamadl4j.model.graph.LlamaWeights;
import org.llamadl4j.model.kernel.Buffer;
import org.llamadl4j.model.kernel.ElementType;
import org.llamadl4j.model.kernel.Kernels;
import org.llamadl4j.model.kernel.Tensor;
import org.llamadl4j.model.plan.Arena;
import org.llamadl4j.model.plan.ExecutionPlan;

/**
 * Runs the model over new tokens of any sequences of a cache, and predicts what follows those of them that ask for it.
 *
 * <pre>{@code
 * for (int token : prompt) {
 *     pass.add(0, token, false);
 * }
 * pass.add(1, other, true);
 * pass.run(prediction -> ...);
 * }</pre>
 *
 * <p>A plan is compiled for each number of rows that occurs, and the last ones are kept; all have their activations in the
 * same memory. Not for several threads at once.
 */
public final class DecoderPass {

    /** Rows of a pass where nothing else is asked for. */
    public static final int DEFAULT_ROWS = 256;

    /** Rows whose logits are computed together. */
    private static final int MOST_LOGITS = 32;

    /** Plans that are kept of each part of the graph. */
    private static final int MOST_PLANS = 24;

    private final KvCache cache;
    private final Kernels kernels;
    private final LlamaConfig config;
    private final Map<String, Tensor> weights;
    private final DecoderGraph graph;
    private final Arena arena;
    private final int mostRows;

    private final int[] tokenIds;
    private final int[] rowSequences;
    private final int[] rowPositions;
    private final int[] wantedRows;
    private int rows;
    private int wanted;

    private final Buffer tokens;
    private final Buffer sequences;
    private final Buffer positions;
    private final Buffer wantedBuffer;
    private final Buffer stream;
    private final Buffer logits;
    private final Buffer logSumExp;
    private final float[] logitRow;
    private final float[] logSumExps = new float[MOST_LOGITS];

    private final Map<Integer, ExecutionPlan> layers = new RecentPlans();
    private final Map<Integer, ExecutionPlan> heads = new RecentPlans();

    /** The least recently used is forgotten. */
    private static final class RecentPlans extends LinkedHashMap<Integer, ExecutionPlan> {

        private static final long serialVersionUID = 1;

        RecentPlans() {
            super(16, 0.75f, true);
        }

        @Override
        protected boolean removeEldestEntry(Map.Entry<Integer, ExecutionPlan> eldest) {
            return size() > MOST_PLANS;
        }
    }

    /** Of at most {@link #DEFAULT_ROWS} rows. */
    public DecoderPass(LlamaWeights weights, KvCache cache, Kernels kernels) {
        this(weights, cache, DEFAULT_ROWS, kernels);
    }

    /**
     * @param weights the parameters; read in every run
     * @param cache of the same configuration
     * @param mostRows N at most
     */
    public DecoderPass(LlamaWeights weights, KvCache cache, int mostRows, Kernels kernels) {
        this.cache = cache;
        this.kernels = kernels;
        this.mostRows = mostRows;
        this.weights = weights.tensors();
        config = weights.config();
        graph = new DecoderGraph(config, weights.rotaryPairs());
        arena = new Arena(kernels);
        tokenIds = new int[mostRows];
        rowSequences = new int[mostRows];
        rowPositions = new int[mostRows];
        wantedRows = new int[mostRows];
        tokens = kernels.allocate(ElementType.INT32, mostRows);
        sequences = kernels.allocate(ElementType.INT32, mostRows);
        positions = kernels.allocate(ElementType.INT32, mostRows);
        wantedBuffer = kernels.allocate(ElementType.INT32, MOST_LOGITS);
        stream = kernels.allocate(ElementType.FLOAT32, (long) mostRows * config.dim());
        logits = kernels.allocate(ElementType.FLOAT32, (long) MOST_LOGITS * config.vocabSize());
        logSumExp = kernels.allocate(ElementType.FLOAT32, MOST_LOGITS);
        logitRow = new float[config.vocabSize()];
    }

    /** The cache that it reads and fills. */
    public KvCache cache() {
        return cache;
    }

    /** Rows that can still be added before the next {@link #run}. */
    public int room() {
        return mostRows - rows;
    }

    /**
     * Appends {@code token} to {@code sequence}. The tokens of one sequence are added one after the other.
     *
     * @param predict whether the next run says what follows it
     */
    public void add(int sequence, int token, boolean predict) {
        if (rows == mostRows) {
            throw new IllegalStateException("a pass has at most %d rows; run it first".formatted(mostRows));
        }
        tokenIds[rows] = token;
        rowPositions[rows] = cache.append(sequence);
        rowSequences[rows] = sequence;
        if (predict) {
            wantedRows[wanted++] = rows;
        }
        rows++;
    }

    /** Computes all rows that were added, and gives {@code consumer} the predictions that they asked for, in their order. */
    public void run(Consumer<Prediction> consumer) {
        int count = rows;
        int predictions = wanted;
        rows = 0;
        wanted = 0;
        if (count == 0) {
            return;
        }
        kernels.write(tokenIds, 0, tokens, 0, count);
        kernels.write(rowSequences, 0, sequences, 0, count);
        kernels.write(rowPositions, 0, positions, 0, count);
        plan(layers, count, this::compileLayers).run();
        for (int first = 0; first < predictions; first += MOST_LOGITS) {
            predict(first, Math.min(MOST_LOGITS, predictions - first), consumer);
        }
    }

    private void predict(int first, int count, Consumer<Prediction> consumer) {
        kernels.write(wantedRows, first, wantedBuffer, 0, count);
        plan(heads, count, this::compileHead).run();
        kernels.read(logSumExp, 0, logSumExps, 0, count);
        for (int i = 0; i < count; i++) {
            int row = wantedRows[first + i];
            kernels.read(logits, (long) i * logitRow.length, logitRow, 0, logitRow.length);
            consumer.accept(new Prediction(rowSequences[row], rowPositions[row], logitRow, logSumExps[i]));
        }
    }

    private static ExecutionPlan plan(Map<Integer, ExecutionPlan> plans, int rows, IntFunction<ExecutionPlan> compile) {
        ExecutionPlan plan = plans.get(rows);
        if (plan == null) {
            plan = compile.apply(rows);
            plans.put(rows, plan);
        }
        return plan;
    }

    private ExecutionPlan compileLayers(int count) {
        Map<String, Tensor> bound = new HashMap<>(weights);
        bound.put(DecoderGraph.TOKENS, rows(tokens, count));
        bound.put(DecoderGraph.SEQUENCES, rows(sequences, count));
        bound.put(DecoderGraph.POSITIONS, rows(positions, count));
        for (int layer = 0; layer < config.layers(); layer++) {
            bound.put(DecoderGraph.keys(layer), cache.keys(layer));
            bound.put(DecoderGraph.values(layer), cache.values(layer));
        }
        bound.put(graph.getStreamOut(), rows(stream, count, config.dim()));
        return ExecutionPlan.compile(graph.getSameDiff(), bound, kernels, arena);
    }

    /** Its input is the whole stream, of which it reads the wanted rows. */
    private ExecutionPlan compileHead(int count) {
        Map<String, Tensor> bound = new HashMap<>(weights);
        bound.put(DecoderGraph.STREAM_IN, rows(stream, mostRows, config.dim()));
        bound.put(DecoderGraph.LOGIT_ROWS, rows(wantedBuffer, count));
        bound.put(DecoderGraph.LOGITS, rows(logits, count, config.vocabSize()));
        bound.put(DecoderGraph.LOG_SUM_EXP, rows(logSumExp, count));
        return ExecutionPlan.compile(graph.getSameDiff(), bound, kernels, arena);
    }

    /** The first {@code count} rows of {@code buffer}. */
    private static Tensor rows(Buffer buffer, int count, long... rowShape) {
        long[] shape = new long[1 + rowShape.length];
        shape[0] = count;
        System.arraycopy(rowShape, 0, shape, 1, rowShape.length);
        return new Tensor(buffer.slice(0, Arrays.stream(shape).reduce(1, Math::multiplyExact)), shape);
    }
}
