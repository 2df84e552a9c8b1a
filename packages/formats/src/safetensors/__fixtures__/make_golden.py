#!/usr/bin/env python3
"""golden.safetensors, written by the safetensors library of Hugging Face. Needs: pip install numpy safetensors"""
import os
import numpy as np
from safetensors.numpy import save_file

here = os.path.dirname(os.path.abspath(__file__))
random = np.random.default_rng(7)
save_file({
    'weight': random.standard_normal((3, 4)).astype(np.float32),
    'double': random.standard_normal(5),
    'half': random.standard_normal(3).astype(np.float16),
    'labels': np.array([[1, -2], [3, 2**31 - 1]], dtype=np.int32),
    'bytes': np.arange(7, dtype=np.uint8),
    'empty': np.zeros((0, 4), dtype=np.float32),
    'scalar': np.array(2.5, dtype=np.float32),
}, os.path.join(here, 'golden.safetensors'), metadata={'format': 'test', 'note': 'ünïcode'})
