"""Writes the small SavedModels beside this script, whose control flow the reader's tests write out.

Needs TensorFlow and Keras 3: python make_savedmodels.py
"""

import os
import shutil
from pathlib import Path

os.environ["CUDA_VISIBLE_DEVICES"] = ""

import keras
import numpy as np
import tensorflow as tf

HERE = Path(__file__).parent
KEPT = {"saved_model.pb", "variables.index", "variables.data-00000-of-00001"}


def folder(name):
    shutil.rmtree(HERE / name, ignore_errors=True)
    return str(HERE / name)


def prune():
    """Leaves of each model what is read."""
    for path in sorted(HERE.rglob("*"), reverse=True):
        if path.is_file() and path.parent != HERE and path.name not in KEPT:
            path.unlink()
        elif path.is_dir() and not any(path.iterdir()):
            path.rmdir()


def keras_sequence():
    """Masked words through an LSTM in both directions and a GRU: three StatelessWhile."""
    keras.utils.set_random_seed(1)
    layers = keras.layers
    model = keras.Sequential(
        [
            layers.Input((None,), dtype="int32"),
            layers.Embedding(6, 3, mask_zero=True),
            layers.Bidirectional(layers.LSTM(2, return_sequences=True)),
            layers.GRU(3),
            layers.Dense(2),
        ]
    )
    archive = keras.export.ExportArchive()
    archive.track(model)
    archive.add_endpoint(
        "serve", model.call, input_signature=[tf.TensorSpec([None, None], tf.int32)]
    )
    archive.write_out(folder("keras-sequence"), verbose=False)


def keras_images():
    """Convolutions of several kinds with batch norm and a gate, as a model with raw pixels."""
    keras.utils.set_random_seed(2)
    layers = keras.layers
    images = layers.Input((8, 8, 3), dtype="uint8", name="images")
    x = layers.Rescaling(1 / 127.5, offset=-1.0)(images)
    x = layers.Conv2D(4, 3, strides=2, padding="same", use_bias=False)(x)
    x = layers.BatchNormalization()(x)
    x = layers.Activation("silu")(x)
    y = layers.DepthwiseConv2D(3, padding="same", activation="relu6")(x)
    gate = layers.Dense(4, activation="sigmoid")(layers.GlobalAveragePooling2D()(y))
    x = layers.Multiply()([y, layers.Reshape((1, 1, 4))(gate)]) + x
    x = layers.MaxPooling2D(2)(x)
    x = layers.SpatialDropout2D(0.2)(x)
    model = keras.Model(images, layers.Dense(3, activation="softmax")(layers.Flatten()(x)))
    randomise(model)
    model.export(folder("keras-images"), verbose=False)


def keras_attention():
    """A block of a transformer over words, beside a second input of numbers."""
    keras.utils.set_random_seed(3)
    layers = keras.layers
    words = layers.Input((5,), dtype="int32", name="words")
    numbers = layers.Input((2,), name="numbers")
    x = layers.Embedding(9, 4)(words)
    x = layers.LayerNormalization()(x + layers.MultiHeadAttention(2, 2)(x, x))
    x = layers.LayerNormalization()(x + layers.Dense(4)(layers.Dense(6, activation="gelu")(x)))
    x = layers.Concatenate()([layers.GlobalAveragePooling1D()(x), numbers])
    model = keras.Model([words, numbers], layers.Dense(1, activation="sigmoid")(x))
    randomise(model)
    model.export(folder("keras-attention"), verbose=False)


def keras_texts():
    """Sentences of open length as text, of which the model looks up the words itself."""
    keras.utils.set_random_seed(5)
    layers = keras.layers
    vectorize = layers.TextVectorization(vocabulary=["the", "cat", "dog", "sat", "ran"])
    text = layers.Input((), dtype="string", name="text")
    x = layers.Embedding(7, 3, mask_zero=True)(vectorize(text))
    x = layers.GlobalAveragePooling1D()(x)
    model = keras.Model(text, layers.Dense(1, activation="sigmoid")(layers.Dense(3, "tanh")(x)))
    randomise(model)
    model.export(folder("keras-texts"), verbose=False)


def randomise(model):
    """Moves weights, running statistics too, away from where symmetry hides mistakes."""
    random = np.random.default_rng(4)
    for weight in model.trainable_weights + model.non_trainable_weights:
        if weight.dtype == "float32":
            weight.assign(weight.numpy() + 0.2 * np.abs(random.normal(size=weight.shape)))


class ChannelsFirst(tf.Module):
    """Convolutions, one transposed, batch norm and pooling over images with their channels first."""

    def __init__(self):
        random = np.random.default_rng(6)
        shapes = {"kernel": (3, 3, 2, 4), "up": (2, 2, 3, 4), "bias": (4,), "dense": (3, 3)}
        for name, shape in shapes.items():
            value = (0.4 * random.normal(size=shape)).astype(np.float32)
            setattr(self, name, tf.Variable(value, name=name))

    @tf.function(input_signature=[tf.TensorSpec([None, 2, 8, 8], tf.float32, name="x")])
    def __call__(self, x):
        first = {"data_format": "NCHW"}
        paddings = [[0, 0], [0, 0], [1, 0], [0, 1]]
        h = tf.nn.conv2d(x, self.kernel, [1, 1, 2, 1], paddings, **first)
        h = tf.nn.bias_add(h, self.bias, **first)
        h, _, _ = tf.compat.v1.nn.fused_batch_norm(
            h, 1.0 + self.bias**2, self.bias, tf.zeros(4), tf.ones(4), is_training=False, **first
        )
        h = tf.nn.max_pool2d(tf.tanh(h), [2, 3], [1, 2], "VALID", **first)
        shape = tf.stack([tf.shape(h)[0], 3, 2 * tf.shape(h)[2], 2 * tf.shape(h)[3]])
        h = tf.nn.conv2d_transpose(h, self.up, shape, 2, "SAME", **first)
        h = tf.nn.avg_pool2d(tf.sigmoid(h), 2, 2, "VALID", **first)
        return {"y": tf.reduce_mean(h, [2, 3]) @ self.dense}


class Loops(tf.Module):
    """A loop that ends early, with branches and a loop inside, and one as long as the batch."""

    def __init__(self):
        random = np.random.default_rng(1)
        self.w = tf.Variable(random.normal(size=(3, 3)).astype(np.float32), name="w")
        self.v = tf.Variable(random.normal(size=(3, 2)).astype(np.float32), name="v")

    @tf.function(input_signature=[tf.TensorSpec([None, 3], tf.float32, name="x")])
    def __call__(self, x):
        y = x
        states = tf.TensorArray(tf.float32, size=0, dynamic_size=True)
        for i in tf.range(5):
            if i % 2 == 0:
                y = tf.tanh(y @ self.w)
                for j in tf.range(i):
                    y += 0.1 * tf.cast(j, tf.float32)
            else:
                y = tf.sigmoid(y)
            states = states.write(i, y)
            if i >= 3:
                break
        i = 0
        while i < tf.shape(x)[0]:
            y *= 0.9
            i += 1
        return {"y": (y + tf.reduce_sum(states.stack(), 0)) @ self.v}


def tf1_loops():
    """As TensorFlow 1 wrote dynamic_rnn, a loop in a loop with a branch, and a learning phase."""
    v1 = tf.compat.v1
    graph = tf.Graph()
    with graph.as_default(), v1.Session(graph=graph) as session:
        v1.disable_control_flow_v2()
        v1.set_random_seed(1)

        def weights(name, *shape):
            return v1.get_variable(
                name,
                shape,
                initializer=v1.random_normal_initializer(stddev=0.5),
                use_resource=False,
            )

        x = v1.placeholder(tf.float32, [None, None, 3], name="x")
        kernel, bias = weights("kernel", 7, 4), weights("bias", 4)
        by_time = tf.transpose(x, [1, 0, 2])
        steps, batch = tf.shape(by_time)[0], tf.shape(by_time)[1]
        given = tf.TensorArray(tf.float32, steps).unstack(by_time)

        def step(time, outputs, h):
            at = given.read(time)
            at.set_shape([None, 3])
            h = tf.tanh(tf.matmul(tf.concat([at, h], 1), kernel) + bias)
            return time + 1, outputs.write(time, h), h

        limit = tf.minimum(steps, tf.maximum(1, steps))
        _, outputs, h = v1.while_loop(
            lambda time, *_: time < limit,
            step,
            (tf.constant(0), tf.TensorArray(tf.float32, steps), tf.zeros([batch, 4])),
            maximum_iterations=steps,
        )
        h += tf.reduce_mean(outputs.stack(), 0)

        def outer(i, h):
            _, h = v1.while_loop(
                lambda j, _: j < i,
                lambda j, h: (j + 1, tf.sin(h) + 0.1 * tf.cast(i, tf.float32)),
                (tf.constant(0), h),
            )
            h = v1.cond(tf.equal(i % 2, 0), lambda: h * 2.0, lambda: h + 1.0)
            return i + 1, h

        h = v1.while_loop(lambda i, _: i < 4, outer, (tf.constant(1), h))[1]
        training = v1.placeholder_with_default(False, [], name="keras_learning_phase")
        h = v1.cond(training, lambda: tf.nn.dropout(h, rate=0.5), lambda: h)
        h *= v1.cond(training, lambda: tf.constant(2.0), lambda: tf.constant(3.0))
        y = tf.identity(h, name="y")
        session.run(v1.global_variables_initializer())
        v1.saved_model.simple_save(session, folder("tf1-loops"), {"x": x}, {"y": y})


def tf1_images():
    """A graph of TensorFlow 1 with reference variables, dropout by a placeholder and its own loss."""
    v1 = tf.compat.v1
    graph = tf.Graph()
    with graph.as_default(), v1.Session(graph=graph) as session:
        v1.set_random_seed(1)
        x = v1.placeholder(tf.float32, [None, 6, 6, 2], name="x")
        t = v1.placeholder(tf.int64, [None], name="t")
        keep = v1.placeholder(tf.float32, [], name="keep_prob")

        def weights(name, *shape):
            initial = v1.random.normal(shape, stddev=0.4, seed=len(shape))
            return v1.Variable(initial, name=name, use_resource=False)

        h = tf.nn.conv2d(x, weights("kernel", 3, 3, 2, 3), strides=1, padding="SAME")
        h = tf.nn.relu(h + weights("bias", 3))
        h = v1.nn.lrn(h, depth_radius=1)
        h = v1.nn.avg_pool(h, 2, 2, "VALID")
        h = v1.nn.dropout(tf.reshape(h, [-1, 27]), keep_prob=keep)
        logits = tf.add(tf.matmul(h, weights("dense", 27, 3)), weights("offset", 3), name="logits")
        losses = tf.nn.sparse_softmax_cross_entropy_with_logits(labels=t, logits=logits)
        loss = tf.reduce_mean(losses, name="loss")
        v1.train.MomentumOptimizer(0.1, 0.9).minimize(loss, v1.train.get_or_create_global_step())
        session.run(v1.global_variables_initializer())
        v1.saved_model.simple_save(
            session, folder("tf1-images"), {"x": x, "keep_prob": keep}, {"logits": logits}
        )


keras_sequence()
keras_images()
keras_attention()
keras_texts()
tf1_images()
tf.saved_model.save(Loops(), folder("tf2-loops"))
tf.saved_model.save(ChannelsFirst(), folder("tf2-channels-first"))
tf1_loops()
prune()
