package org.llamadl4j.train.bench;

/** Does its work in every round, in its turn. */
interface Participant {

    /** Does the work unmeasured, once or more. */
    void warmUp();

    /** Does the work once or more, and remembers how long it took. */
    void measure();
}
