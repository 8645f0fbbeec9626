package org.llamadl4j.eval.code;

import java.util.ArrayList;
import java.util.List;

/** Isolation by bubblewrap. */
final class Bubblewrap implements Isolation {

    @Override
    public String name() {
        return "bubblewrap";
    }

    @Override
    public List<String> command(CodeLimits limits, long uid, List<String> program) {
        List<String> command =
                new ArrayList<>(List.of("bwrap", "--unshare-all", "--unshare-user", "--cap-drop", "ALL"));
        command.addAll(List.of("--die-with-parent", "--new-session", "--clearenv"));
        command.addAll(List.of("--setenv", "PATH", "/usr/bin", "--setenv", "HOME", "/work"));
        command.addAll(List.of("--setenv", "LANG", "C.UTF-8"));
        command.addAll(List.of("--ro-bind", "/usr", "/usr"));
        for (String folder : List.of("bin", "lib", "lib64")) {
            command.addAll(List.of("--symlink", "usr/" + folder, "/" + folder));
        }
        // The devices alone: a whole /dev would bring shared memory that no limit counts.
        for (String device : List.of("/dev/null", "/dev/zero", "/dev/urandom")) {
            command.addAll(List.of("--dev-bind", device, device));
        }
        command.addAll(List.of("--size", Long.toString(limits.folderBytes()), "--tmpfs", "/work"));
        command.addAll(List.of("--symlink", "work", "/tmp", "--remount-ro", "/", "--chdir", "/work", "--"));
        command.addAll(ResourceLimits.prefix(limits, program));
        return User.unprivileged(uid, command);
    }
}
