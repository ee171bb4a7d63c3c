"""Parts of the reports: results in the work folder, and tables in Markdown."""

import json

from training.paths import WORK


def read(path: str):
    return json.loads((WORK / path).read_text())


def table(head: list[str], rows: list[list]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(str(c) for c in row) + " |" for row in lines) + "\n"
