package org.llamadl4j.model.kernel.cpu;

/** oneDNN is missing or refuses; the message says why. */
final class OneDnnException extends RuntimeException {

    private static final long serialVersionUID = 1;

    OneDnnException(String message, Throwable cause) {
        super(message, cause);
    }
}
