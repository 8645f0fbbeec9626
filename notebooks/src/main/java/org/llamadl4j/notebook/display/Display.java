package org.llamadl4j.notebook.display;

import java.util.Map;

/** A result that shows itself: as {@link #data} in a notebook cell, as {@link Object#toString} everywhere else. */
public interface Display {

    /** MIME type of HTML. */
    String HTML = "text/html";

    /** MIME type of pictures, whose data is Base64. */
    String PNG = "image/png";

    /** Representations by MIME type, from which the notebook takes the best that it can show; plain text need not be one. */
    Map<String, String> data();

    /** The same as plain text. */
    @Override
    String toString();
}
