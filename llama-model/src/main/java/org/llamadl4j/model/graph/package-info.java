/** The LLaMA graph: weights, forward pass, and the hand-written gradient of the layer. */
package org.llamadl4j.model.graph;
