package org.llamadl4j.model.cli;

import java.util.concurrent.Callable;

/**
 * A subcommand of {@code llama}: a picocli {@code @Command} that {@link java.util.ServiceLoader} finds, so that each
 * module brings its own. It returns the exit status; a {@link org.llamadl4j.model.error.UserError} ends it with one
 * line on standard error.
 */
public interface LlamaCommand extends Callable<Integer> {}
