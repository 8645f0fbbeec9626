/** JMH benchmarks of single kernels, run on demand: docs/benchmarks.md says how. */
package org.llamadl4j.model.benchmark;
