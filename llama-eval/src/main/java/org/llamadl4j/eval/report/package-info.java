/** Results for people: beside the paper's table, in Markdown and in HTML. */
package org.llamadl4j.eval.report;
