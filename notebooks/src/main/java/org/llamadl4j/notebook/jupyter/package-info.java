/** Jupyter as it is installed on this machine: kernel specifications, and the programs that open and run notebooks. */
package org.llamadl4j.notebook.jupyter;
