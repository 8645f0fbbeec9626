package org.llamadl4j.model.error;

import java.util.function.Supplier;
import lombok.Getter;

/**
 * Something that the user can mend: the message says what was wrong, where, and what would be right, in the user's
 * words. The command line prints the message alone and exits with {@link #exitStatus}.
 */
@Getter
public final class UserError extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** 1 when the work failed, 2 for wrong usage. */
    private final int exitStatus;

    private UserError(int exitStatus, String message, Throwable cause) {
        super(message, cause);
        this.exitStatus = exitStatus;
    }

    /** The work failed on this input; exit status 1. */
    public static UserError failed(String format, Object... arguments) {
        return new UserError(1, format.formatted(arguments), null);
    }

    /** The work failed because of {@code cause}, which is kept for {@code --verbose}; exit status 1. */
    public static UserError failed(Throwable cause, String format, Object... arguments) {
        return new UserError(1, format.formatted(arguments), cause);
    }

    /**
     * What {@code maker} makes of values that {@code place} holds.
     *
     * @throws UserError with {@code place} before the message, if {@code maker} throws one; exit status 1
     */
    public static <T> T naming(Object place, Supplier<T> maker) {
        try {
            return maker.get();
        } catch (UserError e) {
            throw failed(e, "%s: %s", place, e.getMessage());
        }
    }

    /** The command, an option or a configuration key is wrong; exit status 2. */
    public static UserError usage(String format, Object... arguments) {
        return new UserError(2, format.formatted(arguments), null);
    }
}
