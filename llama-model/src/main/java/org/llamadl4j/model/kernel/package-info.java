/** The seam between a plan and the hardware that runs it. */
package org.llamadl4j.model.kernel;
