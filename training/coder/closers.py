"""`python -m training.coder.closers [--count N] [--longest CHARACTERS] [--out FILE]`: places in held-out code with the
cursor before closers that an editor wrote by itself.

A line is typed up to the cursor; what is open in it then is closed behind the cursor, as automatic closing of brackets
and quotes does. The rest of the line is the truth. If the line opens a block, the block is not there yet. Needs
`corpus/heldout.jsonl` (`coder.corpus --heldout`); writes `report/closers.jsonl` in the work folder: `lang`, `package`,
`path`, `before`, `closers`, `truth`, `after`.

`--judge` reads one JSON string a line (Python source) and prints for each whether Python's `tokenize` finds its
brackets and quotes balanced.
"""

import argparse
import io
import json
import random
import re
import sys
import tokenize
from collections.abc import Iterator

from training.paths import WORK

PAIRS = {"(": ")", "[": "]", "{": "}"}
QUOTES = {"typescript": "'\"`", "javascript": "'\"`", "python": "'\""}
LONGEST = 100_000  # characters of a file
PER_FILE = 8


def states(line: str, lang: str, opened: str = "") -> Iterator[str]:
    """The closers that are due before each character of a line and at its end, innermost last; raises ValueError
    where the line has what this reader does not follow.
    """
    stack, skip = list(opened), 0
    for i, c in enumerate(line):
        yield "".join(stack)
        if skip:
            skip -= 1
        elif stack and stack[-1] in QUOTES[lang]:
            if c == "\\":
                skip = 1
            elif c == stack[-1]:
                stack.pop()
            elif c == "`" or line.startswith("${", i):
                raise ValueError("a template with code")
        elif line.startswith(("//", "/*", "'''", '"""'), i) or (c == "#" and lang == "python"):
            raise ValueError("a comment or a long string")
        elif c == "/" and re.search(r"[(,=:\[!&|?{};]\s*$", line[:i]):
            raise ValueError("a regular expression")
        elif c in PAIRS:
            stack.append(PAIRS[c])
        elif c in QUOTES[lang]:
            stack.append(c)
        elif c in ")]}" and (not stack or stack.pop() != c):
            raise ValueError("closes what another line opened")
    yield "".join(stack)


def block_end(lines: list[str], first: int, opened: str, lang: str) -> int | None:
    """The line that closes what a line left open, if nothing but punctuation follows there."""
    for at in range(first, min(first + 60, len(lines))):
        try:
            *_, opened = states(lines[at], lang, opened)
        except ValueError:
            return None
        if not opened:
            return at if re.fullmatch(r"\s*[)\]}]+[;,]?\s*", lines[at]) else None
    return None


def places(f: dict, draw: random.Random) -> list[dict]:
    lines, lang = f["text"].split("\n"), f["lang"]
    found = []
    for at in draw.sample(range(len(lines)), len(lines)):
        line = lines[at]
        try:
            due = list(states(line, lang))
        except ValueError:
            continue
        inside = [i for i in range(1, len(line)) if due[i] and line[i:].strip()]
        fresh = [i for i in inside if len(due[i]) > len(due[i - 1])]
        if not inside or len(line) > 160:
            continue
        last = at
        if due[-1]:
            end = block_end(lines, at + 1, due[-1], lang)
            if end is None or lang == "python" or set(due[-1]) & set(QUOTES[lang]):
                continue
            last = end
        cut = draw.choice(fresh if draw.random() < 0.5 else inside)
        rest = lines[last + 1 :]
        found.append(
            {
                "lang": lang,
                "package": f["package"],
                "path": f["path"],
                "before": "\n".join([*lines[:at], line[:cut]]),
                "closers": due[cut][::-1],
                "truth": line[cut:].rstrip(),
                "after": "\n" + "\n".join(rest) if rest else "",
            }
        )
        if len(found) == PER_FILE:
            break
    return found


def balanced(text: str) -> bool:
    stack = []
    try:
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            if token.type == tokenize.ERRORTOKEN and token.string.strip() and token.string[0] in "'\"":
                return False
            if token.type == tokenize.OP and token.string in PAIRS:
                stack.append(PAIRS[token.string])
            elif token.type == tokenize.OP and token.string in ")]}" and (not stack or stack.pop() != token.string):
                return False
    except (tokenize.TokenError, SyntaxError):
        return False
    return not stack


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--count", type=int, default=1500, help="places, a third of each language")
    parser.add_argument("--longest", type=int, default=LONGEST, help="characters of a file at most")
    parser.add_argument("--out", help="instead of report/closers.jsonl")
    parser.add_argument("--judge", action="store_true")
    options = parser.parse_args()
    if options.judge:
        for line in sys.stdin:
            print(json.dumps(balanced(json.loads(line))))
        return
    draw = random.Random(1)
    found: dict[str, list[dict]] = {lang: [] for lang in QUOTES}
    with open(WORK / "corpus" / "heldout.jsonl") as lines:
        files = [json.loads(line) for line in lines]
    for f in draw.sample(files, len(files)):
        # Elements of JSX are text in code, which `states` does not follow.
        if len(f["text"]) <= options.longest and not f["path"].endswith("x") and "\r" not in f["text"]:
            found[f["lang"]] += places(f, draw)
    (WORK / "report").mkdir(exist_ok=True)
    each = options.count // 3
    chosen = [p for lang in found for p in draw.sample(found[lang], min(each, len(found[lang])))]
    draw.shuffle(chosen)
    with open(options.out or WORK / "report" / "closers.jsonl", "w") as out:
        for place in chosen:
            out.write(json.dumps(place) + "\n")
    print({lang: (len(all_), "found") for lang, all_ in found.items()}, len(chosen), "written")


if __name__ == "__main__":
    main()
