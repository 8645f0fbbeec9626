package org.llamadl4j.eval.code;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Who runs this program. */
final class User {

    private static final Path SELF = Path.of("/proc/self");

    private User() {}

    static boolean isRoot() {
        try {
            return Files.getAttribute(SELF, "unix:uid", LinkOption.NOFOLLOW_LINKS)
                    .equals(0);
        } catch (IOException | UnsupportedOperationException e) {
            return false;
        }
    }

    /** {@code command} as another user, where this one is root: many limits do not count for root. */
    static List<String> unprivileged(long uid, List<String> command) {
        if (!isRoot()) {
            return command;
        }
        List<String> dropped =
                new ArrayList<>(List.of("setpriv", "--reuid=" + uid, "--regid=" + uid, "--clear-groups", "--"));
        dropped.addAll(command);
        return dropped;
    }
}
