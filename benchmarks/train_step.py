#!/usr/bin/env python3
"""Times training steps of a CIFAR ResNet in PyTorch (batch norm in training mode, cross-entropy, SGD with momentum 0.9 and
weight decay 5e-4), each from zero_grad to the loss as a number, in both memory layouts in turn.

    train_step.py DEPTH BATCH REPEATS THREADS

Prints the version and a line `LAYOUT seconds…` for each layout.
"""
import math
import sys
import time

import torch
import torch.nn as nn
import torch.nn.functional as F

WIDTH, CLASSES, WARM_UP = 16, 10, 3
LAYOUTS = {"contiguous": torch.contiguous_format, "channels-last": torch.channels_last}


class Block(nn.Module):
    def __init__(self, cin, cout, stride):
        super().__init__()
        self.conv1, self.bn1 = nn.Conv2d(cin, cout, 3, stride, 1, bias=False), nn.BatchNorm2d(cout)
        self.conv2, self.bn2 = nn.Conv2d(cout, cout, 3, 1, 1, bias=False), nn.BatchNorm2d(cout)
        self.skip = nn.Identity()
        if stride != 1:
            self.skip = nn.Sequential(nn.Conv2d(cin, cout, 1, stride, bias=False), nn.BatchNorm2d(cout))

    def forward(self, x):
        y = F.relu(self.bn1(self.conv1(x)))
        return F.relu(self.bn2(self.conv2(y)) + self.skip(x))


def resnet(depth):
    layers, cin = [nn.Conv2d(3, WIDTH, 3, 1, 1, bias=False), nn.BatchNorm2d(WIDTH), nn.ReLU()], WIDTH
    for stage in range(3):
        for i in range((depth - 2) // 6):
            layers.append(Block(cin, WIDTH << stage, 2 if stage and not i else 1))
            cin = WIDTH << stage
    net = nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(cin, CLASSES))
    for module in net.modules():
        if isinstance(module, nn.Conv2d):
            nn.init.normal_(module.weight, 0, math.sqrt(2 / (module.kernel_size[0] ** 2 * module.out_channels)))
    return net


class Training:
    def __init__(self, depth, images, labels, layout):
        self.net = resnet(depth).to(memory_format=layout).train()
        self.images, self.labels = images.to(memory_format=layout), labels
        self.sgd = torch.optim.SGD(self.net.parameters(), lr=0.1, momentum=0.9, weight_decay=5e-4)

    def step(self):
        self.sgd.zero_grad()
        loss = F.cross_entropy(self.net(self.images), self.labels)
        loss.backward()
        self.sgd.step()
        return loss.item()


def main():
    depth, batch, repeats, threads = map(int, sys.argv[1:])
    torch.set_num_threads(threads)
    images, labels = torch.randn(batch, 3, 32, 32), torch.randint(0, CLASSES, (batch,))
    trainings = {name: Training(depth, images, labels, layout) for name, layout in LAYOUTS.items()}
    seconds = {name: [] for name in trainings}
    for i in range(WARM_UP + repeats):
        for name, training in trainings.items():
            begin = time.perf_counter()
            training.step()
            if i >= WARM_UP:
                seconds[name].append(time.perf_counter() - begin)
    print("version", torch.__version__)
    for name, times in seconds.items():
        print(name, *(f"{t:.5f}" for t in times))


if __name__ == "__main__":
    main()
