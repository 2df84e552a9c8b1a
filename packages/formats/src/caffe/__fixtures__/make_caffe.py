"""The same four weights as Caffe models of both forms: field `layer` with blob shapes, and the older field `layers` with four
dimensions. Google's protobuf library encodes them from the field numbers of caffe.proto.

    pip install numpy protobuf
    python make_caffe.py
"""
import pathlib

import numpy as np
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

HERE = pathlib.Path(__file__).parent
rng = np.random.default_rng(0)
weights = {
    "conv1/7x7_s2": (rng.normal(size=(4, 3, 7, 7)), rng.normal(size=4)),
    "loss3/classifier": (rng.normal(size=(7, 5)), rng.normal(size=7)),
}

T = descriptor_pb2.FieldDescriptorProto
file = descriptor_pb2.FileDescriptorProto(name="caffe.proto", package="caffe", syntax="proto2")


def message(name, *fields):
    proto = file.message_type.add(name=name)
    for field, number, kind, label, extra in fields:
        added = proto.field.add(name=field, number=number, type=kind, label=label)
        if extra == "packed":
            added.options.packed = True
        elif extra:
            added.type_name = ".caffe." + extra


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

net, old = NetParameter(name="tiny"), NetParameter(name="tiny")
net.layer.add(name="data", type="Input")
for name, values in weights.items():
    new_layer = net.layer.add(name=name, type="Convolution")
    old_layer = old.layers.add(name=name, type=4, blobs_lr=[1, 2])
    for value in values:
        blob = new_layer.blobs.add(data=value.ravel().tolist())
        blob.shape.dim.extend(value.shape)
        dims = (1,) * (4 - value.ndim) + value.shape
        old_layer.blobs.add(data=value.ravel().tolist(), num=dims[0], channels=dims[1], height=dims[2], width=dims[3])
(HERE / "tiny.caffemodel").write_bytes(net.SerializeToString())
(HERE / "tiny-v1.caffemodel").write_bytes(old.SerializeToString())
print({name: [value.shape, float(np.float32(value.ravel()[0]))] for name, values in weights.items() for value in values[:1]})
