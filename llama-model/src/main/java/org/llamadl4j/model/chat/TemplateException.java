package org.llamadl4j.model.chat;

/** What is wrong with a template, and in which of its lines. */
final class TemplateException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final int line;
    private final boolean raised;

    /** @param line from 1; 0 where it is not known */
    TemplateException(int line, String message) {
        this(line, message, false, null);
    }

    private TemplateException(int line, String message, boolean raised, Throwable cause) {
        super(message, cause);
        this.line = line;
        this.raised = raised;
    }

    /** The template itself says that it cannot render this, with {@code raise_exception}. */
    static TemplateException raised(String message) {
        return new TemplateException(0, message, true, null);
    }

    /** The same with a line where it has none. */
    TemplateException at(int otherLine) {
        return line > 0 ? this : new TemplateException(otherLine, getMessage(), raised, this);
    }

    int line() {
        return line;
    }

    boolean isRaised() {
        return raised;
    }
}
