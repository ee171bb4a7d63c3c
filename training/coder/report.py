"""`python -m training.coder.report`: writes models/coder/REPORT.md from the results in the work folder.

Run it after coder.evaluate, coder.baselines, coder.fim and coder.completions.
"""

import importlib.metadata
import json
import os
import platform
import random

from tokenizers import Tokenizer

from training.coder.heldout import LIMIT
from training.model import Coder, Shape
from training.paths import MODEL, SOURCES, WORK
from training.reporting import read, table


def corpus_tokens() -> dict[str, int]:
    """Tokens of the training text by language; counted once and stored."""
    kept = WORK / "report" / "tokens.json"
    if not kept.exists():
        bpe, counts, batch = Tokenizer.from_file(str(MODEL / "tokenizer.json")), {}, []

        def count():
            for (language, _), encoding in zip(batch, bpe.encode_batch_fast([text for _, text in batch])):
                counts[language] = counts.get(language, 0) + len(encoding.ids)
            batch.clear()

        with open(WORK / "corpus" / "train.jsonl") as lines:
            for line in lines:
                f = json.loads(line)
                batch.append((f["lang"], f["text"]))
                if len(batch) == 500:
                    count()
        count()
        kept.write_text(json.dumps(counts))
    return json.loads(kept.read_text())


def data_section() -> str:
    sources = json.loads((SOURCES).read_text())
    tokens = corpus_tokens()
    rows = []
    for language in ("typescript", "javascript", "python"):
        mine = [s for s in sources["sources"] if s["language"] == language]
        for split in ("train", "heldout"):
            part = [s for s in mine if s["split"] == split]
            rows.append(
                [
                    language,
                    split,
                    len(part),
                    sum(s["files"] for s in part),
                    f"{sum(s['bytes'] for s in part) / 1e6:.2f}",
                    f"{tokens[language] / 1e6:.2f}" if split == "train" else "",
                ]
            )
    return (
        "`python -m training.coder.corpus` (every package with its version and licence: "
        "`training/coder/sources.json`). Source that people wrote, under MIT, BSD, ISC, Apache-2.0, 0BSD or PSF "
        "licences; split by package; files dropped: "
        + ", ".join(
            f"{v} {k.removeprefix('dropped: ')}" for k, v in sources["counts"].items() if k.startswith("dropped")
        )
        + ".\n\n"
        + table(["language", "split", "packages", "files", "MB", "M tokens"], rows)
    )


def training_section() -> str:
    last, shape = read("coder/step.json"), Shape()
    runs = [*last.pop("before"), last]
    parameters = sum(p.numel() for p in Coder(shape).parameters())
    total = sum(corpus_tokens().values())

    def how(run: dict) -> list:
        s = run["settings"]
        rows = "rows of 256" + (
            ""
            if s["long_from"] >= 1
            else f", the last {100 - 100 * s['long_from']:.0f} % of the tokens in rows of 1,024"
        )
        return [
            f"`{s['name']}`",
            f"{run['tokens'] / 1e6:.1f}",
            f"{run['seconds'] / 60:.0f}",
            s["seed"],
            f"{s['rate']}, decay {s['decay']}",
            s["embedding_rate"],
            rows,
            f"{s['threads']}, {'bfloat16' if s['bf16'] else 'float32'}",
            f"{run['log'][-1]['heldoutBitsPerByte']:.3f}",
        ]

    tokens, minutes = sum(r["tokens"] for r in runs), sum(r["seconds"] for r in runs) / 60
    log = [
        [
            f"`{r['settings']['name']}`",
            f"{e['tokens'] / 1e6:.2f}",
            f"{e['seconds'] / 60:.0f}",
            f"{e['heldoutBitsPerByte']:.3f}",
        ]
        for r in runs
        for e in r["log"]
    ]
    return (
        f"`python -m training.coder.train`. Llama architecture: {parameters:,} parameters, width {shape.hidden_size}, "
        f"{shape.num_hidden_layers} layers, {shape.num_attention_heads} heads, SwiGLU {shape.intermediate_size}, "
        f"{shape.vocab_size:,} entries, context {shape.max_position_embeddings:,}, embeddings tied. Half of the "
        "documents are cut for filling in the middle (by characters; PSM and SPM half each). Steps of 4,096 tokens; "
        "Muon for the matrices, AdamW for the rest; 50 steps of warm-up, constant to 40 % of the tokens, then in a "
        f"line to 2 %. On 2 cores shared with other work, torch {importlib.metadata.version('torch')}, "
        f"{platform.machine()}; minutes are of wall time.\n\n"
        + table(
            ["run", "M tokens", "minutes", "seed", "Muon's rate", "AdamW's rate", "rows", "threads", "held-out sample"],
            [how(r) for r in runs],
        )
        + "\n"
        f"In all {tokens:,} tokens ({tokens / total:.2f} of one pass over the text) in {minutes:.0f} minutes; "
        f"each run begins with the weights of the one before. {EARLIER}\n\n"
        "The log's held-out sample in bits per byte (beginnings of files in pieces of 512, not comparable "
        "with the tables below):\n\n" + table(["run", "M tokens", "minutes", "bits per byte"], log)
    )


def _sum(rows: list[dict], key: str) -> float:
    return sum(r[key] for r in rows)


def _interval(packages: dict[str, list[dict]], statistic) -> tuple[float, float]:
    """The central 95 % over 10,000 resamples of the packages, with replacement."""
    draw, names = random.Random(1), sorted(packages)
    values = sorted(
        statistic([r for n in draw.choices(names, k=len(names)) for r in packages[n]]) for _ in range(10_000)
    )
    return values[250], values[9749]


def heldout_section() -> str:
    parts = {name: read(f"report/{name}.json") for name in ("model", "baselines", "trial", "near")}
    both = {
        kind: [{**m, **b} for m, b in zip(parts["model"][kind], parts["baselines"][kind], strict=True)]
        for kind in ("files", "solid")
    }
    files = [
        {**r, "trial": t["bits"], "near": n["bits"]}
        for r, t, n in zip(both["files"], parts["trial"]["files"], parts["near"]["files"], strict=True)
    ]
    columns = ("bits", "xz", "zstd", "ngram")

    def line(name: str, rows: list[dict]) -> list:
        size = _sum(rows, "bytes")
        return [
            name,
            len(rows),
            f"{size / 1e3:.0f}",
            *(f"{'**' if c == 'bits' else ''}{_sum(rows, c) / size:.3f}{'**' if c == 'bits' else ''}" for c in columns),
        ]

    head = ["held-out", "files", "kB", "the model", "`xz -9e`", "`zstd -19`", "5-gram"]
    languages = [line(name, [r for r in files if r["lang"] == name]) for name in sorted({r["lang"] for r in files})]
    packages: dict[str, list[dict]] = {}
    for r in files:
        packages.setdefault(r["package"], []).append(r)

    def best(rows):
        return sum(min(r["xz"], r["zstd"], r["ngram"]) for r in rows)

    def fewer(rows):
        return 1 - _sum(rows, "bits") / best(rows)

    low, high = _interval(packages, fewer)

    def to_trial(rows):
        return _sum(rows, "bits") / _sum(rows, "trial")

    def near_ratio(rows):
        return _sum(rows, "near") / _sum(rows, "trial")

    size, near = _sum(files, "bytes"), _sum(files, "nearBits") / _sum(files, "nearBytes")
    later = (_sum(files, "bits") - _sum(files, "nearBits")) / (size - _sum(files, "nearBytes"))
    common = ", ".join(f"{k} {100 * v:.1f} %" for k, v in sorted(read("report/commonLines.json").items()))
    reached = "reached" if fewer(files) >= 0.15 and low > 0 else "**not reached**"
    return (
        "`python -m training.coder.evaluate` and `python -m training.coder.baselines`: bits per byte of whole files "
        f"of each held-out package, in a fixed random order, up to {LIMIT // 1000} kB of each. The model in windows "
        "of 1,024, as the product scores them. `xz -9e` with its header; `zstd -19` with a dictionary of 1 MiB made "
        "of the training text; an interpolated modified Kneser-Ney 5-gram model of the same tokens, counted over the "
        "whole training text (`python -m training.coder.kneser_ney` checks it against its definition).\n\n"
        "Each file alone:\n\n"
        + table(head, [line("all", files), *languages, *(line(name, rows) for name, rows in sorted(packages.items()))])
        + "\n"
        f"Fewer bits than the best of the three, file by file: {100 * fewer(files):.1f} % ({100 * low:.1f} to "
        f"{100 * high:.1f}, 95 % of 10,000 draws of the {len(packages)} packages); 15 % is {reached}. Tokens "
        f"with at most 256 tokens of context: {near:.3f} bits per byte, all others {later:.3f}.\n\n"
        "All chosen files of a package in one piece (solid):\n\n"
        + table(head, [line("all", both["solid"]), *(line(r["package"], [r]) for r in both["solid"])])
        + "\n"
        f"The yardstick, {YARDSTICK}: {_sum(files, 'trial') / size:.3f} bits per byte in windows of 256, as "
        f"it was trained. The model has {to_trial(files):.3f} x its bits ({near_ratio(files):.3f} x in "
        "windows of 256 too); the aim was 0.80 x from a "
        f"CPU{'' if to_trial(files) <= 0.8 else ', **not reached**'}.\n"
        "\n"
        "Of the held-out lines of 40 characters and more, these also stand word for word in the training "
        f"text: {common}.\n"
    )


def fim_section() -> str:
    rows = [
        [k, r["cuts"], f"{r['bitsPerByte']:.3f}", f"{100 * r['exact']:.0f} %", f"{100 * r['begins']:.0f} %"]
        for k, r in read("report/fim.json").items()
    ]
    return (
        "`python -m training.coder.fim`: the middle is the rest of the line (at a line's end: the break and the next "
        "line), of held-out code, with 1,200 characters before and 600 characters after; no healing. exact: the "
        "greedy completion is the true middle and then ends; begins: it begins with the true middle.\n\n"
        + table(["cut", "cuts", "bits per byte of the middle", "exact", "begins"], rows)
    )


def completions_section() -> str:
    parts = []
    for p in read("report/completions.json"):
        mark = "`⟨end⟩`" if p["ended"] else ""
        parts.append(f"**{p['lang']}** {mark}\n\n~~~~\n{p['prompt']}⟦{p['completion']}⟧\n~~~~\n")
    return (
        "`python -m training.coder.completions`: 48 greedy tokens for each prompt of "
        "`training/coder/prompts.jsonl`, unselected, between ⟦ and ⟧.\n\n" + "\n".join(parts)
    )


def parity_section() -> str:
    e = read("coder/export.json")
    sizes = ", ".join(f"`{f.name}` {f.stat().st_size:,}" for f in sorted(MODEL.iterdir()) if f.name != "REPORT.md")
    return (
        "`python -m training.coder.export`: the largest difference of the log-probability of the next token at "
        f"{e['tokens']:,} held-out tokens (windows of 1,000), from PyTorch in float32: ONNX Runtime whole "
        f"{e['onnxWhole']:.1e} nats, in pieces of 64 with the cache {e['onnxChunks']:.1e}, `transformers` from this "
        f"folder {e['transformers']:.1e}; the export fails above 1e-4. Over all {Shape().vocab_size:,} entries at "
        f"each of them, most of them very unlikely: {e['allOnnxWhole']:.1e}, {e['allOnnxChunks']:.1e} and "
        f"{e['allTransformers']:.1e}. ONNX Runtime opens the graph in {e['loadSeconds']} s. Bytes: {sizes}.\n"
    )


NOT_DONE = (
    "- More training: all runs together are less than one pass over the text, and the held-out bits still fall with "
    "every run. The model of this size stays as it is now: what would follow is a larger one.\n"
    "- A larger model on a GPU, with quantised weights: the steps are the same code there, but have not been run "
    "there.\n"
    "- Debian's python3-* packages: the same projects come from PyPI, as wheels.\n"
)
EARLIER = (
    "Before them 8,003,584 tokens in 57.6 minutes went into a run that was given up: with another Muon (no weight "
    "decay) and AdamW at 6e-3; its attention had become all but one-hot (0.03 to 0.4 nats of entropy a head), and it "
    "ended at 1.60 bits per byte."
)
YARDSTICK = (
    "the run `trial` (15.5 M tokens in rows of 256, as an hour on two cores trains where nothing else runs; the "
    "first 10.0 M of them before Debian's packages were in the text)"
)


def main() -> None:
    (WORK / "report").mkdir(exist_ok=True)
    sections = {
        "Data": data_section,
        "Training": training_section,
        "Held-out code": heldout_section,
        "Agreement": parity_section,
        "Filling in the middle": fim_section,
        "Not done yet": lambda: NOT_DONE,
        "Greedy completions": completions_section,
    }
    text = (
        "# The built-in code model\n\n"
        "Made by `training/` from public source code; every number below is printed by the command beside it.\n"
    )
    (MODEL / "REPORT.md").write_text(text + "".join(f"\n## {title}\n\n{make()}" for title, make in sections.items()))
    print(f"{MODEL / 'REPORT.md'}".replace(os.getcwd() + "/", ""))


if __name__ == "__main__":
    main()
