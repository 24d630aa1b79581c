"""The typed form of a params file: what one audit needs.

Papermill only warns of a parameter that a notebook does not know; here an unknown key, a wrong
type, a period that does not exist or a missing file is refused before any notebook starts.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from analysis.errors import Refused, refusal
from analysis.standard.forces import force_name, forces
from analysis.standard.form import INCIDENT_RULES, OUTCOMES
from analysis.standard.names import slug
from analysis.standard.people import ETHNIC_GROUPS
from analysis.standard.periods import GRAMMAR, PATTERN, parse_period
from analysis.standard.tactics import BROKEN_DOWN, CED_ORDERS

CENSUSES = ("2011", "2021")
_OFFICIAL = ("data-quality", "taser", "injuries", "demographics", "forces")
_RECORDS = ("records", "records-taser", "records-injuries", "records-demographics")
_EITHER = ("claims",)
OFFICIAL_CHAPTERS = _OFFICIAL + _EITHER
RECORD_CHAPTERS = _RECORDS + _EITHER
CHAPTERS = _OFFICIAL + _RECORDS + _EITHER


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Sources(_Strict):
    """Files of your own, relative to the params file; docs/sources.md has their layouts."""

    home_office: str | None = Field(
        None, title="Home Office workbook", description="Its data tables (.ods or .xlsx)."
    )
    taser_activity: str | None = Field(
        None, title="Taser activity", description="A CSV of incidents, authorisations and uses."
    )
    arrests: str | None = Field(
        None, title="Arrests", description="A CSV of arrests by force and ethnic group."
    )
    stop_and_search: str | None = Field(
        None, title="Stop and search", description="A CSV of searches by force and ethnic group."
    )
    records: str | None = Field(
        None,
        title="Records",
        description="A record-level file of the force for the period (.csv, .xlsx or .ods).",
    )
    records_before: str | None = Field(
        None,
        title="Records of the period before",
        description="The record-level file of the period before, to say what has changed.",
    )
    district_activity: str | None = Field(
        None,
        title="Taser activity by district",
        description="A CSV of incidents, authorisations and uses by district and month.",
    )

    @model_validator(mode="after")
    def _nothing_before_nothing(self) -> Sources:
        if self.records_before and not self.records:
            problem = "is given without sources.records"
            raise refusal("sources.records_before", problem, "both, or records alone")
        return self


class Choices(_Strict):
    """Choices of method; each is recorded with the report."""

    confidence: float = Field(
        0.95, ge=0.5, lt=1, title="Confidence", description="Level of every interval."
    )
    ced_order: Literal[*CED_ORDERS] = Field(
        "metropolitan",
        title="Order of CED use",
        description="Which use of a CED counts as the highest in a report; records only.",
    )
    tactic: Literal[BROKEN_DOWN] = Field(
        "CED", title="Tactic", description="The tactic that groups are compared in."
    )
    census: Literal[CENSUSES] = Field(
        "2021",
        title="Census",
        description="The census that gives the population by ethnic group.",
        json_schema_extra={"enum": [*CENSUSES, *map(int, CENSUSES)], "type": ["string", "integer"]},
    )
    reference_group: Literal[ETHNIC_GROUPS] = Field(
        "White", title="Reference group", description="The ethnic group compared with."
    )
    comparison_group: Literal[ETHNIC_GROUPS] = Field(
        "Black",
        title="Comparison group",
        description="The ethnic group that is compared; another than the reference group.",
    )
    incident_rule: Literal[*INCIDENT_RULES] = Field(
        "within 30 minutes",
        title="Incident rule",
        description="How reports are taken for one incident; records only.",
    )
    outcome: Literal[*OUTCOMES] = Field(
        "Taser used",
        title="Outcome",
        description="What the demographic regression explains; records only.",
    )
    seed: int = Field(1, ge=0, title="Seed", description="Of anything drawn at random.")

    @field_validator("census", mode="before")
    @classmethod
    def _year_as_text(cls, given: object) -> object:
        return str(given) if isinstance(given, int) else given

    @model_validator(mode="after")
    def _two_groups(self) -> Choices:
        if self.comparison_group == self.reference_group:
            others = [group for group in ETHNIC_GROUPS if group != self.reference_group]
            problem = f"{self.comparison_group!r} is the reference_group too"
            raise refusal("choices.comparison_group", problem, others)
        return self


class Disclosure(_Strict):
    """What a release hides of restricted sources; published figures stand as they are printed."""

    threshold: int = Field(
        10, ge=2, le=100, title="Threshold", description="Numbers from 1 to below it are hidden."
    )
    rounding: int = Field(
        5, ge=1, le=100, title="Rounding base", description="Other numbers are rounded to it."
    )


def _usual_chapters(sources: Sources | None) -> tuple[str, ...]:
    return RECORD_CHAPTERS if sources and sources.records else OFFICIAL_CHAPTERS


class Parameters(_Strict):
    """One audit: which force, which period, which sources, chapters and choices."""

    model_config = ConfigDict(title="Params file of uof-audit")

    area: str = Field(
        title="Area",
        description="A police force; the list command says for which there are official figures.",
        json_schema_extra={"enum": list(forces())},
    )
    period: str = Field(
        title="Period",
        description=f"{GRAMMAR[0].upper()}{GRAMMAR[1:]}.",
        json_schema_extra={"pattern": PATTERN, "patternErrorMessage": f"allowed: {GRAMMAR}"}
        | {"type": ["string", "integer"], "minimum": 1000, "maximum": 9999},  # 2016 is a number
    )
    sources: Sources = Sources()
    chapters: list[Literal[CHAPTERS]] = Field(
        default_factory=lambda data: list(_usual_chapters(data.get("sources"))),
        min_length=1,
        title="Chapters",
        description="The chapters of the report, in this order; left out, those of records where "
        "records are given, or else those of the official figures.",
        json_schema_extra={"uniqueItems": True},
    )
    choices: Choices = Choices()
    disclosure: Disclosure = Disclosure()

    @field_validator("area")
    @classmethod
    def _known_area(cls, given: str) -> str:
        return force_name(given, "area")

    @field_validator("period", mode="before")
    @classmethod
    def _known_period(cls, given: object) -> str:
        return str(parse_period(str(given)))

    @field_validator("chapters")
    @classmethod
    def _once_each(cls, given: list[str]) -> list[str]:
        if len(set(given)) < len(given):
            raise refusal("chapters", f"{given} names a chapter twice", CHAPTERS)
        return given

    @model_validator(mode="after")
    def _records_for_their_chapters(self) -> Parameters:
        of_records = [name for name in self.chapters if name in _RECORDS]
        if of_records and not self.sources.records:
            problem = f"{of_records[0]!r} needs a record-level file under sources.records"
            raise refusal("chapters", problem, OFFICIAL_CHAPTERS)
        return self

    @property
    def name(self) -> str:
        """The name of the report's folder: area and period."""
        return f"{slug(self.area)}_{slug(self.period)}"

    @property
    def asks_for_official_figures(self) -> bool:
        """Whether a chapter shows the official figures of the period."""
        return not set(self.chapters).isdisjoint(_OFFICIAL)


class _NoDoubles(yaml.SafeLoader):
    """YAML lets a key stand twice and takes the last; a params file that does so is refused."""

    # a period such as 2013-05-01 is text to be refused, not a date
    yaml_implicit_resolvers = {
        first: [pair for pair in pairs if not pair[0].endswith(":timestamp")]
        for first, pairs in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }

    def construct_mapping(self, node, deep=False):
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        for key in keys:
            if keys.count(key) > 1:
                raise yaml.constructor.ConstructorError(
                    problem=f"key {key!r} stands twice", problem_mark=node.start_mark
                )
        return super().construct_mapping(node, deep)


def read_parameters(path: Path) -> Parameters:
    """A params file, checked; every fault in it is one line of the refusal."""
    return check(read_yaml(path, "params file", Parameters.model_fields), str(path))


def read_yaml(path: Path, what: str, keys: Iterable[str]) -> dict:
    """The keys of a YAML file with their values; a key that stands twice is refused.

    ``what`` names such a file and ``keys`` what it may hold, for those who are refused.
    """
    try:
        given = yaml.load(path.read_text(encoding="utf-8"), Loader=_NoDoubles)
    except FileNotFoundError:
        raise refusal(str(path), f"there is no such {what}") from None
    except (OSError, UnicodeDecodeError) as error:
        raise refusal(str(path), f"cannot be read ({error})") from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f" line {mark.line + 1}" if mark else ""
        problem = getattr(error, "problem", None) or str(error)
        raise refusal(f"{path}{line}", f"is not YAML: {problem}") from None
    if not isinstance(given, dict):
        raise refusal(str(path), "holds no keys", keys)
    return given


def check(given: dict, where: str) -> Parameters:
    """The parameters as typed, or a refusal that names file, key, value and what is allowed."""
    try:
        return Parameters.model_validate(given)
    except Refused as error:
        raise Refused(f"{where}: {error}") from None
    except ValidationError as error:
        faults = error.errors()
        # the usual chapters hang on other keys, and are not asked for where those are at fault
        lines = [_line(where, one) for one in faults if one["type"] != "default_factory_not_called"]
        raise Refused("\n".join(lines)) from None


_MODELS = {"sources": Sources, "choices": Choices, "disclosure": Disclosure}
_TYPES = {
    "string_type": "text", "float_type": "a number", "int_type": "a whole number",
    "list_type": "a list", "model_type": "keys with values", "model_attributes_type": "keys",
}  # fmt: skip

_RANGES = {
    "confidence": "0.5 or more and less than 1", "threshold": "2 to 100", "rounding": "1 to 100",
}  # fmt: skip


def _line(where: str, fault: dict) -> str:
    """One fault that pydantic found, in the words of a params file."""
    key = ".".join(str(part) for part in fault["loc"])
    context = fault.get("ctx", {})
    match fault["type"]:
        case "extra_forbidden":
            model = (
                _MODELS.get(fault["loc"][0], Parameters) if len(fault["loc"]) > 1 else Parameters
            )
            return str(refusal(where, f"key {key!r} is not known", model.model_fields))
        case "missing":
            return str(refusal(where, f"key {key!r} is missing", _meaning(key)))
        case "literal_error":
            allowed = re.findall(r"'([^']*)'", context["expected"])
        case "greater_than_equal" | "less_than" | "less_than_equal":
            allowed = _RANGES.get(key.rpartition(".")[2], "0 or more")
        case "too_short":
            allowed = "at least one"
        case kind:
            allowed = _TYPES.get(kind, fault["msg"])
    return str(refusal(f"{where}: {key}", repr(fault["input"]), allowed))


def schema() -> str:
    """JSON Schema of a params file, by which editors complete and check it.

    It allows forces by the names used here alone; the toolkit understands other spellings. What
    rests on two values or on files at hand is left to ``check`` and the run.
    """
    draft = {"$schema": "https://json-schema.org/draft/2020-12/schema"}
    found = draft | Parameters.model_json_schema()
    return json.dumps(found, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def _meaning(key: str) -> str:
    meaning = {
        "area": f"one of {len(forces())} forces (python toolkit.py list names them)",
        "period": GRAMMAR,
    }
    return meaning[key]
