/** How results look in a notebook cell, and as plain text elsewhere. */
package org.llamadl4j.notebook.display;
