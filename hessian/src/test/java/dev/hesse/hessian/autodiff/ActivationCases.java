package dev.hesse.hessian.autodiff;

import static dev.hesse.hessian.autodiff.DerivativeCase.of;
import static dev.hesse.hessian.autodiff.DerivativeCase.raw;
import static dev.hesse.hessian.autodiff.DerivativeCase.shape;

import java.util.stream.Stream;

/** Activation functions. */
final class ActivationCases {
  private ActivationCases() {}

  static Stream<DerivativeCase> all() {
    return Stream.of(
            Stream.of(
                    "Relu",
                    "LeakyRelu",
                    "Elu",
                    "Selu",
                    "Sigmoid",
                    "Tanh",
                    "Softplus",
                    "Softsign",
                    "Softmax",
                    "LogSoftmax")
                .map(type -> of(type, (tf, x) -> raw(tf, type, x), shape(4, 5))),
            Stream.of("ReluGrad", "Relu6Grad", "LeakyReluGrad")
                .map(type -> of(type, (tf, g, x) -> raw(tf, type, g, x), shape(9), shape(9))),
            Stream.of(
                of("Relu6", (tf, x) -> raw(tf, "Relu6", x), shape(4, 5)).in(-3, 9),
                of(
                    "LeakyRelu steep",
                    (tf, x) -> raw(tf, "LeakyRelu", builder -> builder.setAttr("alpha", 0.5f), x),
                    shape(4, 5)),
                of("Softmax of batches", (tf, x) -> tf.nn.softmax(x), shape(2, 2, 3)),
                of("LogSoftmax of batches", (tf, x) -> tf.nn.logSoftmax(x), shape(2, 2, 3))))
        .flatMap(cases -> cases);
  }
}
