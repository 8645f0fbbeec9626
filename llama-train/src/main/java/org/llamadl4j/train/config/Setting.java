package org.llamadl4j.train.config;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** Documents and limits one key of {@link TrainConfig}; the one place from which messages, help and docs are made. */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.RECORD_COMPONENT)
@interface Setting {

    /** What the key means, with its unit. */
    String value();

    /** The numbers allowed, in interval notation: {@code "[0, 1)"}. */
    String range() default "(-inf, inf)";

    /** Whether a run may be resumed with another value. */
    boolean changeable() default false;
}
