"""`python -m training.reasoner.contrast --check`: scores of a trace's tokens by one model and by a pair, and measures
of how well they find one of the tokens.

A score is one number per token, high at the token that the method selects. All scores are in nats; those of the first
group use the base model, those of the second the pair.
"""

import argparse

import numpy as np


def log_softmax(logits: np.ndarray) -> np.ndarray:
    x = np.asarray(logits, np.float64)
    x = x - x.max(-1, keepdims=True)
    return x - np.log(np.exp(x).sum(-1, keepdims=True))


def pair(positive: np.ndarray, negative: np.ndarray, ids: np.ndarray) -> dict[str, np.ndarray]:
    """Log-probabilities [tokens, entries] of the two models. ratio > 0: the token is more likely under the negative
    model. divergence: Rényi's of order 2, of positive from negative.
    """
    own = np.arange(len(ids)), ids
    both = 2 * positive - negative
    top = both.max(-1)
    divergence = top + np.log(np.exp(both - top[:, None]).sum(-1))
    ratio = negative[own] - positive[own]
    return {
        "positive": positive[own],
        "negative": negative[own],
        "ratio": ratio,
        "divergence": divergence,
        "contrast": -positive[own] + ratio + divergence,
    }


def single(base: np.ndarray, ids: np.ndarray) -> dict[str, np.ndarray]:
    own, p = base[np.arange(len(ids)), ids], np.exp(base)
    entropy = -(p * base).sum(-1)
    return {
        "surprisal": -own,
        "entropy": entropy,
        "varentropy": (p * (base + entropy[:, None]) ** 2).sum(-1),
        "gap": base.max(-1) - own,
    }


def methods(
    base: np.ndarray,
    positive: np.ndarray,
    negative: np.ndarray,
    ids: np.ndarray,
    digits: np.ndarray,
    draw: np.random.Generator,
) -> dict[str, np.ndarray]:
    """All rows of the table, by name."""
    two, one = pair(positive, negative, ids), single(base, ids)
    mean = np.logaddexp(positive, negative) - np.log(2)
    js = 0.5 * (np.exp(positive) * (positive - mean) + np.exp(negative) * (negative - mean)).sum(-1)
    return {
        "contrast": two["contrast"],
        "log-ratio": two["ratio"],
        "divergence": two["divergence"],
        "surprisal": one["surprisal"],
        "entropy": one["entropy"],
        "varentropy": one["varentropy"],
        "top-1 gap": one["gap"],
        "random": draw.random(len(ids)),
        "position (earliest)": -np.arange(len(ids), dtype=float),
        "is a digit": digits.astype(float),
        "Jensen-Shannon": js,
        "surprisal, positive": -two["positive"],
        "contrast, base as negative": pair(positive, base, ids)["contrast"],
    }


def auc(score: np.ndarray, target: int, before: bool = False) -> float:
    """The probability that the target's score is above another token's, ties count half (midranks). `before`: only the
    tokens before it; NaN if there are none.
    """
    others = score[:target] if before else np.delete(score, target)
    return (
        float(((others < score[target]).sum() + 0.5 * (others == score[target]).sum()) / len(others))
        if len(others)
        else float("nan")
    )


def rank(score: np.ndarray, target: int) -> int:
    """1 is the highest; ties rank before the target."""
    return 1 + int((np.delete(score, target) >= score[target]).sum())


def measures(score: np.ndarray, target: int) -> dict[str, float]:
    r = rank(score, target)
    return {
        "auc": auc(score, target),
        "aucPre": auc(score, target, True),
        "hit1": float(r == 1),
        "hit3": float(r <= 3),
        "mrr": 1 / r,
    }


def interval(values: np.ndarray, draws: int = 4000, seed: int = 1) -> tuple[float, float]:
    """The 95 % bootstrap interval of the mean; one value for each problem. NaN values are ignored."""
    values = np.asarray(values, float)
    values = values[~np.isnan(values)]
    means = np.sort(values[np.random.default_rng(seed).integers(0, len(values), (draws, len(values)))].mean(1))
    return float(means[int(0.025 * draws)]), float(means[int(0.975 * draws) - 1])


def auroc(wrong: np.ndarray, right: np.ndarray) -> float:
    """The probability that a wrong trace's number is above a right one's, ties count half."""
    order = np.sort(right)
    below, upto = np.searchsorted(order, wrong, "left"), np.searchsorted(order, wrong, "right")
    return float((below + upto).mean() / 2 / len(order))


def check() -> None:
    draw = np.random.default_rng(1)
    logits = {name: draw.normal(size=(40, 64)) * 3 for name in ("base", "positive", "negative")}
    ids = draw.integers(0, 64, 40)
    # The definition: the softmax of twice the positive logits minus the negative ones.
    defined = -log_softmax(2 * logits["positive"] - logits["negative"])[np.arange(40), ids]
    base, positive, negative = (log_softmax(x) for x in logits.values())
    two = pair(positive, negative, ids)
    assert np.abs(two["contrast"] - defined).max() < 1e-9
    chi = ((np.exp(positive) - np.exp(negative)) ** 2 / np.exp(negative)).sum(-1)
    assert np.abs(two["divergence"] - np.log1p(chi)).max() < 1e-9 and (two["divergence"] >= 0).all()
    assert np.abs(pair(positive, positive, ids)["divergence"]).max() < 1e-9
    score = np.array([1.0, 3, 3, 0, 3])
    assert auc(score, 1) == 0.75 and rank(score, 1) == 3 and auc(score, 1, True) == 1 and np.isnan(auc(score, 0, True))
    swapped = pair(negative, positive, ids)
    for target in range(40):
        assert abs(auc(two["ratio"], target) + auc(swapped["ratio"], target) - 1) < 1e-12
    # A token that is likely only under the negative model ranks first, also after everything is shifted by a constant.
    planted = positive.copy()
    planted[17, ids[17]] += 8
    planted = log_softmax(planted)
    for shift in (0, 5):
        assert rank(pair(positive, log_softmax(planted + shift), ids)["ratio"], 17) == 1
    assert auroc(np.array([1.0, 2]), np.array([0.0, 1])) == 0.875
    one = single(base, ids)
    assert (one["gap"] >= 0).all() and np.abs(one["surprisal"].mean() + base[np.arange(40), ids].mean()) < 1e-12
    print("scores and measures: all checks passed")


if __name__ == "__main__":
    parse = argparse.ArgumentParser()
    parse.add_argument("--check", action="store_true")
    if parse.parse_args().check:
        check()
