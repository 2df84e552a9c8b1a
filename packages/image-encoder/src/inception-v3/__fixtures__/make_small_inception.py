"""A narrow Inception v3 with random weights, and what PyTorch makes of two images in float64.

    pip install torch numpy
    python make_small_inception.py

Every width is that of the paper divided by 48, rounded up. The network is written here from the paper's figures 5 to 7 and from what
the graph of 2015 is known to do differently, in PyTorch's own layers: batch normalisation is a layer of its own, and only the
converter under test folds it. Writes small.safetensors (the converted weights) and golden.safetensors.
"""
import pathlib
import sys

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

HERE = pathlib.Path(__file__).parent
sys.path.insert(0, str(HERE / "../../../scripts"))
from convert_inception_v3 import fold, write_safetensors  # noqa: E402

SIZE, CLASSES = 139, 5
torch.manual_seed(0)
w = lambda channels: -(-channels // 48)


class Unit(nn.Module):
    def __init__(self, inputs, outputs, kernel=1, **options):
        super().__init__()
        self.conv = nn.Conv2d(inputs, outputs, kernel, bias=False, **options)
        self.bn = nn.BatchNorm2d(outputs, eps=1e-3)

    def forward(self, x):
        return F.relu(self.bn(self.conv(x)))


average = lambda x: F.avg_pool2d(x, 3, 1, 1, count_include_pad=False)
halve = lambda x: F.max_pool2d(x, 3, 2)
cat = lambda *parts: torch.cat(parts, 1)
row, column = dict(kernel=(1, 7), padding=(0, 3)), dict(kernel=(7, 1), padding=(3, 0))


class Mixed(nn.Module):
    def add(self, name, inputs, outputs, kernel=1, **options):
        self.add_module(name, Unit(inputs, w(outputs), kernel, **options))
        return w(outputs)

    def run(self, x, prefix, *numbers):
        for number in numbers:
            x = getattr(self, f"{prefix}_{number}")(x)
        return x


class A(Mixed):
    def __init__(self, inputs, pool):
        super().__init__()
        one = self.add("branch1x1", inputs, 64)
        five = self.add("branch5x5_2", self.add("branch5x5_1", inputs, 48), 64, 5, padding=2)
        dbl = self.add("branch3x3dbl_2", self.add("branch3x3dbl_1", inputs, 64), 96, 3, padding=1)
        dbl = self.add("branch3x3dbl_3", dbl, 96, 3, padding=1)
        self.outputs = one + five + dbl + self.add("branch_pool", inputs, pool)

    def forward(self, x):
        return cat(self.branch1x1(x), self.run(x, "branch5x5", 1, 2), self.run(x, "branch3x3dbl", 1, 2, 3), self.branch_pool(average(x)))


class B(Mixed):
    def __init__(self, inputs):
        super().__init__()
        three = self.add("branch3x3", inputs, 384, 3, stride=2)
        dbl = self.add("branch3x3dbl_2", self.add("branch3x3dbl_1", inputs, 64), 96, 3, padding=1)
        self.outputs = three + self.add("branch3x3dbl_3", dbl, 96, 3, stride=2) + inputs

    def forward(self, x):
        return cat(self.branch3x3(x), self.run(x, "branch3x3dbl", 1, 2, 3), halve(x))


class C(Mixed):
    def __init__(self, inputs, inner):
        super().__init__()
        one = self.add("branch1x1", inputs, 192)
        seven = self.add("branch7x7_2", self.add("branch7x7_1", inputs, inner), inner, **row)
        seven = self.add("branch7x7_3", seven, 192, **column)
        dbl = self.add("branch7x7dbl_2", self.add("branch7x7dbl_1", inputs, inner), inner, **column)
        dbl = self.add("branch7x7dbl_4", self.add("branch7x7dbl_3", dbl, inner, **row), inner, **column)
        dbl = self.add("branch7x7dbl_5", dbl, 192, **row)
        self.outputs = one + seven + dbl + self.add("branch_pool", inputs, 192)

    def forward(self, x):
        return cat(self.branch1x1(x), self.run(x, "branch7x7", 1, 2, 3), self.run(x, "branch7x7dbl", 1, 2, 3, 4, 5), self.branch_pool(average(x)))


class D(Mixed):
    def __init__(self, inputs):
        super().__init__()
        three = self.add("branch3x3_2", self.add("branch3x3_1", inputs, 192), 320, 3, stride=2)
        seven = self.add("branch7x7x3_2", self.add("branch7x7x3_1", inputs, 192), 192, **row)
        seven = self.add("branch7x7x3_4", self.add("branch7x7x3_3", seven, 192, **column), 192, 3, stride=2)
        self.outputs = three + seven + inputs

    def forward(self, x):
        return cat(self.run(x, "branch3x3", 1, 2), self.run(x, "branch7x7x3", 1, 2, 3, 4), halve(x))


class E(Mixed):
    def __init__(self, inputs, pool):
        super().__init__()
        self.pool = pool
        one = self.add("branch1x1", inputs, 320)
        three = self.add("branch3x3_1", inputs, 384)
        dbl = self.add("branch3x3dbl_2", self.add("branch3x3dbl_1", inputs, 448), 384, 3, padding=1)
        forks = 0
        for name, width in (("branch3x3_2", three), ("branch3x3dbl_3", dbl)):
            forks += self.add(name + "a", width, 384, (1, 3), padding=(0, 1)) + self.add(name + "b", width, 384, (3, 1), padding=(1, 0))
        self.outputs = one + forks + self.add("branch_pool", inputs, 192)

    def forward(self, x):
        three, dbl = self.run(x, "branch3x3", 1), self.run(x, "branch3x3dbl", 1, 2)
        return cat(
            self.branch1x1(x), self.branch3x3_2a(three), self.branch3x3_2b(three),
            self.branch3x3dbl_3a(dbl), self.branch3x3dbl_3b(dbl), self.branch_pool(self.pool(x)),
        )


net = nn.Module()
net.Conv2d_1a_3x3 = Unit(3, w(32), 3, stride=2)
net.Conv2d_2a_3x3 = Unit(w(32), w(32), 3)
net.Conv2d_2b_3x3 = Unit(w(32), w(64), 3, padding=1)
net.Conv2d_3b_1x1 = Unit(w(64), w(80))
net.Conv2d_4a_3x3 = Unit(w(80), w(192), 3)
channels, blocks = w(192), []
largest = lambda x: F.max_pool2d(x, 3, 1, 1)
for name, make in [
    ("5b", lambda c: A(c, 32)), ("5c", lambda c: A(c, 64)), ("5d", lambda c: A(c, 64)), ("6a", B),
    ("6b", lambda c: C(c, 128)), ("6c", lambda c: C(c, 160)), ("6d", lambda c: C(c, 160)), ("6e", lambda c: C(c, 192)),
    ("7a", D), ("7b", lambda c: E(c, average)), ("7c", lambda c: E(c, largest)),
]:
    block = make(channels)
    setattr(net, "Mixed_" + name, block)
    blocks.append(block)
    channels = block.outputs
net.fc = nn.Linear(channels, CLASSES)
for module in net.modules():  # so that signals neither vanish nor are all alike, and no statistic is trivial
    if isinstance(module, nn.Conv2d):
        nn.init.kaiming_normal_(module.weight, nonlinearity="relu")
    if isinstance(module, nn.BatchNorm2d):
        nn.init.uniform_(module.weight, 0.7, 1.3)
        nn.init.uniform_(module.bias, -0.1, 0.5)
        nn.init.uniform_(module.running_mean, -0.2, 0.2)
        nn.init.uniform_(module.running_var, 0.7, 1.3)
nn.init.normal_(net.fc.weight, 0, 0.3)
net.eval()
write_safetensors(HERE / "small.safetensors", fold(net.state_dict()))

net.double()
images = np.random.default_rng(0).integers(0, 256, (2, SIZE, SIZE, 3), np.uint8)
with torch.no_grad():
    x = torch.tensor(images / 127.5 - 1).permute(0, 3, 1, 2)
    x = halve(net.Conv2d_2b_3x3(net.Conv2d_2a_3x3(net.Conv2d_1a_3x3(x))))
    x = halve(net.Conv2d_4a_3x3(net.Conv2d_3b_1x1(x)))
    for block in blocks:
        x = block(x)
    features = x.mean((2, 3))
    probabilities = torch.softmax(net.fc(features), 1)
f32 = lambda t: np.ascontiguousarray(t.numpy(), dtype=np.float32)
write_safetensors(HERE / "golden.safetensors", dict(images=images, features=f32(features), probabilities=f32(probabilities)))
print(channels, features.std().item(), probabilities)
