package org.llamadl4j.notebook.kernel;

import org.llamadl4j.notebook.display.Display;

/** Where a running cell shows what it has so far. Only the thread of the cell may call it. */
public interface CellOutput {

    /** The output of the cell in this process, or one that shows nothing where this is no kernel. */
    static CellOutput current() {
        try {
            return JupyterOutput.current();
        } catch (NoClassDefFoundError e) {
            // Outside notebooks the kernel need not be on the class path.
            return new NoOutput();
        }
    }

    /** Shows {@code display} below what the cell has shown so far. */
    Slot show(Display display);

    /** Has an interrupt of the cell run {@code stop} instead of breaking the cell off, until the result is closed. */
    Interruption onInterrupt(Runnable stop);

    /** A place among the outputs of a cell. */
    interface Slot {

        /** Shows {@code display} instead of what is there. */
        void replace(Display display);
    }

    /** For as long as it is open, an interrupt does something else. */
    interface Interruption extends AutoCloseable {

        @Override
        void close();
    }
}
