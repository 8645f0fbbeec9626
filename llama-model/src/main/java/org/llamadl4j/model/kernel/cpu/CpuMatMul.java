package org.llamadl4j.model.kernel.cpu;

import java.util.Arrays;
import org.llamadl4j.model.kernel.Tensor;

/** Linear layers and their gradients as matrix products. An operand of several products is prepared once for all. */
final class CpuMatMul {

    /** Gradients of fewer rows than this are {@link ProductChoice#float32}. */
    private static final int MANY_ROWS = 16;

    // Slots of operands.
    private static final int LEFT = 0;
    private static final int RIGHT = 1;
    private static final int SHARED = 2;

    private final ProductChoice products;
    private final FewRowsProduct fewRows;
    private final UnpackedProduct unpacked;

    CpuMatMul(ProductChoice products, Workers workers) {
        this.products = products;
        fewRows = new FewRowsProduct(workers);
        unpacked = new UnpackedProduct(workers);
    }

    /** outs[i](N,Oᵢ) = x(N,I) · weights[i](Oᵢ,I)ᵀ. */
    void linear(Tensor x, Tensor[] weights, Tensor[] outs) {
        int rows = x.rows();
        int inputs = x.columns();
        Expect.that(weights.length == outs.length, "%d weights for %d outputs", weights.length, outs.length);
        for (int i = 0; i < weights.length; i++) {
            Expect.matrix("weight", weights[i], outs[i].columns(), inputs);
            Expect.matrix("out", outs[i], rows, outs[i].columns());
        }
        if (rows <= FewRowsProduct.MOST_ROWS) {
            fewRows.multiply(
                    FloatMemory.of(x),
                    rows,
                    Arrays.stream(weights).map(WeightRows::of).toArray(WeightRows[]::new),
                    Arrays.stream(outs).map(FloatMemory::of).toArray(FloatMemory[]::new));
            return;
        }
        MatrixProduct product = product(rows);
        Operand input = product.operand(SHARED, FloatMemory.of(x));
        for (int i = 0; i < weights.length; i++) {
            multiply(product, rows, input, weights[i], RIGHT, FloatMemory.of(outs[i]));
        }
    }

    /** out(N,O) = x(N,I) · weight(O,I)ᵀ for an x that is an operand of {@code product}. */
    void multiply(MatrixProduct product, int rows, Operand x, Tensor weight, int slot, FloatMemory out) {
        if (weight.buffer() instanceof FloatMemory floats) {
            product.multiply(
                    MatMulShape.dense(rows, weight.rows(), weight.columns(), false, true),
                    x,
                    product.operand(slot, floats),
                    0f,
                    out);
        } else {
            unpacked.multiply(product, rows, x, WeightRows.of(weight), slot, out);
        }
    }

    /** dX(N,I) = Σ dOuts[i](N,Oᵢ) · weights[i](Oᵢ,I), and dWeights[i](Oᵢ,I) += dOuts[i]ᵀ · x(N,I). */
    void gradient(Tensor x, Tensor[] weights, Tensor[] dOuts, Tensor dX, Tensor[] dWeights) {
        int rows = x.rows();
        int inputs = x.columns();
        Expect.that(
                weights.length == dOuts.length && weights.length == dWeights.length,
                "%d weights for %d gradients of outputs and %d of weights",
                weights.length,
                dOuts.length,
                dWeights.length);
        Expect.matrix("dX", dX, rows, inputs);
        MatrixProduct product = product(rows);
        Operand input = product.operand(SHARED, FloatMemory.of(x));
        for (int i = 0; i < weights.length; i++) {
            int outputs = dOuts[i].columns();
            Expect.matrix("dOut", dOuts[i], rows, outputs);
            Expect.matrix("weight", weights[i], outputs, inputs);
            Expect.matrix("dWeight", dWeights[i], outputs, inputs);
            Operand dOut = product.operand(LEFT, FloatMemory.of(dOuts[i]));
            product.multiply(
                    MatMulShape.dense(outputs, inputs, rows, true, false),
                    dOut,
                    input,
                    1f,
                    FloatMemory.of(dWeights[i]));
            product.multiply(
                    MatMulShape.dense(rows, inputs, outputs, false, false),
                    dOut,
                    product.operand(RIGHT, FloatMemory.of(weights[i])),
                    i == 0 ? 0f : 1f,
                    FloatMemory.of(dX));
        }
    }

    /** The product to use for {@code rows} rows of activations. */
    MatrixProduct product(int rows) {
        return rows < MANY_ROWS ? products.float32() : products.product();
    }

    /** The product of numbers that are not to be rounded. */
    MatrixProduct float32() {
        return products.float32();
    }
}
