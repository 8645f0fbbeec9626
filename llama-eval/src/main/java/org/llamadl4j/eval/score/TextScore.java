package org.llamadl4j.eval.score;

/**
 * How well a model predicts a text.
 *
 * @param documents documents with text
 * @param tokens predicted tokens: those of the text and the EOS of each document, but no BOS
 * @param bytes of the text in UTF-8
 * @param nats sum of -ln P(token | tokens before it in its window)
 */
public record TextScore(long documents, long tokens, long bytes, double nats) {

    /** e to the power of the mean loss: among how many equally likely tokens the model chooses. */
    public double perplexity() {
        return Math.exp(natsPerToken());
    }

    /** The mean loss of a token, as in training. */
    public double natsPerToken() {
        return nats / tokens;
    }

    /** The loss over the bytes of the text, which compares models of different vocabularies. */
    public double natsPerByte() {
        return nats / bytes;
    }

    /** The same in bits: how small the model could compress a byte. */
    public double bitsPerByte() {
        return natsPerByte() / Math.log(2);
    }
}
