/** The commands that make a model: {@code prepare} and {@code train}. */
package org.llamadl4j.train.cli;
