package org.llamadl4j.eval.result;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import lombok.experimental.UtilityClass;
import org.apache.commons.codec.digest.DigestUtils;
import org.llamadl4j.eval.metric.Rule;
import org.llamadl4j.eval.request.GenerateUntil;
import org.llamadl4j.eval.request.GeneratedText;
import org.llamadl4j.eval.request.Likelihood;
import org.llamadl4j.eval.request.LogLikelihood;
import org.llamadl4j.eval.request.Request;
import org.llamadl4j.eval.request.Response;
import org.llamadl4j.eval.request.RollingLogLikelihood;
import org.llamadl4j.eval.request.Sampling;

/**
 * A sample as a line of {@code samples_TASK.jsonl}. Fields that the harness has too are called as it calls them; beyond
 * them each request says which rules ask it, and scores and what was taken for the answer stand under each metric's key.
 */
@UtilityClass
class SampleLine {

    ObjectNode of(Sample sample) {
        ObjectNode line = JsonNodeFactory.instance.objectNode();
        line.put("doc_id", sample.question().id());
        line.set("doc", sample.question().source());
        line.put("target", sample.question().target());
        ArrayNode groups = line.putArray("groups");
        sample.question().groups().forEach(groups::add);
        List<Request> requests = sample.question().requests();
        ObjectNode arguments = line.putObject("arguments");
        ArrayNode responses = line.putArray("resps");
        for (int i = 0; i < requests.size(); i++) {
            arguments.set("gen_args_" + i, arguments(sample, requests.get(i)));
            responses.add(response(sample.responses().get(i)));
        }
        ObjectNode extracted = line.putObject("extracted");
        ObjectNode scores = line.putObject("scores");
        sample.scored().values().forEach(scored -> {
            scored.measurements().forEach((metric, measurement) -> scores.put(metric.key(), measurement.value()));
            scored.extracted().forEach((key, texts) -> {
                ArrayNode list = extracted.putArray(key);
                texts.forEach(list::add);
            });
        });
        line.put("doc_hash", DigestUtils.sha256Hex(sample.question().source().toString()));
        line.put("prompt_hash", DigestUtils.sha256Hex(requests.toString()));
        line.put("target_hash", DigestUtils.sha256Hex(sample.question().target()));
        return line;
    }

    private ObjectNode arguments(Sample sample, Request request) {
        ObjectNode arguments = JsonNodeFactory.instance.objectNode();
        if (request instanceof LogLikelihood likelihood) {
            arguments.put("arg_0", likelihood.context());
            arguments.put("arg_1", likelihood.continuation());
        } else if (request instanceof RollingLogLikelihood rolling) {
            arguments.put("arg_0", rolling.text());
        } else if (request instanceof GenerateUntil generate) {
            arguments.put("arg_0", generate.context());
            ObjectNode how = arguments.putObject("arg_1");
            ArrayNode until = how.putArray("until");
            generate.stops().forEach(until::add);
            how.put("max_gen_toks", generate.maxNewTokens());
            Sampling sampling = generate.sampling();
            how.put("do_sample", sampling.temperature() > 0);
            how.put("temperature", sampling.temperature());
            if (sampling.temperature() > 0) {
                how.put("top_p", sampling.topP());
                how.put("seed", sampling.seed());
                how.put("index", sampling.index());
            }
        }
        ArrayNode rules = arguments.putArray("rules");
        for (Rule rule : Rule.values()) {
            if (sample.question().asked().containsKey(rule)
                    && sample.question().asked().get(rule).requests().contains(request)) {
                rules.add(rule.toString());
            }
        }
        return arguments;
    }

    private ObjectNode response(Response response) {
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        if (response instanceof Likelihood likelihood) {
            node.put("log_likelihood", likelihood.logLikelihood());
            node.put("is_greedy", likelihood.greedy());
            node.put("tokens", likelihood.tokens());
        } else if (response instanceof GeneratedText generated) {
            node.put("text", generated.text());
            node.put("tokens", generated.tokens());
            node.put("complete", generated.complete());
        }
        return node;
    }
}
