/** What {@code llama bench} measures: rounds, the machine's ceilings, and what runs against them. */
package org.llamadl4j.train.bench;
