package org.llamadl4j.eval.code;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.llamadl4j.model.error.UserError;

/** Who runs this program. */
final class User {

    /** A link, which belongs to root, to the folder of this process, which belongs to who runs it. */
    private static final Path SELF = Path.of("/proc/self");

    private User() {}

    /**
     * {@code command} as another user, where this one is root: many limits do not count for root.
     *
     * @throws UserError where there is no telling who this is
     */
    static List<String> unprivileged(long uid, List<String> command) {
        if (!isRoot()) {
            return command;
        }
        List<String> dropped =
                new ArrayList<>(List.of("setpriv", "--reuid=" + uid, "--regid=" + uid, "--clear-groups", "--"));
        dropped.addAll(command);
        return dropped;
    }

    static boolean isRoot() {
        try {
            return Files.getAttribute(SELF, "unix:uid").equals(0);
        } catch (IOException | UnsupportedOperationException e) {
            throw UserError.failed(
                    e, "programs that a model wrote run only on Linux, and only where %s tells who runs them", SELF);
        }
    }
}
