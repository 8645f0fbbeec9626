package org.llamadl4j.eval.score;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.llamadl4j.eval.data.DataFolder;
import org.llamadl4j.eval.request.BatchedModel;
import org.llamadl4j.eval.request.Likelihood;
import org.llamadl4j.eval.request.LogLikelihood;
import org.llamadl4j.eval.request.Request;
import org.llamadl4j.eval.request.Response;
import org.llamadl4j.eval.task.TaskSettings;
import org.llamadl4j.eval.task.Tasks;
import org.llamadl4j.model.LlamaModel;
import org.llamadl4j.model.LossPass;
import org.llamadl4j.model.SharedData;
import org.llamadl4j.model.config.LlamaConfig;
import org.llamadl4j.model.graph.LlamaWeights;
import org.llamadl4j.model.kernel.Kernels;
import org.llamadl4j.model.kernel.cpu.CpuKernels;
import org.llamadl4j.model.tokenizer.ByteTokenizer;

/** Real questions, in batches over a cache, against each request alone by the pass that training measures its loss with. */
class RequestsOfTasksTest {

    private static final List<String> TASKS =
            List.of("arc_easy", "hellaswag", "winogrande", "openbookqa", "piqa", "truthfulqa_mc1");

    private static final int OF_EACH = 34;

    @Test
    void twoHundredRequestsOfSixTasksAreAnsweredAsEachAlone() {
        DataFolder data = DataFolder.of(SharedData.require("eval"));
        TaskSettings settings =
                TaskSettings.builder().limit(OptionalInt.of(OF_EACH)).build();
        List<Request> requests = new ArrayList<>();
        for (var task : Tasks.named(TASKS)) {
            LinkedHashSet<Request> ofTask = new LinkedHashSet<>();
            task.prepare(data, settings).questions().forEach(question -> ofTask.addAll(question.requests()));
            ofTask.stream().limit(OF_EACH).forEach(requests::add);
        }
        assertThat(requests).hasSizeGreaterThanOrEqualTo(200);
        try (Kernels kernels = CpuKernels.create(2)) {
            ByteTokenizer tokenizer = new ByteTokenizer();
            LlamaConfig config = LlamaConfig.preset("260k").withVocabSize(tokenizer.vocabSize());
            LlamaModel model = new LlamaModel(config, LlamaWeights.initialise(config, 3, kernels), tokenizer, kernels);
            List<Response> batched = new BatchedModel(new LlamaBatching(model)).answer(requests);
            LossPass alone = new LossPass(model.weights(), 1, config.contextLength(), kernels);
            for (int i = 0; i < requests.size(); i++) {
                double expected = alone(alone, model, (LogLikelihood) requests.get(i));
                assertThat(((Likelihood) batched.get(i)).logLikelihood())
                        .as("%s", requests.get(i))
                        .isCloseTo(expected, within(1e-4));
            }
        }
    }

    /** One token is one byte here, so that context and continuation part where the texts do. */
    private static double alone(LossPass pass, LlamaModel model, LogLikelihood request) {
        int contextLength = model.config().contextLength();
        int[] text = model.tokenizer().encode(request.context() + request.continuation());
        int scored = text.length - model.tokenizer().encode(request.context().stripTrailing()).length;
        int kept = Math.min(text.length, contextLength);
        int[] tokens = new int[contextLength];
        int[] targets = new int[contextLength];
        Arrays.fill(targets, LossPass.NO_TARGET);
        tokens[0] = model.tokenizer().bosId();
        System.arraycopy(text, text.length - kept, tokens, 1, kept - 1);
        IntStream.range(kept - scored, kept).forEach(row -> targets[row] = text[text.length - kept + row]);
        double nats = 0;
        for (float loss : pass.run(tokens, targets)) {
            nats += loss;
        }
        return -nats;
    }
}
