/**
 * JSON documents of the project's own making, read strictly: what differs is said with its place.
 */
@NullMarked
package dev.hesse.io.json;

import org.jspecify.annotations.NullMarked;
