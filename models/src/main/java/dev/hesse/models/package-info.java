/**
 * Networks and their losses as TensorFlow graphs: what is differentiated, with respect to which
 * variables, and how weights from files become those variables.
 */
@NullMarked
package dev.hesse.models;

import org.jspecify.annotations.NullMarked;
