package org.llamadl4j.model.generate;

/**
 * One generated token.
 *
 * @param id in the vocabulary
 * @param text what became certain with it: often its own text, nothing while a character's bytes or a possible stop string
 *     are incomplete, and all that was held back once they are complete. The texts of all tokens, joined, are the text.
 * @param logProbability ln of its probability by the model itself, before penalty, temperature and filters
 */
public record Token(int id, String text, double logProbability) {}
