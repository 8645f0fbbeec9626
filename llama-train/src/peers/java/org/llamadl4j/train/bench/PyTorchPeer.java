package org.llamadl4j.train.bench;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.IValueUtils;
import ai.djl.pytorch.jni.JniUtils;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Arrays;
import org.llamadl4j.model.config.LlamaConfig;
import org.llamadl4j.model.graph.LlamaWeights;
import org.llamadl4j.model.kernel.Kernels;
import org.llamadl4j.model.kernel.Tensor;
import org.llamadl4j.train.config.TrainConfig;

/**
 * PyTorch, the whole step on libtorch: PyTorch's autograd, fused attention and fused AdamW. DJL has no call for fused
 * attention, so the step is a TorchScript module, {@code llama.py}; its interpreter runs operation after operation, as
 * Python would.
 */
public final class PyTorchPeer implements TrainingPeer {

    /** Fails to link where DJL is not in the class path. */
    public PyTorchPeer() {
        Engine.class.getName();
    }

    @Override
    public String name() {
        return "pytorch";
    }

    @Override
    public Training start(LlamaWeights initial, Kernels kernels, TrainConfig config, int threads) {
        System.setProperty("ai.djl.offline", "true");
        System.setProperty("OPT_OUT_TRACKING", "true");
        Engine.getEngine("PyTorch"); // loads the natives
        JniUtils.setGraphExecutorOptimize(false);
        JniUtils.setNumThreads(threads);
        return new PyTorchTraining(initial, kernels, config, threads);
    }

    /** Its arrays live as long as the process. */
    private static final class PyTorchTraining implements Training {

        private final PtNDManager arrays = (PtNDManager) NDManager.newBaseManager("PyTorch");
        private final PtSymbolBlock module = load(arrays);
        /** What stays from step to step: weights, moments and counts, sizes and constants. */
        private final NDList state = new NDList();

        private final NDList settings;
        private final Shape batchShape;
        private final int threads;

        PyTorchTraining(LlamaWeights initial, Kernels kernels, TrainConfig config, int threads) {
            this.threads = threads;
            LlamaConfig model = initial.config();
            batchShape = new Shape(
                    config.batch().microBatchSequences(), config.batch().sequenceLength());
            for (Tensor weight : initial.tensors().values()) {
                NDArray array = arrays.create(floats(weight, kernels), new Shape(weight.shape()));
                array.setRequiresGradient(true);
                add("w[]", array);
            }
            for (String name : new String[] {"m[]", "v[]"}) {
                initial.tensors().values().forEach(weight -> add(name, arrays.zeros(new Shape(weight.shape()))));
            }
            initial.names().forEach(parameter -> add("counts[]", arrays.zeros(new Shape())));
            TrainConfig.Optimizer optimizer = config.optimizer();
            settings = new NDList(
                    arrays.create(new long[] {model.layers(), model.heads(), model.kvHeads()}),
                    arrays.create(new double[] {
                        model.normEps(),
                        model.ropeTheta(),
                        optimizer.learningRate(),
                        optimizer.beta1(),
                        optimizer.beta2(),
                        optimizer.epsilon(),
                        optimizer.weightDecay(),
                        optimizer.clipNorm()
                    }));
        }

        /** DJL makes arrays of one name that ends in brackets a list. */
        private void add(String list, NDArray array) {
            array.setName(list);
            state.add(array);
        }

        @Override
        public String description() {
            return "libtorch %s, %d threads, fused attention and AdamW"
                    .formatted(Engine.getEngine("PyTorch").getVersion(), threads);
        }

        @Override
        public double step(int[] tokens, int[] targets) {
            try (NDManager ofStep = arrays.newSubManager()) {
                NDList input = new NDList(state);
                input.add(ofStep.create(longs(tokens), batchShape));
                input.add(ofStep.create(longs(targets), batchShape));
                input.addAll(settings);
                NDList output = IValueUtils.forward(module, input, true);
                double loss = output.singletonOrThrow().getFloat();
                output.close();
                return loss;
            }
        }

        private static long[] longs(int[] values) {
            return Arrays.stream(values).asLongStream().toArray();
        }

        private static float[] floats(Tensor tensor, Kernels kernels) {
            float[] values = new float[Math.toIntExact(tensor.size())];
            kernels.read(tensor.buffer(), 0, values, 0, values.length);
            return values;
        }

        private static PtSymbolBlock load(PtNDManager arrays) {
            try (InputStream code = PyTorchPeer.class.getResourceAsStream("llama.py")) {
                byte[] archive = TorchScriptArchive.of("Llama", code.readAllBytes());
                return JniUtils.loadModule(arrays, new ByteArrayInputStream(archive), false, false);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
