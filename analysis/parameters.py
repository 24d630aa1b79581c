"""The typed form of a params file: what one audit needs.

Papermill only warns of a parameter that a notebook does not know; here an unknown key, a wrong
type, a period that does not exist or a missing file is refused before any notebook starts.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from analysis.errors import Refused, refusal
from analysis.standard.forces import force_name, forces
from analysis.standard.names import slug
from analysis.standard.people import ETHNIC_GROUPS
from analysis.standard.periods import GRAMMAR, parse_period
from analysis.standard.tactics import BROKEN_DOWN, CED_ORDERS

CHAPTERS = ("data-quality", "taser", "injuries")


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Sources(_Strict):
    """Files to read instead of the figures in ``data/published``, relative to the params file."""

    home_office: str | None = Field(None, description="a Home Office workbook (.ods or .xlsx)")
    taser_activity: str | None = Field(None, description="a CSV of Taser activity")
    arrests: str | None = Field(None, description="a CSV of arrests by ethnic group")
    stop_and_search: str | None = Field(None, description="a CSV of searches by ethnic group")


class Choices(_Strict):
    """Choices of method; each is recorded with the report."""

    confidence: Annotated[float, Field(ge=0.5, lt=1)] = 0.95
    ced_order: Literal[*CED_ORDERS] = "metropolitan"
    tactic: Literal[BROKEN_DOWN] = "CED"
    census: Literal["2011", "2021"] = "2021"
    reference_group: Literal[ETHNIC_GROUPS] = "White"
    comparison_group: Literal[ETHNIC_GROUPS] = "Black"
    seed: Annotated[int, Field(ge=0)] = 1

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


class Parameters(_Strict):
    """One audit: which force, which period, which sources, chapters and choices."""

    area: str
    period: str
    sources: Sources = Sources()
    chapters: Annotated[list[Literal[CHAPTERS]], Field(min_length=1)] = list(CHAPTERS)
    choices: Choices = Choices()

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

    @property
    def name(self) -> str:
        """The name of the report's folder: area and period."""
        return f"{slug(self.area)}_{slug(self.period)}"


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
    try:
        given = yaml.load(path.read_text(encoding="utf-8"), Loader=_NoDoubles)
    except FileNotFoundError:
        raise refusal(str(path), "there is no such params file") from None
    except (OSError, UnicodeDecodeError) as error:
        raise refusal(str(path), f"cannot be read ({error})") from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f" line {mark.line + 1}" if mark else ""
        problem = getattr(error, "problem", None) or str(error)
        raise refusal(f"{path}{line}", f"is not YAML: {problem}") from None
    if not isinstance(given, dict):
        raise refusal(str(path), "holds no keys", Parameters.model_fields)
    return check(given, str(path))


def check(given: dict, where: str) -> Parameters:
    """The parameters as typed, or a refusal that names file, key, value and what is allowed."""
    try:
        return Parameters.model_validate(given)
    except Refused as error:
        raise Refused(f"{where}: {error}") from None
    except ValidationError as error:
        lines = [_line(where, fault) for fault in error.errors()]
        raise Refused("\n".join(lines)) from None


_MODELS = {"sources": Sources, "choices": Choices}
_TYPES = {
    "string_type": "text", "float_type": "a number", "int_type": "a whole number",
    "list_type": "a list", "model_type": "keys with values", "model_attributes_type": "keys",
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
            allowed = context["expected"].replace("'", "").replace(" or ", ", ")
        case "greater_than_equal" | "less_than":
            allowed = "0.5 or more and less than 1" if "confidence" in key else "0 or more"
        case "too_short":
            allowed = "at least one"
        case kind:
            allowed = _TYPES.get(kind, fault["msg"])
    return str(refusal(f"{where}: {key}", repr(fault["input"]), allowed))


def _meaning(key: str) -> str:
    meaning = {"area": f"one of {len(forces())} forces (see uof-audit list)", "period": GRAMMAR}
    return meaning[key]
