package org.llamadl4j.model.kernel.cpu;

import jdk.incubator.vector.FloatVector;
import lombok.RequiredArgsConstructor;
import org.llamadl4j.model.kernel.AdamWStep;
import org.llamadl4j.model.kernel.Tensor;

/** AdamW (Loshchilov and Hutter, 2019, algorithm 2) in one pass over memory. */
@RequiredArgsConstructor
final class CpuAdamW {

    private static final int TILE = CpuElementwise.TILE;

    private final Workers workers;

    /** The constants of a step as the inner loop needs them. */
    private record Factors(
            float gradientScale,
            float beta1,
            float newShare1,
            float beta2,
            float newShare2,
            float keep,
            float inverseRootCorrection2,
            float epsilon,
            float rate) {

        static Factors of(AdamWStep step) {
            double correction1 = 1 - Math.pow(step.beta1(), step.step());
            double correction2 = 1 - Math.pow(step.beta2(), step.step());
            return new Factors(
                    (float) step.gradientScale(),
                    (float) step.beta1(),
                    (float) (1 - step.beta1()),
                    (float) step.beta2(),
                    (float) (1 - step.beta2()),
                    (float) (1 - step.learningRate() * step.weightDecay()),
                    (float) (1 / Math.sqrt(correction2)),
                    (float) step.epsilon(),
                    (float) (-step.learningRate() / correction1));
        }
    }

    void step(AdamWStep step, Tensor weight, Tensor gradient, Tensor firstMoment, Tensor secondMoment) {
        Expect.size("gradient", gradient, weight.size());
        Expect.size("firstMoment", firstMoment, weight.size());
        Expect.size("secondMoment", secondMoment, weight.size());
        Expect.that(step.step() >= 1, "AdamW steps are counted from 1, not %d", step.step());
        Factors factors = Factors.of(step);
        FloatMemory weights = FloatMemory.of(weight);
        FloatMemory gradients = FloatMemory.of(gradient);
        FloatMemory firstMoments = FloatMemory.of(firstMoment);
        FloatMemory secondMoments = FloatMemory.of(secondMoment);
        workers.forRanges((int) weights.length(), CpuElementwise.GRAIN, (worker, from, to) -> {
            float[] w = worker.scratch().floats(0, TILE);
            float[] g = worker.scratch().floats(1, TILE);
            float[] m = worker.scratch().floats(2, TILE);
            float[] v = worker.scratch().floats(3, TILE);
            for (int i = from; i < to; i += TILE) {
                int length = Math.min(TILE, to - i);
                weights.get(i, w, 0, length);
                gradients.get(i, g, 0, length);
                firstMoments.get(i, m, 0, length);
                secondMoments.get(i, v, 0, length);
                update(factors, w, g, m, v, length);
                weights.put(i, w, 0, length);
                firstMoments.put(i, m, 0, length);
                secondMoments.put(i, v, 0, length);
            }
        });
    }

    private static void update(Factors factors, float[] w, float[] g, float[] m, float[] v, int length) {
        FloatVector gradientScale = FloatVector.broadcast(Lanes.FLOATS, factors.gradientScale());
        FloatVector beta1 = FloatVector.broadcast(Lanes.FLOATS, factors.beta1());
        FloatVector newShare1 = FloatVector.broadcast(Lanes.FLOATS, factors.newShare1());
        FloatVector beta2 = FloatVector.broadcast(Lanes.FLOATS, factors.beta2());
        FloatVector newShare2 = FloatVector.broadcast(Lanes.FLOATS, factors.newShare2());
        FloatVector keep = FloatVector.broadcast(Lanes.FLOATS, factors.keep());
        FloatVector inverseRootCorrection2 = FloatVector.broadcast(Lanes.FLOATS, factors.inverseRootCorrection2());
        FloatVector epsilon = FloatVector.broadcast(Lanes.FLOATS, factors.epsilon());
        FloatVector rate = FloatVector.broadcast(Lanes.FLOATS, factors.rate());
        for (int i = 0; i < length; i += Lanes.COUNT) {
            FloatVector gradient = FloatVector.fromArray(Lanes.FLOATS, g, i).mul(gradientScale);
            FloatVector first =
                    FloatVector.fromArray(Lanes.FLOATS, m, i).mul(beta1).add(gradient.mul(newShare1));
            FloatVector second = FloatVector.fromArray(Lanes.FLOATS, v, i)
                    .mul(beta2)
                    .add(gradient.mul(gradient).mul(newShare2));
            FloatVector denominator = second.sqrt().mul(inverseRootCorrection2).add(epsilon);
            first.intoArray(m, i);
            second.intoArray(v, i);
            FloatVector.fromArray(Lanes.FLOATS, w, i)
                    .mul(keep)
                    .add(first.mul(rate).div(denominator))
                    .intoArray(w, i);
        }
    }
}
