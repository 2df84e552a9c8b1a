"""Golden numbers of the word-CNN, with and without roles, and of the losses that go with it, by loops in NumPy (float64): python3 make_golden.py > golden.json."""

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
of, margin = [0, 2, 3], 0.7  # which captions were edited
mean = captions.mean(0)
unit = lambda x: x / np.linalg.norm(x)
total = 0.0
for i in of:
    total += max(0.0, margin + images[i] @ edits[i] - images[i] @ captions[i])
    total += margin * max(0.0, unit(captions[i] - mean) @ unit(edits[i] - mean) - 0.5)
pick = lambda rows: [rows[i].tolist() for i in of]
contrast = dict(
    images=pick(images), captions=pick(captions), edits=pick(edits), mean=[mean.tolist()], margin=margin, loss=total / len(of)
)

ROLES = 2
roles = dict(w)
for name, shape in {
    "conv1/kernel": (7, WORD_DIM, CHANNELS),
    "conv2/kernel": (5, CHANNELS, ROLES),
    "conv2/bias": (ROLES,),
    "output/kernel": (ROLES * WORD_DIM, DIM),
}.items():
    roles[name] = rng.normal(size=shape).astype(np.float32).astype(float)


def convolve_plainly(x, kernel, bias):
    half = len(kernel) // 2
    out = np.tile(bias, (len(x), 1))
    for place in range(len(x)):
        for offset in range(-half, half + 1):
            if 0 <= place + offset < len(x):
                out[place] += x[place + offset] @ kernel[offset + half]
    return out


def embed_by_roles(ids):
    out = sum((roles["words/kernel"][i] for i in ids), np.zeros(DIM)) + roles["output/bias"]
    if not ids:
        return out
    x = np.array([roles["words/vectors"][i] for i in ids])
    heard = np.maximum(convolve_plainly(x, roles["conv1/kernel"], roles["conv1/bias"]), 0)
    logits = convolve_plainly(heard, roles["conv2/kernel"], roles["conv2/bias"])
    played = np.zeros((ROLES, WORD_DIM))
    for place, row in enumerate(logits):
        shares = np.exp(row) / np.exp(row).sum()
        for role in range(ROLES):
            played[role] += shares[role] * x[place]
    return out + played.flatten() @ roles["output/kernel"]


LABELS = 4
directions = rng.normal(size=(DIM, LABELS))
texts, said, weights = rng.normal(size=(n, DIM)), rng.integers(0, 2, size=(n, LABELS)), rng.random(LABELS)
amplitude, loss = 1.7, 0.0
for i in range(n):
    for k in range(LABELS):
        read = texts[i] @ directions[:, k] / amplitude
        loss += weights[k] * (read - said[i, k]) ** 2
reading = dict(
    embeddings=texts.tolist(), directions=directions.tolist(), labels=said.tolist(), weights=weights.tolist(),
    amplitude=amplitude, loss=loss,
)
print(
    json.dumps(
        dict(
            sizes=dict(wordDim=WORD_DIM, channels=CHANNELS, dim=DIM),
            rows=ROWS,
            weights={name: value.flatten().tolist() for name, value in w.items()},
            embeddings=[embed(ids).tolist() for ids in ROWS],
            contrast=contrast,
            roles=dict(
                sizes=dict(wordDim=WORD_DIM, channels=CHANNELS, roles=ROLES, dim=DIM),
                weights={name: value.flatten().tolist() for name, value in roles.items()},
                embeddings=[embed_by_roles(ids).tolist() for ids in ROWS],
            ),
            reading=reading,
        )
    )
)
