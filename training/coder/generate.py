"""Greedy generation with the exported graph and its cache, as in the extension."""

import numpy as np
import onnxruntime as ort

from training.export import feed
from training.model import Shape
from training.paths import MODEL


class Generator:
    def __init__(self) -> None:
        self.session = ort.InferenceSession(str(MODEL / "model.onnx"), providers=["CPUExecutionProvider"])
        self.shape = Shape()

    def run(self, ids: list[int], past=None):
        logits, *past = self.session.run(None, feed(self.shape, np.array([ids], dtype=np.int64), past))
        return logits[0], past

    def greedy(self, ids: list[int], most: int, end: int = 0) -> list[int]:
        made, (logits, past) = [], self.run(ids)
        while len(made) < most and (best := int(logits[-1].argmax())) != end:
            made.append(best)
            logits, past = self.run([best], past)
        return made
