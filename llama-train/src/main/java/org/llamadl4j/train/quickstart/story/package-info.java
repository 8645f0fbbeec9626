/** A probabilistic grammar of short stories whose information content is known exactly, and its reader. */
package org.llamadl4j.train.quickstart.story;
