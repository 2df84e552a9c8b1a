"""JPEGs with edges and texture, and what Pillow makes of them. Run: pip install numpy pillow; python make_decode.py

photo.jpg     341 × 256, quality 85: a flower over leaves, a little noise
photo-76.u8   photo.jpg shrunk to 76 × 76 by the antialiased bicubic (RGB bytes)
q100.jpg      64 × 48, quality 100, no subsampling: noise, which fast inverse transforms get wrong by many levels
q100.u8       q100.jpg decoded by libjpeg's accurate transform (RGB bytes)
"""
import pathlib

import numpy as np
from PIL import Image

here = pathlib.Path(__file__).parent
rng = np.random.default_rng(0)
height, width = 256, 341
y, x = np.mgrid[0:height, 0:width] / 256
angle = np.arctan2(y - 0.5, x - 0.65)
radius = np.hypot(y - 0.5, x - 0.65)
petals = radius < 0.25 + 0.12 * np.cos(6 * angle)
leaf = np.stack([0.2 + 0.2 * y, 0.45 + 0.1 * np.sin(40 * x), 0.15 + 0 * x], -1)
flower = np.stack([0.9 - radius, 0.3 + radius, 0.6 + 0.2 * np.sin(60 * radius)], -1)
image = np.where(petals[..., None], flower, leaf) + rng.normal(0, 0.03, (height, width, 3))
photo = Image.fromarray((image.clip(0, 1) * 255).astype(np.uint8))
photo.save(here / "photo.jpg", quality=85)
stored = Image.open(here / "photo.jpg").convert("RGB").resize((76, 76), Image.BICUBIC)
(here / "photo-76.u8").write_bytes(np.asarray(stored).tobytes())

noise = Image.fromarray(rng.integers(0, 256, (48, 64, 3), np.uint8))
noise.save(here / "q100.jpg", quality=100, subsampling="4:4:4")
(here / "q100.u8").write_bytes(np.asarray(Image.open(here / "q100.jpg").convert("RGB")).tobytes())
