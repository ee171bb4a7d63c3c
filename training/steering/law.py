"""The law t = kappa * a, and bits of control for each bit that is forced."""

from dataclasses import dataclass

import numpy as np

# Bits of a controlled number, as the paper counts them.
PRECISION = 16
# The paper's abstract: nearly constant over models of two orders of magnitude.
PAPER = (16, 25)


@dataclass(frozen=True)
class Law:
    kappa: float
    # Its standard error, from how far the points are from the line.
    error: float
    # 1 less the squares of these distances beside the squares of the distances from the mean.
    r_squared: float
    # The exponent of t = c * a^b, through the points with t > 0, and its standard error: a law has b = 1.
    exponent: float
    exponent_error: float


def law(a: np.ndarray, t: np.ndarray) -> Law:
    """Least squares of t on a, both [points], through the origin."""
    a, t = a.astype(float), t.astype(float)
    kappa = (a * t).sum() / (a * a).sum()
    left = t - kappa * a
    error = np.sqrt((left**2).sum() / (len(a) - 1) / (a * a).sum())
    x, y = np.log(a[t > 0]), np.log(t[t > 0])
    dx = x - x.mean()
    exponent = (dx * y).sum() / (dx * dx).sum()
    off = y - y.mean() - exponent * dx
    exponent_error = np.sqrt((off**2).sum() / (len(x) - 2) / (dx * dx).sum())
    r_squared = 1 - (left**2).sum() / ((t - t.mean()) ** 2).sum()
    return Law(*map(float, (kappa, error, r_squared, exponent, exponent_error)))


def chi(a: float, t: float, width: int, choices: int) -> float:
    """Bits that are controlled for each bit that is forced: a * d * p / (t * log2 V) for V possible targets."""
    return a * width * PRECISION / (t * np.log2(choices))
