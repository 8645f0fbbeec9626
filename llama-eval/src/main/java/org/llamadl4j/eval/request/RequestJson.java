package org.llamadl4j.eval.request;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import lombok.experimental.UtilityClass;
import org.apache.commons.codec.digest.DigestUtils;

/** Requests and answers as {@link AnswerFile} writes them. */
@UtilityClass
class RequestJson {

    /** SHA-256 of all that makes up {@code request}. */
    String digest(Request request) {
        return DigestUtils.sha256Hex(array(request).toString());
    }

    private ArrayNode array(Request request) {
        ArrayNode array = JsonNodeFactory.instance.arrayNode();
        if (request instanceof LogLikelihood likelihood) {
            return array.add("loglikelihood").add(likelihood.context()).add(likelihood.continuation());
        }
        if (request instanceof RollingLogLikelihood rolling) {
            return array.add("loglikelihood_rolling").add(rolling.text());
        }
        GenerateUntil generate = (GenerateUntil) request;
        array.add("generate_until").add(generate.context()).add(generate.maxNewTokens());
        ArrayNode stops = array.addArray();
        generate.stops().forEach(stops::add);
        Sampling sampling = generate.sampling();
        return array.add(sampling.temperature())
                .add(sampling.topP())
                .add(sampling.seed())
                .add(sampling.index());
    }

    ObjectNode answer(Request request, Response response) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("request", digest(request));
        if (response instanceof Likelihood likelihood) {
            return json.put("log_likelihood", likelihood.logLikelihood())
                    .put("tokens", likelihood.tokens())
                    .put("greedy", likelihood.greedy());
        }
        GeneratedText generated = (GeneratedText) response;
        return json.put("text", generated.text())
                .put("tokens", generated.tokens())
                .put("complete", generated.complete());
    }

    Response response(JsonNode json) {
        return json.has("text")
                ? new GeneratedText(
                        json.get("text").asText(),
                        json.required("tokens").asInt(),
                        json.required("complete").asBoolean())
                : new Likelihood(
                        json.required("log_likelihood").asDouble(),
                        json.required("tokens").asInt(),
                        json.required("greedy").asBoolean());
    }
}
