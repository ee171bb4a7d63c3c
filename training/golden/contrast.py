"""`python -m training.golden.contrast`: scores of a pair of models by their definitions, in test/golden/contrast.json.

The logits are random, of small vocabularies. The contrast is computed as the softmax of (1 + b) z+ - b z-, not as the
sum that the extension shows; the divergence is the chi-squared sum or power sum over probabilities. Entropy and
varentropy are computed as expectations.
"""

import json

import numpy as np

from training.paths import GOLDEN

OUT = GOLDEN / "contrast.json"


def softmax(z: np.ndarray) -> np.ndarray:
    e = np.exp(z - z.max())
    return e / e.sum()


def main() -> None:
    draw = np.random.default_rng(5)
    cases = []
    for _ in range(24):
        size, scale = int(draw.integers(2, 12)), float(draw.choice([0.5, 3, 12]))
        positive, negative = (np.round(draw.normal(size=size) * scale, 6) for _ in range(2))
        b, token = float(draw.choice([0.5, 1, 2])), int(draw.integers(size))
        p, q = softmax(positive), softmax(negative)
        surprisals = -np.log(p)
        entropy = float((p * surprisals).sum())
        cases.append(
            {
                "positive": positive.tolist(),
                "negative": negative.tolist(),
                "b": b,
                "token": token,
                "contrast": float(-np.log(softmax((1 + b) * positive - b * negative)[token])),
                "ratio": float(np.log(q[token] / p[token])),
                "divergence": float(np.log((p ** (1 + b) * q**-b).sum()) / b),
                "surprisal": float(surprisals[token]),
                "entropy": entropy,
                "varentropy": float((p * (surprisals - entropy) ** 2).sum()),
                "gap": float(surprisals[token] - surprisals.min()),
            }
        )
    OUT.write_text(json.dumps({"made": "python -m training.golden.contrast", "cases": cases}, indent=1) + "\n")


if __name__ == "__main__":
    main()
