package org.llamadl4j.model.chat;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.llamadl4j.model.LlamaModel;
import org.llamadl4j.model.error.UserError;
import org.llamadl4j.model.generate.Generation;
import org.llamadl4j.model.generate.GenerationOptions;
import org.llamadl4j.model.generate.Session;

/**
 * A conversation with a model. What the model computed of earlier turns stays, so that an answer costs its own tokens and
 * those of the question.
 *
 * <pre>{@code
 * Chat chat = new Chat(model, ChatFormat.of(model.tokenizer(), "my-model").orElseThrow(), 4096);
 * chat.setSystem("Answer in one sentence.");
 * chat.ask("What is a llama?", GenerationOptions.builder().build(), text -> {
 *     System.out.print(text);
 *     return true;
 * });
 * }</pre>
 *
 * <p>Not for several threads at once.
 */
public final class Chat {

    private final LlamaModel model;
    private final ChatFormat format;
    private final Session session;
    private final List<ChatMessage> messages = new ArrayList<>();
    private String system = "";

    /** @param slots how many positions the model's cache holds, as of {@link Session} */
    public Chat(LlamaModel model, ChatFormat format, int slots) {
        this.model = model;
        this.format = format;
        this.session = new Session(model, slots);
    }

    /** What the model is told before all else, from the next answer on; nothing where it is empty. */
    public void setSystem(String system) {
        this.system = system;
    }

    /** What the model is told before all else, and what was said. */
    public List<ChatMessage> messages() {
        List<ChatMessage> all = new ArrayList<>();
        if (!system.isEmpty()) {
            all.add(ChatMessage.system(system));
        }
        all.addAll(messages);
        return List.copyOf(all);
    }

    /** Forgets what was said. */
    public void reset() {
        messages.clear();
    }

    /**
     * Asks {@code question}. It, and what there is of the answer, are part of the conversation afterwards, unless it was
     * ended before the answer began.
     *
     * @param options the format adds what ends an answer
     * @param goesOn is given each piece of the answer as it comes, which may be empty, and an empty one now and then
     *     while a long question is read; false ends it there
     * @throws UserError if the template refuses the conversation, or the model's context has no room for it; the
     *     conversation is then as it was before
     */
    public Answer ask(String question, GenerationOptions options, Predicate<String> goesOn) {
        messages.add(ChatMessage.user(question));
        StringBuilder answer = new StringBuilder();
        Generation generation;
        try {
            generation = start(options);
            boolean wanted = session.prefill(() -> goesOn.test(""));
            while (wanted && generation.hasNext()) {
                String text = generation.next().text();
                answer.append(text);
                wanted = goesOn.test(text);
            }
        } catch (RuntimeException e) {
            messages.remove(messages.size() - 1);
            throw e;
        }
        if (generation.tokens().isEmpty() && generation.stopReason().isEmpty()) {
            messages.remove(messages.size() - 1);
            return new Answer("", 0, Optional.empty());
        }
        messages.add(ChatMessage.assistant(answer.toString().strip()));
        return new Answer(answer.toString(), generation.tokens().size(), generation.stopReason());
    }

    private Generation start(GenerationOptions options) {
        int[] prompt = model.tokenizer().encodeWithSpecials(format.template().render(messages(), true));
        int context = model.config().contextLength();
        if (prompt.length == 0) {
            throw UserError.failed("the chat template makes an empty prompt of this conversation");
        }
        if (prompt.length >= context) {
            throw UserError.failed(
                    "the conversation with this question has %d tokens; the model's context of %d leaves no room for an"
                            + " answer",
                    prompt.length, context);
        }
        session.replace(prompt);
        GenerationOptions.GenerationOptionsBuilder all = options.toBuilder();
        format.stopStrings().forEach(all::stopString);
        return session.generate(all.build());
    }
}
