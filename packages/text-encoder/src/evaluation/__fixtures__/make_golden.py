"""Golden numbers of the evaluation protocol from NumPy: python3 make_golden.py (numpy 2)."""
import json, pathlib
import numpy as np

rng = np.random.default_rng(1)
CLASSES, IMAGES, DIM, CAPTIONS = 6, 90, 7, 3
centres = rng.normal(size=(CLASSES, DIM))
labels = rng.integers(0, CLASSES, IMAGES)
images = (centres[labels] + 1.5 * rng.normal(size=(IMAGES, DIM))).astype(np.float32)
captions = (centres[labels][:, None] + 2.0 * rng.normal(size=(IMAGES, CAPTIONS, DIM))).astype(np.float32)

classes = np.stack([captions[labels == k].reshape(-1, DIM).mean(0) for k in range(CLASSES)])
scores = classes @ images.T
predicted = scores.argmax(0)
confusion = np.zeros((CLASSES, CLASSES), int)
np.add.at(confusion, (labels, predicted), 1)


def precision(scores, query_labels):
    order = np.argsort(-scores, axis=1, kind="stable")
    hits = labels[order] == query_labels[:, None]
    return {k: float(hits[:, :k].mean(1).mean()) for k in (1, 5, 10, 50)}


single = captions.reshape(-1, DIM) @ images.T
golden = dict(labels=labels.tolist(), images=images.ravel().tolist(), captions=captions.ravel().tolist(),
              shape=dict(classes=CLASSES, images=IMAGES, captions=CAPTIONS, dim=DIM),
              top1=float((predicted == labels).mean()), confusion=confusion.tolist(),
              perClass=[float((predicted[labels == k] == k).mean()) for k in range(CLASSES)],
              classPrecision=precision(scores, np.arange(CLASSES)),
              captionPrecision=precision(single, np.repeat(labels, CAPTIONS)))
pathlib.Path(__file__).with_name("golden.json").write_text(json.dumps(golden) + "\n")
