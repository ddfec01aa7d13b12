#!/usr/bin/env python3
"""Makes the files beside it, with PyTorch: two consecutive training steps of three small networks of the CIFAR ResNet family
(depth 8, width 2), by stochastic gradient descent with learning rate 0.1, momentum 0.9 and weight decay 5e-4 on every
parameter, batch norm in training mode, mean cross-entropy.

    make_step.py

batches.safetensors   images.K and labels.K of step K = 1, 2; images are NHWC, integers so that a byte holds each value
KIND.safetensors      start.NAME: state dict before the first step, float32, as in the middle of a training
                      in float64 from there: loss.K and state.K.NAME, the state dict after step K; gradient.1.NAME, before
                      weight decay; momentum.2.NAME, the optimizer's buffers after both steps
                      float32.loss.K, and float32.state.K, float32.gradient.1, float32.momentum.2: what PyTorch makes of the
                      same in float32, as ‖float32 − float64‖ / ‖float64‖ over all its floating-point tensors
"""
import json
import pathlib
import struct
import sys

import torch
import torch.nn.functional as F

HERE = pathlib.Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "resnet"))
from make_fixtures import ResNet, randomise  # noqa: E402

KINDS = {"shortcut-b": dict(), "shortcut-a": dict(shortcut="A"), "no-batch-norm": dict(batch_norm=False)}
BATCH, STEPS, COUNTER = 8, (1, 2), 17
DTYPES = {torch.float64: "F64", torch.float32: "F32", torch.int64: "I64", torch.int8: "I8"}


def save(tensors, path):
    """Writes safetensors: length of the header, header, elements, here with the widest first so that all are aligned."""
    header, data = {}, b""
    for name, value in sorted(tensors.items(), key=lambda item: -item[1].element_size()):
        values = value.detach().contiguous().numpy().tobytes()
        header[name] = dict(dtype=DTYPES[value.dtype], shape=list(value.shape), data_offsets=[len(data), len(data) + len(values)])
        data += values
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(struct.pack("<Q", len(text)) + text + data)


def train(options, start, batches, dtype):
    """The figures of both steps by name."""
    net = ResNet(**options)
    net.load_state_dict(start)
    net.to(dtype).train()
    sgd = torch.optim.SGD(net.parameters(), lr=0.1, momentum=0.9, weight_decay=5e-4)
    figures = {}
    for k in STEPS:
        images = batches[f"images.{k}"].permute(0, 3, 1, 2).to(dtype)
        loss = F.cross_entropy(net(images), batches[f"labels.{k}"])
        sgd.zero_grad()
        loss.backward()
        figures[f"loss.{k}"] = loss.detach()
        if k == STEPS[0]:
            for name, parameter in net.named_parameters():
                figures[f"gradient.{k}.{name}"] = parameter.grad.clone()
        sgd.step()
        for name, value in net.state_dict().items():
            figures[f"state.{k}.{name}"] = value.clone()
    for name, parameter in net.named_parameters():
        figures[f"momentum.{k}.{name}"] = sgd.state[parameter]["momentum_buffer"]
    return figures


def errors(single, double):
    for k in STEPS:
        yield f"float32.loss.{k}", single[f"loss.{k}"]
    for part in ("gradient.1", "state.1", "state.2", "momentum.2"):
        names = [name for name, value in double.items() if name.startswith(part + ".") and value.is_floating_point()]
        exact = torch.cat([double[name].flatten() for name in names])
        rounded = torch.cat([single[name].double().flatten() for name in names])
        yield f"float32.{part}", (rounded - exact).norm() / exact.norm()


def main():
    torch.manual_seed(len(KINDS))
    batches = {}
    for k in STEPS:
        batches[f"images.{k}"] = torch.randn(BATCH, 32, 32, 3).round().to(torch.int8)
        batches[f"labels.{k}"] = torch.randint(0, 10, (BATCH,))
    save(batches, HERE / "batches.safetensors")
    for seed, (kind, options) in enumerate(KINDS.items()):
        torch.manual_seed(seed)
        net = ResNet(**options)
        randomise(net)
        for name, value in net.state_dict().items():
            if name.endswith("num_batches_tracked"):
                value.fill_(COUNTER)
        start = {name: value.clone() for name, value in net.state_dict().items()}
        double = train(options, start, batches, torch.float64)
        single = train(options, start, batches, torch.float32)
        report = dict(errors(single, double))
        save({**{"start." + name: value for name, value in start.items()}, **double, **report}, HERE / f"{kind}.safetensors")
        print(kind, *(f"{name} {value.item():.3g}" for name, value in report.items()), f"loss {double['loss.2']:.6f}")


if __name__ == "__main__":
    main()
