package org.llamadl4j.eval.task;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import lombok.experimental.UtilityClass;

/** Texts that belong to the program. */
@UtilityClass
class Resource {

    /** The text of the file {@code name} beside {@code owner}. */
    String text(Class<?> owner, String name) {
        try (InputStream in = owner.getResourceAsStream(name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new IllegalStateException("the program's own file cannot be read: " + name, e);
        }
    }
}
