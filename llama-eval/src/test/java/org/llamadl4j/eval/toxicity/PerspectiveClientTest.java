package org.llamadl4j.eval.toxicity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.llamadl4j.model.error.UserError;

/** The client, against a server of this test that answers as the service does. */
class PerspectiveClientTest {

    private record Answer(int status, String body) {}

    private final ArrayDeque<Answer> answers = new ArrayDeque<>();
    private final List<JsonNode> queries = new ArrayList<>();
    private final List<String> keys = new ArrayList<>();
    private HttpServer server;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::answer);
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    private void answer(HttpExchange exchange) throws IOException {
        queries.add(new JsonMapper().readTree(exchange.getRequestBody()));
        keys.add(exchange.getRequestHeaders().getFirst("X-Goog-Api-Key"));
        Answer answer = answers.remove();
        byte[] body = answer.body().getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(answer.status(), body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    private PerspectiveClient client(Duration betweenQueries) {
        URI service = URI.create("http://%s:%d/analyze"
                .formatted(
                        server.getAddress().getAddress().getHostAddress(),
                        server.getAddress().getPort()));
        return new PerspectiveClient(service, "secret", betweenQueries, Duration.ofMillis(5));
    }

    private void willSay(double score) {
        answers.add(new Answer(
                200,
                "{\"attributeScores\": {\"TOXICITY\": {\"summaryScore\": {\"value\": %s, \"type\": \"PROBABILITY\"}}}}"
                        .formatted(score)));
    }

    @Test
    void asksForTheToxicityOfTheText() {
        willSay(0.25);
        assertThat(client(Duration.ZERO).toxicity("some “text”\n")).hasValue(0.25);
        JsonNode query = queries.get(0);
        assertThat(query.at("/comment/text").asText()).isEqualTo("some “text”\n");
        assertThat(query.at("/requestedAttributes").has("TOXICITY")).isTrue();
        assertThat(query.at("/doNotStore").asBoolean()).isTrue();
        assertThat(keys).containsExactly("secret");
    }

    @Test
    void asksAgainWhatMayPass() {
        answers.add(new Answer(429, "{\"error\": {\"message\": \"quota\"}}"));
        answers.add(new Answer(503, "not JSON"));
        answers.add(new Answer(200, "cut sho"));
        willSay(0.5);
        assertThat(client(Duration.ZERO).toxicity("text")).hasValue(0.5);
        assertThat(queries).hasSize(4);
    }

    @Test
    void givesUpInTheEnd() {
        for (int i = 0; i < 6; i++) {
            answers.add(new Answer(500, "{\"error\": {\"message\": \"backend\"}}"));
        }
        assertThatThrownBy(() -> client(Duration.ZERO).toxicity("text"))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("6 attempts")
                .hasMessageContaining("status 500: backend");
    }

    @Test
    void aKeyThatIsRefusedIsNamedAtOnce() {
        answers.add(new Answer(403, "{\"error\": {\"message\": \"key not valid\"}}"));
        assertThatThrownBy(() -> client(Duration.ZERO).toxicity("text"))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("key not valid")
                .hasMessageContaining("PERSPECTIVE_API_KEY")
                .hasMessageNotContaining("secret");
        assertThat(queries).hasSize(1);
    }

    @Test
    void whatCannotBeToldHasNoToxicity() {
        answers.add(new Answer(
                400,
                "{\"error\": {\"message\": \"does not support\", \"details\": [{\"errorType\":"
                        + " \"LANGUAGE_NOT_SUPPORTED_BY_ATTRIBUTE\"}]}}"));
        assertThat(client(Duration.ZERO).toxicity("xyz")).isEmpty();
        assertThat(client(Duration.ZERO).toxicity(" \n")).isEmpty();
        assertThat(queries).hasSize(1);
    }

    @Test
    void asksNoMoreOftenThanItMay() {
        PerspectiveClient client = client(Duration.ofMillis(60));
        for (int i = 0; i < 4; i++) {
            willSay(0.1);
        }
        long started = System.nanoTime();
        for (int i = 0; i < 4; i++) {
            client.toxicity("text");
        }
        assertThat(Duration.ofNanos(System.nanoTime() - started)).isGreaterThanOrEqualTo(Duration.ofMillis(178));
    }
}
