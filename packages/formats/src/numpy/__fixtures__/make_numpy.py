"""Arrays in NumPy's formats: .npy in three versions and two orders, .npz stored and deflated, and pickles of every protocol.

    pip install numpy
    python make_numpy.py
"""
import pathlib
import pickle

import numpy as np

HERE = pathlib.Path(__file__).parent
array = np.arange(6, dtype=np.float32).reshape(2, 3) / 4
np.save(HERE / "f4.npy", array)
np.save(HERE / "fortran-f8-big-endian.npy", np.asfortranarray(array.astype(">f8")))
np.save(HERE / "scalar-i8.npy", np.int64(-5))
with open(HERE / "version-3.npy", "wb") as file:
    np.lib.format.write_array(file, array.astype(np.float16), version=(3, 0))
np.save(HERE / "objects.npy", np.array([{"a": 1}], dtype=object), allow_pickle=True)
np.save(HERE / "records.npy", np.zeros(2, dtype=[("a", "<f4"), ("b", "<i4")]))
np.savez(HERE / "stored.npz", a=array, b=np.array([True, False]))
np.savez_compressed(HERE / "deflated.npz", a=array, b=np.arange(1000, dtype=np.uint16))
for protocol in range(6):
    rows = [np.float32(row) * array for row in range(2)]
    (HERE / f"list-{protocol}.pickle").write_bytes(pickle.dumps(rows, protocol))
    values = {"text": "ü\n'\"\\", "number": -3, "large": 2**70, "float": 2.5, "flag": True, "none": None,
              "list": [1, (2, 3)], 5: np.float64(0.5), "bytes": b"\x00\xff", "set": {1}}
    (HERE / f"values-{protocol}.pickle").write_bytes(pickle.dumps(values, protocol))
