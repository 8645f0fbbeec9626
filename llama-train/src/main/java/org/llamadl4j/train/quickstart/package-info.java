/** A whole first run: stories, tokenizer, dataset, training, samples and a report, by the API that users have. */
package org.llamadl4j.train.quickstart;
