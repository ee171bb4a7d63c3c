"""`python -m training.golden.answers --tests FOLDER`: pairs of answers and whether math-verify calls them the same, in
test/golden/answers.json.

FOLDER is `tests` of math-verify's source distribution (`pip download math-verify --no-binary :all: --no-deps`). Its
short pairs come first; the others are made here by a fixed rule. The verdicts are what this version of math-verify
says, not what its tests expect.
"""

import argparse
import ast
import importlib.metadata
import json
import logging
import random
import re
from fractions import Fraction
from pathlib import Path

from math_verify import ExprExtractionConfig, LatexExtractionConfig, parse, verify

from training.paths import GOLDEN

OUT = GOLDEN / "answers.json"
LONGEST = 200
NOTE = (
    "[right answer, answer, whether math-verify calls them the same]. `tests`: pairs of math-verify's own tests "
    "(Copyright 2024 The HuggingFace Team, MIT and Apache-2.0) that are answers or texts that mark them. `made`: by "
    "training/golden/answers.py, by kind. Sets and relations are compared (allow_set_relation_comp)."
)
MATH = (LatexExtractionConfig(boxed_match_priority=0), ExprExtractionConfig())

Pair = tuple[str, str]


def is_same(right: str, answer: str) -> bool:
    return bool(verify(parse(right, MATH), parse(answer, MATH), allow_set_relation_comp=True))


def shows_answer(text: str) -> bool:
    """Whether it is an answer alone, or prose that marks one. The formulas of other prose are not answers to us."""
    if re.search(r"\\boxed|answer is", text, re.I):
        return True
    outside = re.sub(r"\$[^$]*\$|\\\(.*?\\\)|\\\[.*?\\\]|\\[a-z]+", "", text, flags=re.S)
    return len(re.findall(r"[A-Za-z]+", outside)) <= 1


def tested(folder: Path) -> list[Pair]:
    """The literal pairs of all parametrized tests."""
    found: dict[Pair, None] = {}
    for path in sorted(folder.glob("test_*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if getattr(getattr(node, "func", None), "attr", "") != "parametrize":
                continue
            try:
                names, rows = (ast.literal_eval(argument) for argument in node.args)
            except ValueError:
                continue  # an f-string
            if [name.strip() for name in names.split(",")][:2] != ["gold", "pred"]:
                continue
            for right, answer, *_ in rows:
                if max(len(right), len(answer)) <= LONGEST and shows_answer(right) and shows_answer(answer):
                    found[right, answer] = None
    return list(found)


def latex(value: Fraction, command: str = "frac") -> str:
    sign, top = ("-" if value < 0 else ""), abs(value.numerator)
    return f"{sign}{top}" if value.denominator == 1 else f"{sign}\\{command}{{{top}}}{{{value.denominator}}}"


def made(draw: random.Random) -> dict[str, list[Pair]]:
    """Pairs by kind; many are near misses."""

    def whole(low=2, high=99):
        return draw.randint(low, high)

    def fraction():
        bottom = draw.choice([2, 3, 4, 5, 6, 7, 8, 9, 12])
        return draw.choice([1, -1]) * (whole(0, 5) + Fraction(1 + draw.randrange(bottom - 1), bottom))

    def math(text):
        return f"${text}$"

    def thousands(n, by):
        return f"{n:,}".replace(",", by)

    def repeat(times, *makers):
        return [pair for _ in range(times) for make in makers for pair in make()]

    def integers():
        n = whole(1000, 999999)
        yield str(n), thousands(n, ",")
        yield math(n), math(thousands(n, "{,}"))
        yield str(n), str(n + draw.choice([1, -1, 10]))
        yield str(-n), f"-{thousands(n, ',')}.0"

    def decimals():
        n, digits = whole(1, 5000), draw.choice([1, 2, 3])
        value = f"{n / 10**digits:.{digits}f}"
        yield value, value + "0"
        yield math(latex(Fraction(n, 10**digits))), value
        yield value, f"{n / 10**digits + 0.1:.{digits}f}"

    def fractions():
        value = fraction()
        k = whole(2, 5)
        yield math(latex(value)), math(latex(value, "dfrac"))
        yield math(latex(value)), f"{value.numerator}/{value.denominator}"
        yield math(latex(value)), math(f"\\frac{{{value.numerator * k}}}{{{value.denominator * k}}}")
        yield math(latex(value)), math(latex(value + Fraction(1, value.denominator)))
        yield math(latex(value)), math(latex(1 / value))
        yield math(latex(value)), f"{float(value):.7f}"
        yield math(latex(value)), f"{float(value):.2f}"

    def mixed():
        part, n = Fraction(draw.choice([1, 2, 3]), draw.choice([4, 5, 7])), whole(2, 9)
        yield math(latex(n + part)), math(f"{n}{latex(part)}")
        yield math(latex(n + part)), math(f"{n}\\tfrac{{{part.numerator}}}{{{part.denominator}}}")

    def percents():
        n, tenth = whole(1, 99), whole(1, 99) / 10
        yield math(f"{n}\\%"), f"{n}%"
        yield math(f"{n}\\%"), str(n)
        yield math(f"{n}\\%"), f"{n} percent"
        yield math(f"{n}\\%"), f"{n / 100}"
        yield f"{tenth}%", f"{tenth}"
        yield math(f"{n}\\%"), f"{n + 1}%"

    def money():
        n = whole(1000, 99999) / 100
        yield f"{n:.2f}", f"${n:,.2f}"
        yield math(f"\\${n:.2f}"), f"{n:.2f}"
        yield f"{n:.2f}", f"${n + 1:,.2f}"
        yield math(f"\\${int(n)}"), f"{int(n)} dollars"

    def units():
        n, unit = whole(2, 500), draw.choice(["cm", "meters", "miles", "km/h", "apples", "square feet"])
        yield math(f"{n}\\text{{ {unit}}}"), math(n)
        yield math(f"{n}\\text{{ {unit}}}"), math(f"{n}\\ \\mathrm{{{unit}}}")
        yield math(f"{n}\\text{{ cm}}^2"), math(n)
        yield math(f"{n}^\\circ"), math(n)
        yield math(f"{n}\\text{{ {unit}}}"), math(f"{n + 1}\\text{{ {unit}}}")

    def roots():
        a, b, k = whole(2, 9), draw.choice([2, 3, 5, 6, 7]), whole(2, 5)
        yield math(f"{a}\\sqrt{{{b}}}"), math(f"\\sqrt{{{a * a * b}}}")
        yield math(f"\\frac{{{a}\\sqrt{{{b}}}}}{{{b}}}"), math(f"\\frac{{{a}}}{{\\sqrt{{{b}}}}}")
        yield math(f"{k}+{a}\\sqrt{{{b}}}"), math(f"{a}\\sqrt{b}+{k}")
        yield math(f"\\sqrt[3]{{{b * a**3}}}"), math(f"{a}\\sqrt[3]{{{b}}}")
        yield math(f"{a}\\sqrt{{{b}}}"), math(f"{b}\\sqrt{{{a}}}")
        yield math(f"\\frac{{1}}{{{k}+\\sqrt{{{b}}}}}"), math(f"\\frac{{{k}-\\sqrt{{{b}}}}}{{{k * k - b}}}")
        yield math(f"{a}\\sqrt{{{b}}}"), f"{a * b**0.5:.7f}"
        yield math(f"{k} \\pm \\sqrt{{{b}}}"), math(f"{k}-\\sqrt{{{b}}},{k}+\\sqrt{{{b}}}")

    def circles():
        value = fraction()
        yield math(f"{latex(value)}\\pi"), math(f"\\frac{{{value.numerator}\\pi}}{{{value.denominator}}}")
        yield math(f"{latex(value)}\\pi"), math(latex(value))
        yield math(f"{whole()}\\pi"), math(f"\\pi\\cdot {whole()}")

    def powers():
        a, n = whole(2, 9), whole(2, 12)
        yield math(f"{a}^{{{n}}}"), math(a**n)
        yield math(f"{a}^{{-{n}}}"), math(f"\\frac{{1}}{{{a**n}}}")
        yield math(f"{a}^{{{n}}}"), math(f"{a}^{{{n + 1}}}")
        yield math(f"{a} \\times 10^{{{n}}}"), math(a * 10**n)

    def polynomials():
        a, b, c = whole(2, 9), whole(1, 9), whole(1, 9)
        yield math(f"{a}x^2+{b}x-{c}"), math(f"-{c}+{b}x+{a}x^2")
        yield math(f"(x+{b})(x-{c})"), math(f"x^2+({b - c})x-{b * c}")
        yield math(f"\\frac{{x+{b}}}{{{a}}}"), math(f"\\frac{{x}}{{{a}}}+\\frac{{{b}}}{{{a}}}")
        yield math(f"{a}x+{b}"), math(f"{a}x-{b}")
        yield math(f"{a}(x+{b}y)"), math(f"{a}x+{a * b}y")
        yield math(f"\\frac{{{b}}}{{x-{c}}}"), math(f"\\frac{{-{b}}}{{{c}-x}}")

    def equations():
        a, b = whole(2, 50), whole(2, 50)
        yield math(a), math(f"x={a}")
        yield math(f"x = {a}"), math(a)
        yield math(f"x={a}"), math(f"x={a + 1}")
        yield math(f"x={a}"), math(f"y={a}")
        yield math(f"y={a}x+{b}"), math(f"y={b}+{a}x")
        yield math(f"y={a}x+{b}"), math(f"{a}x+{b}")
        yield math(f"{a}x+{b}y=1"), math(f"-{a}x-{b}y+1=0")
        yield math(f"x={a}, y={b}"), math(f"{a}, {b}")

    def intervals():
        a = whole(-9, 5)
        b = a + whole(1, 9)
        yield math(f"[{a},{b})"), math(f"\\left[{a}, {b}\\right)")
        yield math(f"[{a},{b})"), math(f"({a},{b}]")
        yield math(f"({a},{b})"), math(f"[{a},{b}]")
        yield math(f"(-\\infty,{a})\\cup({b},\\infty)"), math(f"({b},\\infty)\\cup(-\\infty,{a})")
        yield math(f"(-\\infty,{a}]"), math(f"(-\\infty,{a}]")
        yield math(f"{a}<x<{b}"), math(f"({a},{b})")
        yield math(f"{a}\\le x\\le {b}"), math(f"[{a},{b}]")
        yield math(f"x\\ge {a}"), math(f"x>{a}")
        yield math(f"x\\ge {a}"), math(f"{a}\\leq x")

    def lists():
        a, b, c = draw.sample(range(-20, 21), 3)
        yield math(f"{a},{b}"), math(f"{b}, {a}")
        yield math(f"\\{{{a},{b},{c}\\}}"), math(f"\\{{{c},{a},{b}\\}}")
        yield math(f"({a},{b},{c})"), math(f"({a}, {b}, {c})")
        yield math(f"({a},{b},{c})"), math(f"({b},{a},{c})")
        yield math(f"({a},{b})"), math(f"({b},{a})")
        yield math(f"{a},{b},{c}"), math(f"{a},{b}")
        yield math(f"({a},\\frac{{1}}{{2}})"), math(f"\\left({a},0.5\\right)")
        yield math(f"({a},{b}),({b},{c})"), math(f"({b},{c}),({a},{b})")
        yield math(f"{a}, {b}"), math(f"{a} \\text{{ and }} {b}")

    def matrices():
        a, b, c, d = (whole(-9, 9) for _ in range(4))
        square = f"{a} & {b} \\\\ {c} & {d}"
        yield math(f"\\begin{{pmatrix}}{square}\\end{{pmatrix}}"), math(f"\\begin{{bmatrix}}{square}\\end{{bmatrix}}")
        yield (
            math(f"\\begin{{pmatrix}}{square}\\end{{pmatrix}}"),
            math(f"\\begin{{pmatrix}}{a} & {b} \\\\ {c} & {d + 1}\\end{{pmatrix}}"),
        )
        yield math(f"\\begin{{pmatrix}}{a} \\\\ {b}\\end{{pmatrix}}"), math(f"({a},{b})")

    def texts():
        one, other = draw.sample(["Evelyn", "Monday", "Briana", "even", "odd", "rectangle", "Carla"], 2)
        yield math(f"\\text{{{one}}}"), math(f"\\text{{ {one} }}")
        yield math(f"\\text{{{one}}}"), math(f"\\text{{{other}}}")
        yield math(f"\\text{{{one}}}"), math(f"\\mathrm{{{one}}}")

    def solutions():
        n = whole(2, 5000)
        yield f"She has {n} left.\n#### {n}", str(n)
        yield f"She has {n} left.\n#### {n}", f"#### {n + 3}"
        yield f"We get $\\boxed{{{n}}}$.", f"The answer is {n}."

    def choices():
        one, other = draw.sample("ABCD", 2)
        yield math(f"\\text{{{one}}}"), math(f"\\text{{({one})}}")
        yield math(f"\\text{{{one}}}"), math(f"\\textbf{{({one})}}")
        yield math(f"\\text{{({one})}}"), math(f"\\text{{{other}}}")
        yield math(one), math(f"\\text{{{one}}}")

    return {
        "integers": repeat(6, integers),
        "decimals": repeat(6, decimals),
        "fractions": repeat(5, fractions),
        "mixed numbers": repeat(3, mixed),
        "percents": repeat(4, percents),
        "money": repeat(4, money),
        "units": repeat(5, units),
        "roots": repeat(4, roots),
        "circles": repeat(4, circles),
        "powers": repeat(4, powers),
        "polynomials": repeat(4, polynomials),
        "equations": repeat(3, equations),
        "intervals": repeat(3, intervals),
        "lists": repeat(3, lists),
        "matrices": repeat(3, matrices),
        "texts": repeat(4, texts),
        "whole solutions": repeat(4, solutions),
        "choices": repeat(4, choices),
    }


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--tests", type=Path, required=True)
    tests = parser.parse_args().tests
    logging.disable(logging.CRITICAL)
    groups: dict[str, list] = {"tests": [[*pair, is_same(*pair)] for pair in tested(tests)]}
    for kind, pairs in made(random.Random(7)).items():
        groups[kind] = [[*pair, is_same(*pair)] for pair in dict.fromkeys(pairs)]
    table = {
        "made": "python -m training.golden.answers",
        "note": NOTE,
        "version": f"math-verify {importlib.metadata.version('math-verify')}",
        "groups": groups,
    }
    lines = json.dumps(table, ensure_ascii=False, indent=1)
    # A pair on a line.
    OUT.write_text(re.sub(r"\[\s+(\".*\"),\s+(\".*\"),\s+(true|false)\s+\]", r"[\1, \2, \3]", lines) + "\n")
    print({kind: len(pairs) for kind, pairs in groups.items()}, sum(map(len, groups.values())))


if __name__ == "__main__":
    main()
