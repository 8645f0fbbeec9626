package org.llamadl4j.notebook;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import lombok.experimental.UtilityClass;
import org.apache.commons.io.FileUtils;
import org.llamadl4j.model.error.UserError;

/** Folders that go with the process. */
@UtilityClass
class TemporaryFolder {

    /** A new, empty one. */
    Path create() {
        try {
            Path folder = Files.createTempDirectory("llama-");
            Runtime.getRuntime().addShutdownHook(new Thread(() -> FileUtils.deleteQuietly(folder.toFile())));
            return folder;
        } catch (IOException e) {
            throw UserError.failed(e, "no temporary folder can be made: %s", e.getMessage());
        }
    }
}
