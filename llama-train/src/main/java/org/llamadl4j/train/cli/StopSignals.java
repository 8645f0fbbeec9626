package org.llamadl4j.train.cli;

import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.LinkedHashMap;
import java.util.Map;
import lombok.extern.slf4j.Slf4j;

/**
 * Ends a run in good order on SIGINT (Ctrl-C) and SIGTERM. A second signal ends the process at once, as if nobody
 * listened.
 *
 * <p>Only {@code sun.misc.Signal} hears a signal without ending the process. It is called by reflection, since naming it
 * is a warning of the compiler; a Java without it stops as it always does.
 */
@Slf4j
final class StopSignals implements AutoCloseable {

    /** What shells add to the number of a signal for the exit status of a process that it ended. */
    private static final int SIGNAL_STATUS = 128;

    /** The signals listened to, with the handlers they had. */
    private final Map<Object, Object> previous = new LinkedHashMap<>();

    private final Runnable stop;
    private volatile int exitStatus;

    /** Runs {@code stop} at the first signal, until {@link #close}. */
    StopSignals(Runnable stop) {
        this.stop = stop;
        try {
            Class<?> handlerType = Class.forName("sun.misc.SignalHandler");
            Object handler = Proxy.newProxyInstance(
                    StopSignals.class.getClassLoader(),
                    new Class<?>[] {handlerType},
                    (proxy, method, arguments) ->
                            method.getName().equals("handle") ? receive(arguments[0]) : method.invoke(this, arguments));
            for (String name : new String[] {"INT", "TERM"}) {
                Object signal = Class.forName("sun.misc.Signal")
                        .getConstructor(String.class)
                        .newInstance(name);
                previous.put(signal, handle(signal, handler));
            }
        } catch (ReflectiveOperationException e) {
            log.debug("This Java cannot hear signals: {}", e.toString());
        }
    }

    /** 130 after SIGINT, 143 after SIGTERM, 0 where none came. */
    int exitStatus() {
        return exitStatus;
    }

    @Override
    public void close() throws ReflectiveOperationException {
        for (Map.Entry<Object, Object> entry : previous.entrySet()) {
            handle(entry.getKey(), entry.getValue());
        }
    }

    private Object receive(Object signal) throws ReflectiveOperationException {
        exitStatus =
                SIGNAL_STATUS + (int) signal.getClass().getMethod("getNumber").invoke(signal);
        Object byDefault =
                Class.forName("sun.misc.SignalHandler").getField("SIG_DFL").get(null);
        for (Object each : previous.keySet()) {
            handle(each, byDefault);
        }
        log.info("stopping after this step and saving; the same again ends at once, without saving");
        stop.run();
        return null;
    }

    /** Gives {@code signal} a handler and returns the one that it had. */
    private static Object handle(Object signal, Object handler) throws ReflectiveOperationException {
        Method handle =
                signal.getClass().getMethod("handle", signal.getClass(), Class.forName("sun.misc.SignalHandler"));
        return handle.invoke(null, signal, handler);
    }
}
