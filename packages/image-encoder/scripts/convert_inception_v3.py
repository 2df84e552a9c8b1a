"""Inception v3 as Fréchet Inception distances use it: from PyTorch's file to safetensors that `InceptionV3.fromSafetensors` reads.

    pip install torch numpy
    curl -LO https://github.com/mseitzer/pytorch-fid/releases/download/fid_weights/pt_inception-2015-12-05-6726825d.pth
    python convert_inception_v3.py pt_inception-2015-12-05-6726825d.pth inception-v3.safetensors

The file is a state dict under torchvision's names. Batch normalisation (ε = 0.001) is folded into each convolution in float64;
convolutions become [height, width, in, out], the classifier [in, out].
"""
import json
import struct
import sys

import numpy as np
import torch

EPSILON = 1e-3


def fold(state):
    """Folded weights by name, float32."""
    value = lambda name: state[name].detach().cpu().double().numpy()
    folded = {}
    for name in (key[: -len(".conv.weight")] for key in state if key.endswith(".conv.weight")):
        if name.startswith("AuxLogits"):
            continue  # only training needs it
        scale = value(name + ".bn.weight") / np.sqrt(value(name + ".bn.running_var") + EPSILON)
        weight = value(name + ".conv.weight") * scale[:, None, None, None]
        folded[name + ".weight"] = weight.transpose(2, 3, 1, 0)
        folded[name + ".bias"] = value(name + ".bn.bias") - value(name + ".bn.running_mean") * scale
    folded["fc.weight"] = value("fc.weight").T
    folded["fc.bias"] = value("fc.bias")
    return {name: np.ascontiguousarray(array, dtype=np.float32) for name, array in folded.items()}


def write_safetensors(path, tensors):
    """https://github.com/huggingface/safetensors: a length, a JSON header, the bytes."""
    header, at = {}, 0
    for name, array in tensors.items():
        kind = {"float32": "F32", "uint8": "U8"}[str(array.dtype)]
        header[name] = {"dtype": kind, "shape": list(array.shape), "data_offsets": [at, at + array.nbytes]}
        at += array.nbytes
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        for array in tensors.values():
            file.write(array.tobytes())


if __name__ == "__main__":
    source, target = sys.argv[1:]
    write_safetensors(target, fold(torch.load(source, map_location="cpu", weights_only=True)))
    print(target)
