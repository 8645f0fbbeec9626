/** What a LLaMA is made of: sizes and constants, and the presets of the paper. */
package org.llamadl4j.model.config;
