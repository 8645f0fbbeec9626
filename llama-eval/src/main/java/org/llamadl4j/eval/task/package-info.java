/**
 * Benchmarks: which files they read, what they ask of a model under which rule, and what counts as right. A task is data:
 * rows of a file ({@link org.llamadl4j.eval.data.RowSource}), a way to ask ({@link org.llamadl4j.eval.task.Asking}) that
 * turns each row into requests and their responses into measurements, and worked examples
 * ({@link org.llamadl4j.eval.task.Shots}). Each benchmark of the paper has a file of its own.
 */
package org.llamadl4j.eval.task;
