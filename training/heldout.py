"""Held-out files for the report: of each package whole files, in a fixed random order, up to a size."""
import json
import random

from .paths import WORK


def files(limit: int) -> list[dict]:
    by: dict[str, list[dict]] = {}
    with open(WORK / "corpus" / "heldout.jsonl") as lines:
        for line in lines:
            f = json.loads(line)
            by.setdefault(f["package"], []).append(f)
    chosen = []
    for package, group in sorted(by.items()):
        random.Random(package).shuffle(group)
        size = 0
        for f in group:
            if size < limit:
                chosen.append(f)
                size += len(f["text"].encode())
    return chosen
