/** Files of benchmarks: found, read row by row, and every mistake in them named by file and line. */
package org.llamadl4j.eval.data;
