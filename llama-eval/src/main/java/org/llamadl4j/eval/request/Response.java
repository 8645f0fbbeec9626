package org.llamadl4j.eval.request;

/** What a language model answers to a {@link Request}. */
public sealed interface Response permits Likelihood, GeneratedText {}
