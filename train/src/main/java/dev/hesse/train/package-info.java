/** Training of the CIFAR ResNet family by stochastic gradient descent, with runs that resume. */
@NullMarked
package dev.hesse.train;

import org.jspecify.annotations.NullMarked;
