#!/usr/bin/env python3
"""PyHessian's three estimates, as arXiv 1912.07145 and its defaults describe them, on PyTorch's retained double backward:
the top eigenvalue by power iteration until it changes by less than 1e-3 (at most 100 products), the trace by Hutchinson's
estimate until its mean does (at most 100), the density by 100 Lanczos steps. For the seconds of a whole analysis.

    pyhessian_procedure.py REFERENCE CHECKPOINT CIFAR_FILE COUNT THREADS

REFERENCE is the folder with torch_reference.py, whose network, data and products these are. Prints `NAME value` lines.
"""
import argparse
import sys
import time

import numpy as np
import torch

TOLERANCE, MOST, STEPS = 1e-3, 100, 100


def settled(value, before):
    return before is not None and abs(value - before) / (abs(before) + 1e-6) < TOLERANCE


def top_eigenvalue(product, size, rng):
    v, value = rng.standard_normal(size), None
    for _ in range(MOST):
        v /= np.linalg.norm(v)
        w = product(v)
        before, value = value, v @ w
        if settled(value, before):
            break
        v = w
    return value


def trace(product, size, rng):
    samples, mean = [], None
    for _ in range(MOST):
        v = rng.choice([-1.0, 1.0], size)
        samples.append(v @ product(v))
        before, mean = mean, np.mean(samples)
        if settled(mean, before):
            break
    return mean


def density(product, size, rng):
    v = rng.choice([-1.0, 1.0], size)
    basis, alpha, beta = [v / np.linalg.norm(v)], [], []
    for step in range(STEPS):
        w = product(basis[-1])
        alpha.append(basis[-1] @ w)
        for q in basis:
            w -= (q @ w) * q
        if step < STEPS - 1:
            beta.append(np.linalg.norm(w))
            basis.append(w / beta[-1])
    return np.linalg.eigh(np.diag(alpha) + np.diag(beta, 1) + np.diag(beta, -1))


def main():
    reference, checkpoint, cifar, count, threads = sys.argv[1:]
    sys.path.insert(0, reference)
    import torch_reference as yardstick
    torch.set_num_threads(int(threads))
    net = yardstick.load(
        argparse.Namespace(depth=20, width=16, classes=10, residual=True, batch_norm=True, shortcut="B",
                           checkpoint=checkpoint), torch.float32)
    images, labels = yardstick.read_cifar(cifar, int(count))
    operator = yardstick.LossHessian(net, images, labels, torch.float32)
    rng, products = np.random.default_rng(1), 0

    def product(v):
        nonlocal products
        products += 1
        return operator(v)

    begin = time.perf_counter()
    value = top_eigenvalue(product, operator.size, rng)
    print("eigenvalue-products", products)
    mean = trace(product, operator.size, rng)
    print("eigenvalue-and-trace-products", products)
    density(product, operator.size, rng)
    print("products", products)
    print(f"product {(time.perf_counter() - begin) / products:.5f}")
    print(f"eigenvalue {value:.6g}")
    print(f"trace {mean:.6g}")


if __name__ == "__main__":
    main()
