/** A SameDiff graph compiled into a flat list of kernel calls over preassigned buffers. */
package org.llamadl4j.model.plan;
