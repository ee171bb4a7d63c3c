"""`python -m training.sae.contexts FEATURE [...]`: prints a feature's label and tokens of the held-out files at which
it fires.

Shows the strongest, one per file, and one from each fifth of its values.
"""

import argparse
import json

import numpy as np
import torch

from training.sae.activations import SKIP, WINDOW
from training.sae.export import OUT, exported, pre
from training.sae.tokens_table import chosen, residuals


def snippet(text: str, a: int, b: int) -> str:
    """The token between ⟦ and ⟧ with the surrounding text; line ends as ⏎."""
    return f"{text[max(0, a - 60) : a]}⟦{text[a:b]}⟧{text[b : b + 25]}".replace("\n", "⏎").replace("\r", "")


@torch.no_grad()
def main() -> None:
    parse = argparse.ArgumentParser()
    parse.add_argument("features", type=int, nargs="+")
    parse.add_argument("--seed", type=int, default=1)
    parse.add_argument("--strongest", type=int, default=8)
    a = parse.parse_args()
    w, x = exported(), residuals("test", a.seed)
    some = {**w, "W_enc": w["W_enc"][:, a.features].contiguous(), "b_enc": w["b_enc"][a.features]}
    u = torch.cat(
        [pre(some, torch.from_numpy(x[i : i + 50_000].astype(np.float32))) for i in range(0, len(x), 50_000)]
    ).numpy()
    files = chosen("test", a.seed)
    where = [(f, i) for f, ids, _, _ in files for i in range(len(ids)) if i % (WINDOW - 1) >= SKIP - 1]
    spans = [spans for _, ids, spans, _ in files for i in range(len(ids)) if i % (WINDOW - 1) >= SKIP - 1]
    with open(OUT / "labels.jsonl") as lines:
        labels = [json.loads(line) for line in lines]
    for column, feature in enumerate(a.features):
        v, threshold = u[:, column], float(w["threshold"][feature])
        rows = np.nonzero(v > threshold)[0]
        label = labels[feature]
        print(
            "\n"
            f"#{feature} {label['description']} [{label['typeName']}, P {label['precision']}, R "
            f"{label['recall']}; {label['predicate']}] fires on {len(rows) / len(v):.5f}"
        )
        seen, order = set(), rows[np.argsort(-v[rows])]
        strongest = [r for r in order if not (where[r][0]["path"] in seen or seen.add(where[r][0]["path"]))][
            : a.strongest
        ]
        fifths = [order[int(len(order) * q)] for q in (0.1, 0.3, 0.5, 0.7, 0.9)] if len(order) > 5 else []
        for r in [*strongest, *fifths]:
            f, i = where[r]
            print(f"  {v[r]:6.2f} {f['lang'][:2]} {snippet(f['text'], *spans[r][i])}")


if __name__ == "__main__":
    main()
