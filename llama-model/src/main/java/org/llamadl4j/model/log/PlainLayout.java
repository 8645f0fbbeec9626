package org.llamadl4j.model.log;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.LayoutBase;
import lombok.RequiredArgsConstructor;

/** The message alone at INFO, the level before it otherwise. */
@RequiredArgsConstructor
final class PlainLayout extends LayoutBase<ILoggingEvent> {

    /** Where this logs DEBUG, stack traces are shown whole. */
    private final Logger verbosity;

    @Override
    public String doLayout(ILoggingEvent event) {
        StringBuilder line = new StringBuilder();
        if (event.getLevel() != Level.INFO) {
            line.append(event.getLevel().toString().toLowerCase(java.util.Locale.ROOT))
                    .append(": ");
        }
        line.append(event.getFormattedMessage());
        IThrowableProxy throwable = event.getThrowableProxy();
        if (throwable != null && verbosity.isDebugEnabled()) {
            line.append(System.lineSeparator()).append(ThrowableProxyUtil.asString(throwable));
        } else if (throwable != null) {
            line.append(" (")
                    .append(throwable.getClassName())
                    .append(": ")
                    .append(throwable.getMessage())
                    .append(')');
        }
        return line.append(System.lineSeparator()).toString();
    }
}
