package org.llamadl4j.eval.code;

import java.util.ArrayList;
import java.util.List;

/**
 * Isolation by util-linux alone: namespaces by {@code unshare}, in which a script builds a small root of its own and
 * gives up every capability.
 */
final class Unshare implements Isolation {

    /**
     * Makes a root in memory over /mnt, with /usr in it, read-only, and becomes the program there. {@code $1} is the size
     * of the folder, the rest is the program. Without capabilities and without an open folder outside there is no way out
     * of a changed root, and the kernel makes no user namespaces in one.
     */
    private static final String SCRIPT = """
            set -e
            size=$1
            shift
            mount -t tmpfs -o size=1m,mode=755 tmpfs /mnt
            mkdir /mnt/usr /mnt/dev /mnt/work
            mount --rbind /usr /mnt/usr
            mount -o remount,bind,ro /mnt/usr
            for folder in bin lib lib64; do ln -s usr/$folder /mnt/$folder; done
            for device in null zero urandom; do
                : > /mnt/dev/$device
                mount --bind /dev/$device /mnt/dev/$device
            done
            ln -s work /mnt/tmp
            mount -o remount,bind,ro /mnt
            mount -t tmpfs -o size=$size,mode=755 tmpfs /mnt/work
            exec chroot /mnt env -i -C /work PATH=/usr/bin HOME=/work LANG=C.UTF-8 \
                setpriv --inh-caps=-all --ambient-caps=-all --bounding-set=-all --no-new-privs -- "$@"
            """;

    @Override
    public String name() {
        return "unshare";
    }

    @Override
    public List<String> command(CodeLimits limits, long uid, List<String> program) {
        List<String> command = new ArrayList<>(List.of("unshare", "--user", "--map-root-user"));
        command.addAll(List.of("--mount", "--net", "--ipc", "--uts", "--cgroup"));
        // The program's first process takes all others with it.
        command.addAll(List.of("--pid", "--fork", "--kill-child", "--"));
        command.addAll(List.of("sh", "-c", SCRIPT, "sh", Long.toString(limits.folderBytes())));
        command.addAll(ResourceLimits.prefix(limits, program));
        return User.unprivileged(uid, command);
    }
}
