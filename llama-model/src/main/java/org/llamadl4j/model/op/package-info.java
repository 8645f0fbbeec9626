/** The operations of the SameDiff graph, one file each, forward beside gradient. */
package org.llamadl4j.model.op;
