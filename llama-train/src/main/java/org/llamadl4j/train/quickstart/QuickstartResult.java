package org.llamadl4j.train.quickstart;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.llamadl4j.model.config.LlamaConfig;
import org.llamadl4j.train.quickstart.story.StoryGrammar;

/**
 * What a quickstart came to.
 *
 * @param folder where everything lies
 * @param model sizes of the model
 * @param files the corpus
 * @param floor of the held-out stories
 * @param loss of the held-out stories after training, nats per byte
 * @param curve the way there
 * @param samples texts of the model
 * @param temperature at which they were drawn
 * @param stages what was done, with times
 * @param elapsed time of all
 */
public record QuickstartResult(
        Path folder,
        LlamaConfig model,
        StoryFiles files,
        Floor floor,
        double loss,
        LossCurve curve,
        List<Sample> samples,
        double temperature,
        List<Stages.Stage> stages,
        Duration elapsed) {

    /** Loss over floor: 1 is perfect. */
    double ratio() {
        return loss / floor.natsPerByte();
    }

    Path modelFolder() {
        return folder.resolve(Quickstart.RUN).resolve("model");
    }

    Path report() {
        return folder.resolve(Quickstart.REPORT);
    }

    /** A sample, what was reached and where it lies, for the terminal. */
    public String summary() {
        return """
                %s

                %s

                held-out loss   %.4f nats/byte, %.3f x the floor of %.4f
                samples         of %d, %d are flawless stories, %d grammatical with a slip
                whole time      %d:%02d
                model           %s
                report          %s""".formatted(
                        samples.get(0).text(),
                        samples.get(1).text(),
                        loss,
                        ratio(),
                        floor.natsPerByte(),
                        samples.size(),
                        Sample.count(samples, StoryGrammar.Verdict.STORY),
                        Sample.count(samples, StoryGrammar.Verdict.DISAGREES),
                        elapsed.toMinutes(),
                        elapsed.toSecondsPart(),
                        modelFolder(),
                        report());
    }
}
