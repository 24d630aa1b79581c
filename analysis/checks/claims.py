"""What others printed: claims as typed files, each in our own words, with where it was printed.

A file of ``data/claims`` holds what one source printed. A claim says which number was printed, in
which unit and how qualified; of which area and period; what it counts (``of``, and ``against``
where two numbers are compared); and which counts or finding it is ``about``. What it says of
itself has to agree with those counts: else a right number may stand for the wrong thing.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Literal, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError, field_validator, model_validator

from analysis.checks.conditions import CONDITIONS
from analysis.checks.tolerance import QUALIFIERS
from analysis.counts import ALL, MEASURES
from analysis.errors import Refused, refusal
from analysis.parameters import read_yaml
from analysis.places import CLAIMS
from analysis.standard.forces import ENGLAND_AND_WALES, forces
from analysis.standard.periods import GRAMMAR, parse_period

UNITS = ("count", "per cent", "ratio", "per thousand", "a month")
COUNT, PER_CENT, RATIO, PER_THOUSAND, A_MONTH = UNITS
SCALE = {COUNT: 1, PER_CENT: 100, RATIO: 1, PER_THOUSAND: 1000, A_MONTH: 1}
PRINTS = (
    "force paper", "newspaper", "official bulletin", "official table", "campaign or research",
    "force page",
)  # fmt: skip
PREFIX = "claims-"  # the key of a file of claims as a source begins so

# What a claim may be about: the keys that stand together, and the units that this can have
SUMS = {
    ("count",): (COUNT, A_MONTH),
    ("parts",): (COUNT,),
    ("part", "whole"): (PER_CENT, PER_THOUSAND),
    ("before", "now"): (COUNT, PER_CENT),
    ("first", "second"): (RATIO,),
    ("first", "first_per", "second", "second_per"): (RATIO,),
    ("series",): (PER_CENT, PER_THOUSAND, RATIO),
    ("condition",): (COUNT, PER_CENT),
    ("around", "inside"): (COUNT, PER_CENT),
}
_COMPARED = {"whole", "before", "second"}


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


_Model = TypeVar("_Model", bound=_Strict)


class Counted(_Strict):
    """What is counted; area and period are those of the claim unless they are given."""

    measure: Literal[*MEASURES]
    tactic: str | list[str] = ALL
    group: str | list[str] = ALL
    area: str = ""
    period: str = ""


class About(_Strict):
    """Ids of counts, patterns of ids to be added up, or claims (``claims-FILE/ID``).

    ``part`` of ``whole``; ``now`` less ``before``, or its growth in per cent; ``first`` over
    ``second``, each per the number that is given with it; ``parts`` are added up. Or the
    ``series`` of a finding, or a ``condition`` on records. A group that the records do not tell
    apart lies between two that they do: the condition ``inside`` it and the one ``around`` it.
    """

    count: str = ""
    parts: list[str] = []
    part: str = ""
    whole: str = ""
    now: str = ""
    before: str = ""
    first: str = ""
    first_per: str = ""
    second: str = ""
    second_per: str = ""
    series: str = ""
    condition: Literal["", *CONDITIONS] = ""
    inside: Literal["", *CONDITIONS] = ""
    around: Literal["", *CONDITIONS] = ""

    @property
    def keys(self) -> tuple[str, ...]:
        return tuple(sorted(self.model_fields_set))

    @property
    def numbers(self) -> list[str]:
        """The ids, patterns and claims whose values it takes."""
        single = [getattr(self, key) for key in self.keys if key not in ("parts", "series")]
        return [] if self.conditions or self.series else [*self.parts, *single]

    @property
    def conditions(self) -> tuple[str, ...]:
        """The conditions on records that it names."""
        return tuple(filter(None, (self.condition, self.inside, self.around)))

    @model_validator(mode="after")
    def _keys_that_go_together(self) -> About:
        if self.keys not in SUMS:
            allowed = [" with ".join(keys) for keys in SUMS]
            raise refusal("about", f"{' with '.join(self.keys) or 'nothing'} given", allowed)
        if self.inside and not CONDITIONS[self.inside].within(CONDITIONS[self.around]):
            allowed = [
                name for name, one in CONDITIONS.items() if one.within(CONDITIONS[self.around])
            ]
            raise refusal("about.inside", repr(self.inside), allowed)
        return self


class Claim(_Strict):
    """One claim. Exactly one of ``about``, ``needs`` and ``judgement`` is given.

    ``a month`` is a count over the months of the period. ``needs`` says which data would do to
    check it. ``rounded_to`` is the step to which a count was rounded by the words of its source.
    ``contradicts`` names claims of other printers about the same thing, with another number. What
    one printer prints in two ways, or revises, stands in a ``note``.
    """

    id: str
    text: str
    area: str
    period: str
    printed: str = ""
    unit: Literal[*UNITS] = COUNT
    qualifier: Literal[*QUALIFIERS] = "none"
    rounded_to: int = 1
    of: Counted | None = None
    against: Counted | None = None
    per: Counted | None = None
    about: About | None = None
    needs: str = ""
    judgement: bool = False
    contradicts: list[str] = []
    note: str = ""

    @field_validator("id")
    @classmethod
    def _plain_id(cls, given: str) -> str:
        if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", given):
            raise refusal("id", repr(given), "small letters, digits and hyphens")
        return given

    @field_validator("text", "needs", "note")
    @classmethod
    def _words_alone(cls, given: str) -> str:
        # a number in words of ours could not be traced
        if re.search(r"\d", given):
            raise refusal("text, needs or note", repr(given), "words without digits")
        return given

    @field_validator("area")
    @classmethod
    def _known_area(cls, given: str) -> str:
        known = [*forces(), ENGLAND_AND_WALES]
        if given not in known:
            raise refusal("area", repr(given), known)
        return given

    @field_validator("period")
    @classmethod
    def _known_period(cls, given: str) -> str:
        if str(parse_period(given)) != given:
            raise refusal("period", repr(given), GRAMMAR)
        return given

    @field_validator("printed")
    @classmethod
    def _a_number(cls, given: str) -> str:
        if not re.fullmatch(r"-?\d+(\.\d+)?|", given):
            raise refusal("printed", repr(given), "digits, with a point for decimals")
        return given

    @model_validator(mode="after")
    def _complete(self) -> Claim:
        ways = [key for key in ("about", "needs", "judgement") if getattr(self, key)]
        if len(ways) != 1:
            raise refusal("about", f"{' and '.join(ways) or 'nothing'} given",
                          "one of about, needs, judgement")  # fmt: skip
        if self.judgement == bool(self.printed):
            raise refusal("printed", repr(self.printed), "a number, unless it is a judgement")
        if self.about:
            self._fits(self.about)
        return self

    def _fits(self, about: About) -> None:
        if self.unit not in SUMS[about.keys]:
            given = f"{self.unit!r} with {' and '.join(about.keys)}"
            raise refusal("unit", given, SUMS[about.keys])
        share_of_reports = bool(about.conditions) and self.unit == PER_CENT
        wanted = {
            "of": not about.series,
            "against": bool(_COMPARED & {*about.keys}) or share_of_reports,
            "per": bool(about.first_per),
        }
        for key, needed in wanted.items():
            if needed and getattr(self, key) is None:
                raise refusal(key, "is missing", "what the number counts")

    @property
    def counts_one_thing(self) -> bool:
        """Whether it says of what one tactic and group its number is; another may rest on it."""
        return self.of is not None and all(
            isinstance(one, str) for one in (self.of.tactic, self.of.group)
        )

    @property
    def step(self) -> Decimal:
        """The unit of the last digit that claims anything."""
        if self.unit == COUNT:
            return Decimal(self.rounded_to)
        return Decimal(1).scaleb(Decimal(self.printed).as_tuple().exponent)

    @property
    def digits(self) -> int:
        return len(self.printed.partition(".")[2])


class Paper(_Strict):
    """What one source printed: a file of ``data/claims``."""

    name: str
    kind: Literal[*PRINTS]
    printed_by: str
    where: str
    date: str
    claims: list[Claim]

    @property
    def source(self) -> str:
        """Its key in the registry, with which the id of each of its printed numbers begins."""
        return f"{PREFIX}{self.name}"

    @property
    def official(self) -> bool:
        """Whether it is the publisher's own table, held here against others of its tables."""
        return self.kind == "official table"

    def printed(self, claim: Claim) -> str:
        """The id of a printed number of it, as counts have ids."""
        return f"{self.source}/{claim.id}"

    @model_validator(mode="after")
    def _once_each(self) -> Paper:
        ids = [claim.id for claim in self.claims]
        double = [one for one in ids if ids.count(one) > 1]
        if double:
            raise refusal("id", f"{double[0]!r} stands twice")
        return self


@dataclass(frozen=True)
class Papers:
    """Every file of claims, each by its name."""

    papers: tuple[Paper, ...]

    def printed(self) -> dict[str, tuple[Paper, Claim]]:
        """Every claim with its paper, by the id of the printed number."""
        return {
            paper.printed(claim): (paper, claim) for paper in self.papers for claim in paper.claims
        }

    def about(self, area: str) -> Papers:
        """The claims about an area and those about England and Wales; papers with none go."""
        kept = [
            paper.model_copy(
                update={
                    "claims": [one for one in paper.claims if one.area in (area, ENGLAND_AND_WALES)]
                }
            )
            for paper in self.papers
        ]
        return Papers(tuple(paper for paper in kept if paper.claims))

    def count_ids(self) -> set[str]:
        """The ids, and patterns of ids, of the published counts that claims are about."""
        claims = [claim for paper in self.papers for claim in paper.claims if claim.about]
        named = {one for claim in claims for one in claim.about.numbers}
        return {one for one in named if not one.startswith(PREFIX)}


def read_claims(folder: Path = CLAIMS) -> Papers:
    """Every file of claims, in the order of their names.

    Refuses, with file, claim, key, value and what is allowed: an unknown key, unit, qualifier,
    area, period, measure or condition; digits in words of ours; a claim that is about nothing or
    about two things; a claim that another one names and that is in no file; and a contradiction
    between equal numbers or between claims of one printer.
    """
    papers = Papers(tuple(_paper(path) for path in sorted(folder.glob("*.yml"))))
    known = papers.printed()
    for paper, claim in known.values():
        numbers = claim.about.numbers if claim.about else ()
        named = {*claim.contradicts, *(one for one in numbers if one.startswith(PREFIX))}
        where = f"{paper.name}.yml: {claim.id}"
        for one in sorted(named):
            if one not in known:
                raise refusal(where, f"{one!r} is no claim of these files")
        for one in sorted(named.difference(claim.contradicts)):
            if not known[one][1].counts_one_thing:
                raise refusal(where, f"{one!r} does not say which one thing it counts")
        for one in claim.contradicts:
            other, contrary = known[one]
            if other.printed_by == paper.printed_by:
                problem = f"{one!r} is of the same printer"
                raise refusal(f"{where}: contradicts", problem, "a claim of another printer")
            if _same(claim, contrary):
                raise refusal(f"{where}: contradicts", f"{one!r} prints the same", "another number")
    return papers


def claims_of(area: str, read: Callable[[Path, str], object]) -> Papers:
    """What others printed, to be held against the figures of an area.

    ``read`` is an audit's, which is told of the files that say anything of the area. No method of
    an audit: a chapter that does not import this module rests on no file of claims, and one that
    does rests on all of them, since claims of one file may name those of another.
    """
    papers = read_claims()
    for paper in papers.about(area).papers:
        read(CLAIMS / f"{paper.name}.yml", paper.source)
    return papers


def _same(claim: Claim, other: Claim) -> bool:
    return (Decimal(claim.printed), claim.unit) == (Decimal(other.printed), other.unit)


def _paper(path: Path) -> Paper:
    given = read_yaml(path, "file of claims", Paper.model_fields)
    listed = given.get("claims")
    if not isinstance(listed, list):
        raise refusal(f"{path.name}: claims", repr(listed), "a list of claims")
    claims = [
        _typed(Claim, one, f"{path.name}: claim {_name(one, n)}") for n, one in enumerate(listed, 1)
    ]
    return _typed(Paper, given | {"name": path.stem, "claims": claims}, path.name)


def _name(given: object, number: int) -> str:
    return str(given.get("id", number)) if isinstance(given, dict) else str(number)


def _typed(model: type[_Model], given: object, where: str) -> _Model:
    """A paper or a claim as typed; each fault is one line of the refusal."""
    try:
        return model.model_validate(given)
    except Refused as error:
        raise Refused(f"{where}: {error}") from None
    except ValidationError as error:
        raise Refused("\n".join(_line(model, where, fault) for fault in error.errors())) from None


def _line(model: type[_Strict], where: str, fault: dict) -> str:
    """One fault that pydantic found: file, claim, key, value, allowed."""
    key = ".".join(str(part) for part in fault["loc"])
    match fault["type"]:
        case "missing":
            return str(refusal(f"{where}: {key}", "is missing"))
        case "extra_forbidden":
            inner = {"about": About}.get(fault["loc"][0], Counted)
            known = model if len(fault["loc"]) == 1 else inner
            return str(refusal(where, f"key {key!r} is not known", known.model_fields))
        case "literal_error":
            allowed = re.findall(r"'([^']*)'", fault["ctx"]["expected"])
        case _:
            allowed = fault["msg"]
    return str(refusal(f"{where}: {key}", repr(fault["input"]), allowed))
