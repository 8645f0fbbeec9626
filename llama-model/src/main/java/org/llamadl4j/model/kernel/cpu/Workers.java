package org.llamadl4j.model.kernel.cpu;

import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;

/**
 * A fixed number of threads that run the parts of one kernel call together; the calling thread is one of them. Which
 * worker gets which part depends on nothing but the sizes, so that results repeat bit for bit. Idle threads spin for a
 * moment, since the next kernel usually follows at once, then sleep.
 *
 * <p>A task stays reachable until all its parts have ended: memory that its lambda captured cannot be freed meanwhile.
 */
final class Workers implements AutoCloseable {

    /** One part of a call. */
    interface Task {
        void run(Worker worker);
    }

    /** Elements {@code from} (inclusive) to {@code to} (exclusive) of a call. */
    interface RangeTask {
        void run(Worker worker, int from, int to);
    }

    private static final long SPIN_NANOS = 50_000;

    private final Worker[] workers;
    private final WorkerThread[] otherThreads;
    private volatile Thread waiting;
    private volatile Task ownTask;
    private volatile boolean closed;

    Workers(int count) {
        if (count < 1) {
            throw new IllegalArgumentException("threads must be at least 1, not " + count);
        }
        workers = IntStream.range(0, count)
                .mapToObj(index -> new Worker(index, new Scratch()))
                .toArray(Worker[]::new);
        otherThreads = IntStream.range(1, count)
                .mapToObj(index -> new WorkerThread(workers[index]))
                .toArray(WorkerThread[]::new);
    }

    int count() {
        return workers.length;
    }

    /** Worker {@code index}, to read after a call what that worker left in its scratch. */
    Worker worker(int index) {
        return workers[index];
    }

    /** Runs {@code task} once on every worker and returns when all have ended. */
    void run(Task task) {
        run(count(), task);
    }

    /** Runs {@code task} once on each of the workers 0 to {@code parts} - 1 and returns when all have ended. */
    void run(int parts, Task task) {
        if (closed) {
            throw new IllegalStateException("these kernels are closed");
        }
        ownTask = task;
        for (int i = 0; i < parts - 1; i++) {
            otherThreads[i].start(task);
        }
        Throwable failure = null;
        try {
            task.run(workers[0]);
        } catch (Throwable e) {
            failure = e;
        }
        for (int i = 0; i < parts - 1; i++) {
            Throwable other = otherThreads[i].await();
            if (failure == null) {
                failure = other;
            } else if (other != null && other != failure) {
                failure.addSuppressed(other);
            }
        }
        ownTask = null;
        rethrow(failure);
    }

    /**
     * Splits 0 to {@code count} - 1 into one contiguous range a worker, with borders at multiples of {@code grain}; uses
     * fewer workers where there are fewer grains.
     */
    void forRanges(int count, int grain, RangeTask task) {
        int grains = Math.toIntExact(((long) count + grain - 1) / grain);
        int parts = Math.min(count(), grains);
        if (parts == 0) {
            return;
        }
        run(parts, worker -> {
            long from = (long) grains * worker.index() / parts * grain;
            long to = (long) grains * (worker.index() + 1) / parts * grain;
            task.run(worker, (int) from, (int) Math.min(to, count));
        });
    }

    @Override
    public void close() {
        closed = true;
        for (WorkerThread other : otherThreads) {
            LockSupport.unpark(other.thread);
        }
    }

    private static void rethrow(Throwable failure) {
        if (failure instanceof RuntimeException exception) {
            throw exception;
        }
        if (failure instanceof Error error) {
            throw error;
        }
    }

    /** A thread beside the caller's. Its {@code task} is null while it has nothing to do. */
    private final class WorkerThread implements Runnable {

        private final Worker worker;
        private final Thread thread;
        private volatile Task task;
        private volatile boolean asleep;
        private Throwable failure;

        WorkerThread(Worker worker) {
            this.worker = worker;
            this.thread = new Thread(this, "kernel-worker-" + worker.index());
            thread.setDaemon(true);
            thread.start();
        }

        void start(Task next) {
            task = next;
            if (asleep) {
                LockSupport.unpark(thread);
            }
        }

        /** Waits until the task has ended; what it threw, or null. */
        Throwable await() {
            long deadline = System.nanoTime() + SPIN_NANOS;
            while (task != null) {
                if (System.nanoTime() < deadline) {
                    Thread.onSpinWait();
                } else {
                    waiting = Thread.currentThread();
                    while (task != null) {
                        LockSupport.park(this);
                    }
                    waiting = null;
                }
            }
            Throwable thrown = failure;
            failure = null;
            return thrown;
        }

        @Override
        public void run() {
            while (awaitTask()) {
                try {
                    task.run(worker);
                } catch (Throwable e) {
                    failure = e;
                }
                task = null;
                Thread caller = waiting;
                if (caller != null) {
                    LockSupport.unpark(caller);
                }
            }
        }

        /** Waits for the next task; false once closed. */
        private boolean awaitTask() {
            long deadline = System.nanoTime() + SPIN_NANOS;
            while (task == null && !closed) {
                if (System.nanoTime() < deadline) {
                    Thread.onSpinWait();
                } else {
                    asleep = true;
                    while (task == null && !closed) {
                        LockSupport.park(Workers.this);
                    }
                    asleep = false;
                }
            }
            return task != null;
        }
    }
}
