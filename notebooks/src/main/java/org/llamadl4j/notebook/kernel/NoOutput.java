package org.llamadl4j.notebook.kernel;

import org.llamadl4j.notebook.display.Display;

/** Outside a notebook. */
final class NoOutput implements CellOutput {

    @Override
    public Slot show(Display display) {
        return replacement -> {};
    }

    @Override
    public Interruption onInterrupt(Runnable stop) {
        return () -> {};
    }
}
