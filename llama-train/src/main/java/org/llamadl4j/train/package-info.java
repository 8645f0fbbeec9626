/** Pre-training: raw text to token shards to a trained model. */
package org.llamadl4j.train;
