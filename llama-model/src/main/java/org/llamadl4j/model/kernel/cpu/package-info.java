/** Kernels for the CPU: BLAS for matrix products, the Vector API for the rest. */
package org.llamadl4j.model.kernel.cpu;
