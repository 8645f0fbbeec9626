/** The configuration of a training run: what can be set, what it means, where it comes from. */
package org.llamadl4j.train.config;
