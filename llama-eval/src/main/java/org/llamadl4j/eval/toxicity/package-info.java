/** How toxic a text is. */
package org.llamadl4j.eval.toxicity;
