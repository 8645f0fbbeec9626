package org.llamadl4j.model.kernel.cpu;

import org.bytedeco.dnnl.dnnl_engine;
import org.bytedeco.dnnl.dnnl_stream;
import org.bytedeco.dnnl.global.dnnl;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.nativeblas.NativeOps;
import org.nd4j.nativeblas.NativeOpsHolder;

/** The library oneDNN: an engine and a stream, which live as long as the process, and the threads that it may use. */
final class OneDnn {

    private final dnnl_engine engine = new dnnl_engine();
    private final dnnl_stream stream = new dnnl_stream();
    private final NativeOps openMp;

    private OneDnn() {
        // ND4J first: both libraries use the OpenMP that ND4J brings.
        Nd4j.getBackend();
        openMp = NativeOpsHolder.getInstance().getDeviceNativeOps();
        check(dnnl.dnnl_engine_create(engine, dnnl.dnnl_cpu, 0), "make an engine");
        check(dnnl.dnnl_stream_create(stream, engine, dnnl.dnnl_stream_default_flags), "make a stream");
    }

    /**
     * Loads the library.
     *
     * @throws OneDnnException where it is not to be had, with the reason for the log
     */
    static OneDnn load() {
        try {
            return new OneDnn();
        } catch (LinkageError e) {
            throw new OneDnnException(
                    "oneDNN cannot be loaded; it needs libOpenCL.so.1 (Debian: ocl-icd-libopencl1)", e);
        }
    }

    dnnl_engine engine() {
        return engine;
    }

    dnnl_stream stream() {
        return stream;
    }

    /** Whether this processor multiplies bfloat16 numbers in hardware, and oneDNN may use that. */
    boolean hasBfloat16() {
        int wanted = dnnl.dnnl_cpu_isa_avx512_core_bf16;
        return (dnnl.dnnl_get_effective_cpu_isa() & wanted) == wanted;
    }

    /** Runs {@code call} with OpenMP held to the calling thread: the workers have cut the work already. */
    void onOneThread(Runnable call) {
        int threads = openMp.ompGetMaxThreads();
        if (threads != 1) {
            openMp.setOmpNumThreads(1);
        }
        try {
            call.run();
        } finally {
            if (threads != 1) {
                openMp.setOmpNumThreads(threads);
            }
        }
    }

    static void check(int status, String what) {
        if (status != dnnl.dnnl_success) {
            throw new OneDnnException("oneDNN could not %s: status %d".formatted(what, status), null);
        }
    }
}
