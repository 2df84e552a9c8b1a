"""The peer of bench/prepare.ts: Oxford-102 photos decoded and resized to 76×76 by Pillow, as PyTorch programs do it.

    pip install numpy pillow torch
    python peer_pillow.py DIRECTORY_WITH_102FLOWERS_TGZ [--workers 2] [--keep DIRECTORY]

Prints two times: the same job as `prepare` (archive in, packed bytes out, a pool of processes), and a torch DataLoader
over the photos unpacked beforehand. Pillow is imported before the clock starts, torch is not needed for the first.
With --keep only the first is done, and its images.u8 is left in the directory, to be compared with that of a prepared set.
"""
import argparse
import io
import os
import tarfile
import tempfile
import time
from multiprocessing import Pool

import numpy as np
from PIL import Image

SIZE = 76


def decode(source):
    return np.asarray(Image.open(source).convert("RGB").resize((SIZE, SIZE), Image.BICUBIC))


def decode_member(member):
    name, data = member
    return int(name[-9:-4]) - 1, decode(io.BytesIO(data))


def members(archive):
    with tarfile.open(archive, "r|gz") as tar:
        for member in tar:
            if member.name.endswith(".jpg"):
                yield member.name, tar.extractfile(member).read()


def archive_to_packed(archive, directory, workers):
    start = time.perf_counter()
    count = 0
    with open(os.path.join(directory, "images.u8"), "wb") as out, Pool(workers) as pool:
        for item, pixels in pool.imap(decode_member, members(archive), chunksize=16):
            out.seek(item * SIZE * SIZE * 3)
            out.write(pixels.tobytes())
            count += 1
    print(f"pillow, archive to packed file, {workers} processes: {count} photos, {time.perf_counter() - start:.2f} s")


def directory_to_tensor(archive, directory, workers):
    import torch

    with tarfile.open(archive) as tar:
        tar.extractall(directory, filter="data")
    paths = sorted(entry.path for entry in os.scandir(os.path.join(directory, "jpg")))

    class Photos(torch.utils.data.Dataset):
        def __len__(self):
            return len(paths)

        def __getitem__(self, item):
            return torch.from_numpy(decode(paths[item]).copy())

    start = time.perf_counter()
    photos = torch.cat(list(torch.utils.data.DataLoader(Photos(), batch_size=64, num_workers=workers)))
    print(f"torch DataLoader, unpacked photos, {workers} workers: {len(photos)} photos, {time.perf_counter() - start:.2f} s")


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("directory")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--keep")
    arguments = parser.parse_args()
    archive = os.path.join(arguments.directory, "102flowers.tgz")
    if arguments.keep:
        os.makedirs(arguments.keep, exist_ok=True)
        archive_to_packed(archive, arguments.keep, arguments.workers)
        raise SystemExit
    with tempfile.TemporaryDirectory() as directory:
        archive_to_packed(archive, directory, arguments.workers)
        directory_to_tensor(archive, directory, arguments.workers)
