"""Features of two small sets, and what NumPy and SciPy make of them by the formulas of the papers.

    pip install numpy scipy
    python make_golden.py

Writes golden.json. Nothing of it is shared with the TypeScript: the root of the product is `scipy.linalg.sqrtm`, distances are
`scipy.spatial.distance.cdist`, the score is built from `scipy.special.rel_entr`, eigenvalues are LAPACK's.
"""
import json
import pathlib

import numpy as np
from scipy.linalg import eigvalsh, sqrtm
from scipy.spatial.distance import cdist, pdist
from scipy.special import rel_entr, softmax
from scipy.stats import mannwhitneyu

rng = np.random.default_rng(0)
DIM, NEIGHBOURS = 12, 3


def features(count, shift):
    mixing = rng.normal(size=(DIM, DIM))
    return np.abs(rng.normal(size=(count, DIM)) @ mixing + shift).astype(np.float32)


def frechet(a, b):
    a, b = a.astype(np.float64), b.astype(np.float64)
    s1, s2 = np.cov(a, rowvar=False), np.cov(b, rowvar=False)
    root = sqrtm(s1 @ s2)
    return float(np.sum((a.mean(0) - b.mean(0)) ** 2) + np.trace(s1 + s2 - 2 * np.real(root)))


def kernel(a, b):
    a, b = a.astype(np.float64), b.astype(np.float64)
    k = lambda x, y: (x @ y.T / DIM + 1) ** 3
    off = lambda x: (k(x, x).sum() - np.trace(k(x, x))) / (len(x) * (len(x) - 1))
    return float(off(a) + off(b) - 2 * k(a, b).mean())


def manifold(real, fake):
    radius = lambda x: np.sort(cdist(x, x), 1)[:, NEIGHBOURS]
    between, r_real, r_fake = cdist(real, fake), radius(real), radius(fake)
    return dict(
        precision=float((between <= r_real[:, None]).any(0).mean()),
        recall=float((between <= r_fake[None, :]).any(1).mean()),
        density=float((between <= r_real[:, None]).sum(0).mean() / NEIGHBOURS),
        coverage=float((between.min(1) <= r_real).mean()),
    )


def inception(p, splits):
    parts = [np.exp(rel_entr(q, q.mean(0)).sum(1).mean()) for q in np.split(p, splits)]
    return dict(mean=float(np.mean(parts)), standardDeviation=float(np.std(parts)))


real, samples = features(40, 0.5), features(30, 1.0)
few = features(8, 0.2)  # fewer than dimensions: a covariance without full rank
probabilities = softmax(rng.normal(0, 2, (20, 6)), 1).astype(np.float32)
symmetric = rng.normal(size=(30, 30))
symmetric = (symmetric + symmetric.T) / 2
groups = rng.integers(0, 5, len(samples))
between = cdist(samples, real)
unseen = cdist(few, real).min(1)
golden = dict(
    dim=DIM, real=real.ravel().tolist(), samples=samples.ravel().tolist(), few=few.ravel().tolist(),
    frechet=frechet(real, samples), frechetFew=frechet(real, few), kernel=kernel(real, samples),
    neighbours=NEIGHBOURS, manifold=manifold(real.astype(np.float64), samples.astype(np.float64)),
    classes=6, probabilities=probabilities.ravel().tolist(),
    inception=inception(probabilities.astype(np.float64), 1), inceptionSplit=inception(probabilities.astype(np.float64), 4),
    groups=groups.tolist(), diversity=float(np.mean([pdist(samples[groups == g]).mean() for g in np.unique(groups)])),
    nearest=between.argmin(1).tolist(), nearestDistances=between.min(1).tolist(),
    unseen=unseen.tolist(), copying=float(mannwhitneyu(unseen, between.min(1)).statistic / (len(unseen) * len(samples))),
    size=30, symmetric=symmetric.ravel().tolist(), eigenvalues=eigvalsh(symmetric).tolist(),
)
(pathlib.Path(__file__).parent / "golden.json").write_text(json.dumps(golden) + "\n")
