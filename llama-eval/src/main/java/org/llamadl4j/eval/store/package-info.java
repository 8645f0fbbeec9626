/** Files that grow by whole lines, so that a program that is ended at any moment finds again what it had finished. */
package org.llamadl4j.eval.store;
