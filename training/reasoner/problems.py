"""`python -m training.reasoner.problems --check`: multi-step word problems with known answers, for the built-in
reasoning models.

A problem counts one person's things over a few events. Who gives and who takes, whose event it is and which of two
persons is compared with the other must be read from the sentence, so that a weak model makes errors in framing a step
and not only in arithmetic.

The splits share words, but no sentence template (a pattern with its verb), no sequence of kinds of events, no starting
value and no added or taken number. Multipliers, boxes, names and the forms of the question are common to all splits.
"""

import argparse
import functools
import random
import zlib
from dataclasses import dataclass

SPLITS = ("base", "contrast", "calibration", "test")
# fmt: off
NAMES = (
    "Ann", "Ben", "Cleo", "Dan", "Eva", "Finn", "Gina", "Hugo", "Iris", "Jack", "Kim", "Leo", "Mia", "Nils", "Olga",
    "Paul",
)
# fmt: on
THINGS = ("shells", "cards", "coins", "beads", "stamps", "apples", "books", "nuts", "keys", "stones")
HOLDERS = ("boxes", "bags", "jars", "packs")
QUESTIONS = (
    "How many {x} does {A} have now?",
    "How many {x} does {A} have at the end?",
    "At the end, how many {x} does {A} have?",
)

# Numbers are assigned by their remainder. With a separate range for each split, the base model wrote the digits of its
# own range regardless of the problem.
OWNERS = ("base", "base", "test", "base", "contrast", "base", "calibration", "test")
STARTS, AMOUNTS = (
    {split: [n for n in numbers if OWNERS[n % 8] == split] for split in SPLITS}
    for numbers in (range(12, 92), range(3, 43))
)
HIGHEST = 199

GAINS, LOSSES = ("finds", "buys", "wins", "collects", "earns"), ("loses", "sells", "breaks", "drops", "ruins")
SINGLE = (
    "{A} {V} {k} {x}.",
    "Later {A} {V} {k} {x}.",
    "On Monday, {A} {V} {k} {x}.",
    "{A} {V} another {k} {x}.",
    "There {A} {V} {k} {x}.",
)
PACKED = (
    "{A} {V} {b} {u} of {c} {x} each.",
    "{A} {V} {b} {u} with {c} {x} in each.",
    "Each of the {b} {u} that {A} {V} holds {c} {x}.",
    "Later {A} {V} {b} {u} of {c} {x} each.",
)
# Patterns by family, the words for {V}, and patterns only for base where two words leave too few. X gives, Y takes.
FAMILIES = {
    "gain": (SINGLE, GAINS),
    "loss": (SINGLE, LOSSES),
    "packedGain": (PACKED, GAINS),
    "packedLoss": (PACKED, LOSSES),
    "giver": (
        (
            "{X} {V} {Y} {k} {x}.",
            "{X} {V} {k} {x} to {Y}.",
            "To {Y}, {X} {V} {k} {x}.",
            "Later {X} {V} {k} {x} to {Y}.",
            "On Monday, {X} {V} {Y} {k} {x}.",
        ),
        ("gives", "hands", "sends", "lends", "mails"),
    ),
    "taker": (
        (
            "{Y} {V} {k} {x} from {X}.",
            "From {X}, {Y} {V} {k} {x}.",
            "Later {Y} {V} {k} {x} from {X}.",
            "On Monday, {Y} {V} {k} {x} from {X}.",
        ),
        ("takes", "gets", "borrows", "receives", "accepts"),
    ),
    "double": (
        (
            "{A} {V} the pile.",
            "A friend {V} the pile of {A}.",
            "The pile of {A} {V}.",
            "Later {A} {V} the pile.",
            "On Monday, {A} {V} the {x}.",
        ),
        ("doubles", "triples"),
        ("Later the pile of {A} {V}.", "There {A} {V} the {x}."),
    ),
    "half": (
        (
            "Half of the {x} of {A} are {V}.",
            "Later half of the {x} of {A} are {V}.",
            "{A} sees that half of the {x} are {V}.",
            "Half of the pile of {A} is {V}.",
        ),
        ("lost", "gone", "stolen", "broken", "burnt"),
    ),
    "more": (
        (
            "{A} has {k} {V} {x} than {B}.",
            "Compared with {B}, {A} has {k} {V} {x}.",
            "{A} has {k} {V} than that.",
            "At first {A} has {k} {V} {x} than {B}.",
            "On Monday, {A} has {k} {V} {x} than {B}.",
        ),
        ("more", "fewer"),
        (
            "There {A} has {k} {V} {x} than {B}.",
            "Later {A} has {k} {V} {x} than {B}.",
            "Later {A} has {k} {V} than that.",
        ),
    ),
    "than": (
        (
            "{B} has {k} {V} {x} than {A}.",
            "Compared with {A}, {B} has {k} {V} {x}.",
            "That is {k} {V} than {A} has.",
            "At first {B} has {k} {V} {x} than {A}.",
            "On Monday, {B} has {k} {V} {x} than {A}.",
        ),
        ("more", "fewer"),
        (
            "There {B} has {k} {V} {x} than {A}.",
            "Later {B} has {k} {V} {x} than {A}.",
            "Later that is {k} {V} than {A} has.",
        ),
    ),
}


@functools.cache
def templates(family: str, split: str) -> list[tuple[str, str]]:
    """The (pattern, verb) pairs of a split: a Latin square, so that every word and almost every pattern also occurs in
    `base`.
    """
    patterns, verbs, *more = FAMILIES[family]

    def owner(p, v):
        return ("base", "base", "base", "contrast" if p % 2 else "calibration", "test")[(2 * p + v) % 5]

    mine = [
        (pattern, verb) for p, pattern in enumerate(patterns) for v, verb in enumerate(verbs) if owner(p, v) == split
    ]
    if split == "base":
        mine += [(pattern, verb) for pattern in (more[0] if more else ()) for verb in verbs]
    assert mine, (family, split)
    return mine


def core(sentence: str) -> str:
    for adverb in ("Later ", "On Monday, ", "There "):
        sentence = sentence.removeprefix(adverb)
    return sentence.removesuffix(".")


def _same(own: str, families: tuple[str, ...], verb: str | None = None, **slots) -> tuple[str, ...]:
    """`own` and all sentences of these families with the same persons and numbers; `verb`: only with this verb."""
    every = (
        core(pattern.format(V=v, **slots))
        for family in families
        for part in (0, 2)
        if part < len(FAMILIES[family])
        for pattern in FAMILIES[family][part]
        for v in FAMILIES[family][1]
        if verb in (None, v)
    )
    return tuple(dict.fromkeys([core(own), *every]))


@dataclass(frozen=True)
class Event:
    """A change of the count: `op` is one of + - * /, applied with `k`; packed events first compute k = b * c. `said`:
    the sentence, without time and place, and all others with the same meaning.
    """

    op: str
    k: int
    said: tuple[str, ...]
    b: int = 0
    c: int = 0

    def apply(self, value: int) -> int:
        return {"+": value + self.k, "-": value - self.k, "*": value * self.k, "/": value // self.k}[self.op]


@dataclass(frozen=True)
class Problem:
    """`compare` is None or (other's name, other's count, signed difference): the start is then their sum. `ledger`:
    every sentence as a change of counts.
    """

    text: str
    who: str
    start: int
    compare: tuple[str, int, int] | None
    events: tuple[Event, ...]
    answer: int
    numbers: frozenset[int]
    templates: tuple[tuple[str, str, str], ...]
    kinds: tuple[str, ...]
    ledger: tuple[tuple, ...]


KINDS = ("gain", "loss", "give", "receive", "double", "half", "packedGain", "packedLoss")
WEIGHTS = (2, 2, 1, 1, 2, 1.5, 1.5, 1)


def owner(kinds: tuple[str, ...]) -> str:
    return (("base",) * 5 + ("contrast",) * 2 + ("calibration", "test", "test"))[
        zlib.crc32(" ".join(kinds).encode()) % 10
    ]


def _attempt(draw: random.Random, split: str) -> Problem | None:
    kinds = tuple(draw.choices(KINDS, WEIGHTS, k=draw.choice((2, 2, 3))))
    compared = draw.random() < 0.35
    if owner(kinds) != split:
        return None
    who, other, third = draw.sample(NAMES, 3)
    # Each amount is used once in a problem, so that the amount of a step is identifiable.
    amounts = draw.sample(AMOUNTS[split], len(AMOUNTS[split]))
    things, used, ledger, numbers = draw.choice(THINGS), [], [], set()

    def say(family: str, **slots) -> tuple[str, str]:
        pattern, verb = choice = draw.choice(templates(family, split))
        used.append((family, *choice))
        numbers.update(n for n in slots.values() if isinstance(n, int))
        return pattern.format(V=verb, x=things, **slots), verb

    lines, compare = [], None
    if compared:
        theirs, k = draw.choice(STARTS[split]), amounts.pop()
        direct = draw.random() < 0.5
        sentence, word = say("more" if direct else "than", A=who, B=other, k=k)
        difference = k if (word == "more") == direct else -k
        start, compare = theirs + difference, (other, theirs, difference)
        lines += [f"{other} has {theirs} {things}.", sentence]
        numbers.add(theirs)
        ledger += [("set", other, theirs), ("relative", who, other, difference)]
    else:
        start = draw.choice(STARTS[split])
        lines.append(f"{who} has {start} {things}.")
        numbers.add(start)
        ledger.append(("set", who, start))
    value, events = start, []
    for kind in kinds:
        # Sentences about others, which do not change the answer.
        if draw.random() < 0.2:
            if not amounts:
                return None
            k = amounts.pop()
            if draw.random() < 0.5:
                family = draw.choice(("gain", "loss"))
                lines.append(say(family, A=other, k=k)[0])
                ledger.append(("add", other, k if family == "gain" else -k))
            else:
                x, y = draw.sample((other, third), 2)
                lines.append(say(draw.choice(("giver", "taker")), X=x, Y=y, k=k)[0])
                ledger += [("add", x, -k), ("add", y, k)]
        if kind == "double":
            sentence, verb = say("double", A=who)
            event = Event("*", 2 if verb == "doubles" else 3, _same(sentence, ("double",), verb, A=who, x=things))
            ledger.append(("times", who, event.k))
        elif kind == "half":
            sentence, _ = say("half", A=who)
            event = Event("/", 2, _same(sentence, ("half",), A=who, x=things))
            ledger.append(("halve", who))
        elif kind.startswith("packed"):
            b, c, u = draw.randint(2, 5), draw.randint(2, 6), draw.choice(HOLDERS)
            sentence, _ = say(kind, A=who, b=b, c=c, u=u)
            event = Event(
                "+" if kind == "packedGain" else "-",
                b * c,
                _same(sentence, (kind,), A=who, b=b, c=c, u=u, x=things),
                b,
                c,
            )
            ledger.append(("add", who, b * c if kind == "packedGain" else -b * c))
        else:
            if not amounts:
                return None
            k = amounts.pop()
            if kind in ("gain", "loss"):
                sentence, _ = say(kind, A=who, k=k)
                said = _same(sentence, (kind,), A=who, k=k, x=things)
            else:
                x, y = (who, other) if kind == "give" else (other, who)
                sentence, _ = say(draw.choice(("giver", "taker")), X=x, Y=y, k=k)
                said = _same(sentence, ("giver", "taker"), X=x, Y=y, k=k, x=things)
                ledger.append(("add", other, k if kind == "give" else -k))
            event = Event("+" if kind in ("gain", "receive") else "-", k, said)
            ledger.append(("add", who, k if event.op == "+" else -k))
        if event.op == "/" and value % 2:
            return None
        value = event.apply(value)
        if not 1 <= value <= HIGHEST:
            return None
        lines.append(sentence)
        events.append(event)
    if not 1 <= start <= HIGHEST:
        return None
    # The question comes first, so that the meaning of each sentence for the person in question is known when it is
    # read.
    lines.insert(0, draw.choice(QUESTIONS).format(x=things, A=who))
    return Problem(
        " ".join(lines),
        who,
        start,
        compare,
        tuple(events),
        value,
        frozenset(numbers),
        tuple(used),
        kinds,
        tuple(ledger),
    )


def problem(draw: random.Random, split: str) -> Problem:
    while True:
        if made := _attempt(draw, split):
            return made


def count(p: Problem) -> int:
    """The answer computed independently: everybody's things, sentence by sentence. Others may have negative counts: how
    many they have is not given.
    """
    has: dict[str, int] = {}
    for what, who, *rest in p.ledger:
        if what == "set":
            has[who] = rest[0]
        elif what == "relative":
            has[who] = has[rest[0]] + rest[1]
        elif what == "add":
            has[who] = has.get(who, 0) + rest[0]
        elif what == "times":
            has[who] *= rest[0]
        else:
            assert has[who] % 2 == 0
            has[who] //= 2
    return has[p.who]


def check() -> None:
    from training.reasoner import traces

    draw, seen = random.Random(1), {}
    for split in SPLITS:
        made = [problem(draw, split) for _ in range(3000)]
        assert all(count(p) == p.answer for p in made)
        seen[split] = (
            {t for p in made for t in p.templates},
            {p.kinds for p in made},
            {p.start if not p.compare else p.compare[1] for p in made},
            {e.k for p in made for e in p.events if e.op in "+-" and not e.b}
            | {abs(p.compare[2]) for p in made if p.compare},
        )
        traces.check(draw, made)
    for i, name in enumerate(("templates", "sequences of kinds", "starting values", "amounts")):
        for a in SPLITS:
            for b in SPLITS:
                assert a == b or not seen[a][i] & seen[b][i], (name, a, b)
        print(name, {split: len(parts[i]) for split, parts in seen.items()})
    print("problems and checker: all checks passed")


if __name__ == "__main__":
    parse = argparse.ArgumentParser()
    parse.add_argument(
        "--check",
        action="store_true",
        help="the generator against a second count, the checker against every valid text of small problems",
    )
    parse.add_argument("--show", type=int, default=0, help="print so many problems of each split with a trace")
    a = parse.parse_args()
    if a.check:
        check()
    from training.reasoner.traces import write

    for split in SPLITS:
        for i in range(a.show):
            made = problem(random.Random(i), split)
            print(f"[{split}] {made.text}\n{write(random.Random(i), made)}\n")
