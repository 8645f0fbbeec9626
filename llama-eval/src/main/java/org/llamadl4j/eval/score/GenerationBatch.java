package org.llamadl4j.eval.score;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.function.Function;
import org.llamadl4j.eval.request.Batch;
import org.llamadl4j.eval.request.GeneratedText;
import org.llamadl4j.eval.request.Request;
import org.llamadl4j.eval.request.Response;
import org.llamadl4j.model.generate.Completion;
import org.llamadl4j.model.generate.Prompt;
import org.llamadl4j.model.generate.StopReason;

/** Texts that grow together. */
final class GenerationBatch implements Batch {

    /** Generated texts of a batch for each that can grow at once: the more, the less stands idle at the end. */
    private static final int TEXTS_FOR_A_SLOT = 2;

    private final List<GenerationRequest> generated;
    private final BatchMemory memory;
    private final int length;

    private GenerationBatch(List<GenerationRequest> generated, BatchMemory memory, int length) {
        this.generated = List.copyOf(generated);
        this.memory = memory;
        this.length = length;
    }

    /** Batches of texts that may become about as long, the longest first and those that begin alike together. */
    static List<Batch> of(List<GenerationRequest> generated, BatchMemory memory) {
        List<Batch> batches = new ArrayList<>();
        Function<GenerationRequest, Integer> length = request -> memory.cacheLength(request.longest());
        List<GenerationRequest> sorted = new ArrayList<>(generated);
        sorted.sort(Comparator.comparing(length)
                .reversed()
                .thenComparing(GenerationRequest::prompt, Arrays::compare)
                .thenComparing(request -> request.request().sampling().index()));
        for (int begin = 0; begin < sorted.size(); ) {
            int cacheLength = length.apply(sorted.get(begin));
            int most = TEXTS_FOR_A_SLOT * memory.slots(cacheLength);
            int end = begin + 1;
            while (end < sorted.size() && end - begin < most && length.apply(sorted.get(end)) == cacheLength) {
                end++;
            }
            batches.add(new GenerationBatch(sorted.subList(begin, end), memory, cacheLength));
            begin = end;
        }
        return batches;
    }

    @Override
    public List<Request> requests() {
        return generated.stream().<Request>map(GenerationRequest::request).toList();
    }

    @Override
    public long asked() {
        return generated.stream().mapToLong(GenerationRequest::longest).sum();
    }

    @Override
    public long work() {
        long work = 0;
        for (int i = 0; i < generated.size(); i++) {
            int[] prompt = generated.get(i).prompt();
            int common = i == 0 ? 0 : Arrays.mismatch(generated.get(i - 1).prompt(), prompt);
            work += generated.get(i).longest() - (common < 0 ? prompt.length - 1 : common);
        }
        return work;
    }

    @Override
    public List<Response> answer() {
        List<Prompt> prompts =
                generated.stream().map(GenerationRequest::toPrompt).toList();
        return memory.generator(length).complete(prompts).stream()
                .<Response>map(GenerationBatch::response)
                .toList();
    }

    private static GeneratedText response(Completion completion) {
        boolean complete =
                completion.stopReason() == StopReason.END_OF_TEXT || completion.stopReason() == StopReason.STOP_STRING;
        return new GeneratedText(completion.text(), completion.newTokens(), complete);
    }
}
