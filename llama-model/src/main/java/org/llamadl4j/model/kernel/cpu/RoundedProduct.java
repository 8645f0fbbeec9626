package org.llamadl4j.model.kernel.cpu;

import lombok.RequiredArgsConstructor;
import org.llamadl4j.model.kernel.Precision;

/**
 * Products of bfloat16 operands without instructions for them: the operands are rounded copies that are still float32, and
 * another product multiplies these. A product of two bfloat16 numbers is exact in float32, so this differs from the
 * hardware's in the order of the sums alone.
 */
@RequiredArgsConstructor
final class RoundedProduct implements MatrixProduct {

    private final Workers workers;
    private final MatrixProduct float32;
    private final FloatMemory[] slots = {FloatMemory.allocate(0), FloatMemory.allocate(0), FloatMemory.allocate(0)};

    @Override
    public String description() {
        return "operands rounded to bfloat16, " + float32.description();
    }

    @Override
    public Precision precision() {
        return Precision.BFLOAT16;
    }

    @Override
    public Operand operand(int slot, FloatMemory values) {
        if (slots[slot].length() < values.length()) {
            slots[slot] = FloatMemory.allocate(values.length());
        }
        Bfloat16.round(workers, values, slots[slot], Math.toIntExact(values.length()));
        return float32.operand(slot, slots[slot]);
    }

    @Override
    public void multiply(MatMulShape shape, Operand a, Operand b, float beta, FloatMemory c) {
        float32.multiply(shape, a, b, beta, c);
    }

    @Override
    public void close() {
        float32.close();
    }
}
