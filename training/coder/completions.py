"""`python -m training.coder.completions`: 48 greedy tokens for each prompt of training/coder/prompts.jsonl.

The results go to the work folder, for the report; none is left out.
"""

import json

from tokenizers import Tokenizer

from training.coder.generate import Generator
from training.paths import HERE, MODEL, WORK


def main() -> None:
    tokenizer, generator = Tokenizer.from_file(str(MODEL / "tokenizer.json")), Generator()
    prompts = [json.loads(line) for line in (HERE / "coder" / "prompts.jsonl").read_text().splitlines()]
    for p in prompts:
        ids = generator.greedy([0, *tokenizer.encode(p["prompt"]).ids], 48)
        p["completion"], p["ended"] = tokenizer.decode(ids, skip_special_tokens=False), len(ids) < 48
    (WORK / "report").mkdir(exist_ok=True)
    (WORK / "report" / "completions.json").write_text(json.dumps(prompts, indent=1) + "\n")
    print(f"{len(prompts)} prompts")


if __name__ == "__main__":
    main()
