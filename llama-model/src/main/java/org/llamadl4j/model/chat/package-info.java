/** Conversations with a model: its own template of messages, and what is kept between turns. */
package org.llamadl4j.model.chat;
