package org.llamadl4j.notebook;

import lombok.experimental.UtilityClass;
import org.llamadl4j.model.kernel.Kernels;
import org.llamadl4j.model.kernel.cpu.CpuKernels;

/** What all of a notebook computes on. It is made when it is first asked for, and ends with the process. */
@UtilityClass
class Device {

    final Kernels KERNELS = CpuKernels.create();
}
