/** Deeplearning4j's training dashboard, fed by a run. */
package org.llamadl4j.train.ui;
