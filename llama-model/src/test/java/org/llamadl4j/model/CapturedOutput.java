package org.llamadl4j.model;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** What a test's program prints, instead of on the terminal: to be registered as a field. */
public final class CapturedOutput implements BeforeEachCallback, AfterEachCallback {

    private final PrintStream realOut = System.out;
    private final PrintStream realErr = System.err;
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    @Override
    public void beforeEach(ExtensionContext context) {
        System.setOut(new PrintStream(out, true, StandardCharsets.UTF_8));
        System.setErr(new PrintStream(err, true, StandardCharsets.UTF_8));
    }

    @Override
    public void afterEach(ExtensionContext context) {
        System.setOut(realOut);
        System.setErr(realErr);
    }

    /** On standard output, since the beginning or {@link #clearOut}. */
    public String out() {
        return out.toString(StandardCharsets.UTF_8);
    }

    /** On standard error, since the beginning or {@link #clearErr}. */
    public String err() {
        return err.toString(StandardCharsets.UTF_8);
    }

    public void clearOut() {
        out.reset();
    }

    public void clearErr() {
        err.reset();
    }
}
