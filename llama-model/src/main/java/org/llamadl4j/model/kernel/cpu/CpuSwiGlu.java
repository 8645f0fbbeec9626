package org.llamadl4j.model.kernel.cpu;

import jdk.incubator.vector.FloatVector;
import lombok.RequiredArgsConstructor;
import org.llamadl4j.model.kernel.Tensor;

/** The gated activation of the feed-forward network (Shazeer, 2020): g·σ(g)·u, σ being the logistic function. */
@RequiredArgsConstructor
final class CpuSwiGlu {

    private static final int TILE = CpuElementwise.TILE;

    /** σ of less is 0 in float32, as nearly as a gate times it can tell. */
    private static final float LOWEST = -126f;

    private final Workers workers;

    void forward(Tensor gate, Tensor up, Tensor out) {
        Expect.size("up", up, gate.size());
        Expect.size("out", out, gate.size());
        FloatMemory gates = FloatMemory.of(gate);
        FloatMemory ups = FloatMemory.of(up);
        FloatMemory outs = FloatMemory.of(out);
        workers.forRanges((int) gates.length(), CpuElementwise.GRAIN, (worker, from, to) -> {
            float[] g = worker.scratch().floats(0, TILE);
            float[] u = worker.scratch().floats(1, TILE);
            for (int i = from; i < to; i += TILE) {
                int length = Math.min(TILE, to - i);
                gates.get(i, g, 0, length);
                ups.get(i, u, 0, length);
                forward(g, u, length);
                outs.put(i, g, 0, length);
            }
        });
    }

    void gradient(Tensor gate, Tensor up, Tensor dOut, Tensor dGate, Tensor dUp) {
        Expect.size("up", up, gate.size());
        Expect.size("dOut", dOut, gate.size());
        Expect.size("dGate", dGate, gate.size());
        Expect.size("dUp", dUp, gate.size());
        FloatMemory gates = FloatMemory.of(gate);
        FloatMemory ups = FloatMemory.of(up);
        FloatMemory dOuts = FloatMemory.of(dOut);
        FloatMemory dGates = FloatMemory.of(dGate);
        FloatMemory dUps = FloatMemory.of(dUp);
        workers.forRanges((int) gates.length(), CpuElementwise.GRAIN, (worker, from, to) -> {
            float[] g = worker.scratch().floats(0, TILE);
            float[] u = worker.scratch().floats(1, TILE);
            float[] d = worker.scratch().floats(2, TILE);
            for (int i = from; i < to; i += TILE) {
                int length = Math.min(TILE, to - i);
                gates.get(i, g, 0, length);
                ups.get(i, u, 0, length);
                dOuts.get(i, d, 0, length);
                gradient(g, u, d, length);
                dGates.put(i, g, 0, length);
                dUps.put(i, u, 0, length);
            }
        });
    }

    /** g becomes g·σ(g)·u. */
    private static void forward(float[] g, float[] u, int length) {
        for (int i = 0; i < length; i += Lanes.COUNT) {
            FloatVector gate = FloatVector.fromArray(Lanes.FLOATS, g, i);
            FloatVector up = FloatVector.fromArray(Lanes.FLOATS, u, i);
            FloatVector y = gate.mul(Exponential.LOG2_E).max(LOWEST);
            gate.mul(up).div(Exponential.powerOfHalf(y).add(1f)).intoArray(g, i);
        }
    }

    /** g becomes d·u·σ(g)·(1 + g·(1 − σ(g))), u becomes d·g·σ(g). */
    private static void gradient(float[] g, float[] u, float[] d, int length) {
        FloatVector one = FloatVector.broadcast(Lanes.FLOATS, 1f);
        for (int i = 0; i < length; i += Lanes.COUNT) {
            FloatVector gate = FloatVector.fromArray(Lanes.FLOATS, g, i);
            FloatVector up = FloatVector.fromArray(Lanes.FLOATS, u, i);
            FloatVector dOut = FloatVector.fromArray(Lanes.FLOATS, d, i);
            FloatVector y = gate.mul(Exponential.LOG2_E).max(LOWEST);
            FloatVector sigmoid = one.div(Exponential.powerOfHalf(y).add(one));
            FloatVector dSigmoid = dOut.mul(sigmoid);
            FloatVector slope = gate.mul(one.sub(sigmoid)).add(one);
            dSigmoid.mul(up).mul(slope).intoArray(g, i);
            dSigmoid.mul(gate).intoArray(u, i);
        }
    }
}
