package org.llamadl4j.model;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;

/** The project's version, which the build writes into a resource. */
public final class ProjectVersion {

    private ProjectVersion() {}

    /** The version's number, such as {@code 0.1.0}. */
    public static String number() {
        Properties properties = new Properties();
        try (InputStream resource = ProjectVersion.class.getResourceAsStream("version.properties")) {
            properties.load(resource);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return properties.getProperty("version");
    }
}
