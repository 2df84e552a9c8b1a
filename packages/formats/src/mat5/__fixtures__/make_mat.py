"""Writes the MATLAB v5 fixtures with SciPy. Run: pip install numpy scipy; python make_mat.py"""
import pathlib
import numpy as np
from scipy.io import savemat

here = pathlib.Path(__file__).parent
rng = np.random.default_rng(0)
arrays = {
    "labels": (np.arange(1, 301) % 102 + 1).astype(np.uint8).reshape(1, -1),
    "doubles": rng.normal(size=(3, 4)),
    "halves": np.array([[0.5, -1.5]], np.float32),
    "small": np.array([[7]], np.int16),  # fits into a tag
    "negative": np.array([[-70000, 70000]], np.int32),
    "big": np.array([[2**40, -(2**40)]], np.int64),
    "cube": np.arange(24, dtype=np.uint16).reshape(2, 3, 4),
    "empty": np.zeros((0, 5)),
    "text": "left out",
    "complex": np.array([[1 + 2j]]),
    "record": {"field": 1},
}
for compressed in (True, False):
    savemat(here / f"{'compressed' if compressed else 'plain'}.mat", arrays, do_compression=compressed)
savemat(here / "version-4.mat", {"a": np.arange(6.0)}, format="4")


def element(type_, body):
    body += b"\0" * (-len(body) % 8)
    return np.array([type_, len(body)], ">u4").tobytes() + body


# SciPy writes little-endian files only: a big-endian one by hand, after the format's document.
flags = element(6, np.array([11, 0], ">u4").tobytes())
dims = element(5, np.array([1, 3], ">i4").tobytes())
name = np.array([(2 << 16) | 1], ">u4").tobytes() + b"ab\0\0"
values = np.array([4, 6], ">u4").tobytes() + np.array([1, 256, 65535], ">u2").tobytes() + b"\0\0"
header = b"MATLAB 5.0 MAT-file, big-endian".ljust(124) + b"\x01\x00MI"
(here / "big-endian.mat").write_bytes(header + element(14, flags + dims + name + values))
