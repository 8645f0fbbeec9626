/** The log as a program shows it: plain lines on standard error. */
package org.llamadl4j.model.log;
