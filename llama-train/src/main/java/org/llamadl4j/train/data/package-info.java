/** Documents to token shards on disk, and these to the batches of training. */
package org.llamadl4j.train.data;
