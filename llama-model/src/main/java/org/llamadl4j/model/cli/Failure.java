package org.llamadl4j.model.cli;

import java.io.PrintWriter;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import lombok.experimental.UtilityClass;
import org.llamadl4j.model.error.UserError;

/** One line of what went wrong, whatever was thrown. */
@UtilityClass
class Failure {

    /** Prints {@code failure} to {@code err}, with its stack trace only where {@code verbose}; returns the exit status. */
    int report(Throwable failure, boolean verbose, PrintWriter err) {
        err.println("llama: " + describe(failure));
        if (verbose) {
            failure.printStackTrace(err);
        } else if (!(failure instanceof UserError)) {
            err.println("The same command with --verbose shows where in the program this arose.");
        }
        err.flush();
        return failure instanceof UserError error ? error.getExitStatus() : 1;
    }

    private String describe(Throwable failure) {
        if (failure instanceof UserError) {
            return failure.getMessage();
        }
        if (failure instanceof OutOfMemoryError) {
            return "out of memory (%s). The heap may hold %,d MB; LLAMA_JAVA_OPTS=-Xmx... sets more. A smaller model, batch or context needs less."
                    .formatted(failure.getMessage(), Runtime.getRuntime().maxMemory() >> 20);
        }
        if (failure instanceof FileSystemException error) {
            return describeFile(error);
        }
        String name = failure.getClass().getSimpleName();
        return failure.getMessage() == null ? name : name + ": " + failure.getMessage();
    }

    /** These exceptions hold little more than the file's name. */
    private String describeFile(FileSystemException error) {
        if (error instanceof NoSuchFileException) {
            return "no such file or folder: " + error.getFile();
        }
        if (error instanceof AccessDeniedException) {
            return "no permission for " + error.getFile();
        }
        if (error instanceof FileAlreadyExistsException) {
            return "already exists: " + error.getFile();
        }
        if (error instanceof DirectoryNotEmptyException) {
            return "folder is not empty: " + error.getFile();
        }
        if (error instanceof NotDirectoryException) {
            return "not a folder: " + error.getFile();
        }
        return error.getMessage();
    }
}
