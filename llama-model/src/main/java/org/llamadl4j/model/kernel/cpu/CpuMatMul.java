package org.llamadl4j.model.kernel.cpu;

import lombok.RequiredArgsConstructor;
import org.llamadl4j.model.kernel.Tensor;

/** Linear layers and their gradients as matrix products. An operand of several products is prepared once for all. */
@RequiredArgsConstructor
final class CpuMatMul {

    /** Products of fewer rows than this are {@link ProductChoice#fewRows}. */
    private static final int MANY_ROWS = 16;

    // Slots of operands.
    private static final int LEFT = 0;
    private static final int RIGHT = 1;
    private static final int SHARED = 2;

    private final ProductChoice products;

    /** outs[i](N,Oᵢ) = x(N,I) · weights[i](Oᵢ,I)ᵀ. */
    void linear(Tensor x, Tensor[] weights, Tensor[] outs) {
        int rows = x.rows();
        int inputs = x.columns();
        Expect.that(weights.length == outs.length, "%d weights for %d outputs", weights.length, outs.length);
        MatrixProduct product = product(rows);
        Operand input = product.operand(SHARED, FloatMemory.of(x));
        for (int i = 0; i < weights.length; i++) {
            int outputs = outs[i].columns();
            Expect.matrix("weight", weights[i], outputs, inputs);
            Expect.matrix("out", outs[i], rows, outputs);
            product.multiply(
                    new MatMulShape(rows, outputs, inputs, false, true),
                    input,
                    product.operand(RIGHT, FloatMemory.of(weights[i])),
                    0f,
                    FloatMemory.of(outs[i]));
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
                    new MatMulShape(outputs, inputs, rows, true, false), dOut, input, 1f, FloatMemory.of(dWeights[i]));
            product.multiply(
                    new MatMulShape(rows, inputs, outputs, false, false),
                    dOut,
                    product.operand(RIGHT, FloatMemory.of(weights[i])),
                    i == 0 ? 0f : 1f,
                    FloatMemory.of(dX));
        }
    }

    /** The product to use for {@code rows} rows of activations. */
    MatrixProduct product(int rows) {
        return rows < MANY_ROWS ? products.fewRows() : products.product();
    }
}
