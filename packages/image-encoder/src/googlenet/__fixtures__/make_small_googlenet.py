"""A narrow GoogLeNet with random weights, what PyTorch makes of two images and a larger one (features of the last layer, and of three with
more weight on the centre), and the same weights as Caffe models.

    pip install torch numpy safetensors protobuf
    python make_small_googlenet.py

Writes small.safetensors (weights HWIO), small-golden.safetensors (images, pool5, prob, layers) and small.caffemodel, small-v1.caffemodel (field `layer` with blob shapes,
and the older field `layers` with four dimensions), encoded by Google's protobuf library from the field numbers of caffe.proto.
"""
import pathlib

import numpy as np
import torch
import torch.nn.functional as F
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from safetensors.numpy import save_file

HERE = pathlib.Path(__file__).parent
STEM = (4, 4, 6)
BLOCKS = [("3a", False, (2, 3, 4, 2, 3, 2)), ("4a", True, (3, 2, 4, 2, 2, 3)), ("5a", True, (4, 3, 5, 2, 3, 3))]
CLASSES = 7
rng = np.random.default_rng(0)
torch.set_default_dtype(torch.float64)
weights = {}  # Caffe's layout: [out, in, height, width]


def add(name, size, channels_in, channels_out):
    scale = np.sqrt(2 / (channels_in * size * size))
    weights[name + "/weight"] = rng.normal(0, scale, (channels_out, channels_in, size, size)).astype(np.float32)
    weights[name + "/bias"] = rng.normal(0, 0.1, channels_out).astype(np.float32)
    return channels_out


channels = add("conv1/7x7_s2", 7, 3, STEM[0])
channels = add("conv2/3x3_reduce", 1, channels, STEM[1])
channels = add("conv2/3x3", 3, channels, STEM[2])
for name, _, (one, three_reduce, three, five_reduce, five, pool) in BLOCKS:
    name = "inception_" + name
    add(name + "/1x1", 1, channels, one)
    add(name + "/3x3", 3, add(name + "/3x3_reduce", 1, channels, three_reduce), three)
    add(name + "/5x5", 5, add(name + "/5x5_reduce", 1, channels, five_reduce), five)
    add(name + "/pool_proj", 1, channels, pool)
    channels = one + three + five + pool
weights["loss3/classifier/weight"] = rng.normal(0, 0.3, (CLASSES, channels)).astype(np.float32)
weights["loss3/classifier/bias"] = rng.normal(0, 0.1, CLASSES).astype(np.float32)

# --- PyTorch, float64 ---
W = {name: torch.tensor(value, dtype=torch.float64) for name, value in weights.items()}
conv = lambda x, name, **options: F.relu(F.conv2d(x, W[name + "/weight"], W[name + "/bias"], **options))
norm = lambda x: F.local_response_norm(x, 5, alpha=1e-4, beta=0.75, k=1)  # alpha / 5, as Caffe
halve = lambda x: F.max_pool2d(x, 3, 2, ceil_mode=True)


def forward(images):
    return blobs(images)["inception_5a"].mean((2, 3))


def blobs(images):
    found = {}
    x = torch.tensor(images[..., ::-1].astype(np.float64) - [104, 117, 123]).permute(0, 3, 1, 2)
    x = norm(halve(conv(x, "conv1/7x7_s2", stride=2, padding=3)))
    x = found["pool2"] = halve(norm(conv(conv(x, "conv2/3x3_reduce"), "conv2/3x3", padding=1)))
    for name, pooled, _ in BLOCKS:
        name = "inception_" + name
        x = halve(x) if pooled else x
        branches = {
            name + "/1x1": conv(x, name + "/1x1"),
            name + "/3x3": conv(conv(x, name + "/3x3_reduce"), name + "/3x3", padding=1),
            name + "/5x5": conv(conv(x, name + "/5x5_reduce"), name + "/5x5", padding=2),
            name + "/pool_proj": conv(F.max_pool2d(x, 3, 1, 1), name + "/pool_proj"),
        }
        found.update(branches)
        x = found[name] = torch.cat(list(branches.values()), 1)
    return found


def centre_mean(x):
    """The mean by a Gaussian around the middle of the image, a quarter of whose side is the deviation."""
    side = x.shape[-1]
    place = (torch.arange(side) + 0.5) / side - 0.5
    weight = torch.exp(-(place[:, None] ** 2 + place[None] ** 2) / (2 * 0.25**2))
    return (x * weight).sum((2, 3)) / weight.sum()


def layers(images, *names):
    parts = [centre_mean(blobs(images)[name]) for name in names]
    dim = sum(part.shape[1] for part in parts)
    return torch.cat([dim**0.5 * F.normalize(part) for part in parts], 1)


images = rng.integers(0, 256, (2, 64, 64, 3), np.uint8)
larger = rng.integers(0, 256, (1, 96, 96, 3), np.uint8)
pool5 = forward(images)
prob = torch.softmax(pool5 @ W["loss3/classifier/weight"].T + W["loss3/classifier/bias"], 1)

hwio = {name: np.ascontiguousarray(value.transpose(2, 3, 1, 0) if value.ndim == 4 else value.T) for name, value in weights.items()}
save_file(hwio, HERE / "small.safetensors")
golden = dict(images=images, larger=larger)
golden |= {name: value.numpy().astype(np.float32) for name, value in dict(
    pool5=pool5,
    prob=prob,
    larger_pool5=forward(larger),
    layers=layers(images, "inception_4a", "pool2", "inception_5a/3x3"),
).items()}
save_file(golden, HERE / "small-golden.safetensors")

# --- Caffe ---
file = descriptor_pb2.FileDescriptorProto(name="caffe.proto", package="caffe", syntax="proto2")
T = descriptor_pb2.FieldDescriptorProto


def message(name, *fields):
    entry = file.message_type.add(name=name)
    for field, number, kind, label, extra in fields:
        f = entry.field.add(name=field, number=number, type=kind, label=label)
        if extra == "packed":
            f.options.packed = True
        elif extra:
            f.type_name = ".caffe." + extra


message("BlobShape", ("dim", 1, T.TYPE_INT64, T.LABEL_REPEATED, "packed"))
message("BlobProto", *[(n, i + 1, T.TYPE_INT32, T.LABEL_OPTIONAL, None) for i, n in enumerate(["num", "channels", "height", "width"])],
        ("data", 5, T.TYPE_FLOAT, T.LABEL_REPEATED, "packed"), ("shape", 7, T.TYPE_MESSAGE, T.LABEL_OPTIONAL, "BlobShape"))
message("LayerParameter", ("name", 1, T.TYPE_STRING, T.LABEL_OPTIONAL, None), ("type", 2, T.TYPE_STRING, T.LABEL_OPTIONAL, None),
        ("blobs", 7, T.TYPE_MESSAGE, T.LABEL_REPEATED, "BlobProto"))
message("V1LayerParameter", ("name", 4, T.TYPE_STRING, T.LABEL_OPTIONAL, None), ("type", 5, T.TYPE_INT32, T.LABEL_OPTIONAL, None),
        ("blobs", 6, T.TYPE_MESSAGE, T.LABEL_REPEATED, "BlobProto"), ("blobs_lr", 7, T.TYPE_FLOAT, T.LABEL_REPEATED, None))
message("NetParameter", ("name", 1, T.TYPE_STRING, T.LABEL_OPTIONAL, None), ("layers", 2, T.TYPE_MESSAGE, T.LABEL_REPEATED, "V1LayerParameter"),
        ("layer", 100, T.TYPE_MESSAGE, T.LABEL_REPEATED, "LayerParameter"))
pool = descriptor_pool.DescriptorPool()
pool.Add(file)
NetParameter = message_factory.GetMessageClass(pool.FindMessageTypeByName("caffe.NetParameter"))
names = list(dict.fromkeys(name.rsplit("/", 1)[0] for name in weights))

net, old = NetParameter(name="small"), NetParameter(name="small")
net.layer.add(name="data", type="Input")
auxiliary = net.layer.add(name="loss1/classifier", type="InnerProduct").blobs.add(data=[1.0, 2.0])
auxiliary.shape.dim.extend([1, 2])
for name in names:
    new_layer = net.layer.add(name=name, type="Convolution")
    old_layer = old.layers.add(name=name, type=4, blobs_lr=[1, 2])
    for kind in ("weight", "bias"):
        value = weights[f"{name}/{kind}"]
        blob = new_layer.blobs.add(data=value.ravel().tolist())
        blob.shape.dim.extend(value.shape)
        dims = (1,) * (4 - value.ndim) + value.shape
        old_layer.blobs.add(data=value.ravel().tolist(), num=dims[0], channels=dims[1], height=dims[2], width=dims[3])
(HERE / "small.caffemodel").write_bytes(net.SerializeToString())
(HERE / "small-v1.caffemodel").write_bytes(old.SerializeToString())
