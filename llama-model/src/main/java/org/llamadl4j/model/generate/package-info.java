/**
 * Text from a model: one after another ({@link org.llamadl4j.model.generate.Generator}), in turns
 * ({@link org.llamadl4j.model.generate.Session}), many together ({@link org.llamadl4j.model.generate.BatchGenerator}). All
 * compute new tokens alone, over a cache.
 */
package org.llamadl4j.model.generate;
