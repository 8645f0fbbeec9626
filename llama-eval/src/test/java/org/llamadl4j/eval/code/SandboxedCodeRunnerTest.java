package org.llamadl4j.eval.code;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.llamadl4j.eval.code.Verdict.Outcome;
import org.llamadl4j.model.error.UserError;

/** Whatever a program does ends in a verdict, and leaves nothing behind; by each way to isolate it. */
class SandboxedCodeRunnerTest {

    enum Kind {
        BUBBLEWRAP(new Bubblewrap(), "bwrap", "--unshare-all", "--ro-bind", "/", "/", "true"),
        UNSHARE(new Unshare(), "unshare", "--user", "--map-root-user", "--mount", "--net", "--pid", "--fork", "true");

        private final Isolation isolation;

        /** Succeeds where the system has the tool and lets it make namespaces. */
        private final String[] probe;

        Kind(Isolation isolation, String... probe) {
            this.isolation = isolation;
            this.probe = probe;
        }

        SandboxedCodeRunner runner(Duration time) {
            assumeTrue(Files.isExecutable(Path.of("/usr/bin/python3")), "no /usr/bin/python3 here");
            assumeTrue(isOffered(), () -> "no namespaces by " + probe[0] + " here");
            CodeLimits limits = new CodeLimits(
                    time,
                    CodeLimits.DEFAULT.memoryBytes(),
                    CodeLimits.DEFAULT.processes(),
                    CodeLimits.DEFAULT.fileBytes(),
                    CodeLimits.DEFAULT.folderBytes());
            return new SandboxedCodeRunner(limits, isolation, SandboxedCodeRunner.python());
        }

        SandboxedCodeRunner runner() {
            return runner(Duration.ofSeconds(20));
        }

        private boolean isOffered() {
            try {
                return new ProcessBuilder(probe).start().waitFor() == 0;
            } catch (IOException | InterruptedException e) {
                return false;
            }
        }
    }

    @TempDir
    Path outside;

    @ParameterizedTest
    @EnumSource(Kind.class)
    void aProgramThatReachesItsEndHasPassed(Kind kind) {
        String program = "import math\nopen('note', 'w').write('x')\nprint('é')\nassert math.gcd(12, 18) == 6";
        assertThat(kind.runner().run(program)).isEqualTo(new Verdict(Outcome.PASSED, ""));
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void aFailedAssertionIsTold(Kind kind) {
        assertThat(kind.runner().run("assert 1 == 2, 'one is not two'"))
                .isEqualTo(new Verdict(Outcome.FAILED, "AssertionError: one is not two"));
        assertThat(kind.runner().run("def f(:").message()).contains("SyntaxError");
        assertThat(kind.runner().run("os.getcwd()").message()).contains("NameError");
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void whoLeavesBeforeTheTestsHasNotPassed(Kind kind) {
        SandboxedCodeRunner runner = kind.runner();
        for (String exit : List.of("exit()", "import os\nos._exit(0)", "import sys\nsys.exit(0)")) {
            assertThat(runner.run(exit + "\nassert False"))
                    .isEqualTo(new Verdict(Outcome.FAILED, "left before its end was reached"));
        }
    }

    @Test
    void aProgramThatCannotBeStartedHasNoVerdict() {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/python3")), "no /usr/bin/python3 here");
        Isolation broken = new Isolation() {
            @Override
            public String name() {
                return "a broken tool";
            }

            @Override
            public List<String> command(CodeLimits limits, long uid, List<String> program) {
                return List.of("sh", "-c", "echo no namespaces >&2; exit 1");
            }
        };
        assertThatThrownBy(() ->
                        new SandboxedCodeRunner(CodeLimits.DEFAULT, broken, SandboxedCodeRunner.python()).run("pass"))
                .isInstanceOf(UserError.class)
                .hasMessage("a broken tool could not start a program: no namespaces");
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void withoutAnInterpreterThereIsNoVerdict(Kind kind) {
        assumeTrue(kind.isOffered(), "no namespaces here");
        Path absent = outside.resolve("python3");
        assertThatThrownBy(() -> new SandboxedCodeRunner(CodeLimits.DEFAULT, kind.isolation, absent).run("pass"))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("could not start a program")
                .hasMessageContaining("No such file");
    }

    @Test
    void aWayThatWorksIsFound() {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/python3")), "no /usr/bin/python3 here");
        assumeTrue(Kind.UNSHARE.isOffered() || Kind.BUBBLEWRAP.isOffered(), "no namespaces here");
        assertThat(SandboxedCodeRunner.create(CodeLimits.DEFAULT).run("pass").passed())
                .isTrue();
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void anEndlessLoopIsEnded(Kind kind) {
        SandboxedCodeRunner runner = kind.runner(Duration.ofSeconds(1));
        assertThat(runner.run("while True: pass").outcome()).isEqualTo(Outcome.TIMED_OUT);
        assertThat(runner.run("import time\ntime.sleep(1000)").outcome()).isEqualTo(Outcome.TIMED_OUT);
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void twoHundredProcessesAreTooMany(Kind kind) throws Exception {
        String marker = "marker-" + System.nanoTime();
        Verdict verdict = kind.runner().run("""
                import subprocess
                running = [subprocess.Popen(['%s', '1000'], executable='/usr/bin/sleep') for _ in range(200)]
                """.formatted(marker));
        assertThat(verdict.outcome()).isEqualTo(Outcome.FAILED);
        assertThat(verdict.message()).contains("BlockingIOError");
        assertNothingRuns(marker);
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void aForkBombIsEndedWithAllItStarted(Kind kind) {
        Verdict verdict = kind.runner(Duration.ofSeconds(2)).run("""
                import os
                while True:
                    try:
                        os.fork()
                        os.setsid()
                    except OSError:
                        pass
                """);
        assertThat(verdict.outcome()).isEqualTo(Outcome.TIMED_OUT);
        assertThat(ProcessHandle.current().descendants()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void whatStaysInTheBackgroundIsEndedToo(Kind kind) throws Exception {
        String marker = "marker-" + System.nanoTime();
        Verdict verdict = kind.runner().run("""
                import subprocess
                subprocess.Popen(['%s', '1000'], executable='/usr/bin/sleep', start_new_session=True,
                    stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
                """.formatted(marker));
        assertThat(verdict.passed()).isTrue();
        assertNothingRuns(marker);
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void tenGigabytesOfMemoryAreTooMuch(Kind kind) {
        SandboxedCodeRunner runner = kind.runner();
        assertThat(runner.run("x = bytearray(10 * 2**30)")).isEqualTo(new Verdict(Outcome.FAILED, "MemoryError"));
        Verdict manyProcesses = runner.run("""
                import os, time
                for _ in range(20):
                    if os.fork() == 0:
                        x = bytearray(os.urandom(2**20)) * 500
                        time.sleep(60)
                time.sleep(60)
                """);
        assertThat(manyProcesses).isEqualTo(new Verdict(Outcome.FAILED, "took too much memory"));
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void tenGigabytesOfFilesAreTooMuch(Kind kind) {
        SandboxedCodeRunner runner = kind.runner();
        String write = "with open('%s', 'wb') as f:\n    for _ in range(%d): f.write(bytes(2**20))\n";
        assertThat(runner.run(write.formatted("big", 10 * 1024)).message()).contains("File too large");
        String many = "for i in range(1024):\n  with open(f'f{i}', 'wb') as f: f.write(bytes(10 * 2**20))\n";
        assertThat(runner.run(many).message()).contains("No space left on device");
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void filesOutsideAreOutOfReach(Kind kind) throws IOException {
        SandboxedCodeRunner runner = kind.runner();
        Path secret = Files.writeString(outside.resolve("secret"), "secret");
        Files.setPosixFilePermissions(outside, PosixFilePermissions.fromString("rwxrwxrwx"));
        assertThat(runner.run("open('%s')".formatted(secret)).message()).contains("FileNotFoundError");
        assertThat(runner.run("open('%s/new', 'w')".formatted(outside)).message())
                .contains("FileNotFoundError");
        for (String path : List.of("/new", "/usr/new", "/usr/bin/new", "/dev/new", "/etc/passwd")) {
            assertThat(runner.run("open('%s', 'w')".formatted(path)).message())
                    .as(path)
                    .containsAnyOf("Read-only file system", "Permission denied", "No such file");
        }
        assertThat(runner.run("import os\nassert os.listdir('.') == []\nassert not os.path.exists('/proc/1/root')")
                        .passed())
                .isTrue();
        assertThat(outside.resolve("new")).doesNotExist();
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void thereIsNoNetwork(Kind kind) throws IOException {
        SandboxedCodeRunner runner = kind.runner();
        try (ServerSocketChannel server = ServerSocketChannel.open()) {
            server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                    .configureBlocking(false);
            int port = server.socket().getLocalPort();
            Verdict verdict =
                    runner.run("import socket\nsocket.create_connection(('127.0.0.1', %d), 2)".formatted(port));
            assertThat(verdict.outcome()).isEqualTo(Outcome.FAILED);
            assertThat(verdict.message()).containsAnyOf("Network is unreachable", "Connection refused");
            assertThat(server.accept()).isNull();
        }
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void noPrivilegeIsLeftOrToBeHad(Kind kind) {
        Verdict verdict = kind.runner().run("""
                import ctypes, os
                libc = ctypes.CDLL(None, use_errno=True)
                assert libc.mount(b'none', b'/work', b'tmpfs', 0, None) != 0
                assert libc.chroot(b'/work') != 0
                try:
                    os.setuid(1)
                except OSError:
                    pass
                else:
                    raise AssertionError('may become another user')
                """);
        assertThat(verdict).isEqualTo(new Verdict(Outcome.PASSED, ""));
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void endlessOutputIsReadAndForgotten(Kind kind) {
        SandboxedCodeRunner runner = kind.runner();
        assertThat(runner.run("for _ in range(100): print('x' * 2**20)").passed())
                .isTrue();
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void manyRunAtOnce(Kind kind) {
        SandboxedCodeRunner runner = kind.runner();
        List<Boolean> passed = IntStream.range(0, 40)
                .parallel()
                .mapToObj(i -> runner.run("assert %d %% 2 == 0".formatted(i)).passed())
                .toList();
        assertThat(passed)
                .isEqualTo(IntStream.range(0, 40).mapToObj(i -> i % 2 == 0).toList());
    }

    /** That all processes with {@code marker} in their command line have ended or are about to. */
    private static void assertNothingRuns(String marker) throws Exception {
        for (ProcessHandle process : ProcessHandle.allProcesses()
                .filter(process -> hasMarker(process, marker))
                .toList()) {
            process.onExit().get(5, TimeUnit.SECONDS);
        }
    }

    private static boolean hasMarker(ProcessHandle process, String marker) {
        try {
            byte[] bytes = Files.readAllBytes(Path.of("/proc", Long.toString(process.pid()), "cmdline"));
            return new String(bytes, StandardCharsets.UTF_8).contains(marker);
        } catch (IOException e) {
            return false;
        }
    }
}
