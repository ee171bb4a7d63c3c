"""`python -m training.reasoner.export --seed S`: exports a seed's three models as
models/reasoner/{base,positive,negative}.

Each is compared with PyTorch and transformers first.
"""

import argparse
import json
import random
import shutil

from safetensors.torch import load_file

from training.export import check, files, publish
from training.paths import REASONER, WORK
from training.reasoner.problems import problem
from training.reasoner.traces import write
from training.reasoner.train import SHAPE, folder


def main() -> None:
    parse = argparse.ArgumentParser()
    parse.add_argument("--seed", type=int, default=1)
    a = parse.parse_args()
    draw, results = random.Random(1), {}
    texts = [p.text + "\n" + write(draw, p) for p in (problem(draw, "test") for _ in range(100))]
    vocabulary = WORK / "reasoner" / "tokenizer"
    if not vocabulary.exists():
        vocabulary = REASONER / "base"
    for name in ("base", "positive", "negative"):
        fresh = REASONER / f"{name}.new"
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(parents=True)
        # Every folder names the pair, so that opening any of the three opens the pair.
        files(
            fresh,
            load_file(folder(a.seed) / f"{name}.safetensors"),
            SHAPE,
            vocabulary,
            {
                "pair": {"positive": "../positive", "negative": "../negative"},
                "report": "REPORT.md" if name == "base" else "../base/REPORT.md",
            },
        )
        results[name] = check(fresh, SHAPE, texts, False)
        if name == "base":
            shutil.copy(folder(a.seed) / "step.json", fresh / "step.json")
        publish(fresh, REASONER / name)
        print(
            f"models/reasoner/{name}: "
            + json.dumps(results[name])
            + ", "
            + ", ".join(f"{f.name} {f.stat().st_size}" for f in sorted((REASONER / name).iterdir())),
            flush=True,
        )
    (folder(a.seed) / "export.json").write_text(json.dumps(results) + "\n")


if __name__ == "__main__":
    main()
