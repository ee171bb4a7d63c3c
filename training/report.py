"""`python -m training.report`: models/coder/REPORT.md from what the other steps left in the work folder. Run after evaluate, fim and completions."""
import json
import os
import platform

from tokenizers import Tokenizer

from .model import Coder, Shape
from .paths import HERE, MODEL, WORK


def read(path: str):
    return json.loads((WORK / path).read_text())


def corpus_tokens() -> dict[str, int]:
    """Tokens of the training text by language, counted once and kept."""
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


def table(head: list[str], rows: list[list]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(str(c) for c in row) + " |" for row in lines) + "\n"


def data_section() -> str:
    sources = json.loads((HERE / "sources.json").read_text())
    tokens = corpus_tokens()
    rows = []
    for language in ("typescript", "javascript", "python"):
        mine = [s for s in sources["sources"] if s["language"] == language]
        for split in ("train", "heldout"):
            part = [s for s in mine if s["split"] == split]
            rows.append([language, split, len(part), sum(s["files"] for s in part), f"{sum(s['bytes'] for s in part) / 1e6:.2f}",
                         f"{tokens[language] / 1e6:.2f}" if split == "train" else ""])
    return ("`python -m training.corpus` (every package with its version and licence: `training/sources.json`). Source that people wrote, under MIT, BSD, ISC, Apache-2.0, 0BSD or PSF"
            " licences; split by package; files dropped: " + ", ".join(f"{v} {k.removeprefix('dropped: ')}" for k, v in sources["counts"].items() if k.startswith("dropped")) + ".\n\n"
            + table(["language", "split", "packages", "files", "MB", "M tokens"], rows))


def training_section() -> str:
    step, shape = read("coder/step.json"), Shape()
    parameters = sum(p.numel() for p in Coder(shape).parameters())
    log = [[f"{e['tokens'] / 1e6:.2f}", f"{e['seconds'] / 60:.1f}", f"{e['heldoutBitsPerByte']:.3f}"] for e in step["log"]]
    total = sum(corpus_tokens().values())
    return (f"`python -m training.coder --tokens {step['budget']}`, one run.\n\n"
            f"Llama architecture: {parameters:,} parameters, width {shape.hidden_size}, {shape.num_hidden_layers} layers, {shape.num_attention_heads} heads, SwiGLU {shape.intermediate_size},"
            f" {shape.vocab_size} entries, context {shape.max_position_embeddings}, embeddings tied. Seed {step['seed']}. {step['tokens']:,} tokens trained in {step['step']} steps of 4,096"
            f" ({step['tokens'] / total:.2f} of one pass over the text), the first three quarters as 16 rows of 256, the rest as 4 rows of 1,024; {step['seconds'] / 60:.1f} minutes of wall time on 2"
            f" cores shared with other work, 2 threads, float32, torch {__import__('torch').__version__} on {platform.machine()}. Half of the documents are cut for filling in the middle"
            " (by characters; PSM and SPM half each). Muon 0.02 for matrices, AdamW 0.003 for the rest; 50 steps of warm-up, constant to 40 % of the tokens, then in a line to 2 %.\n\n"
            "The log's held-out sample (beginnings of files, not comparable with the table below):\n\n" + table(["M tokens", "minutes", "bits per byte"], log))


def heldout_section() -> str:
    held = read("report/heldout.json")
    rows = [[k, r["files"], f"{r['bytes'] / 1e3:.0f}", f"**{r['bitsPerByte']:.3f}**", f"{r['first256']:.3f}", f"{r['beyond256']:.3f}", f"{r['xz']:.3f}"]
            for k, r in sorted(held["rows"].items(), key=lambda e: ("(" in e[0], e[0]))]
    common = ", ".join(f"{k} {100 * v:.1f} %" for k, v in sorted(held["commonLines"].items()))
    return (f"`python -m training.evaluate`: whole files of each held-out package in a fixed random order, up to {held['limit'] // 1000} kB of each; every file alone, in windows of 1,024 as the"
            " product scores it. Right of the total: tokens at the first 256 places of a window, and at later ones. `xz -9e` on each file alone, its header included.\n\n"
            + table(["held-out", "files", "kB", "bits per byte", "first 256", "later", "xz -9e"], rows)
            + f"\nOf the held-out lines of 40 characters and more, these also stand word for word in the training text: {common}.\n")


def fim_section() -> str:
    rows = [[k, r["cuts"], f"{r['bitsPerByte']:.3f}", f"{100 * r['exact']:.0f} %", f"{100 * r['begins']:.0f} %"] for k, r in read("report/fim.json").items()]
    return ("`python -m training.fim`: the middle is the rest of the line (at a line's end: the break and the next line), of held-out code, with 1,200 characters before and 600 characters after; no"
            " healing. exact: the greedy completion is the true middle and then ends; begins: it begins with the true middle.\n\n"
            + table(["cut", "cuts", "bits per byte of the middle", "exact", "begins"], rows))


def completions_section() -> str:
    parts = []
    for p in read("report/completions.json"):
        mark = "`⟨end⟩`" if p["ended"] else ""
        parts.append(f"**{p['lang']}** {mark}\n\n~~~~\n{p['prompt']}⟦{p['completion']}⟧\n~~~~\n")
    return "`python -m training.completions`: 48 greedy tokens for each prompt of `training/prompts.jsonl`, unselected, between ⟦ and ⟧.\n\n" + "\n".join(parts)


def parity_section() -> str:
    e = read("coder/export.json")
    sizes = ", ".join(f"`{f.name}` {f.stat().st_size:,}" for f in sorted(MODEL.iterdir()) if f.name != "REPORT.md")
    return (f"`python -m training.export`: the largest difference of the log-probability of the next token at {e['tokens']:,} held-out tokens (windows of 1,000), from PyTorch in float32: ONNX Runtime"
            f" whole {e['onnxWhole']:.1e} nats, in pieces of 64 with the cache {e['onnxChunks']:.1e}, `transformers` from this folder {e['transformers']:.1e}; the export fails above 1e-4. Over all"
            f" {Shape().vocab_size:,} entries at each of them, most of them very unlikely: {e['allOnnxWhole']:.1e}, {e['allOnnxChunks']:.1e} and {e['allTransformers']:.1e}."
            f" ONNX Runtime opens the graph in {e['loadSeconds']} s. Bytes: {sizes}.\n")


NOT_DONE = """- The baselines `zstd -19` with a dictionary and a modified Kneser-Ney 5-gram, the package bootstrap against the best of the three, solid archives per package.
- More training: the run is less than one pass over the text; a second one from these weights, or a larger model on a GPU with quantised weights.
- Training on a GPU: the steps are the same code there, but have not been run there.
"""


def main() -> None:
    (WORK / "report").mkdir(exist_ok=True)
    sections = {"Data": data_section, "Training": training_section, "Held-out code": heldout_section, "Agreement": parity_section, "Filling in the middle": fim_section,
                "Not done yet": lambda: NOT_DONE, "Greedy completions": completions_section}
    text = "# The built-in code model\n\nMade by `training/` from public source code; every number below is printed by the command beside it.\n"
    (MODEL / "REPORT.md").write_text(text + "".join(f"\n## {title}\n\n{make()}" for title, make in sections.items()))
    print(f"{MODEL / 'REPORT.md'}".replace(os.getcwd() + "/", ""))


if __name__ == "__main__":
    main()
