package org.llamadl4j.train.bench;

import org.llamadl4j.model.ProjectVersion;
import org.llamadl4j.model.kernel.Kernels;

/**
 * What measured.
 *
 * @param kernels the device, in one line; null where none computed
 * @param java version of the Java machine
 * @param version of this project
 */
public record Machine(String kernels, String java, String version) {

    static Machine of(Kernels kernels) {
        return new Machine(kernels.description(), Runtime.version().toString(), ProjectVersion.number());
    }

    static Machine withoutKernels() {
        return new Machine(null, Runtime.version().toString(), ProjectVersion.number());
    }
}
