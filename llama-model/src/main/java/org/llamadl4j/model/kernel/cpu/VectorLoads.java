package org.llamadl4j.model.kernel.cpu;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.nio.Buffer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Loads of vectors from memory outside the Java heap. The Vector API has them under a name that changed: from a
 * {@link ByteBuffer} on Java 17 and 18, later from a {@code MemorySegment}. A method handle that is a constant is compiled
 * to the same instruction as a call; a loop must invoke it itself, since vectors that pass through a method of ours may be
 * boxed.
 */
final class VectorLoads {

    /** (Object, int) → the {@link IntVector} of {@link Lanes#INTS}, little-endian, at that byte of a {@link #view}. */
    static final MethodHandle INTS;

    /** The same of {@link Lanes#BLOCK_INTS}. */
    static final MethodHandle BLOCK_INTS;

    /** (ByteBuffer) → Object. */
    private static final MethodHandle VIEW;

    static {
        MethodHandles.Lookup lookup = MethodHandles.lookup();
        try {
            Class<?> memory = memoryClass(lookup);
            INTS = load(lookup, memory, Lanes.INTS);
            BLOCK_INTS = load(lookup, memory, Lanes.BLOCK_INTS);
            MethodHandle view = memory == ByteBuffer.class
                    ? MethodHandles.identity(ByteBuffer.class)
                    : lookup.findStatic(memory, "ofBuffer", MethodType.methodType(memory, Buffer.class));
            VIEW = view.asType(MethodType.methodType(Object.class, ByteBuffer.class));
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private VectorLoads() {}

    /** What {@link #INTS} reads {@code bytes} through. */
    static Object view(ByteBuffer bytes) {
        try {
            return VIEW.invokeExact(bytes);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /** A handle declares that it throws anything; these throw nothing that is checked. */
    static RuntimeException unexpected(Throwable thrown) {
        if (thrown instanceof Error error) {
            throw error;
        }
        if (thrown instanceof RuntimeException exception) {
            return exception;
        }
        return new IllegalStateException(thrown);
    }

    /** What vectors are loaded from. */
    private static Class<?> memoryClass(MethodHandles.Lookup lookup) throws ReflectiveOperationException {
        try {
            load(lookup, ByteBuffer.class, Lanes.INTS);
            return ByteBuffer.class;
        } catch (NoSuchMethodException e) {
            return Class.forName("java.lang.foreign.MemorySegment");
        }
    }

    private static MethodHandle load(MethodHandles.Lookup lookup, Class<?> memory, VectorSpecies<Integer> species)
            throws ReflectiveOperationException {
        boolean isBuffer = memory == ByteBuffer.class;
        MethodHandle load = lookup.findStatic(
                IntVector.class,
                isBuffer ? "fromByteBuffer" : "fromMemorySegment",
                MethodType.methodType(
                        IntVector.class,
                        VectorSpecies.class,
                        memory,
                        isBuffer ? int.class : long.class,
                        ByteOrder.class));
        load = MethodHandles.insertArguments(load, 3, ByteOrder.LITTLE_ENDIAN);
        load = MethodHandles.insertArguments(load, 0, species);
        return load.asType(MethodType.methodType(IntVector.class, Object.class, int.class));
    }
}
