/** Text from a model. */
package org.llamadl4j.model.generate;
