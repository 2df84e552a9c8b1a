"""Labels and image sets of a 12-photo Oxford-102, as SciPy writes them. Run: pip install numpy scipy; python make_mini_oxford.py"""
import pathlib

import numpy as np
from scipy.io import savemat

here = pathlib.Path(__file__).parent
labels = np.array([[77, 1, 21, 41, 1, 77, 21, 22, 2, 41, 77, 1]], np.uint8)
savemat(here / "imagelabels.mat", {"labels": labels}, do_compression=True)
savemat(
    here / "setid.mat",
    {
        "trnid": np.array([[1, 2, 3, 9]], np.uint16),
        "valid": np.array([[4, 5, 7]], np.uint16),
        "tstid": np.array([[6, 8, 10, 11, 12]], np.uint16),
    },
    do_compression=True,
)
