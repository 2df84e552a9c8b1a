"""Small files of torch.save: a state dict in both formats, and views of every type with numbers that are known.

    pip install torch numpy
    python make_torch.py
"""
import pathlib
from collections import OrderedDict

import torch

HERE = pathlib.Path(__file__).parent
base = torch.arange(24, dtype=torch.float32).reshape(4, 6)
state = OrderedDict(
    weight=torch.nn.Parameter(base / 8),
    bias=base[1, :3].clone(),
    steps=torch.tensor(7),
)
state._metadata = OrderedDict(version=1)
torch.save(state, HERE / "state.pth")
torch.save(state, HERE / "state-legacy.pth", _use_new_zipfile_serialization=False)

views = {
    "base": base,
    "transposed": base.t(),
    "slice": base[1:3, 2:5],
    "expanded": base[0, :1].expand(3, 2),
    "empty": torch.zeros(0, 3),
    "scalar": torch.tensor(2.5, dtype=torch.float64),
    "nested": [{"a": torch.tensor([True, False])}, ("text", None, 3)],
    **{str(dtype).removeprefix("torch."): torch.tensor([0, 1, 2], dtype=dtype)
       for dtype in (torch.float16, torch.bfloat16, torch.int64, torch.int32, torch.int16, torch.int8, torch.uint8)},
}
torch.save(views, HERE / "views.pth")
torch.save(torch.nn.Linear(2, 1), HERE / "module.pth")
