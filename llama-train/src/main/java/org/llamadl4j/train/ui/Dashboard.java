package org.llamadl4j.train.ui;

import java.io.IOException;
import java.net.ServerSocket;
import java.time.LocalDateTime;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import lombok.AccessLevel;
import lombok.RequiredArgsConstructor;
import lombok.extern.slf4j.Slf4j;
import org.bytedeco.javacpp.Pointer;
import org.deeplearning4j.exception.DL4JException;
import org.deeplearning4j.ui.VertxUIServer;
import org.deeplearning4j.ui.model.stats.StatsListener;
import org.deeplearning4j.ui.model.stats.impl.java.JavaStatsInitializationReport;
import org.deeplearning4j.ui.model.stats.impl.java.JavaStatsReport;
import org.deeplearning4j.ui.model.storage.InMemoryStatsStorage;
import org.llamadl4j.model.config.LlamaConfig;
import org.llamadl4j.model.error.UserError;
import org.llamadl4j.model.log.StandardErrorLog;
import org.llamadl4j.train.config.TrainConfig;
import org.llamadl4j.train.loop.TrainingListener;
import org.llamadl4j.train.loop.TrainingStep;

/**
 * Deeplearning4j's training dashboard, a web page served by this process to whoever reaches its port: the loss by step,
 * tokens a second, memory. It shows the run whose listener it is. One is open at a time, since Deeplearning4j keeps its
 * server in a static field.
 */
@Slf4j
@RequiredArgsConstructor(access = AccessLevel.PRIVATE)
public final class Dashboard implements TrainingListener, AutoCloseable {

    /** Where Deeplearning4j's users expect it. */
    public static final int USUAL_PORT = 9000;

    private static final String WORKER = "trainer";

    /** Steps are shown all up to this one, then so many for each doubling, about, that the curve stays as smooth. */
    private static final int FINE_STEPS = 500;

    private final VertxUIServer server;
    private InMemoryStatsStorage storage;
    private String run;
    private long startedMillis;
    private long lastMillis;
    private long tokens;
    private int nextStep;

    /**
     * Starts the server, and tells in the log where it is.
     *
     * @param port the port to listen at; another one that is free where this is taken or 0
     * @throws UserError if no server can be started
     */
    public static Dashboard open(int port) {
        // Read by the server's libraries: their log goes where ours goes; names are looked up as Java does; the page
        // gets all points that it is given, because thinning them out is done here.
        System.setProperty("vertx.logger-delegate-factory-class-name", "io.vertx.core.logging.SLF4JLogDelegateFactory");
        System.setProperty("vertx.disableDnsResolver", "true");
        System.setProperty("org.deeplearning4j.ui.maxChartPoints", String.valueOf(Integer.MAX_VALUE));
        StandardErrorLog.silence("io.vertx");
        StandardErrorLog.silence("org.deeplearning4j.ui");
        try {
            VertxUIServer server = VertxUIServer.getInstance(isFree(port) ? port : 0, false, null);
            log.info("training dashboard: {}/train", server.getAddress());
            return new Dashboard(server);
        } catch (DL4JException e) {
            throw UserError.failed(e, "the training dashboard cannot be started: %s", e.getCause());
        }
    }

    /** Where the page is: {@code http://localhost:9000/train}. */
    public String address() {
        return server.getAddress() + "/train";
    }

    @Override
    public void started(LlamaConfig model, TrainConfig config, int step, int steps) {
        lastMillis = System.currentTimeMillis();
        startedMillis = lastMillis;
        nextStep = step + 1;
        run = "llama " + LocalDateTime.now().truncatedTo(ChronoUnit.SECONDS);
        storage = new InMemoryStatsStorage();
        storage.putStaticInfo(description(model));
        server.attach(storage);
    }

    @Override
    public void stepped(TrainingStep step) {
        tokens += step.tokens();
        if (step.step() < nextStep && step.step() < step.steps()) {
            return;
        }
        nextStep = step.step() + Math.max(1, step.step() / FINE_STEPS);
        storage.putUpdate(report(step));
    }

    /** Stops the server; the page of a browser that shows it stays as it is. */
    @Override
    public void close() {
        try {
            VertxUIServer.stopInstance();
        } catch (Exception e) {
            log.warn("the training dashboard did not stop", e);
        }
    }

    private JavaStatsInitializationReport description(LlamaConfig model) {
        Runtime runtime = Runtime.getRuntime();
        JavaStatsInitializationReport report = new JavaStatsInitializationReport();
        report.reportIDs(run, StatsListener.TYPE_ID, WORKER, startedMillis);
        report.reportModelInfo("LLaMA", null, new String[0], model.layers(), model.parameterCount());
        report.reportHardwareInfo(
                runtime.availableProcessors(),
                0,
                runtime.maxMemory(),
                Pointer.maxBytes(),
                new long[0],
                new String[0],
                "");
        report.reportSoftwareInfo(
                System.getProperty("os.arch"),
                System.getProperty("os.name"),
                System.getProperty("java.vm.name"),
                System.getProperty("java.version"),
                System.getProperty("java.specification.version"),
                "nd4j-native",
                "FLOAT",
                "",
                "",
                Map.of());
        return report;
    }

    private JavaStatsReport report(TrainingStep step) {
        // Reports are kept by their time: no two may have the same.
        lastMillis = Math.max(System.currentTimeMillis(), lastMillis + 1);
        Runtime runtime = Runtime.getRuntime();
        JavaStatsReport report = new JavaStatsReport();
        report.reportIDs(run, StatsListener.TYPE_ID, WORKER, lastMillis);
        report.reportIterationCount(step.step());
        report.reportScore(step.loss());
        report.reportLearningRates(Map.of("all", step.learningRate()));
        report.reportMemoryUse(
                runtime.totalMemory() - runtime.freeMemory(),
                runtime.maxMemory(),
                Pointer.totalBytes(),
                Pointer.maxBytes(),
                new long[0],
                new long[0]);
        report.reportPerformance(
                lastMillis - startedMillis, tokens, step.step(), step.tokensPerSecond(), 1 / step.seconds());
        return report;
    }

    private static boolean isFree(int port) {
        try (ServerSocket socket = new ServerSocket(port)) {
            return socket.isBound();
        } catch (IOException e) {
            return false;
        }
    }
}
