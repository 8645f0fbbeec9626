/** What tasks ask of a language model, and what it answers. */
package org.llamadl4j.eval.request;
