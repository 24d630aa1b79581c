"""Wrong claims made of true ones, as papers get them wrong, and other right ways to print them.

Each mutation keeps the words of a true claim and makes one mistake. ``still_true`` says by
arithmetic of its own, from the numbers in ``tests/expected/claims.csv``, whether the mistake left
the printed number right all the same: such a claim is no wrong one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor

from analysis.checks.claims import Claim, Paper, Papers

KINDS = ("value", "denominator", "period", "unit", "group", "rounding")
WORDS = {
    "nearly": lambda x, p: p - min(5, p / 10) <= x < p + Fraction(1, 2),
    "more than": lambda x, p: x > p,
    "less than": lambda x, p: x < p,
    "at least": lambda x, p: x >= p,
    "at most": lambda x, p: x <= p,
}
YEARS = {"2018/19": "2019/20", "2019/20": "2018/19", "2017/18": "2018/19", "2017-Q2": "2017-Q3"}


@dataclass(frozen=True)
class Wrong:
    """A claim with one mistake of a kind."""

    kind: str
    of: str  # the true claim, claims-FILE/ID
    claim: Claim


def still_true(claim: Claim, figure: Fraction) -> bool:
    """Whether a printed number is right for a figure in the same unit, worked out by hand."""
    printed = Fraction(claim.printed)
    if claim.qualifier in WORDS:
        return WORDS[claim.qualifier](figure, printed)
    return rounded(figure, step(claim)) == printed


def rounded(figure: Fraction, to: Fraction) -> Fraction:
    """A half goes up; the figures here are none below nought."""
    return floor(figure / to + Fraction(1, 2)) * to


def step(claim: Claim) -> Fraction:
    """The unit of the last digit that claims anything."""
    if claim.unit == "count":
        return Fraction(claim.rounded_to)
    return Fraction(1, 10 ** len(claim.printed.partition(".")[2]))


def right_claims(papers: Papers, figures: dict[str, Fraction]) -> Iterator[tuple[str, Claim]]:
    """Other right ways to print each of ``figures``: in full, or with a word before it.

    Each comes with the id of the claim that it is made of.
    """
    for name, figure in figures.items():
        claim = papers.printed()[name][1]
        near = _text(rounded(figure, step(claim)), claim)
        above, below = _text(Fraction(ceil(figure) + 1), claim), _text(floor(figure) - 1, claim)
        ways = [(word, near) for word in ("approximately", "about", "around", "nearly")]
        ways += [(word, above) for word in ("less than", "at most")]
        ways += [(word, below) for word in ("more than", "at least")]
        in_full = str(figure) if claim.unit == "count" else f"{float(figure):.4f}"
        for word, printed in [*ways, ("none", in_full)]:
            changes = {"printed": printed, "qualifier": word, "rounded_to": 1}
            yield name, claim.model_copy(update=changes)


def wrong_claims(
    papers: Papers, figures: dict[str, Fraction], values: dict[str, Fraction], bases: list[int]
) -> list[Wrong]:
    """Every mistake that can be made of the claims in ``figures`` (by id, in the unit printed).

    ``values`` are published counts by id, for the mistake of printing another one; ``bases`` are
    numbers of reports that a share may wrongly be taken of.
    """
    found = []
    for name, figure in figures.items():
        claim = papers.printed()[name][1]
        whole = _whole(papers, claim)
        for kind, changes in _mistakes(claim, figure, whole, values, bases):
            wrong = claim.model_copy(update=changes)
            if "printed" not in changes or not still_true(wrong, figure):
                found.append(Wrong(kind, name, wrong))
    return found


def _mistakes(
    claim: Claim,
    figure: Fraction,
    whole: Fraction | None,
    values: dict[str, Fraction],
    bases: list[int],
) -> Iterator[tuple[str, dict]]:
    one = step(claim)
    yield "value", {"printed": _text(Fraction(claim.printed) + 3 * one, claim)}
    yield "value", {"printed": claim.printed[::-1].lstrip("0.") or "1"}
    yield "period", {"period": YEARS.get(claim.period, "2016")}
    cut, up = floor(figure / one) * one, ceil(figure / one) * one
    yield "rounding", {"printed": _text(cut, claim)}
    yield "rounding", {"printed": _text(up, claim)}
    if claim.unit == "count":
        yield "rounding", {"printed": _text(floor(figure / 10) * Fraction(10), claim)}
    if claim.unit == "per cent":
        # more than fifty reports are more than half of them here too: no mistake
        if not _of_records(claim):
            yield "unit", {"unit": "per thousand"}
        elif claim.qualifier != "more than":
            yield "unit", {"unit": "count"}
        for base in bases if whole else ():
            share = figure * whole / base
            yield "denominator", {"printed": _text(rounded(share, one), claim)}
    if claim.of:
        measure = "tactic uses" if claim.of.measure != "tactic uses" else "reports"
        yield "unit", {"of": claim.of.model_copy(update={"measure": measure})}
        yield (
            "group",
            {"of": claim.of.model_copy(update={"group": "Black"})}
            if (claim.of.group != "Black")
            else {"of": claim.of.model_copy(update={"group": "White"})},
        )
    if claim.against:
        yield (
            "denominator",
            {
                "against": claim.against.model_copy(
                    update={"measure": "tactic uses", "tactic": "CED"}
                )
                if claim.against.tactic == "all"
                else claim.against.model_copy(update={"group": "Asian"})
            },
        )
    if claim.about and claim.about.count in values:
        yield from _other_counts(claim, values)


def _of_records(claim: Claim) -> bool:
    return bool(claim.about and claim.about.conditions)


def _whole(papers: Papers, claim: Claim) -> Fraction | None:
    """The base of a share of the quarter's reports: 1,234 of them, or what its paper prints."""
    if claim.period != "2017-Q2" or claim.unit != "per cent":
        return None
    if claim.about.whole:
        return Fraction(papers.printed()[claim.about.whole][1].printed)
    return None if claim.about.condition == "handcuffs effective" else Fraction(1234)


def _other_counts(claim: Claim, values: dict[str, Fraction]) -> Iterator[tuple[str, dict]]:
    """The number of another group, or of another year, printed for the right one."""
    *path, group = claim.about.count.split("/")
    for name, value in values.items():
        *other, another = name.split("/")
        if other == path and another != group:
            yield "group", {"printed": _text(value, claim)}
    for year, later in YEARS.items():
        year, later = (text.replace("/", "-") for text in (year, later))
        name = claim.about.count.replace(year, later)
        if name != claim.about.count and name in values:
            yield "period", {"printed": _text(values[name], claim)}


def _text(number: Fraction | int, claim: Claim) -> str:
    digits = len(claim.printed.partition(".")[2])
    return f"{float(number):.{digits}f}"


def planted(papers: Papers, claims: list[Claim]) -> Papers:
    """The papers and one more, in which the claims stand by number."""
    claims = [one.model_copy(update={"id": f"w{n}", "contradicts": []})
              for n, one in enumerate(claims)]  # fmt: skip
    paper = Paper(
        name="planted", kind="newspaper", printed_by="nobody", where="nowhere", date="2026",
        claims=claims,
    )  # fmt: skip
    return Papers((*papers.papers, paper))
