package org.llamadl4j.model.kernel.cpu;

import lombok.RequiredArgsConstructor;
import org.bytedeco.openblas.global.openblas_nolapack;
import org.llamadl4j.model.kernel.Precision;

/**
 * float32 products by OpenBLAS, held to one thread a call: each worker computes its block of the output, which scales
 * better on these shapes than OpenBLAS's own threads and keeps results independent of what else runs in the process.
 */
@RequiredArgsConstructor
final class OpenBlasProduct implements MatrixProduct {

    private static final int ROW_MAJOR = openblas_nolapack.CblasRowMajor;

    private final Workers workers;

    @Override
    public String description() {
        return "float32 products by OpenBLAS";
    }

    @Override
    public Precision precision() {
        return Precision.FLOAT32;
    }

    @Override
    public Operand operand(int slot, FloatMemory values) {
        return values;
    }

    @Override
    public void multiply(MatMulShape shape, Operand a, Operand b, float beta, FloatMemory c) {
        useOneThread();
        BlockGrid grid = BlockGrid.of(shape, workers.count());
        workers.run(grid.blocks(), worker -> {
            BlockGrid.Block block = grid.block(worker.index());
            if (!block.isEmpty()) {
                multiply(shape, block, (FloatMemory) a, (FloatMemory) b, beta, c);
            }
        });
    }

    private static void multiply(
            MatMulShape shape, BlockGrid.Block block, FloatMemory a, FloatMemory b, float beta, FloatMemory c) {
        openblas_nolapack.cblas_sgemm(
                ROW_MAJOR,
                shape.transposeA() ? openblas_nolapack.CblasTrans : openblas_nolapack.CblasNoTrans,
                shape.transposeB() ? openblas_nolapack.CblasTrans : openblas_nolapack.CblasNoTrans,
                block.rows(),
                block.columns(),
                shape.depth(),
                1f,
                a.pointer(shape.aStart(block.rowFrom())),
                shape.lda(),
                b.pointer(shape.bStart(block.columnFrom())),
                shape.ldb(),
                beta,
                c.pointer(shape.cStart(block.rowFrom(), block.columnFrom())),
                shape.ldc());
    }

    /** ND4J sets the number of threads of the same library when it loads, so this is said again before each product. */
    private static void useOneThread() {
        if (openblas_nolapack.blas_get_num_threads() != 1) {
            openblas_nolapack.blas_set_num_threads(1);
        }
    }

    @Override
    public void close() {
        // OpenBLAS belongs to the process.
    }
}
