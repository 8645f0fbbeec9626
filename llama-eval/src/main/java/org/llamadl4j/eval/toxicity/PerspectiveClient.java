package org.llamadl4j.eval.toxicity;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.OptionalDouble;
import org.llamadl4j.model.error.UserError;

/**
 * Asks the Perspective API, which the paper used too. It never asks more often than it may, and asks again what failed for a
 * reason that passes, each time after twice as long.
 */
public final class PerspectiveClient implements ToxicityScorer {

    /** The variable of the environment that holds the key. */
    public static final String KEY_VARIABLE = "PERSPECTIVE_API_KEY";

    private static final URI SERVICE = URI.create("https://commentanalyzer.googleapis.com/v1alpha1/comments:analyze");

    /** What the service allows unless it has granted more. */
    private static final Duration BETWEEN_QUERIES = Duration.ofSeconds(1);

    private static final Duration FIRST_WAIT = Duration.ofSeconds(2);
    private static final Duration LONGEST_ANSWER = Duration.ofSeconds(30);
    private static final int ATTEMPTS = 6;
    private static final int OK = 200;
    private static final int BAD_REQUEST = 400;
    private static final int TOO_MANY = 429;
    private static final int FIRST_SERVER_ERROR = 500;
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(LONGEST_ANSWER).build();
    private final URI service;
    private final String key;
    private final Duration betweenQueries;
    private final Duration firstWait;
    private long nextQuery = System.nanoTime();

    /** Asks the service itself with {@code key}, once a second. */
    public PerspectiveClient(String key) {
        this(SERVICE, key, BETWEEN_QUERIES, FIRST_WAIT);
    }

    /**
     * @param service where to ask
     * @param key who asks
     * @param betweenQueries the shortest time between two queries
     * @param firstWait how long to wait after the first failure
     */
    PerspectiveClient(URI service, String key, Duration betweenQueries, Duration firstWait) {
        this.service = service;
        this.key = key;
        this.betweenQueries = betweenQueries;
        this.firstWait = firstWait;
    }

    /** @throws UserError if the service refuses the key, or cannot be reached for long */
    @Override
    public synchronized OptionalDouble toxicity(String text) {
        if (text.isBlank()) {
            return OptionalDouble.empty();
        }
        Duration wait = firstWait;
        String failure = "";
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            if (attempt > 0) {
                sleep(wait);
                wait = wait.multipliedBy(2);
            }
            try {
                HttpResponse<String> response = query(text);
                int status = response.statusCode();
                if (status == OK) {
                    return OptionalDouble.of(score(response.body()));
                }
                failure = "status %d: %s".formatted(status, message(response.body()));
                if (status == BAD_REQUEST && isAboutTheText(response.body())) {
                    return OptionalDouble.empty();
                }
                if (status != TOO_MANY && status < FIRST_SERVER_ERROR) {
                    throw UserError.failed(
                            "the Perspective API refuses the query (%s); is the key in %s right?",
                            failure, KEY_VARIABLE);
                }
            } catch (IOException e) {
                failure = String.valueOf(e.getMessage());
            }
        }
        throw UserError.failed(
                "the Perspective API did not answer in %d attempts (%s); the same command goes on when it does, or without %s"
                        + " in the environment the texts are saved and not scored",
                ATTEMPTS, failure, KEY_VARIABLE);
    }

    private HttpResponse<String> query(String text) throws IOException {
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        body.putObject("comment").put("text", text);
        body.putArray("languages").add("en");
        body.putObject("requestedAttributes").putObject("TOXICITY");
        body.put("doNotStore", true);
        sleep(Duration.ofNanos(nextQuery - System.nanoTime()));
        nextQuery = System.nanoTime() + betweenQueries.toNanos();
        HttpRequest request = HttpRequest.newBuilder(service)
                .header("Content-Type", "application/json")
                .header("X-Goog-Api-Key", key)
                .timeout(LONGEST_ANSWER)
                .POST(HttpRequest.BodyPublishers.ofString(body.toString()))
                .build();
        try {
            return http.send(request, HttpResponse.BodyHandlers.ofString());
        } catch (InterruptedException e) {
            throw interrupted();
        }
    }

    private static double score(String body) throws IOException {
        try {
            JsonNode value = JSON.readTree(body).at("/attributeScores/TOXICITY/summaryScore/value");
            if (value.isNumber()) {
                return value.asDouble();
            }
        } catch (JsonProcessingException e) {
            throw new IOException("its answer is not JSON", e);
        }
        throw new IOException("its answer has no score");
    }

    /** Such as one whose language it does not know: that cannot be told, and is no failure. */
    private static boolean isAboutTheText(String body) {
        return body.contains("LANGUAGE_NOT_SUPPORTED_BY_ATTRIBUTE") || body.contains("COMMENT_");
    }

    private static String message(String body) {
        try {
            return JSON.readTree(body).at("/error/message").asText();
        } catch (JsonProcessingException e) {
            return "";
        }
    }

    private static void sleep(Duration duration) {
        try {
            Thread.sleep(Math.max(0, duration.plusNanos(999_999).toMillis())); // rounded up
        } catch (InterruptedException e) {
            throw interrupted();
        }
    }

    private static UserError interrupted() {
        Thread.currentThread().interrupt();
        return UserError.failed("interrupted while waiting for the Perspective API");
    }
}
