/** The training loop, what it reports and what it writes. */
package org.llamadl4j.train.loop;
