/** How a gradient becomes an update: AdamW, the learning-rate schedule and clipping. */
package org.llamadl4j.train.optim;
