"""Chains of thought for a problem: how right ones are written, and where a wrong one first differs from all of them.

A trace is an optional plan, a line for the start, one line for each event with its sentence and its equation, and `####
answer`. Another sentence with the same meaning (another verb for finding, giver and taker exchanged) is right too.
Events that only add or take commute until one multiplies or divides; any order of them is right.
"""

import itertools
import random
import re
from dataclasses import dataclass, replace

from training.reasoner.problems import Event, Problem

OPENERS = ("First,", "Then", "Next,", "Now", "After that,", "So")
PHRASES = {
    "+": ("adding {k}", "that is {k} more", "up by {k}", "{k} more"),
    "-": ("taking {k}", "that is {k} fewer", "down by {k}", "{k} fewer"),
    "*2": ("twice as many", "doubling"),
    "*3": ("three times as many", "tripling"),
    "/2": ("half as many", "halving"),
}
PLAN = {"+": "add", "-": "take", "*2": "double", "*3": "triple", "/2": "halve"}


def _kind(e: Event) -> str:
    return e.op if e.op in "+-" else f"{e.op}{e.k}"


def orders(p: Problem) -> list[tuple[Event, ...]]:
    """Every right order of the events, the text's own first: within a run of + and -, all permutations that never go
    below zero.
    """
    runs = [list(run) for _, run in itertools.groupby(p.events, lambda e: e.op in "+-")]
    choices = [list(dict.fromkeys(itertools.permutations(run))) if run[0].op in "+-" else [tuple(run)] for run in runs]
    out = []
    for parts in itertools.product(*choices):
        order, value = tuple(itertools.chain(*parts)), p.start
        if all((value := e.apply(value)) >= 0 for e in order):
            out.append(order)
    return out


def start_lines(p: Problem) -> list[str]:
    if not p.compare:
        return [f"{p.who} starts with {p.start}.\n", f"{p.who} has {p.start} at first.\n"]
    other, theirs, difference = p.compare
    word, sum_ = ("more", f"{theirs}+{difference}") if difference > 0 else ("fewer", f"{theirs}-{-difference}")
    return [
        f"{p.who} has {abs(difference)} {word} than {other}: {sum_}={p.start}.\n",
        f"{p.who} has {word} than {other}: {sum_}={p.start}.\n",
    ]


def event_lines(e: Event, value: int, said: tuple[str, ...]) -> list[str]:
    """The possible lines of a step, one for each of these sentences."""
    packed = f"{e.b}*{e.c}={e.k}, " if e.b else ""
    end = f": {value}{e.op}{e.k}={e.apply(value)}.\n"
    return [
        f"{opener} {sentence}, {packed}{phrase.format(k=e.k)}{end}"
        for opener in OPENERS
        for sentence in said
        for phrase in PHRASES[_kind(e)]
    ]


def plan_line(order: tuple[Event, ...]) -> str:
    return "Plan: " + ", ".join(PLAN[_kind(e)] for e in order) + ".\n"


def write(draw: random.Random, p: Problem) -> str:
    """A right trace. Most keep the text's order."""
    order = p.events if draw.random() < 0.9 else draw.choice(orders(p))
    lines, value = [plan_line(order)] if draw.random() < 0.4 else [], p.start
    lines.append(draw.choice(start_lines(p)))
    for e in order:
        lines.append(draw.choice(event_lines(e, value, e.said[:1])))
        value = e.apply(value)
    return "".join(lines) + f"#### {value}"


@dataclass(frozen=True)
class Error:
    """`offset`: the first byte that no right trace has there (the text is ASCII; at its end, the end itself is
    wrong).
    """

    offset: int
    kind: str  # framing: which operation with which number; slip: a digit of a result or of a number copied wrongly


def _next(p: Problem, states: list[tuple]) -> dict[str, list[tuple]]:
    """The lines that are possible in these states, each with the states after it. A state: (order, number of events
    done or -1 before the start or -2 before a plan, value).
    """
    out: dict[str, list[tuple]] = {}
    for order, at, value in states:
        if at == -2:
            out.setdefault(plan_line(order), []).append((order, -1, value))
        if at < 0:
            for line in start_lines(p):
                out.setdefault(line, []).append((order, 0, value))
        elif at < len(order):
            for line in event_lines(order[at], value, order[at].said):
                out.setdefault(line, []).append((order, at + 1, order[at].apply(value)))
        elif at == len(order):
            out.setdefault(f"#### {value}", []).append((order, at + 1, value))
    return out


def _shared(a: str, b: str) -> int:
    return next((i for i, (x, y) in enumerate(zip(a, b)) if x != y), min(len(a), len(b)))


def first_error(p: Problem, text: str) -> Error | None:
    """The position from which `text` is no longer the beginning of a right trace, or None if it is a complete one.
    Follows every derivation that is still possible.
    """
    states, at = [(order, -2, p.start) for order in orders(p)], 0
    while True:
        lines = _next(p, states)
        rest = text[at:]
        if not lines:  # after the answer
            return Error(at, "framing") if rest else None
        fits = [line for line in lines if rest.startswith(line)]
        # Lines of events end in a line break, and no line is a prefix of another.
        if fits:
            states = list(dict.fromkeys(s for line in fits for s in lines[line]))
            at += len(fits[0])
            continue
        depth = max(_shared(line, rest) for line in lines)
        nearest = next(line for line in lines if _shared(line, rest) == depth)
        return Error(at + depth, _classify(p, nearest, rest, depth))


def _classify(p: Problem, line: str, rest: str, at: int) -> str:
    """Both agree before `at`. A number that is another quantity of the problem is a wrong choice (framing), not a
    slip.
    """
    wrong = rest[at : at + 1]
    for m in re.finditer(r"\d+", line):
        if not (m.start() <= at <= m.end()) or (at == m.end() and not wrong.isdigit() and line[m.start() - 1] != "="):
            continue
        if at == m.start() and not wrong.isdigit():
            break  # a word in place of a number
        before = line[: m.start()]
        if before.endswith(("=", "#### ")) or (
            before.endswith(": ") and line[m.end()] in "+-*/" and not before.startswith(f"{p.who} has")
        ):
            return "slip"
        written = re.match(r"\d+", rest[m.start() :])
        return "framing" if written and int(written[0]) in p.numbers else "slip"
    return "framing"


def answer(text: str) -> int | None:
    """The number after the last `####`, which must end the text."""
    found = re.search(r"#### (\d+)$", text)
    return int(found[1]) if found else None


def _every(p: Problem, states: list[tuple] | None = None) -> list[str]:
    lines = _next(p, states or [(order, -2, p.start) for order in orders(p)])
    return [line + rest for line, after in lines.items() for rest in _every(p, after)] if lines else [""]


def check(draw: random.Random, problems: list[Problem]) -> None:
    """Right traces pass; on small problems the first error, after any single change, is where a search over every right
    text finds it.
    """
    for p in problems:
        text = write(draw, p)
        assert first_error(p, text) is None and answer(text) == p.answer, text
        cut = draw.randrange(len(text))
        found = first_error(p, text[:cut])
        assert found and found.offset == cut, (text, cut)
    for p in [p for p in problems if len(p.events) == 2 and not any(e.b for e in p.events)][:3]:
        p = replace(p, events=tuple(replace(e, said=e.said[:2]) for e in p.events))
        every = _every(p)
        known = set(every)
        for _ in range(60):
            text = draw.choice(every)
            at = draw.randrange(len(text))
            changed = text[:at] + draw.choice("0123456789+-*/ a.#\n") + text[at + draw.randrange(2) :]
            found = first_error(p, changed)
            if changed in known:
                assert found is None
            else:
                assert found and found.offset == max(_shared(changed, t) for t in every), changed
    # A wrong result, another event's number, the wrong sign, an outdated value.
    give, twice = (
        Event("-", 21, ("Mia gives Ben 21 keys", "Mia hands Ben 21 keys")),
        Event("*", 2, ("Mia doubles the pile",)),
    )
    p = Problem("", "Mia", 54, None, (give, twice), 66, frozenset({54, 21, 19}), (), (), ())
    assert (
        first_error(
            p,
            "Mia starts with 54.\n"
            "Then Mia hands Ben 21 keys, taking 21: 54-21=33.\n"
            "So Mia doubles the pile, doubling: 33*2=66.\n"
            "#### 66",
        )
        is None
    )
    begun = "Mia starts with 54.\nThen Mia gives Ben 21 keys, "
    for text, offset, kind in (
        (begun + "taking 21: 54-21=34.\n", 18, "slip"),
        (begun + "taking 19", 7, "framing"),
        (begun + "adding 21", 0, "framing"),
        (begun + "taking 21: 53-21", 12, "slip"),
        (begun + "taking 21: 54+21", 13, "framing"),
        (begun + "taking 21: 54-21=333", 19, "slip"),
        (begun + "taking 21: 54-21=33.\n#### 33", 21, "framing"),
        ("Mia starts with 21", 16 - len(begun), "framing"),
        ("Mia starts with 57", 17 - len(begun), "slip"),
        ("Plan: take, halve", 12 - len(begun), "framing"),
        ("Mia starts with 54.\nThen Ben gives", 25 - len(begun), "framing"),
    ):
        assert first_error(p, text) == Error(len(begun) + offset, kind), (
            text,
            first_error(p, text),
            len(begun) + offset,
        )
