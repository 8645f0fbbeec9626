package org.llamadl4j.model.log;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.encoder.LayoutWrappingEncoder;
import ch.qos.logback.core.joran.spi.ConsoleTarget;
import ch.qos.logback.core.spi.ContextAwareBase;
import org.slf4j.LoggerFactory;

/**
 * Logback's configuration where the user has none: this project's messages from INFO up, those of libraries from WARN
 * up, a plain line each. In Java rather than XML, which would take a good part of the program's start to parse.
 */
public final class StandardErrorLog extends ContextAwareBase implements Configurator {

    private static final String PROJECT = "org.llamadl4j";

    /** Shows the project's DEBUG messages and full stack traces, or no longer. */
    public static void setVerbose(boolean verbose) {
        if (LoggerFactory.getLogger(PROJECT) instanceof Logger logger) {
            logger.setLevel(verbose ? Level.DEBUG : Level.INFO);
        }
    }

    /** Hides what a library logs of its own affairs, where its errors also come as exceptions. */
    public static void silence(String logger) {
        if (LoggerFactory.getLogger(logger) instanceof Logger library) {
            library.setLevel(Level.OFF);
        }
    }

    @Override
    public ExecutionStatus configure(LoggerContext context) {
        if (System.getProperty("logback.configurationFile") != null
                || isResource("/logback.xml")
                || isResource("/logback-test.xml")) {
            return ExecutionStatus.INVOKE_NEXT_IF_ANY;
        }
        Logger project = context.getLogger(PROJECT);
        project.setLevel(Level.INFO);

        PlainLayout layout = new PlainLayout(project);
        layout.setContext(context);
        layout.start();
        LayoutWrappingEncoder<ILoggingEvent> encoder = new LayoutWrappingEncoder<>();
        encoder.setContext(context);
        encoder.setLayout(layout);
        encoder.start();
        ConsoleAppender<ILoggingEvent> console = new ConsoleAppender<>();
        console.setContext(context);
        console.setTarget(ConsoleTarget.SystemErr.getName());
        console.setEncoder(encoder);
        console.start();

        Logger root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        root.setLevel(Level.WARN);
        // It warns at every start that some of its operations share a name in TensorFlow.
        context.getLogger("org.nd4j").setLevel(Level.ERROR);
        root.addAppender(console);
        return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
    }

    private static boolean isResource(String name) {
        return StandardErrorLog.class.getResource(name) != null;
    }
}
