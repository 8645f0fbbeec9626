package org.llamadl4j.notebook;

import java.util.List;
import org.llamadl4j.eval.request.Batch;
import org.llamadl4j.eval.request.BatchedModel;
import org.llamadl4j.eval.request.Work;
import org.llamadl4j.notebook.display.Display;
import org.llamadl4j.notebook.display.ProgressBar;
import org.llamadl4j.notebook.kernel.CellOutput;

/** How far a model is with its answers, in one line of the cell. */
final class AnswerProgress implements BatchedModel.Watcher {

    private static final long NANOS_BETWEEN = 250_000_000;

    private final CellOutput output = CellOutput.current();
    private CellOutput.Slot line;
    private int requests;
    private long total;
    private long done;
    private long shown;

    @Override
    public void begins(int different, int known, List<Batch> batches) {
        requests = different;
        total = batches.stream().mapToLong(Batch::work).sum();
        line = output.show(view("%,d requests".formatted(requests)));
    }

    @Override
    public void advances(Batch batch) {
        done += batch.work();
        if (System.nanoTime() - shown > NANOS_BETWEEN) {
            shown = System.nanoTime();
            line.replace(view("%,d requests, %,d of %,d tokens".formatted(requests, done, total)));
        }
    }

    @Override
    public void ends(Work work) {
        done = total;
        line.replace(view("%,d requests answered by computing %,d tokens; each alone would have taken %,d"
                .formatted(requests, work.computed(), work.asked())));
    }

    private Display view(String text) {
        return new ProgressBar(total == 0 ? 1 : (double) done / total, text);
    }
}
