package org.llamadl4j.model.kernel.cpu;

import java.util.Arrays;
import org.llamadl4j.model.kernel.Precision;

/**
 * Which library multiplies matrices, and why: oneDNN where vectors are 512 bits wide (OpenBLAS 0.3.19 knows few of these
 * processors), else OpenBLAS; in bfloat16 where that was asked for, or where {@link Precision#AUTO} finds hardware for it.
 *
 * @param product for products of many rows
 * @param float32 for what keeps its precision, and for so few rows that a copy of the weights in another precision would
 *     cost more than their product; the same as {@code product} unless that is bfloat16
 * @param reason for the log; empty where nothing needs one
 */
record ProductChoice(MatrixProduct product, MatrixProduct float32, String reason) implements AutoCloseable {

    private static final int WIDE_LANES = 16;

    static ProductChoice of(Precision precision, Workers workers) {
        if (Lanes.COUNT < WIDE_LANES) {
            return withoutBfloat16(
                    precision,
                    workers,
                    new OpenBlasProduct(workers),
                    "vectors of this processor are not 512 bits wide");
        }
        OneDnn oneDnn;
        try {
            oneDnn = OneDnn.load();
            tryOut(workers, oneDnn, false);
        } catch (OneDnnException e) {
            return withoutBfloat16(precision, workers, new OpenBlasProduct(workers), e.getMessage());
        }
        MatrixProduct float32 = new OneDnnProduct(workers, oneDnn, false);
        if (precision == Precision.FLOAT32) {
            return new ProductChoice(float32, float32, "");
        }
        if (!oneDnn.hasBfloat16()) {
            return withoutBfloat16(precision, workers, float32, "this processor has no AVX512_BF16");
        }
        try {
            tryOut(workers, oneDnn, true);
        } catch (OneDnnException e) {
            return withoutBfloat16(precision, workers, float32, e.getMessage());
        }
        String reason = precision == Precision.AUTO ? "this processor has AVX512_BF16" : "";
        return new ProductChoice(new OneDnnProduct(workers, oneDnn, true), float32, reason);
    }

    /** What is left without bfloat16 in hardware. */
    private static ProductChoice withoutBfloat16(
            Precision precision, Workers workers, MatrixProduct float32, String reason) {
        return switch (precision) {
            case FLOAT32 -> new ProductChoice(float32, float32, "");
            case AUTO -> new ProductChoice(float32, float32, reason);
            case BFLOAT16 ->
                new ProductChoice(new RoundedProduct(workers, float32), float32, "no faster than float32: " + reason);
        };
    }

    /**
     * A product of ones, before anybody relies on it.
     *
     * @throws OneDnnException if it fails or its result is wrong
     */
    static void tryOut(Workers workers, OneDnn oneDnn, boolean bfloat16) {
        int size = 64;
        float[] ones = new float[size * size];
        Arrays.fill(ones, 1f);
        FloatMemory matrix = FloatMemory.allocate(ones.length);
        matrix.put(0, ones, 0, ones.length);
        FloatMemory out = FloatMemory.allocate(ones.length);
        try (MatrixProduct product = new OneDnnProduct(workers, oneDnn, bfloat16)) {
            MatMulShape shape = MatMulShape.dense(size, size, size, false, true);
            product.multiply(shape, product.operand(0, matrix), product.operand(1, matrix), 0f, out);
        }
        out.get(0, ones, 0, ones.length);
        for (float sum : ones) {
            if (sum != size) {
                throw new OneDnnException("oneDNN multiplies wrongly on this processor", null);
            }
        }
    }

    /** What the log says. */
    String description() {
        return reason.isEmpty() ? product.description() : product.description() + " (" + reason + ")";
    }

    @Override
    public void close() {
        product.close();
        if (float32 != product) {
            float32.close();
        }
    }
}
