package org.llamadl4j.model.kernel.cpu;

import org.bytedeco.openblas.global.openblas_nolapack;

/**
 * OpenBLAS, held to one thread a call: {@link CpuMatMul} splits products over its own workers, which scales better on
 * these shapes and keeps results independent of what else runs in the process.
 */
final class Blas {

    private static final int ROW_MAJOR = openblas_nolapack.CblasRowMajor;

    private Blas() {}

    /** ND4J sets the number of threads of the same library when it loads, so this is said again before each product. */
    static void useOneThread() {
        if (openblas_nolapack.blas_get_num_threads() != 1) {
            openblas_nolapack.blas_set_num_threads(1);
        }
    }

    /** c(rows, columns) = op(a)·op(b) + beta·c from the given elements on; a, b and c have rows of lda, ldb, ldc numbers. */
    static void multiply(
            MatMulShape shape,
            int rows,
            int columns,
            FloatMemory a,
            long aStart,
            FloatMemory b,
            long bStart,
            float beta,
            FloatMemory c,
            long cStart) {
        openblas_nolapack.cblas_sgemm(
                ROW_MAJOR,
                shape.transposeA() ? openblas_nolapack.CblasTrans : openblas_nolapack.CblasNoTrans,
                shape.transposeB() ? openblas_nolapack.CblasTrans : openblas_nolapack.CblasNoTrans,
                rows,
                columns,
                shape.depth(),
                1f,
                a.pointer(aStart),
                shape.lda(),
                b.pointer(bStart),
                shape.ldb(),
                beta,
                c.pointer(cStart),
                shape.columns());
    }
}
