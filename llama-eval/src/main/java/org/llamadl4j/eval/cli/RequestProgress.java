package org.llamadl4j.eval.cli;

import java.util.List;
import lombok.extern.slf4j.Slf4j;
import org.llamadl4j.eval.request.Batch;
import org.llamadl4j.eval.request.BatchedModel;
import org.llamadl4j.eval.request.Work;
import org.llamadl4j.model.cli.Progress;

/** Shows how far a model has come with its requests. */
@Slf4j
final class RequestProgress implements BatchedModel.Watcher, AutoCloseable {

    private Progress progress;

    @Override
    public void begins(int requests, int known, List<Batch> batches) {
        log.info(
                "{} different requests, of which {} are answered already; {} batches",
                "%,d".formatted(requests),
                "%,d".formatted(known),
                batches.size());
        long work = batches.stream().mapToLong(Batch::work).sum();
        if (work > 0) {
            progress = Progress.start("evaluate", work, "k tokens", 1000);
        }
    }

    @Override
    public void advances(Batch batch) {
        progress.advance(batch.work());
    }

    @Override
    public void ends(Work work) {
        close();
        if (work.asked() > 0) {
            log.info(
                    "{} tokens were computed; each request alone would have taken {} ({} as many)",
                    "%,d".formatted(work.computed()),
                    "%,d".formatted(work.asked()),
                    "%.2f".formatted((double) work.computed() / work.asked()));
        }
    }

    @Override
    public void close() {
        if (progress != null) {
            progress.close();
            progress = null;
        }
    }
}
