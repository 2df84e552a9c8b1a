"""Writes beyond-cpu.json beside this file: PyTorch's answers where the cpu backend of TensorFlow.js has others. Run: python3 make_beyond_cpu.py

Images are NHWC, as in TensorFlow.js; all numbers are float32.
"""

import json
from pathlib import Path

import torch
import torch.nn.functional as F

torch.manual_seed(7)


def flat(tensor):
    return [round(value, 7) for value in tensor.reshape(-1).tolist()]


def nhwc(tensor):
    return tensor.permute(0, 2, 3, 1).contiguous()


def gradient_case(x, operation, **attributes):
    """x, the weights of the outputs (dy) and the gradient of Σ dy·operation(x)."""
    x = x.clone().requires_grad_(True)
    y = operation(x)
    dy = torch.randn_like(y)
    (y * dy).sum().backward()
    return {
        **attributes,
        "shape": list(nhwc(x).shape),
        "x": flat(nhwc(x)),
        "outShape": list(nhwc(y).shape),
        "y": flat(nhwc(y)),
        "dy": flat(nhwc(dy)),
        "dx": flat(nhwc(x.grad)),
    }


def bilinear(height, width, size, align):
    x = torch.randn(1, 2, height, width)
    resize = lambda x: F.interpolate(x, size=size, mode="bilinear", align_corners=align)
    return gradient_case(x, resize, size=list(size), alignCorners=align, halfPixelCenters=not align)


def nearest(height, width, size):
    x = torch.randn(2, 2, height, width)
    resize = lambda x: F.interpolate(x, size=size, mode="nearest-exact")
    return gradient_case(x, resize, size=list(size), alignCorners=False, halfPixelCenters=True)


def average(height, width, window, stride, pad, ceil):
    x = torch.randn(1, 2, height, width)
    pool = lambda x: F.avg_pool2d(x, window, stride, pad, ceil_mode=ceil, count_include_pad=False)
    return gradient_case(x, pool, window=window, stride=stride, pad=pad, rounding="ceil" if ceil else "floor")


def maximum(height, width, window, stride, pad, ceil):
    x = torch.randn(1, 2, height, width)
    pool = lambda x: F.max_pool2d(x, window, stride, pad, ceil_mode=ceil)
    return gradient_case(x, pool, window=window, stride=stride, pad=pad, rounding="ceil" if ceil else "floor")


def convolution(height, width, kernel, stride, pad):
    """What rounding up means: one more row and column of zeros below and to the right."""
    x = torch.randn(1, 2, height, width)
    filter = torch.randn(3, 2, kernel, kernel)
    extra = lambda size: (-(size + 2 * pad - kernel)) % stride
    weights = filter.clone().requires_grad_(True)
    padded = lambda x: F.pad(x, (pad, pad + extra(width), pad, pad + extra(height)))
    case = gradient_case(x, lambda x: F.conv2d(padded(x), weights, stride=stride), kernel=kernel, stride=stride, pad=pad)
    hwio = lambda tensor: tensor.permute(2, 3, 1, 0).contiguous()
    return {**case, "filter": flat(hwio(filter)), "dfilter": flat(hwio(weights.grad))}


def integers():
    a = torch.tensor([123456789, -2147483648, 65537, -99999], dtype=torch.int32)
    b = torch.tensor([987654321, 3, 65537, 99991], dtype=torch.int32)
    difference = a - b
    return {
        "a": a.tolist(),
        "b": b.tolist(),
        "multiply": (a * b).tolist(),
        "square": (a * a).tolist(),
        "squaredDifference": (difference * difference).tolist(),
    }


golden = {
    "bilinear": [
        bilinear(3, 5, (6, 4), False),
        bilinear(5, 3, (2, 7), False),
        bilinear(4, 2, (7, 9), True),
        bilinear(2, 6, (1, 11), True),
    ],
    "nearest": [nearest(3, 5, (7, 4)), nearest(5, 2, (3, 6))],
    "average": [average(6, 7, 3, 2, 1, False), average(6, 7, 3, 2, 1, True), average(5, 4, 2, 3, 0, True)],
    "maximum": [maximum(6, 7, 3, 2, 1, True), maximum(5, 4, 2, 3, 0, True)],
    "convolution": [convolution(6, 7, 3, 2, 0), convolution(5, 8, 2, 3, 1)],
    "integers": integers(),
}
Path(__file__).with_name("beyond-cpu.json").write_text(json.dumps(golden, separators=(",", ":")) + "\n")
