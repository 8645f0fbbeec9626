package org.llamadl4j.model.cli;

import org.llamadl4j.model.ProjectVersion;
import picocli.CommandLine.IVersionProvider;

/** The project's version, and the Java that runs it. */
final class Version implements IVersionProvider {

    @Override
    public String[] getVersion() {
        return new String[] {
            "llama %s (Java %s, %s %s)"
                    .formatted(
                            ProjectVersion.number(),
                            Runtime.version(),
                            System.getProperty("os.name"),
                            System.getProperty("os.arch"))
        };
    }
}
