"""Held-out files of the report: whole files of each package in a fixed random order, up to a size, and their
numbers.
"""

import json
import random
from collections.abc import Callable

from training.paths import WORK

LIMIT = 150_000  # bytes per package


def files(limit: int = LIMIT) -> list[dict]:
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


def _named(f: dict, **numbers) -> dict:
    return {"package": f["package"], "lang": f["lang"], "bytes": len(f["text"].encode()), **numbers}


def write(name: str, measure: Callable[[str], dict[str, float]], with_solid: bool = True) -> None:
    """Writes report/NAME.json: the result of `measure` for each file alone, and for all files of a package concatenated
    (solid).
    """
    chosen = files()
    alone = [_named(f, path=f["path"], **measure(f["text"])) for f in chosen]
    solid = []
    for package in sorted({f["package"] for f in chosen}) if with_solid else ():
        mine = [f for f in chosen if f["package"] == package]
        joined = {**mine[0], "text": "".join(f["text"] for f in mine)}
        solid.append(_named(joined, **measure(joined["text"])))
    (WORK / "report").mkdir(exist_ok=True)
    (WORK / "report" / f"{name}.json").write_text(json.dumps({"files": alone, "solid": solid}, indent=1) + "\n")
    for kind, rows in (("each alone", alone), ("solid", solid)) if with_solid else (("each alone", alone),):
        size = sum(r["bytes"] for r in rows)
        numbers = [k for k in rows[0] if k not in ("package", "lang", "path", "bytes")]
        print(
            f"{name}, {kind}: {size} bytes, per byte "
            + ", ".join(f"{k} {sum(r[k] for r in rows) / size:.4f}" for k in numbers),
            flush=True,
        )
