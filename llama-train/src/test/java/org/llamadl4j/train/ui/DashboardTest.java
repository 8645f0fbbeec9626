package org.llamadl4j.train.ui;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.llamadl4j.model.config.LlamaConfig;
import org.llamadl4j.train.config.TrainConfig;
import org.llamadl4j.train.loop.TrainingStep;

class DashboardTest {

    private static final LlamaConfig MODEL = LlamaConfig.preset("260k");
    private static final int STEPS = 3000;

    private final HttpClient browser = HttpClient.newHttpClient();
    private Dashboard dashboard;

    @BeforeEach
    void open() {
        dashboard = Dashboard.open(0);
        dashboard.started(MODEL, TrainConfig.defaults(), 0, STEPS);
    }

    @AfterEach
    void close() {
        dashboard.close();
    }

    @Test
    void overviewHasTheLossOfEachStep() throws Exception {
        for (int step = 1; step <= 5; step++) {
            dashboard.stepped(step(step));
        }
        JsonNode data = json("/train/overview/data");
        assertThat(integers(data.get("scoresIter"))).containsExactly(1, 2, 3, 4, 5);
        for (int step = 1; step <= 5; step++) {
            assertThat(data.get("scores").get(step - 1).asDouble()).isEqualTo(loss(step), within(1e-9));
        }
    }

    @Test
    void longRunIsThinnedToWhatTheEyeCanTellAndEndsWithItsLastStep() throws Exception {
        for (int step = 1; step <= STEPS; step++) {
            dashboard.stepped(step(step));
        }
        List<Integer> shown = integers(json("/train/overview/data").get("scoresIter"));
        assertThat(shown)
                .hasSizeBetween(500, 2000)
                .isSorted()
                .doesNotHaveDuplicates()
                .endsWith(STEPS);
        assertThat(shown.subList(0, 500)).last().isEqualTo(500);
    }

    @Test
    void overviewHasTheSizeOfTheModelAndTheSpeed() throws Exception {
        dashboard.stepped(step(1));
        JsonNode data = json("/train/overview/data");
        assertThat(data.get("model").toString())
                .contains("LLaMA", "\"" + MODEL.layers() + "\"", "\"" + MODEL.parameterCount() + "\"");
        assertThat(data.get("perf").toString()).contains("2048.00", "4.00");
    }

    @Test
    void systemPageHasTheMemory() throws Exception {
        dashboard.stepped(step(1));
        assertThat(json("/train/system/data").get("memory").toString()).contains("maxBytes");
    }

    @ParameterizedTest
    @ValueSource(strings = {"overview", "system", "model"})
    void everythingThatAPageLoadsIsThere(String page) throws Exception {
        String html = get("/train/" + page).body();
        List<String> assets = Pattern.compile("(?:src|href)=\"(/assets/[^\"]+)\"")
                .matcher(html)
                .results()
                .map(match -> match.group(1))
                .toList();
        assertThat(assets).hasSizeGreaterThan(10);
        for (String asset : assets) {
            assertThat(get(asset).statusCode()).as(asset).isEqualTo(200);
        }
    }

    @Test
    void takesAnotherPortWhereTheWantedOneIsTaken() throws Exception {
        dashboard.close();
        try (ServerSocket taken = new ServerSocket(0)) {
            dashboard = Dashboard.open(taken.getLocalPort());
            dashboard.started(MODEL, TrainConfig.defaults(), 0, STEPS);
            assertThat(URI.create(dashboard.address()).getPort()).isNotEqualTo(taken.getLocalPort());
            dashboard.stepped(step(1));
            assertThat(json("/train/overview/data").get("scores")).hasSize(1);
        }
    }

    private static TrainingStep step(int step) {
        return new TrainingStep(step, STEPS, loss(step), 1e-3, 1, 512, 0.25, 1e9);
    }

    private static double loss(int step) {
        return 2 + 6.0 / step;
    }

    private JsonNode json(String path) throws IOException, InterruptedException {
        return new JsonMapper().readTree(get(path).body());
    }

    private HttpResponse<String> get(String path) throws IOException, InterruptedException {
        URI uri = URI.create(dashboard.address()).resolve(path);
        HttpRequest request =
                HttpRequest.newBuilder(uri).timeout(Duration.ofSeconds(20)).build();
        return browser.send(request, HttpResponse.BodyHandlers.ofString());
    }

    private static List<Integer> integers(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false)
                .map(JsonNode::asInt)
                .toList();
    }
}
