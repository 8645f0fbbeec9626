package org.llamadl4j.model.kernel.cpu;

import com.sun.management.HotSpotDiagnosticMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** What the processor calls itself, and what of it this Java uses. */
final class Processor {

    private static final Path CPU_INFO = Path.of("/proc/cpuinfo");

    private Processor() {}

    /** Such as "Intel(R) Xeon(R) Processor" where the system tells, else the architecture. */
    static String name() {
        String architecture = architecture();
        if (!Files.isReadable(CPU_INFO)) {
            return architecture;
        }
        try (Stream<String> lines = Files.lines(CPU_INFO)) {
            return lines.filter(line -> line.startsWith("model name"))
                    .map(line -> line.substring(line.indexOf(':') + 1).trim())
                    .findFirst()
                    .orElse(architecture);
        } catch (IOException e) {
            return architecture;
        }
    }

    static boolean isX86() {
        return architecture().equals("amd64") || architecture().equals("x86_64");
    }

    /** Whether compiled code multiplies and adds in one instruction. Arm always can; of x86 only the virtual machine knows. */
    static boolean hasFusedMultiplyAdd() {
        HotSpotDiagnosticMXBean machine = ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class);
        if (machine == null) {
            return !isX86();
        }
        try {
            return Boolean.parseBoolean(machine.getVMOption("UseFMA").getValue());
        } catch (IllegalArgumentException e) {
            // A virtual machine that knows no such option.
            return !isX86();
        }
    }

    private static String architecture() {
        return System.getProperty("os.arch");
    }
}
