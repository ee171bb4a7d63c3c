"""`python -m training.coder.corpus`: collects the training text from named packages.

Writes `corpus/{train,heldout}.jsonl` in the work folder and `training/coder/sources.json`, which is committed.
With `--heldout` only the held-out packages are fetched, and only `corpus/heldout.jsonl` is written.
"""

import argparse
import gzip
import json
import os
import random
from collections import Counter

from training.coder.duplicates import Seen, signature
from training.coder.fetch import Package, packages
from training.coder.filters import language_of, path_ok, permissive, text_ok
from training.paths import SHARED, SOURCES, WORK

# Limits how much a single package contributes to its language: bytes per package, files drawn with a fixed seed.
# Python packages are the largest, and the editor is mostly used for TypeScript and JavaScript.
CAP = {"npm": 3_500_000, "pypi": 2_400_000, "python": 6_000_000, "debian": 8_000_000}


def _humaneval() -> list[str]:
    """The longest line of each problem's docstring: a file that contains one counts as similar to the problem."""
    path = SHARED / "fim" / "HumanEval.jsonl.gz"
    if not path.exists():
        print("HumanEval is not available: no file is removed for it")
        return []
    with gzip.open(path, "rt") as lines:
        longest = [max((part.strip() for part in json.loads(line)["prompt"].splitlines()), key=len) for line in lines]
    return [line for line in longest if len(line) >= 40]


def _kept(package: Package, counts: Counter) -> list[dict]:
    named = [(path, language_of(path), raw) for path, raw in package.files]
    named = [(path, language, raw) for path, language, raw in named if language and path_ok(path)]
    counts["files named as source"] += len(named)
    # Next to TypeScript sources, JavaScript outside src/ and tests is compiler output.
    script = sum(len(raw) for _, language, raw in named if language == "typescript")
    if script > 20_000 and package.registry == "npm":
        named = [n for n in named if n[1] == "typescript" or n[0].startswith(("src/", "test/", "tests/", "scripts/"))]
    files = []
    for path, language, raw in named:
        text = text_ok(raw)
        if text is None:
            counts["dropped: not hand-written source"] += 1
        else:
            files.append({"lang": language, "package": package.name, "path": path, "text": text})
    files.sort(key=lambda f: f["path"])
    random.Random(package.name).shuffle(files)
    return files


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--heldout", action="store_true", help="the held-out packages alone")
    heldout_only = parser.parse_args().heldout
    out = WORK / "corpus"
    out.mkdir(parents=True, exist_ok=True)
    counts: Counter = Counter()
    problems = _humaneval()
    fetched = []
    for package in packages(heldout_only):
        if permissive(package.licence):
            fetched.append((package._replace(files=[]), _kept(package, counts)))
        else:
            print(f"licence not in the list: {package.name}: {package.licence!r}", flush=True)
    # Held-out packages first: if a training file is similar to a held-out one, the training file is dropped.
    fetched.sort(key=lambda entry: not entry[0].heldout)
    exact: set[str] = set()
    seen = Seen()
    sources = []
    train_file = os.devnull if heldout_only else out / "train.jsonl"
    with open(train_file, "w") as train, open(out / "heldout.jsonl", "w") as heldout:
        for package, files in fetched:
            sums: dict[str, Counter] = {}
            size = 0
            for f in files:
                if size >= CAP[package.registry]:
                    counts["left out: over the package's cap"] += 1
                elif f["text"] in exact:
                    counts["dropped: exact duplicate"] += 1
                elif f["lang"] == "python" and any(p in f["text"] for p in problems):
                    counts["dropped: like HumanEval"] += 1
                elif seen.met(signature(f["text"])):
                    counts["dropped: near-duplicate"] += 1
                else:
                    exact.add(f["text"])
                    length = len(f["text"].encode())
                    size += length
                    (heldout if package.heldout else train).write(json.dumps(f) + "\n")
                    sums.setdefault(f["lang"], Counter()).update(files=1, bytes=length)
            for language, total in sorted(sums.items()):
                sources.append(
                    {
                        "package": package.name,
                        "version": package.version,
                        "licence": package.licence,
                        "registry": package.registry,
                        "language": language,
                        **total,
                        "split": "heldout" if package.heldout else "train",
                    }
                )
    if heldout_only:
        print(json.dumps(counts))
        return
    totals: dict[str, Counter] = {}
    for s in sources:
        totals.setdefault(s["split"], Counter())[s["language"]] += s["bytes"]
    rows = ",\n".join("  " + json.dumps(s) for s in sources)
    SOURCES.write_text(
        f'{{"bytes": {json.dumps(totals)},\n "counts": {json.dumps(counts)},\n "sources": [\n{rows}\n]}}\n'
    )
    print(json.dumps(totals), json.dumps(counts))


if __name__ == "__main__":
    main()
