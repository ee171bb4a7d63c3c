"""`python -m training.sae.report [--seed 1]`: writes models/coder/saes/resid-mid/REPORT.md from the results in the work
folder.

Run it after sae.evaluate and sae.labels.
"""

import argparse
import hashlib
import json

from training.paths import MODEL, SOURCES
from training.reporting import read, table
from training.sae.activations import FOLDER, HOOK, WINDOW
from training.sae.export import OUT
from training.sae.tokens_table import WINDOWS
from training.sae.train import AUX, BATCH, BRANCH, DEAD, FEATURES, K_AUX, K

NAMES = {"mutual": "Mutual Choice (published)", "token": "TopK", "feature": "Feature Choice"}
OWN = {
    "mutual": "mutual, one threshold (published)",
    "token": "TopK, k of each token",
    "feature": "feature, a threshold for each",
}


def percent(v: float, digits: int = 1) -> str:
    return f"{100 * v:.{digits}f} %"


def training_section(seed: int) -> str:
    runs = {
        rule: read(f"sae/{rule}-{seed}/step.json")
        for rule in NAMES
        if (FOLDER / f"{rule}-{seed}" / "step.json").exists()
    }
    rows = [
        [
            NAMES[rule],
            f"{s['draws']:,}",
            f"{s['distinctTokens']:,}",
            f"{s['seconds'] / 60:.0f}",
            s["seed"],
            s["rate"],
            f"{s['log'][-1]['fvu']:.4f}",
            percent(s["log"][-1]["dead"], 2),
        ]
        for rule, s in runs.items()
    ]
    return (
        f"`python -m training.sae.activations`, `python -m training.sae.train --rule mutual|token|feature`. `{HOOK}`: "
        f"after two of the four blocks. {FEATURES:,} features of {FEATURES // 256} x the width, k = {K}, batches of "
        f"{BATCH:,}, Adam, decoder rows of length 1 with the gradient along them taken out, the auxiliary loss "
        f"({AUX:g}, {K_AUX} features a token) for features silent for {DEAD:,} tokens. Tokens: pieces of training "
        f"files from random lines, at most {WINDOW - 1:,} tokens; the start token and the first token of each are "
        f"left out. Feature Choice begins with Mutual Choice's state at {percent(BRANCH, 0)} of the draws; its "
        "budgets follow a Zipf curve fitted to its features' densities, with what a cap cuts off dealt out again. "
        "The first 4k places a token come down to k in the first tenth. Minutes of wall time on one core that other "
        "work shares; FVU and dead share as training saw them last (silent for longer than above).\n\n"
        + table(["rule", "draws", "distinct tokens", "minutes", "seed", "rate", "FVU in training", "silent"], rows)
    )


def quality_section(seed: int) -> str:
    r = read(f"report/sae-{seed}.json")
    ce = r["crossEntropy"]

    def recovered(name, ablation):
        return percent((ce[ablation] - ce[name]) / (ce[ablation] - ce["clean"]), 2)

    main = [
        [
            NAMES[rule],
            f"{v['fvu']:.4f}",
            f"{v['l0']:.2f} ± {v['l0sd']:.1f}",
            percent(r["density"][rule]["dead"], 2),
            f"{ce[rule]:.4f}",
            recovered(rule, "mean"),
            recovered(rule, "zero"),
        ]
        for rule, own in OWN.items()
        if rule in ce
        for v in [r["reconstruction"][own]]
    ]
    every = [
        [name, f"{v['fvu']:.4f}", f"{v['l0']:.2f} ± {v['l0sd']:.1f}", f"{v['cosine']:.4f}", f"{v['length']:.4f}"]
        for name, v in r["reconstruction"].items()
    ]
    dense = [
        [
            NAMES[rule],
            f"{d['tokens']:,}",
            percent(d["dead"], 2),
            f"{d['median']:.5f}",
            percent(d["above1"]),
            percent(d["above10"], 2),
        ]
        for rule, d in r["density"].items()
    ]
    tokens = next(iter(r["reconstruction"].values()))["tokens"]
    near = r["nearestDecoder"]
    return (
        "`python -m training.sae.evaluate`. Each rule as it is meant to be used, at the same L0, in float32 (the "
        "published one from its file). Thresholds come from about 100,000 tokens of the held-out files with even "
        f"numbers, figures from {tokens:,} of those with odd numbers; none of them was trained on, by the model or "
        f"here. Cross-entropy in nats a token over {ce['tokens']:,} tokens of those files (the first window of each) "
        f"with the reconstruction put in at every position but the first two: {ce['clean']:.4f} with the model's own "
        f"residual, {ce['mean']:.4f} with its mean, {ce['zero']:.4f} with zeros.\n\n"
        + table(["rule", "FVU", "L0", "dead", "cross-entropy", "recovered from mean", "recovered from zero"], main)
        + "\nHow else the same weights can be read; cosine and length of x̂ against x, mean taken off:\n\n"
        + table(["weights and rule", "FVU", "L0", "cosine", "length"], every)
        + "\nHow often features fire, over all held-out tokens:\n\n"
        + table(
            ["rule", "tokens", "never", "median share of tokens", "fire on more than 1 %", "on more than 10 %"], dense
        )
        + "\n"
        f"Cosine of each published decoder row to its nearest other: median {near[0]:.2f}, 95 % below "
        f"{near[1]:.2f}, most {near[2]:.2f}.\n"
    )


def labels_section(seed: int) -> str:
    r = read(f"report/sae-labels-{seed}.json")
    k, of = r["kinds"], r["features"]
    controls = [[name, c["of"], percent(c["label"]), percent(c["some"])] for name, c in r["controls"].items()]
    q = r["unlabelledPrecision"]
    return (
        f"`python -m training.sae.labels`: looked for on {r['mineTokens']:,} tokens of {r['mineFiles']} training files,"
        f" tested on {r['testTokens']:,} tokens of {r['testFiles']} held-out files (other packages), at most {WINDOWS} "
        f"windows of each file; no parser of the languages. {r['tried']:,} single tests a feature, conjunctions of at "
        "most three. A label has precision >= 0.7 and recall >= 0.3 on the held-out files; "
        '"some of: ..." has less recall and is at least three times likelier than chance; "promotes ..." is said where '
        "no predicate holds and the feature's direction lifts one next token by more than six standard deviations of "
        "the vocabulary: a fact about the direct path alone, beside which stands how often that token does come "
        "next.\n\n"
        + table(
            ["", "features", "share"],
            [
                ["labelled", k["label"], percent(k["label"] / of)],
                ['"some of: ..."', k["some"], percent(k["some"] / of)],
                ['"promotes ..."', k["logits"], percent(k["logits"] / of)],
                ["unlabelled: nothing holds", k["none"], percent(k["none"] / of)],
                ["unlabelled: fire fewer than 20 times on either side", k["rare"], percent(k["rare"] / of)],
            ],
        )
        + "\nThe same search on features that mean nothing or little, at the densities of features drawn at random:\n\n"
        + table(["control", "of", "labelled", '"some of: ..."'], controls)
        + f"\nWhere nothing holds, the best predicate's precision is {q[2]:.2f} in the median ({q[0]:.2f} to {q[4]:.2f}"
        " for the middle 80 %). Counted by activation instead of by tokens, "
        f"{percent(r['wouldPassWeighted'])} of the features would be"
        ' labelled or "some of: ...".\n'
    )


def sources_section() -> str:
    sources = json.loads((SOURCES).read_text())["sources"]
    rows = []
    for split in ("train", "heldout"):
        mine = [s for s in sources if s["split"] == split]
        licences: dict[str, int] = {}
        for s in mine:
            licences[s["licence"]] = licences.get(s["licence"], 0) + 1
        rows.append(
            [
                split,
                len(mine),
                ", ".join(f"{name} {n}" for name, n in sorted(licences.items(), key=lambda p: -p[1])[:6]),
            ]
        )

    def digest(path):
        return f"`{hashlib.sha256(path.read_bytes()).hexdigest()}`"

    return (
        "The code model's own corpus, split by package (`training/coder/sources.json` names each with its "
        "version and licence).\n\n" + table(["split", "packages", "licences (the most frequent)"], rows) + "\n"
        f"sha256 of `models/coder/model.safetensors`: {digest(MODEL / 'model.safetensors')}; of "
        f"`sae_weights.safetensors`: {digest(OUT / 'sae_weights.safetensors')}.\n"
    )


NOT_DONE = (
    "- One seed. Another: `--seed 2` with every step (the published folder is overwritten by `sae.export`).\n"
    "- aux_zipf; predicates over syntax trees; text cut for filling in the middle, which the model saw in training and "
    "the autoencoder did not.\n"
)


def main() -> None:
    parse = argparse.ArgumentParser()
    parse.add_argument("--seed", type=int, default=1)
    seed = parse.parse_args().seed
    sections = {
        "Training": training_section(seed),
        "Quality on held-out code": quality_section(seed),
        "Labels": labels_section(seed),
        "Sources": sources_section(),
        "Not done": NOT_DONE,
    }
    head = (
        "# Features of the code model's middle residual\n\n"
        "Made by `training/`; every number below is printed by the command beside it. What the files hold: "
        "`README.md`.\n"
    )
    (OUT / "REPORT.md").write_text(head + "".join(f"\n## {title}\n\n{text}" for title, text in sections.items()))
    print("models/coder/saes/resid-mid/REPORT.md")


if __name__ == "__main__":
    main()
