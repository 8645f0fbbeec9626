package org.llamadl4j.notebook.kernel;

import io.github.spencerpark.jupyter.kernel.display.RenderContext;
import io.github.spencerpark.jupyter.kernel.display.Renderer;
import java.util.function.Function;
import lombok.experimental.UtilityClass;
import org.llamadl4j.eval.score.TextScore;
import org.llamadl4j.model.config.LlamaConfig;
import org.llamadl4j.notebook.display.Display;
import org.llamadl4j.notebook.display.Tables;
import org.llamadl4j.train.data.TokenDataset;

/** Tells a kernel how results of this project look. */
@UtilityClass
class Renderers {

    void register(Renderer renderer) {
        register(renderer, Display.class, display -> display);
        register(renderer, LlamaConfig.class, Tables::of);
        register(renderer, TokenDataset.class, Tables::of);
        register(renderer, TextScore.class, Tables::of);
    }

    private <T> void register(Renderer renderer, Class<T> type, Function<T, Display> view) {
        renderer.createRegistration(type)
                .preferring(Display.HTML, Display.PNG)
                .register((value, context) -> put(view.apply(value), context));
    }

    private void put(Display display, RenderContext context) {
        display.data().forEach((type, data) -> context.getOutputContainer().putData(type, data));
        context.getOutputContainer().putText(display.toString());
    }
}
