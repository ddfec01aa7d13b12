#!/usr/bin/env python3
"""Makes the files beside it, with PyTorch: four small networks of the CIFAR ResNet family and what PyTorch computes with
them, in float64, on eight random images.

    make_fixtures.py

KIND.pt            state dict, float32, random as after some training
KIND-expected.pt   images (NHWC), labels, logits and loss in evaluation mode, gradient by parameter ("grad." + name), and
                   in training mode the loss and the running statistics after it ("next." + name)
"""
import math
import pathlib

import torch
import torch.nn as nn
import torch.nn.functional as F

HERE = pathlib.Path(__file__).parent
KINDS = {
    "shortcut-b": dict(),
    "shortcut-a": dict(shortcut="A", classifier="linear", prefix="module."),
    "no-batch-norm": dict(batch_norm=False),
    "no-residual": dict(residual=False, classes=3),
}


class Block(nn.Module):
    def __init__(self, cin, cout, stride, batch_norm, residual, shortcut):
        super().__init__()
        norm = nn.BatchNorm2d if batch_norm else lambda channels: nn.Identity()
        self.conv1, self.bn1 = nn.Conv2d(cin, cout, 3, stride, 1, bias=False), norm(cout)
        self.conv2, self.bn2 = nn.Conv2d(cout, cout, 3, 1, 1, bias=False), norm(cout)
        self.residual, self.missing = residual, cout - cin
        if residual and shortcut == "B" and stride != 1:
            convolution = nn.Conv2d(cin, cout, 1, stride, bias=False)
            self.downsample = nn.Sequential(convolution, norm(cout)) if batch_norm else nn.Sequential(convolution)

    def skip(self, x):
        if hasattr(self, "downsample"):
            return self.downsample(x)
        before = self.missing // 2
        return F.pad(x[:, :, ::2, ::2], (0, 0, 0, 0, before, self.missing - before)) if self.missing else x

    def forward(self, x):
        y = self.bn2(self.conv2(F.relu(self.bn1(self.conv1(x)))))
        return F.relu(y + self.skip(x) if self.residual else y)


class ResNet(nn.Module):
    def __init__(self, batch_norm=True, residual=True, shortcut="B", classes=10, width=2):
        super().__init__()
        kind = (batch_norm, residual, shortcut)
        self.conv1 = nn.Conv2d(3, width, 3, 1, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(width) if batch_norm else nn.Identity()
        self.layer1 = nn.Sequential(Block(width, width, 1, *kind))
        self.layer2 = nn.Sequential(Block(width, 2 * width, 2, *kind))
        self.layer3 = nn.Sequential(Block(2 * width, 4 * width, 2, *kind))
        self.fc = nn.Linear(4 * width, classes)

    def forward(self, x):
        x = self.layer3(self.layer2(self.layer1(F.relu(self.bn1(self.conv1(x))))))
        return self.fc(x.mean((2, 3)))


def randomise(net):
    for name, value in net.state_dict().items():
        if value.ndim > 1:
            value.normal_(0, math.sqrt(2 / value[0].numel()))
        elif name.endswith("running_var") or name.endswith("weight"):
            value.uniform_(0.5, 1.5)
        elif value.is_floating_point():
            value.normal_(0, 0.2)


def main():
    for seed, (kind, options) in enumerate(KINDS.items()):
        torch.manual_seed(seed)
        prefix, classifier = options.pop("prefix", ""), options.pop("classifier", "fc")
        net = ResNet(**options)
        randomise(net)
        rename = lambda name: prefix + name.replace("fc.", classifier + ".")
        torch.save({rename(name): value.clone() for name, value in net.state_dict().items()}, HERE / f"{kind}.pt")

        net.double().eval()
        images, labels = torch.randn(8, 3, 32, 32).float().double(), torch.randint(0, net.fc.out_features, (8,))
        logits = net(images)
        loss = F.cross_entropy(logits, labels)
        expected = {"images": images.permute(0, 2, 3, 1).float().contiguous(), "labels": labels,
                    "logits": logits.detach(), "loss": loss.detach()}
        for (name, _), gradient in zip(net.named_parameters(), torch.autograd.grad(loss, list(net.parameters()))):
            expected["grad." + name] = gradient
        net.train()
        expected["training_loss"] = F.cross_entropy(net(images), labels).detach()
        for name, value in net.state_dict().items():
            if "running" in name:
                expected["next." + name] = value.clone()
        torch.save(expected, HERE / f"{kind}-expected.pt")


if __name__ == "__main__":
    main()
