package org.llamadl4j.eval.request;

/**
 * How much was computed.
 *
 * @param asked tokens that it takes to answer each request alone
 * @param computed tokens that were computed
 */
public record Work(long asked, long computed) {

    static final Work NONE = new Work(0, 0);

    /** This and that of {@code batch}, which made {@code responses}: texts may have ended before they had to. */
    Work plus(Batch batch, Iterable<Response> responses) {
        long spared = 0;
        int index = 0;
        for (Response response : responses) {
            if (response instanceof GeneratedText text
                    && batch.requests().get(index) instanceof GenerateUntil request) {
                spared += request.maxNewTokens() - text.tokens();
            }
            index++;
        }
        return new Work(asked + batch.asked() - spared, computed + batch.work() - spared);
    }
}
