/**
 * A LLaMA on one device: configuration, weights and tokenizer together, and the passes that run it.
 *
 * <p><b>Shape letters</b>, used in every comment of this project:
 *
 * <table>
 *   <caption>Shape letters</caption>
 *   <tr><td>B</td><td>batch: sequences computed together</td></tr>
 *   <tr><td>T</td><td>time: tokens of one sequence</td></tr>
 *   <tr><td>N</td><td>B·T: tokens computed together; activations are N rows</td></tr>
 *   <tr><td>D</td><td>model width, {@code dim}</td></tr>
 *   <tr><td>H</td><td>query heads</td></tr>
 *   <tr><td>G</td><td>key and value heads (G divides H; G = H without grouping)</td></tr>
 *   <tr><td>K</td><td>size of one head</td></tr>
 *   <tr><td>F</td><td>hidden width of the feed-forward network</td></tr>
 *   <tr><td>V</td><td>vocabulary size</td></tr>
 *   <tr><td>L</td><td>layers</td></tr>
 * </table>
 */
package org.llamadl4j.model;
