/** The {@code llama} program. */
package org.llamadl4j.model.cli;
