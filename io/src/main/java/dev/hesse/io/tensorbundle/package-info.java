/**
 * TensorFlow checkpoints of version 2, called tensor bundles: an index file and its data shards.
 * TensorFlow's own operation writes them. Reading is done here, since TensorFlow's reader can crash
 * the process on a crafted index, and since it opens the files by name: what it would read need not
 * be what was checked before. What is returned here is the very bytes that were checked.
 */
@NullMarked
package dev.hesse.io.tensorbundle;

import org.jspecify.annotations.NullMarked;
