/** From answers to scores: what counts as the answer, when it counts as right, and how sure a mean is. */
package org.llamadl4j.eval.metric;
