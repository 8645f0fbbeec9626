package org.llamadl4j.model.checkpoint;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import lombok.Getter;
import lombok.RequiredArgsConstructor;
import lombok.experimental.Accessors;
import org.llamadl4j.model.kernel.ElementType;
import org.llamadl4j.model.kernel.Kernels;

/** Bytes of memory that are allocated and mapped through kernels. */
@Getter
@Accessors(fluent = true)
@RequiredArgsConstructor
final class CountedMemory {

    private final Kernels counted;
    private long allocated;
    private long mapped;

    /** Those that are counted. */
    Kernels kernels() {
        return (Kernels) Proxy.newProxyInstance(
                Kernels.class.getClassLoader(), new Class<?>[] {Kernels.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("allocate")) {
                        allocated += ((ElementType) arguments[0]).bytes((long) arguments[1]);
                    } else if (method.getName().equals("map")) {
                        mapped += ((ElementType) arguments[0]).bytes((long) arguments[3]);
                    }
                    try {
                        return method.invoke(counted, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }
}
