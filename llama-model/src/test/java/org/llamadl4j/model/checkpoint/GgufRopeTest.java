package org.llamadl4j.model.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.llamadl4j.model.config.LlamaConfig;
import org.llamadl4j.model.config.RopeScaling;

class GgufRopeTest {

    /** K and factor of Llama 3.1 8B, Llama 3.2 1B and 3B. */
    @ParameterizedTest
    @CsvSource({"128, 8", "64, 32", "128, 32"})
    void recognisesDivisorsThatWereComputedInFloat32(int headDim, float factor) {
        LlamaConfig config = LlamaConfig.preset("7b").withHeadDim(headDim).withRopeTheta(500_000);
        float[] divisors = new float[headDim / 2];
        for (int i = 0; i < divisors.length; i++) {
            float frequency = 1 / (float) Math.pow(500_000, 2f * i / headDim);
            float wavelength = (float) (2 * Math.PI) / frequency;
            float share = (8192 / wavelength - 1) / 3;
            divisors[i] = wavelength < 2048 ? 1 : wavelength > 8192 ? factor : 1 / ((1 - share) / factor + share);
        }
        assertThat(divisors).contains(1, factor);
        RopeScaling scaling =
                GgufRope.read(new GgufMetadata(Path.of("a.gguf"), Map.of()), config, Optional.of(divisors));
        assertThat(scaling).isEqualTo(new RopeScaling.Llama3(factor, 1, 4, 8192));
    }
}
