"""Scores of a ridge classifier, solved in its primal form with NumPy in float64: `python3 make_golden.py > golden.json`."""

import json

import numpy as np

rng = np.random.default_rng(5)
N, D, CLASSES, TESTS = 9, 5, 3, 4
rows = rng.normal(size=(N, D)) + 2.0
labels = [i % CLASSES for i in range(N - 1)] + [0]
tests = rng.normal(size=(TESTS, D)) + 2.0

centre = rows.mean(0)
x = rows - centre
ridge = 1e-3 * (x**2).sum() / N
scores = []
for k in range(CLASSES):
    y = np.where(np.array(labels) == k, 1.0, -1.0)
    w = np.linalg.solve(x.T @ x + ridge * np.eye(D), x.T @ (y - y.mean()))
    scores.append((tests - centre) @ w + y.mean())
print(json.dumps({"rows": rows.tolist(), "labels": labels, "tests": tests.tolist(), "scores": np.array(scores).T.tolist()}))
