"""TensorBoard event files, written and read independently of the package (only `struct`).

    python events.py write golden.tfevents    the events that event.test.ts expects, byte for byte
    python events.py read FILE...             checks every checksum of an event file and prints its events
"""

import struct
import sys


def crc32c(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = (crc >> 1) ^ (0x82F63B78 if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF


assert crc32c(b"123456789") == 0xE3069283


def masked(data):
    crc = crc32c(data)
    return ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF


def varint(value):
    out = bytearray()
    while True:
        out.append(value & 0x7F | (0x80 if value > 0x7F else 0))
        value >>= 7
        if not value:
            return bytes(out)


def field(number, wire, payload):
    return varint(number << 3 | wire) + payload


def integer(number, value):
    return field(number, 0, varint(value))


def blob(number, value):
    value = value.encode() if isinstance(value, str) else value
    return field(number, 2, varint(len(value)) + value)


def event(seconds, step, content):
    data = field(1, 1, struct.pack("<d", seconds)) + integer(2, step) + content
    length = struct.pack("<Q", len(data))
    return length + struct.pack("<I", masked(length)) + data + struct.pack("<I", masked(data))


def golden():
    scalar = lambda tag, value: blob(1, blob(1, tag) + field(2, 5, struct.pack("<f", value)))
    image = integer(1, 2) + integer(2, 300) + integer(3, 3) + blob(4, bytes(range(200)))
    return b"".join([
        event(1700000000.25, 0, blob(3, "brain.Event:2")),
        event(1700000000.25, 131, blob(7, integer(1, 1))),
        event(1700000001.5, 131, blob(5, scalar("loss/generator", 0.7) + scalar("score/réal", -1e-9))),
        event(1700000002.0, 5_000_000_000, blob(5, scalar("epoch", 12))),
        event(1700000003.0, 131, blob(5, blob(1, blob(1, "samples") + blob(4, image)))),
    ])


def fields(data):
    """(number, value) of every field of a message."""
    at = 0

    def read_varint():
        nonlocal at
        value = shift = 0
        while True:
            byte = data[at]
            at += 1
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value

    while at < len(data):
        key = read_varint()
        wire = key & 7
        if wire == 0:
            value = read_varint()
        elif wire == 2:
            length = read_varint()
            value, at = data[at : at + length], at + length
        else:
            code, size = {1: ("<d", 8), 5: ("<f", 4)}[wire]
            value, at = struct.unpack(code, data[at : at + size])[0], at + size
        yield key >> 3, value


def describe(summary):
    for _, value in fields(summary):
        parts = dict(fields(value))
        tag = parts[1].decode()
        if 2 in parts:
            yield f"{tag} = {parts[2]:.6g}"
        else:
            image = dict(fields(parts[4]))
            yield f"{tag} = image {image[2]}x{image[1]}, {len(image[4])} bytes, begins {image[4][:8]!r}"


def read(path):
    data = open(path, "rb").read()
    at = 0
    while at < len(data):
        (length,) = struct.unpack_from("<Q", data, at)
        assert struct.unpack_from("<I", data, at + 8)[0] == masked(data[at : at + 8]), "checksum of a length"
        content = data[at + 12 : at + 12 + length]
        assert struct.unpack_from("<I", data, at + 12 + length)[0] == masked(content), "checksum of an event"
        at += 16 + length
        parts = dict(fields(content))
        what = "session start" if 7 in parts else parts.get(3, b"").decode() or ", ".join(describe(parts[5]))
        print(f"{parts[1]:.2f} step {parts[2]}: {what}")


if sys.argv[1] == "write":
    open(sys.argv[2], "wb").write(golden())
else:
    for name in sys.argv[2:]:
        read(name)
