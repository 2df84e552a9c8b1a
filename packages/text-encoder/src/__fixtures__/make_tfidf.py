"""tf-idf embeddings of a few captions, in numpy, by the formula of scikit-learn's TfidfVectorizer (smooth_idf, norm='l2').

    pip install numpy
    python make_tfidf.py          writes tfidf.json beside this file
"""

import json
import re
import unicodedata
from collections import Counter
from pathlib import Path

import numpy as np

FITTED_ON = [
    "this flower has five pointed pink petals and a yellow centre",
    "The petals are WHITE, the centre is yellow.",
    "a purple flower with 8 round petals",
    "petals, petals, petals: all of them are white!",
    "this blüte is pink and yellow",
]
ENCODED = [
    "a pink flower with white petals",
    "petals petals YELLOW centre",
    "The blüte is unlike anything else",
    "yellow",
]
MAX_WORDS = 9
MIN_COUNT = 2


def words(caption):
    # letters with their marks or digits; Python's \w minus digits and underscore stands for letters
    return re.findall(r"[^\W\d_]+|\d+", unicodedata.normalize("NFKC", caption).lower())


def main():
    n = len(FITTED_ON)
    document_frequency = Counter(word for caption in FITTED_ON for word in set(words(caption)))
    kept = sorted((w for w, df in document_frequency.items() if df >= MIN_COUNT), key=lambda w: (-document_frequency[w], w))
    vocabulary = kept[:MAX_WORDS]
    idf = np.array([np.log((1 + n) / (1 + document_frequency[w])) + 1 for w in vocabulary])
    counts = np.array([[Counter(words(c))[w] for w in vocabulary] for c in ENCODED], dtype=np.float64)
    weighted = counts * idf
    norms = np.linalg.norm(weighted, axis=1, keepdims=True)
    embeddings = weighted / np.where(norms == 0, 1, norms) * np.sqrt(len(vocabulary))
    result = {
        "fittedOn": FITTED_ON,
        "encoded": ENCODED,
        "maxWords": MAX_WORDS,
        "minCount": MIN_COUNT,
        "vocabulary": vocabulary,
        "idf": idf.tolist(),
        "embeddings": embeddings.tolist(),
    }
    path = Path(__file__).with_name("tfidf.json")
    path.write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


main()
