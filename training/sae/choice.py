"""The three exact rules that select token-feature pairs of a batch. `python -m training.sae.choice` compares each with
brute force.

u: pre-activations [tokens, features]. Each rule returns (tokens, features), the selected positions, only those with u >
0, ordered by token. The budget of a rule counts positions before that restriction; ties at the limit of a budget are
resolved by the order of topk, and the number stays exact.
"""

import torch
from torch import Tensor


def _places(flat: Tensor, u: Tensor) -> tuple[Tensor, Tensor]:
    flat = flat[u.flatten()[flat] > 0].sort().values
    return flat // u.shape[1], flat % u.shape[1]


class Mutual:
    """Mutual Choice = BatchTopK: the k · T largest of the whole batch."""

    def __init__(self, start: float = 0.0) -> None:
        self.guess = start  # a threshold below that of the next batch; it affects only speed

    def __call__(self, u: Tensor, k: int) -> tuple[Tensor, Tensor]:
        count = k * u.shape[0]
        flat = (u > self.guess).flatten().nonzero().squeeze(1)
        if len(flat) < count or self.guess <= 0:
            flat = torch.arange(u.numel())
        values, chosen = u.flatten()[flat].float().topk(count, sorted=False)
        self.guess = 0.93 * values.min().item()
        return _places(flat[chosen], u)


class PerToken:
    """TopK: the k largest of each token."""

    def __call__(self, u: Tensor, k: int) -> tuple[Tensor, Tensor]:
        top = u.topk(k, 1, sorted=False).indices
        return _places((top + torch.arange(u.shape[0])[:, None] * u.shape[1]).flatten(), u)


def budgets(density: Tensor, total: int, live: float = 1e-6, steepest: float = 1.2) -> Tensor:
    """The budgets m_f [features] of Feature Choice, with the sum `total`: a Zipf curve over the ranks of the features
    by density, each at least 1.

    m_f ~ (rank + b)^-a, fitted in logarithms on ranks 10 to 0.8 of the live features and with a <= `steepest` (a fit of
    the tail is not the curve). No feature may have more than three times the number at which it fires; the excess is
    redistributed among the others.
    """
    order = density.argsort(descending=True)
    ranked = density[order].double()
    alive = max(20, int((ranked > live).sum()))
    ranks = torch.arange(len(ranked), dtype=torch.float64)
    span = slice(10, max(12, int(0.8 * alive)))
    best = None
    for b in (1, 3, 10, 30, 100, 300, 1000):
        x, y = (ranks[span] + b).log(), ranked[span].clamp_min(live).log()
        a = (-((x - x.mean()) * (y - y.mean())).sum() / ((x - x.mean()) ** 2).sum()).clamp(0, steepest)
        error = ((y - y.mean() + a * (x - x.mean())) ** 2).mean()
        if best is None or error < best[0]:
            best = (error, a, b)
    _, a, b = best
    weight = (ranks + b) ** -a
    tokens = total / ranked.sum().item() if ranked.sum() > 0 else total
    cap = (3 * ranked * tokens).clamp_min(total / len(ranked) / 4).clamp_min(1)
    low, high = 0.0, 1e9  # water-filling: one level at which the clipped curve has the whole budget
    while high - low > 1e-9 * high:
        level = (low + high) / 2
        low, high = (level, high) if torch.minimum(weight * level, cap).clamp_min(1).sum() < total else (low, level)
    share = torch.minimum(weight * high, cap).clamp_min(1)
    whole = share.floor().long()
    left = total - int(whole.sum())
    extra = (share - whole).argsort(descending=True)
    # The minimum of 1 per feature exceeds the total only in a batch smaller than the features.
    assert 0 <= left <= len(extra), (left, total)
    whole[extra[:left]] += 1
    return torch.empty_like(whole).index_copy_(0, order, whole)


class PerFeature:
    """Feature Choice: of each feature the m_f tokens of the batch with the largest values."""

    def __call__(self, u: Tensor, m: Tensor) -> tuple[Tensor, Tensor]:
        columns, kept = u.t().contiguous(), []
        m = m.clamp_max(u.shape[0])
        order = m.argsort(descending=True)
        at = 0
        while at < len(order):  # groups whose budgets differ by less than a factor of two share one topk
            most = int(m[order[at]])
            if most == 0:
                break
            end = int((m[order] * 2 > most).sum())
            group = order[at:end]
            top = columns[group].topk(most, 1).indices
            inside = torch.arange(most)[None] < m[group][:, None]
            kept.append((top * u.shape[1] + group[:, None])[inside])
            at = end
        return _places(torch.cat(kept), u)


def main() -> None:
    torch.manual_seed(1)
    for trial in range(20):
        u = torch.randn(64, 96).mul(8).round() / 8 if trial % 2 else torch.randn(64, 96)  # with ties and without
        brute = u.flatten().sort(descending=True).values
        mutual = Mutual()
        for _ in range(2):  # the second call uses the threshold of the first
            t, f = mutual(u, 5)
            assert u[t, f].sort(descending=True).values.equal(brute[:320].clone())
        t, f = PerToken()(u, 5)
        assert (torch.bincount(t, minlength=64) == 5).all()
        assert u[t, f].view(64, 5).sort(1, descending=True).values.equal(u.sort(1, descending=True).values[:, :5])
        m = budgets(torch.rand(96) ** 4, 320)
        assert int(m.sum()) == 320 and int(m.min()) >= 1
        t, f = PerFeature()(u, m)
        for i in range(96):
            mine = u[t[f == i], i].sort(descending=True).values
            want = u[:, i].sort(descending=True).values[: min(64, int(m[i]))]
            assert mine.equal(want[want > 0]), i
    print("mutual, per token, per feature: as brute force, budgets exact, 20 batches, half of them with ties")


if __name__ == "__main__":
    main()
