"""Writes training.json: the log of a made-up run, as `hesse train` would write it.

Losses, rates and spectra come from formulas, so the file is the same on every machine. Tests read
it to see that logs of this version stay readable, and draw it.

    python3 make_training.py
"""

import json
import math
import pathlib

EPOCHS = 12
EVERY = 4
NODES = 16


def epoch(number):
    rate = 0.1 if number <= 8 else 0.01
    progress = 1 - math.exp(-number / 4)
    return {
        "epoch": number,
        "learningRate": rate,
        "trainLoss": round(2.3 - 1.9 * progress, 4),
        "trainAccuracy": round(0.1 + 0.76 * progress, 4),
        "testLoss": round(2.3 - 1.7 * progress + 0.1 * math.cos(number) * rate * 10, 4),
        "testAccuracy": round(0.1 + 0.7 * progress, 4),
        "seconds": 61.5,
        "stepSeconds": 0.152,
    }


def curvature(number):
    largest = 40 * (1 + number)
    smallest = -2.5 - 0.5 * number
    nodes = [smallest, -0.75, *[0.002 * i * i for i in range(NODES - 5)], 12.5, largest / 2, largest]
    weights = [1e-5, 1e-4, *[1 / (i + 1) ** 2 for i in range(NODES - 5)], 1e-4, 1e-5, 1e-5]
    total = sum(weights)
    return {
        "epoch": number,
        "loss": round(2.3 - 1.9 * (1 - math.exp(-number / 4)), 4),
        "eigenvalues": {
            "method": "lanczos",
            "converged": number != 8,
            "hvps": NODES,
            "top": [{"value": largest, "residual": 0.25 if number != 8 else 40}],
            "bottom": [{"value": smallest, "residual": 0.125}],
        },
        "trace": {
            "method": "hutchinson",
            "converged": True,
            "hvps": 20,
            "samples": 20,
            "value": 300 + 90 * number,
            "standardError": 25 + 5 * number,
        },
        "density": [{"nodes": nodes, "weights": [weight / total for weight in weights]}],
        "hvps": NODES + 20,
        "seconds": 14.75,
    }


def log():
    return {
        "schemaVersion": 1,
        "tool": {
            "name": "hesse",
            "version": "0.1.0",
            "tensorflow": "2.18.0",
            "java": "17.0.15",
            "device": "cpu",
        },
        "model": {"architecture": "ResNet8", "parameters": 78042},
        "data": {"source": "cifar-10-batches-bin", "trainExamples": 50000, "testExamples": 10000},
        "options": {
            "batchSize": 128,
            "epochs": EPOCHS,
            "lr": 0.1,
            "schedule": "step",
            "lrDecay": 0.1,
            "lrDecayEpoch": "8",
            "momentum": 0.9,
            "weightDecay": 0.0005,
            "batchNorm": True,
            "seed": 1,
            "hessianEvery": EVERY,
        },
        "epochs": [epoch(number) for number in range(1, EPOCHS + 1)],
        "curvature": [curvature(number) for number in range(0, EPOCHS + 1, EVERY)],
    }


if __name__ == "__main__":
    target = pathlib.Path(__file__).with_name("training.json")
    target.write_text(json.dumps(log(), indent=1) + "\n")
