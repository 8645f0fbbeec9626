package org.llamadl4j.train.quickstart;

import java.util.ArrayList;
import java.util.List;
import org.llamadl4j.model.LlamaModel;
import org.llamadl4j.model.generate.GenerationOptions;
import org.llamadl4j.model.generate.Generator;
import org.llamadl4j.train.quickstart.story.StoryGrammar;

/**
 * A text that the model wrote.
 *
 * @param prompt its given beginning; may be empty
 * @param continuation what the model added
 * @param verdict whether the whole is a story of the grammar
 */
record Sample(String prompt, String continuation, StoryGrammar.Verdict verdict) {

    private static final List<String> PROMPTS =
            List.of("", "Once there was a brave and busy child called Mia", "Leo was a curious", "");

    /** {@code count} texts, some from a given beginning, most from nothing. */
    static List<Sample> draw(LlamaModel model, StoryGrammar grammar, int count, double temperature, long seed) {
        Generator generator = new Generator(model);
        List<Sample> samples = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            String prompt = i < PROMPTS.size() ? PROMPTS.get(i) : "";
            String continuation = generator.complete(
                    prompt,
                    GenerationOptions.builder()
                            .maxNewTokens(model.config().contextLength())
                            .temperature(temperature)
                            .seed(seed + i)
                            .build());
            samples.add(new Sample(prompt, continuation, grammar.judge(prompt + continuation)));
        }
        return samples;
    }

    String text() {
        return prompt + continuation;
    }

    static long count(List<Sample> samples, StoryGrammar.Verdict verdict) {
        return samples.stream().filter(sample -> sample.verdict == verdict).count();
    }
}
