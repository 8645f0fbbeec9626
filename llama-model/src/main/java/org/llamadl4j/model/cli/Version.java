package org.llamadl4j.model.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;
import picocli.CommandLine.IVersionProvider;

/** The project's version, which the build writes into a resource, and the Java that runs it. */
public final class Version implements IVersionProvider {

    /** The project's version, such as {@code 0.1.0}. */
    public static String number() {
        Properties properties = new Properties();
        try (InputStream resource = Version.class.getResourceAsStream("version.properties")) {
            properties.load(resource);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return properties.getProperty("version");
    }

    @Override
    public String[] getVersion() {
        return new String[] {
            "llama %s (Java %s, %s %s)"
                    .formatted(
                            number(), Runtime.version(), System.getProperty("os.name"), System.getProperty("os.arch"))
        };
    }
}
