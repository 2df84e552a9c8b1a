"""Noise resized by Pillow's bicubic to several sizes: shrunk, enlarged, one side kept. Run: pip install numpy pillow; python make_bicubic.py

bicubic.u8 holds the source (37 wide, 29 high, RGB) and then each result in the order of SIZES.
"""
import pathlib

import numpy as np
from PIL import Image

SIZES = [(11, 13), (37, 8), (5, 29), (64, 50), (40, 9), (1, 1), (37, 29)]

source = np.random.default_rng(0).integers(0, 256, (29, 37, 3), np.uint8)
images = [source] + [np.asarray(Image.fromarray(source).resize(size, Image.BICUBIC)) for size in SIZES]
(pathlib.Path(__file__).parent / "bicubic.u8").write_bytes(b"".join(image.tobytes() for image in images))
