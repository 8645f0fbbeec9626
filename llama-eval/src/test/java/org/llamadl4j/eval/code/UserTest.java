package org.llamadl4j.eval.code;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class UserTest {

    @Test
    void whoeverRunsThisIsWhoTheSystemSays() throws Exception {
        assumeTrue(Files.exists(Path.of("/proc/self")), "no /proc here");
        Process id = new ProcessBuilder("id", "-u").start();
        String uid = new String(id.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        assertThat(User.isRoot()).isEqualTo(uid.equals("0"));
    }

    @Test
    void rootBecomesAnotherAndAnyoneElseStays() {
        assumeTrue(Files.exists(Path.of("/proc/self")), "no /proc here");
        List<String> command = User.unprivileged(1_900_000_001, List.of("true"));
        assertThat(command).endsWith("true");
        assertThat(command.contains("--reuid=1900000001")).isEqualTo(User.isRoot());
    }
}
