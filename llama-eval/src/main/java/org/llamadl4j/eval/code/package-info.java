/** Programs that a model wrote. */
package org.llamadl4j.eval.code;
