package org.llamadl4j.train.bench;

import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.PrintStream;

/** Measures {@link Ceilings} in a process of their own, so that they take no memory of what is measured. */
final class CeilingsProcess {

    private CeilingsProcess() {}

    /** @param threads of the kernels */
    record Job(int threads) {}

    static ChildProcess start(int threads) {
        return ChildProcess.start("the machine's ceilings", CeilingsProcess.class, new Job(threads));
    }

    /** @param arguments a {@link Job} as JSON */
    public static void main(String[] arguments) throws IOException {
        PrintStream answers = System.out;
        System.setOut(System.err);
        Job job = JsonMapper.builder().build().readValue(arguments[0], Job.class);
        try (Ceilings ceilings = new Ceilings(job.threads())) {
            ChildProcess.serve(ceilings, ceilings::measured, System.in, answers);
        }
    }
}
