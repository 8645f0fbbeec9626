/** The commands of evaluation. */
package org.llamadl4j.eval.cli;
