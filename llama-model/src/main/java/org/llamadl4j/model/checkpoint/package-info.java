/** Models on disk, in the formats of the field. */
package org.llamadl4j.model.checkpoint;
