package org.llamadl4j.model.kernel.cpu;

import org.bytedeco.dnnl.const_dnnl_op_desc_t;
import org.bytedeco.dnnl.dnnl_exec_arg_t;
import org.bytedeco.dnnl.dnnl_matmul_desc_t;
import org.bytedeco.dnnl.dnnl_memory;
import org.bytedeco.dnnl.dnnl_memory_desc_t;
import org.bytedeco.dnnl.dnnl_post_ops;
import org.bytedeco.dnnl.dnnl_primitive;
import org.bytedeco.dnnl.dnnl_primitive_attr;
import org.bytedeco.dnnl.dnnl_primitive_desc;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.javacpp.Pointer;

/** oneDNN's matmul compiled for blocks of one shape; one worker's own, since where it reads and writes is part of it. */
final class OneDnnBlock implements AutoCloseable {

    /**
     * What a block is compiled for.
     *
     * @param rows of this block of c
     * @param columns of this block of c
     * @param product the product that it is a block of
     * @param accumulate whether it is added to c
     * @param bfloat16 whether a and b are bfloat16, not float32
     */
    record Shape(int rows, int columns, MatMulShape product, boolean accumulate, boolean bfloat16) {}

    private final OneDnn oneDnn;
    private final dnnl_primitive primitive = new dnnl_primitive();
    private final dnnl_memory a = new dnnl_memory();
    private final dnnl_memory b = new dnnl_memory();
    private final dnnl_memory c = new dnnl_memory();
    private final dnnl_exec_arg_t arguments = new dnnl_exec_arg_t(3);

    OneDnnBlock(OneDnn oneDnn, Shape shape) {
        this.oneDnn = oneDnn;
        MatMulShape product = shape.product();
        int type = shape.bfloat16() ? dnnl.dnnl_bf16 : dnnl.dnnl_f32;
        try (dnnl_memory_desc_t aLayout =
                        layout(shape.rows(), product.depth(), type, product.lda(), product.transposeA());
                dnnl_memory_desc_t bLayout =
                        layout(product.depth(), shape.columns(), type, product.ldb(), product.transposeB());
                dnnl_memory_desc_t cLayout =
                        layout(shape.rows(), shape.columns(), dnnl.dnnl_f32, product.ldc(), false);
                dnnl_matmul_desc_t operation = new dnnl_matmul_desc_t()) {
            OneDnn.check(dnnl.dnnl_matmul_desc_init(operation, aLayout, bLayout, null, cLayout), "describe a product");
            compile(operation, shape.accumulate());
            OneDnn.check(dnnl.dnnl_memory_create(a, aLayout, oneDnn.engine(), null), "describe memory");
            OneDnn.check(dnnl.dnnl_memory_create(b, bLayout, oneDnn.engine(), null), "describe memory");
            OneDnn.check(dnnl.dnnl_memory_create(c, cLayout, oneDnn.engine(), null), "describe memory");
        }
        arguments.position(0).arg(dnnl.DNNL_ARG_SRC).memory(a);
        arguments.position(1).arg(dnnl.DNNL_ARG_WEIGHTS).memory(b);
        arguments.position(2).arg(dnnl.DNNL_ARG_DST).memory(c);
        arguments.position(0);
    }

    /** Rows {@code stride} numbers apart, or columns where {@code transposed}. */
    private static dnnl_memory_desc_t layout(long rows, long columns, int type, long stride, boolean transposed) {
        dnnl_memory_desc_t layout = new dnnl_memory_desc_t();
        long[] strides = transposed ? new long[] {1, stride} : new long[] {stride, 1};
        OneDnn.check(
                dnnl.dnnl_memory_desc_init_by_strides(layout, 2, new long[] {rows, columns}, type, strides),
                "describe a matrix");
        return layout;
    }

    private void compile(dnnl_matmul_desc_t operation, boolean accumulate) {
        dnnl_primitive_attr attributes = new dnnl_primitive_attr();
        dnnl_post_ops afterwards = new dnnl_post_ops();
        dnnl_primitive_desc description = new dnnl_primitive_desc();
        OneDnn.check(dnnl.dnnl_primitive_attr_create(attributes), "make attributes");
        OneDnn.check(dnnl.dnnl_post_ops_create(afterwards), "make attributes");
        try (const_dnnl_op_desc_t any = new const_dnnl_op_desc_t(operation)) {
            if (accumulate) {
                OneDnn.check(dnnl.dnnl_post_ops_append_sum(afterwards, 1f), "add to the output");
                OneDnn.check(dnnl.dnnl_primitive_attr_set_post_ops(attributes, afterwards), "add to the output");
            }
            OneDnn.check(
                    dnnl.dnnl_primitive_desc_create(description, any, attributes, oneDnn.engine(), null),
                    "find a product for this processor");
            OneDnn.check(dnnl.dnnl_primitive_create(primitive, description), "compile a product");
            OneDnn.check(dnnl.dnnl_primitive_desc_destroy(description), "free a description");
        } finally {
            dnnl.dnnl_post_ops_destroy(afterwards);
            dnnl.dnnl_primitive_attr_destroy(attributes);
        }
    }

    /** Multiplies the blocks that begin at these addresses. */
    void multiply(Pointer aStart, Pointer bStart, Pointer cStart) {
        OneDnn.check(dnnl.dnnl_memory_set_data_handle(a, aStart), "read a");
        OneDnn.check(dnnl.dnnl_memory_set_data_handle(b, bStart), "read b");
        OneDnn.check(dnnl.dnnl_memory_set_data_handle(c, cStart), "write c");
        OneDnn.check(dnnl.dnnl_primitive_execute(primitive, oneDnn.stream(), 3, arguments), "multiply");
        OneDnn.check(dnnl.dnnl_stream_wait(oneDnn.stream()), "multiply");
    }

    @Override
    public void close() {
        dnnl.dnnl_primitive_destroy(primitive);
        dnnl.dnnl_memory_destroy(a);
        dnnl.dnnl_memory_destroy(b);
        dnnl.dnnl_memory_destroy(c);
    }
}
