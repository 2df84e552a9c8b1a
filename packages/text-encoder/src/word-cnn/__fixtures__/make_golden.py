"""Golden numbers of the word-CNN and of the contrast loss, by loops in NumPy (float64): python3 make_golden.py > golden.json."""

import json

import numpy as np

rng = np.random.default_rng(11)
WORDS, WORD_DIM, CHANNELS, DIM = 7, 3, 4, 5
ROWS = [[0, 3, 2, 5], [6], [], [1, 1, 4, 0, 2, 6, 3]]
shapes = {
    "words/vectors": (WORDS, WORD_DIM),
    "words/kernel": (WORDS, DIM),
    "conv1/kernel": (5, WORD_DIM, CHANNELS),
    "conv1/bias": (CHANNELS,),
    "conv2/kernel": (3, CHANNELS, CHANNELS),
    "conv2/bias": (CHANNELS,),
    "output/kernel": (CHANNELS, DIM),
    "output/bias": (DIM,),
}
w = {name: rng.normal(size=shape).astype(np.float32).astype(float) for name, shape in shapes.items()}


def convolve(x, kernel, bias):
    half = len(kernel) // 2
    out = []
    for place in range(len(x)):
        total = bias.copy()
        for offset in range(-half, half + 1):
            if 0 <= place + offset < len(x):
                total += x[place + offset] @ kernel[offset + half]
        out.append(np.maximum(total, 0))
    return np.array(out).reshape(len(x), -1)


def embed(ids):
    counted = sum((w["words/kernel"][i] for i in ids), np.zeros(DIM))
    if not ids:
        return counted + w["output/bias"]
    first = convolve(np.array([w["words/vectors"][i] for i in ids]), w["conv1/kernel"], w["conv1/bias"])
    second = first + convolve(first, w["conv2/kernel"], w["conv2/bias"])
    return counted + second.sum(0) @ w["output/kernel"] + w["output/bias"]


n = 4
images, captions, edits = (rng.normal(size=(n, DIM)) for _ in range(3))
edits = captions + 0.4 * edits
edited, margin = [1, 0, 1, 1], 0.7
mean = captions.mean(0)
unit = lambda x: x / np.linalg.norm(x)
total = 0.0
for i in range(n):
    if edited[i]:
        total += max(0.0, margin + images[i] @ edits[i] - images[i] @ captions[i])
        total += margin * max(0.0, unit(captions[i] - mean) @ unit(edits[i] - mean) - 0.5)
contrast = dict(
    images=images.tolist(), captions=captions.tolist(), edits=edits.tolist(), edited=edited, margin=margin, loss=total / sum(edited)
)
print(
    json.dumps(
        dict(
            sizes=dict(wordDim=WORD_DIM, channels=CHANNELS, dim=DIM),
            rows=ROWS,
            weights={name: value.flatten().tolist() for name, value in w.items()},
            embeddings=[embed(ids).tolist() for ids in ROWS],
            contrast=contrast,
        )
    )
)
