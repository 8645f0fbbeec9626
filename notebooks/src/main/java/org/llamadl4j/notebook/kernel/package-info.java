/** The Jupyter kernel: IJava, with errors in one line, results that show themselves, and an interrupt that saves. */
package org.llamadl4j.notebook.kernel;
