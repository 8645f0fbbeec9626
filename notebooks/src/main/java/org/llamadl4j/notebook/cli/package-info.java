/** The command {@code llama notebook}. */
package org.llamadl4j.notebook.cli;
