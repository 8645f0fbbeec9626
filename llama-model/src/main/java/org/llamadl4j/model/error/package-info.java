/** Errors that a user can mend. */
package org.llamadl4j.model.error;
