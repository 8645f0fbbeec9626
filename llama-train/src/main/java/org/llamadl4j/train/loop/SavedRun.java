package org.llamadl4j.train.loop;

import java.nio.file.Path;

/**
 * A checkpoint to go on from.
 *
 * @param folder of the checkpoint
 * @param state its {@code training.json}
 */
record SavedRun(Path folder, TrainingState state) {}
