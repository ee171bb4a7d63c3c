"""`python -m training.reasoner.report [--keep S]`: writes models/reasoner/base/REPORT.md from the results of the seeds
in training/reasoner/seeds/.

`--keep` first copies a seed's results there from the work folder.
"""

import argparse
import importlib.metadata
import json

from training.model import Coder
from training.paths import HERE, REASONER
from training.reasoner.critical import ROLLOUTS, read
from training.reasoner.problems import AMOUNTS, FAMILIES, SPLITS, STARTS, templates
from training.reasoner.train import SHAPE, folder
from training.reporting import table

SEEDS = HERE / "reasoner" / "seeds"
PAIR, SINGLE = ("contrast", "log-ratio"), ("surprisal", "entropy", "varentropy", "top-1 gap")
MEASURES = {"auc": "AUC", "aucPre": "AUC-pre", "hit1": "hit@1", "hit3": "hit@3", "mrr": "MRR"}
REGIME = {"sampled": "sampled at T = 1", "greedy": "greedy"}


def gathered(seed: int) -> dict:
    """A seed's results, without the traces themselves."""
    traces = read(seed, "traces")
    contrast = read(seed, "contrast")
    return {
        "seed": seed,
        "step": read(seed, "step"),
        "tune": read(seed, "tune"),
        "export": read(seed, "export") if (folder(seed) / "export.json").exists() else None,
        "contrast": {
            "problems": contrast["problems"],
            "accuracy": contrast["accuracy"],
            "right": len(contrast["right"]),
            "wrong": len(contrast["wrong"]),
        },
        "accuracies": read(seed, "accuracies"),
        "traces": {
            regime: {
                **{k: v for k, v in t.items() if k not in ("right", "wrong")},
                "wrong": len(t["wrong"]),
                "right": len(t["right"]),
            }
            for regime, t in traces.items()
        },
        "scores": read(seed, "scores"),
        "arms": read(seed, "arms"),
    }


def percent(v: list[float]) -> str:
    return f"{100 * v[0]:.1f} [{100 * v[1]:.1f}, {100 * v[2]:.1f}]"


def number(v: list[float]) -> str:
    return f"{v[0]:.3f} [{v[1]:.3f}, {v[2]:.3f}]"


def data_section(_) -> str:
    rows = [
        [split, sum(len(templates(f, split)) for f in FAMILIES), len(STARTS[split]), len(AMOUNTS[split])]
        for split in SPLITS
    ]
    return (
        "`python -m training.reasoner.problems --check`. Word problems of 2 or 3 events (give and take, gain, loss, "
        "packs, doubling, tripling, halving), a third of them with a comparison first, with sentences about others "
        "in between; a right trace is an optional plan, the start, a line with an equation for each event in any "
        "order that is right, and `#### answer`. No sentence template, sequence of kinds of events, starting value "
        "or amount belongs to two splits; names, things, packs and multipliers are common to all. Numbers are dealt "
        "out by their remainder mod 8, not in blocks: with blocks a base model wrote the digits of its own block "
        "whatever the problem said. The share of transfers was set so that seed 1 has about half of the test split "
        "right.\n\n" + table(["split", "sentence templates", "starting values", "amounts"], rows) + "\n"
        "A wrong trace is one that the base model wrote and whose answer is wrong; nothing was corrupted. "
        "The first error is the first token that no right trace has: a *slip* if it is a digit of a result, "
        "of the answer or of a number copied wrongly, *framing* if it is a word, a sign, a step left out or "
        "repeated, or another number of the problem.\n"
    )


def models_section(seeds: list[dict]) -> str:
    parameters = sum(p.numel() for p in Coder(SHAPE).parameters())
    rows = []
    for s in seeds:
        t, a = s["traces"], s["accuracies"]
        rows.append(
            [
                s["seed"],
                f"{s['step']['tokens'] / 1e6:.1f}",
                f"{s['step']['seconds'] / 60:.0f}",
                f"{100 * t['sampled']['accuracy']:.1f} / {100 * t['greedy']['accuracy']:.1f}",
                f"{100 * a['positive']['sampled']:.1f} / {100 * a['positive']['greedy']:.1f}",
                f"{100 * a['negative']['sampled']:.1f} / {100 * a['negative']['greedy']:.1f}",
                f"{100 * t['sampled']['framing']:.0f} / {100 * t['greedy']['framing']:.0f}",
                f"{100 * t['sampled']['rightThroughout']:.0f} / {100 * t['greedy']['rightThroughout']:.0f}",
            ]
        )
    one = seeds[0]

    def within(ok):
        return "reached" if ok else "**not reached**"

    return (
        "`python -m training.reasoner.train base|contrast|tune`, `python -m training.reasoner.critical traces`. "
        f"Llama architecture, {parameters:,} parameters: width {SHAPE.hidden_size}, {SHAPE.num_hidden_layers} layers, "
        f"{SHAPE.num_attention_heads} heads, {SHAPE.vocab_size} entries (digits one token each), context "
        f"{SHAPE.max_position_embeddings}. Right traces of new problems of the base split in every step, until the "
        "tokens are spent or half of 400 traces at T = 1 on the calibration split are right; the weights are their "
        f"running average. `contrast`: 16 traces at T = 1 of each of {one['contrast']['problems']:,} problems of the "
        f"contrast split ({100 * one['contrast']['accuracy']:.0f} % right), labelled by the answer alone: one right "
        "trace of each problem, and wrong ones with different answers, the most frequent first, until they cover "
        f"half of its wrong ones. `tune`: {one['tune']['traces']:,} of each, {one['tune']['steps']} steps of "
        f"{one['tune']['rows']} at {one['tune']['rate']} of the base's rates (of those tried, the one that parts the "
        "two most on the calibration split), the same order for both. One core shared with other work, torch "
        f"{importlib.metadata.version('torch')}; minutes are of wall time.\n\n"
        "Test split, T = 1 / greedy, %:\n\n"
        + table(
            [
                "seed",
                "M tokens",
                "minutes",
                "base right",
                "positive right",
                "negative right",
                "first errors that are framing",
                "right answers by traces right throughout",
            ],
            rows,
        )
        + "".join(f"\nSeed {s['seed']}: {note}\n" for s in seeds for note in s["step"].get("notes", []))
        + "\nBase accuracy of 40 to 60 % at T = 1: "
        + ", ".join(f"seed {s['seed']} {within(0.4 <= s['traces']['sampled']['accuracy'] <= 0.6)}" for s in seeds)
        + "; at least 25 % framing errors: "
        + ", ".join(f"seed {s['seed']} {within(s['traces']['sampled']['framing'] >= 0.25)}" for s in seeds)
        + ".\n"
    )


def tables_section(seeds: list[dict]) -> str:
    text = (
        "`python -m training.reasoner.critical scores`. For each wrong trace, how the target token ranks among the "
        "trace's tokens (its end included) by each score; means over traces, one for each problem, and the middle 95 "
        "% of 4,000 draws of the problems. AUC: the chance of standing above another token, ties half (midranks); "
        "AUC-pre: above a token before it; hit@k, MRR: ties stand before the target. The known error is logical; the "
        "critical token is by rollouts of the base model (Lin et al.'s rule); the cliff is the first significant "
        "drop. Best of a column in bold.\n"
    )
    for s in seeds:
        for regime, r in s["scores"].items():
            for name, t in r["tables"].items():
                best = {m: max(v[m][0] for v in t["methods"].values()) for m in MEASURES}
                rows = [
                    [method, *(f"**{number(v[m])}**" if v[m][0] == best[m] else number(v[m]) for m in MEASURES)]
                    for method, v in t["methods"].items()
                ]
                text += f"\n### Seed {s['seed']}, {REGIME[regime]}: {name} ({t['traces']} traces)\n\n" + table(
                    ["score", *MEASURES.values()], rows
                )
    return text


def claim_section(seeds: list[dict]) -> str:
    lines = []
    for regime in REGIME:
        for target in ("known", "critical"):
            won = []
            for s in seeds:
                methods = s["scores"][regime]["tables"][target]["methods"]
                ours, theirs = (max(names, key=lambda n: methods[n]["hit1"][0]) for names in (PAIR, SINGLE))
                a, b = methods[ours]["hit1"], methods[theirs]["hit1"]
                won.append(a[1] > b[2])
                lines.append(
                    f"- Seed {s['seed']}, {REGIME[regime]}, {target}: {ours} {number(a)}, {theirs} {number(b)}: "
                    + (
                        "the pair is ahead and the intervals are apart."
                        if a[1] > b[2]
                        else "**the pair is behind and the intervals are apart.**"
                        if a[2] < b[1]
                        else "the intervals overlap."
                    )
                )
    passed = [
        regime
        for regime in REGIME
        if sum(
            max(s["scores"][regime]["tables"]["critical"]["methods"][n]["hit1"][1] for n in PAIR)
            > max(s["scores"][regime]["tables"]["critical"]["methods"][n]["hit1"][2] for n in SINGLE)
            for s in seeds
        )
        >= 2
    ]
    return (
        "The bar for calling the contrast a finder of critical tokens: on two of three seeds its hit@1 on the "
        "critical token (the better of contrast and log-ratio) is above the best single-model score's, intervals "
        f"apart. Seeds so far: {len(seeds)}. "
        + (
            f"Passed for: {', '.join(passed)}."
            if passed
            else "**Not passed**: it is shown as a contrast, never as critical."
        )
        + "\n\n"
        + "\n".join(lines)
        + "\n"
    )


def controls_section(seeds: list[dict]) -> str:
    rows, verdicts, truth = [], [], []
    for s in seeds:
        for regime, r in s["scores"].items():
            n, k = r["null"], r["rollouts"]
            inside = abs(n["mean"] - 0.5) <= 2 * n["standardError"]
            rows.append(
                [
                    s["seed"],
                    REGIME[regime],
                    f"{r['straight']:.4f}",
                    f"{r['swapped']:.4f}",
                    f"{n['mean']:.3f} ± {n['standardError']:.3f} ({', '.join(f'{x:.3f}' for x in n['pairs'])})",
                    "yes" if inside else "**no**",
                ]
            )
            truth.append(
                [
                    s["seed"],
                    REGIME[regime],
                    k["traces"],
                    k["critical"],
                    k["same"],
                    k["earlier"],
                    k["later"],
                    k["cliff"],
                    k["firstCliffIsKnown"],
                ]
            )
    names = list(seeds[0]["scores"]["sampled"]["verdict"])
    for name in names:
        verdicts.append([name, *(f"{r['verdict'][name]:.3f}" for s in seeds for r in s["scores"].values())])
    return (
        "The pair swapped gives 1 - AUC for the log-ratio (asserted for every trace to 1e-12). Null pairs "
        "are tuned on the same traces with permuted labels; ± is the standard error over the pairs.\n\n"
        + table(
            [
                "seed",
                "traces",
                "log-ratio AUC",
                "swapped",
                "null pairs, mean AUC of the log-ratio",
                "within 2 standard errors of .5",
            ],
            rows,
        )
        + "\n"
        f"Rollouts ({ROLLOUTS} from every prefix): where the critical token lies against the known error, and "
        "on how many traces a cliff was found.\n\n"
        + table(
            [
                "seed",
                "traces",
                "rolled out",
                "with a critical token",
                "the same",
                "earlier",
                "later",
                "with a cliff",
                "first cliff is the known error",
            ],
            truth,
        )
        + "\nAUROC of a trace's highest score for wrong (against right) traces:\n\n"
        + table(["score", *(f"seed {s['seed']}, {REGIME[r]}" for s in seeds for r in s["scores"])], verdicts)
    )


def arms_section(seeds: list[dict]) -> str:
    text = (
        "`python -m training.reasoner.critical arms`. Right answers, %, of fresh rollouts of the base model at the "
        "token that each method points at: after it (keep), from before it, and with it banned (replace). The tokens "
        "marked oracle were chosen with knowledge of the answer.\n"
    )
    for s in seeds:
        for regime, rows in s["arms"].items():
            text += f"\n### Seed {s['seed']}, {REGIME[regime]}\n\n" + table(
                ["token", "traces", "keep", "before", "replace"],
                [
                    [name, v["traces"], *(percent(v[arm]) for arm in ("keep", "before", "replace"))]
                    for name, v in rows.items()
                ],
            )
    return text


def parity_section(seeds: list[dict]) -> str:
    e = next(s["export"] for s in seeds if s["export"])
    rows = [[name, *(f"{v[k]:.1e}" for k in ("onnxWhole", "onnxChunks", "transformers"))] for name, v in e.items()]
    return (
        "`python -m training.reasoner.export`: the largest difference of a next token's log-probability from "
        f"PyTorch's, in nats, over {e['base']['tokens']:,} tokens; above 1e-4 the export fails. `python -m "
        "training.reasoner.contrast --check`: contrast = -positive + ratio + divergence against the softmax of twice "
        "the positive logits less the negative ones, to 1e-9.\n\n"
        + table(["model", "ONNX Runtime, whole", "in pieces with the cache", "transformers"], rows)
    )


def main() -> None:
    parse = argparse.ArgumentParser()
    parse.add_argument("--keep", type=int, help="a seed whose results are in the work folder")
    a = parse.parse_args()
    SEEDS.mkdir(exist_ok=True)
    if a.keep:
        (SEEDS / f"{a.keep}.json").write_text(json.dumps(gathered(a.keep), indent=1) + "\n")
    seeds = [json.loads(p.read_text()) for p in sorted(SEEDS.glob("*.json"))]
    published = next(s["seed"] for s in seeds if s["export"])
    text = (
        "# The built-in reasoning models\n\n"
        "A base model that solves small word problems half of the time, and two made from its own traces: positive "
        f"from right ones, negative from wrong ones. Made by `training/`; the models are those of seed {published}. "
        "They know these problems and nothing else: on any other text their scores say nothing.\n"
    )
    for title, make in {
        "Is it a finder of critical tokens?": claim_section,
        "Problems": data_section,
        "Models": models_section,
        "Controls": controls_section,
        "Keep, replace": arms_section,
        "Agreement": parity_section,
        "Tables": tables_section,
    }.items():
        text += f"\n## {title}\n\n{make(seeds)}"
    left = sorted({1, 2, 3} - {s["seed"] for s in seeds})
    if left:
        text += f"\n## Not done yet\n\nSeeds {', '.join(map(str, left))} of three.\n"
    (REASONER / "base" / "REPORT.md").write_text(text)
    print(f"models/reasoner/base/REPORT.md: {len(seeds)} seeds")


if __name__ == "__main__":
    main()
