package org.llamadl4j.eval.request;

import java.util.List;

/** What answers requests: a model, or something before a model that remembers, sorts or counts them. */
public interface LanguageModel {

    /**
     * The answers to {@code requests}, in their order: a {@link Likelihood} to {@link LogLikelihood} and
     * {@link RollingLogLikelihood}, a {@link GeneratedText} to {@link GenerateUntil}. Equal requests may be in the list
     * more than once.
     */
    List<Response> answer(List<? extends Request> requests);
}
