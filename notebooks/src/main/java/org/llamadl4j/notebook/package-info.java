/** LLaMA in a notebook: {@link org.llamadl4j.notebook.Llama} has the common path in one import. */
package org.llamadl4j.notebook;
