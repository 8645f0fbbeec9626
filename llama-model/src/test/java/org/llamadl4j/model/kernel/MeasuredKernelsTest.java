package org.llamadl4j.model.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Array;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class MeasuredKernelsTest {

    private static final Set<String> NOT_COUNTED =
            Set.of("description", "precision", "maximumLength", "allocate", "map", "wrap", "close");

    private final List<Method> received = new ArrayList<>();
    private final Kernels kernels = (Kernels) Proxy.newProxyInstance(
            Kernels.class.getClassLoader(), new Class<?>[] {Kernels.class}, (proxy, method, arguments) -> {
                received.add(method);
                return zero(method.getReturnType());
            });
    private final MeasuredKernels measured = new MeasuredKernels(kernels);

    @Test
    void everyCallReachesTheKernels() throws ReflectiveOperationException {
        for (Method method : kernelMethods()) {
            call(method);

            assertThat(received.get(received.size() - 1)).isEqualTo(method);
        }
    }

    @Test
    void everyKernelIsCountedByItsName() throws ReflectiveOperationException {
        for (Method method : kernelMethods()) {
            call(method);
        }

        Set<String> kernelNames = kernelMethods().stream()
                .map(Method::getName)
                .filter(name -> !NOT_COUNTED.contains(name))
                .collect(Collectors.toCollection(TreeSet::new));
        assertThat(measured.usage().keySet()).containsExactlyInAnyOrderElementsOf(kernelNames);
    }

    @Test
    void callsAndTheirTimeAddUpUntilReset() {
        measured.sumOfSquares(null);
        measured.sumOfSquares(null);

        MeasuredKernels.Usage usage = measured.usage().get("sumOfSquares");
        assertThat(usage.calls()).isEqualTo(2);
        assertThat(usage.nanos()).isPositive();
        assertThat(usage.plus(new MeasuredKernels.Usage(1, 10)))
                .isEqualTo(new MeasuredKernels.Usage(3, usage.nanos() + 10));

        measured.reset();

        assertThat(measured.usage()).isEmpty();
    }

    /** All that a device has to do itself; the others call these. */
    private static List<Method> kernelMethods() {
        return Arrays.stream(Kernels.class.getMethods())
                .filter(method -> !method.isDefault())
                .toList();
    }

    private void call(Method method) throws ReflectiveOperationException {
        Object[] arguments = Arrays.stream(method.getParameterTypes())
                .map(MeasuredKernelsTest::zero)
                .toArray();
        method.invoke(measured, arguments);
    }

    /** 0, false or null. */
    private static Object zero(Class<?> type) {
        return type.isPrimitive() && type != void.class ? Array.get(Array.newInstance(type, 1), 0) : null;
    }
}
