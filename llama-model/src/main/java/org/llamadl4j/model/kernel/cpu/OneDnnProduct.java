package org.llamadl4j.model.kernel.cpu;

import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.bytedeco.javacpp.Pointer;
import org.llamadl4j.model.kernel.Precision;

/**
 * Products by oneDNN's matmul on one thread a call, a block of the output a worker: of float32 numbers, or of bfloat16
 * copies with sums in float32. Blocks are compiled once for each shape.
 */
final class OneDnnProduct implements MatrixProduct {

    /** Compiled blocks that a worker keeps; texts of every length would make ever more. */
    private static final int KEPT = 512;

    private final Workers workers;
    private final OneDnn oneDnn;
    private final boolean bfloat16;
    private final Bfloat16Memory[] slots = new Bfloat16Memory[3];
    /** By worker. */
    private final Map<OneDnnBlock.Shape, OneDnnBlock>[] compiled;

    @SuppressWarnings("unchecked")
    OneDnnProduct(Workers workers, OneDnn oneDnn, boolean bfloat16) {
        this.workers = workers;
        this.oneDnn = oneDnn;
        this.bfloat16 = bfloat16;
        compiled = Stream.generate(HashMap::new).limit(workers.count()).toArray(Map[]::new);
    }

    @Override
    public String description() {
        return (bfloat16 ? "bfloat16" : "float32") + " products by oneDNN";
    }

    @Override
    public Precision precision() {
        return bfloat16 ? Precision.BFLOAT16 : Precision.FLOAT32;
    }

    @Override
    public Operand operand(int slot, FloatMemory values) {
        if (!bfloat16) {
            return values;
        }
        if (slots[slot] == null || slots[slot].length() < values.length()) {
            slots[slot] = Bfloat16Memory.allocate(values.length());
        }
        Bfloat16.convert(workers, values, slots[slot], Math.toIntExact(values.length()));
        return slots[slot];
    }

    @Override
    public void multiply(MatMulShape shape, Operand a, Operand b, float beta, FloatMemory c) {
        BlockGrid grid = BlockGrid.of(shape, workers.count());
        workers.run(grid.blocks(), worker -> {
            BlockGrid.Block block = grid.block(worker.index());
            if (!block.isEmpty()) {
                OneDnnBlock.Shape key =
                        new OneDnnBlock.Shape(block.rows(), block.columns(), shape, beta != 0, bfloat16);
                oneDnn.onOneThread(() -> block(worker.index(), key)
                        .multiply(
                                start(a, shape.aStart(block.rowFrom())),
                                start(b, shape.bStart(block.columnFrom())),
                                c.pointer(shape.cStart(block.rowFrom(), block.columnFrom()))));
            }
        });
    }

    private OneDnnBlock block(int worker, OneDnnBlock.Shape shape) {
        Map<OneDnnBlock.Shape, OneDnnBlock> known = compiled[worker];
        OneDnnBlock block = known.get(shape);
        if (block == null) {
            if (known.size() == KEPT) {
                free(known);
            }
            block = new OneDnnBlock(oneDnn, shape);
            known.put(shape, block);
        }
        return block;
    }

    private static Pointer start(Operand operand, long offset) {
        if (operand instanceof FloatMemory floats) {
            return floats.pointer(offset);
        }
        return ((Bfloat16Memory) operand).pointer(offset);
    }

    private static void free(Map<OneDnnBlock.Shape, OneDnnBlock> blocks) {
        blocks.values().forEach(OneDnnBlock::close);
        blocks.clear();
    }

    @Override
    public void close() {
        for (Map<OneDnnBlock.Shape, OneDnnBlock> blocks : compiled) {
            free(blocks);
        }
    }
}
