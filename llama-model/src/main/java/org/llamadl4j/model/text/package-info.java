/** Raw text on disk, read as a stream of documents. */
package org.llamadl4j.model.text;
