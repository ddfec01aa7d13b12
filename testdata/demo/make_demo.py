#!/usr/bin/env python3
"""Makes the files beside it: a small procedural image set and a ResNet8 trained on it.

    make_demo.py        needs PyTorch and numpy; about a minute on two cores

images.npy   200 images, uint8, N x 32 x 32 x 3
labels.npy   their classes, int64, 0 to 9
net.pt       state dict of ResNet8 (width 4, shortcut B), trained on 2,000 other images

A class is a direction of stripes (five of them) and which of two colour pairs the stripes have; phase, wavelength,
contrast, a brightness ramp and noise are drawn anew for each image, and 5 % of the labels are wrong, so that the loss
does not go to zero.
"""
import math
import pathlib

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

HERE = pathlib.Path(__file__).parent
MEAN, STD = (0.4914, 0.4822, 0.4465), (0.2023, 0.1994, 0.2010)


def draw(count, seed):
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[0:32, 0:32] / 32.0
    images, labels = np.empty((count, 32, 32, 3), "u1"), rng.integers(10, size=count)
    pairs = np.array([[[0.9, 0.4, 0.3], [0.2, 0.4, 0.6]], [[0.5, 0.7, 0.2], [0.5, 0.3, 0.7]]])
    for i, label in enumerate(labels):
        angle = math.pi * (label % 5 + rng.normal(0, 0.12)) / 5
        waves = rng.uniform(2, 5)
        phase = 2 * math.pi * (waves * (x * math.cos(angle) + y * math.sin(angle)) + rng.uniform())
        mix = (0.5 + 0.5 * rng.uniform(0.3, 1) * np.sin(phase))[..., None]
        a, b = pairs[label // 5] + rng.normal(0, 0.12, (2, 3))
        ramp = rng.normal(0, 0.25) * (x - 0.5) + rng.normal(0, 0.25) * (y - 0.5)
        image = mix * a + (1 - mix) * b + ramp[..., None] + rng.normal(0, 0.12, (32, 32, 3))
        images[i] = np.clip(np.round(255 * image), 0, 255)
    wrong = rng.random(count) < 0.05
    return images, np.where(wrong, rng.integers(10, size=count), labels)


class Block(nn.Module):
    def __init__(self, cin, cout, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(cin, cout, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(cout)
        self.conv2 = nn.Conv2d(cout, cout, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(cout)
        self.downsample = None
        if stride != 1:
            self.downsample = nn.Sequential(nn.Conv2d(cin, cout, 1, stride, bias=False), nn.BatchNorm2d(cout))

    def forward(self, x):
        y = self.bn2(self.conv2(F.relu(self.bn1(self.conv1(x)))))
        return F.relu(y + (x if self.downsample is None else self.downsample(x)))


class ResNet8(nn.Module):
    def __init__(self, width=4):
        super().__init__()
        self.conv1 = nn.Conv2d(3, width, 3, 1, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.layer1 = nn.Sequential(Block(width, width, 1))
        self.layer2 = nn.Sequential(Block(width, 2 * width, 2))
        self.layer3 = nn.Sequential(Block(2 * width, 4 * width, 2))
        self.fc = nn.Linear(4 * width, 10)

    def forward(self, x):
        x = self.layer3(self.layer2(self.layer1(F.relu(self.bn1(self.conv1(x))))))
        return self.fc(x.mean((2, 3)))


def tensor(images):
    x = torch.tensor(images).permute(0, 3, 1, 2).double() / 255
    return ((x - torch.tensor(MEAN)[:, None, None]) / torch.tensor(STD)[:, None, None]).float()


def main():
    torch.manual_seed(1)
    images, labels = draw(2000, 1)
    x, y = tensor(images), torch.tensor(labels)
    net, steps = ResNet8(), 400
    sgd = torch.optim.SGD(net.parameters(), lr=0.1, momentum=0.9, weight_decay=5e-4)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(sgd, steps)
    rng = np.random.default_rng(1)
    for step in range(steps):
        pick = rng.integers(len(y), size=128)
        loss = F.cross_entropy(net(x[pick]), y[pick])
        sgd.zero_grad()
        loss.backward()
        sgd.step()
        schedule.step()
    torch.save(net.state_dict(), HERE / "net.pt")
    images, labels = draw(200, 2)
    np.save(HERE / "images.npy", images)
    np.save(HERE / "labels.npy", labels.astype("i8"))
    net.eval()
    with torch.no_grad():
        logits = net(tensor(images)).double()
    print("loss", F.cross_entropy(logits, torch.tensor(labels)).item(),
          "accuracy", (logits.argmax(1) == torch.tensor(labels)).double().mean().item())


if __name__ == "__main__":
    main()
