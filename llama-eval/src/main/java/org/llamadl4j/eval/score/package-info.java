/** How likely a model finds a text. */
package org.llamadl4j.eval.score;
