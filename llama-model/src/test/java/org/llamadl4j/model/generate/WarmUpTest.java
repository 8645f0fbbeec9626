package org.llamadl4j.model.generate;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.llamadl4j.model.kernel.ElementType;
import org.llamadl4j.model.kernel.Kernels;
import org.llamadl4j.model.kernel.cpu.CpuKernels;

/** What runs while a large model is opened. */
class WarmUpTest {

    @ParameterizedTest
    @EnumSource(names = "INT32", mode = EnumSource.Mode.EXCLUDE)
    @Timeout(value = 1, unit = TimeUnit.MINUTES)
    void itEndsWithoutAFailure(ElementType type) throws InterruptedException {
        List<Throwable> failures = Collections.synchronizedList(new ArrayList<>());
        Thread.UncaughtExceptionHandler before = Thread.getDefaultUncaughtExceptionHandler();
        Thread.setDefaultUncaughtExceptionHandler((thread, failure) -> failures.add(failure));
        try {
            WarmUp.start(type).await();
        } finally {
            Thread.setDefaultUncaughtExceptionHandler(before);
        }
        assertThat(failures).isEmpty();
    }

    /** Zeros or infinite numbers would not take the ways that those of a model take. */
    @ParameterizedTest
    @EnumSource(names = "INT32", mode = EnumSource.Mode.EXCLUDE)
    void itsLogitsAreFiniteAndDiffer(ElementType type) {
        try (Kernels kernels = CpuKernels.create(1)) {
            KvCache cache = new KvCache(WarmUp.config(type), 1, 8, kernels);
            DecoderPass pass = new DecoderPass(WarmUp.weights(type, kernels), cache, 4, kernels);
            for (int token = 0; token < 4; token++) {
                pass.add(0, token, true);
            }
            List<Float> logits = new ArrayList<>();
            pass.run(prediction -> logits.add(prediction.logits()[5]));
            assertThat(logits).doesNotHaveDuplicates().allMatch(Float::isFinite);
        }
    }
}
