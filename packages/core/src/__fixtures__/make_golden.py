#!/usr/bin/env python3
"""rng.json: xoshiro128** and its splitmix32 seeding, written again in Python integers."""
import json, math, os

here = os.path.dirname(os.path.abspath(__file__))
M = 0xFFFFFFFF
rotl = lambda x, k: ((x << k) | (x >> (32 - k))) & M

def seeded(seed):
    high, low, words = (seed >> 32) & M, seed & M, []
    for _ in range(4):
        low = (low + 0x9E3779B9) & M
        high = (high + 0x85EBCA6B) & M
        x = low ^ rotl(high, 15)
        x = ((x ^ (x >> 16)) * 0x21F0AAAD) & M
        x = ((x ^ (x >> 15)) * 0x735A2D97) & M
        words.append(x ^ (x >> 15))
    return words

def draw(s):
    result = (rotl((s[1] * 5) & M, 7) * 9) & M
    t = (s[1] << 9) & M
    s[2] ^= s[0]; s[3] ^= s[1]; s[1] ^= s[2]; s[0] ^= s[3]; s[2] ^= t; s[3] = rotl(s[3], 11)
    return result

out = {}
for seed in (0, 1, 42, -1, 2**40 + 5):
    s = seeded(seed)
    out[str(seed)] = [draw(s) for _ in range(8)]
s = [1, 2, 3, 4]  # the state of the reference implementation's usual example: 11520, 0, 5927040, 70819200, …
out['state 1,2,3,4'] = [draw(s) for _ in range(8)]
s = seeded(9)
uniform = lambda: draw(s) / 2**32
normal = []
for _ in range(3):
    r = math.sqrt(-2 * math.log(1 - uniform())); a = 2 * math.pi * uniform()
    normal += [r * math.cos(a), r * math.sin(a)]
out['normal 9'] = normal
json.dump(out, open(os.path.join(here, 'rng.json'), 'w'), indent=1)
