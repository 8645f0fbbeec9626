/** What an evaluation comes to: scores with all that made them, and every single answer; on disk, and compared. */
package org.llamadl4j.eval.result;
