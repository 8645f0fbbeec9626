/** Evaluation of a model. */
package org.llamadl4j.eval;
