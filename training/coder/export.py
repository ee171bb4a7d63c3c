"""`python -m training.coder.export`: exports the newest checkpoint as models/coder.

It is compared with PyTorch and transformers before it replaces the old one.
"""

import json
import shutil

from safetensors.torch import load_file

from training.bpe import END
from training.coder.tokenizer import MIDDLE, PREFIX, SUFFIX
from training.export import check, files, publish
from training.model import Shape
from training.paths import MODEL, WORK


def main() -> None:
    s = Shape()
    fresh = MODEL.with_name("coder.new")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True)
    files(
        fresh,
        load_file(WORK / "coder" / "model.safetensors"),
        s,
        WORK / "tokenizer",
        {
            "fim": {
                "psm": f"{PREFIX}{{prefix}}{SUFFIX}{{suffix}}{MIDDLE}",
                "spm": f"{PREFIX}{SUFFIX}{{suffix}}{MIDDLE}{{prefix}}",
                "end": [END],
                "cuts": "character",
            },
            "saes": ["saes/resid-mid"],
            "report": "REPORT.md",
        },
    )
    with open(WORK / "corpus" / "heldout.jsonl") as lines:
        result = check(fresh, s, [json.loads(line)["text"] for _, line in zip(range(40), lines)], True)
    print(json.dumps(result))
    step = json.loads((WORK / "coder" / "step.json").read_text())
    (WORK / "coder" / "export.json").write_text(json.dumps({**result, "step": step["step"]}) + "\n")
    # The next run starts from it (`coder.train --init models/coder`), so it is stored next to the weights.
    (fresh / "step.json").write_text(json.dumps(step, indent=1) + "\n")
    publish(fresh, MODEL)
    print(
        f"models/coder: step {step['step']}, {step['tokens']} tokens, "
        + ", ".join(f"{f.name} {f.stat().st_size}" for f in sorted(MODEL.iterdir()))
    )


if __name__ == "__main__":
    main()
