"""pyproject.toml, environment.yml and requirements.lock name the same dependencies.

Each check takes the three texts and returns what it finds wrong; it is run on the files of the
project, where it finds nothing, and on copies into which a drift was planted.
"""

import re
import tomllib
from dataclasses import dataclass, replace

import pytest
import yaml
from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version

from analysis.places import ROOT

HASH = re.compile(r"    --hash=sha256:[0-9a-f]{64}( \\)?")


@dataclass(frozen=True)
class Texts:
    """The three files as text."""

    project: str
    environment: str
    lock: str

    @property
    def metadata(self):
        return tomllib.loads(self.project)["project"]

    @property
    def declared(self):
        """[(name, range)] in the order of pyproject.toml, the tests' packages last."""
        lines = self.metadata["dependencies"] + self.metadata["optional-dependencies"]["test"]
        return named(lines)

    @property
    def locked(self):
        """[(requirement, number of hashes)] of the lock."""
        packages = []
        for line in self.lock.splitlines():
            if HASH.fullmatch(line):
                packages[-1][1] += 1
            elif not line.startswith("    #"):
                packages.append([Requirement(line.removesuffix(" \\")), 0])
        return packages


def named(lines):
    """[(name, range)] of requirements."""
    parsed = map(Requirement, lines)
    return [(canonicalize_name(one.name), one.specifier) for one in parsed]


def listed_twice(texts):
    lists = {
        "pyproject.toml": [name for name, _ in texts.declared],
        "environment.yml": [
            name for name, _ in named(yaml.safe_load(texts.environment)["dependencies"])
        ],
        "requirements.lock": [canonicalize_name(package.name) for package, _ in texts.locked],
    }
    return [f"{name} twice in {file}" for file, names in lists.items()
            for name in sorted(set(names)) if names.count(name) > 1]  # fmt: skip


def open_ranges(texts):
    """A range without a lower or an upper end."""
    return [name for name, specifier in texts.declared
            if sorted(one.operator for one in specifier) != ["<", ">="]]  # fmt: skip


def other_environment(texts):
    """What pyproject.toml and environment.yml do not say alike; Python and pip are conda's own."""
    python = SpecifierSet(texts.metadata["requires-python"])
    wanted = {*texts.declared, ("python", python), ("pip", SpecifierSet())}
    given = set(named(yaml.safe_load(texts.environment)["dependencies"]))
    return sorted({name for name, _ in wanted ^ given})


def out_of_range(texts):
    """What the lock does not pin within its range, on every system."""
    locked = {canonicalize_name(package.name): package for package, _ in texts.locked}
    return [name for name, specifier in texts.declared
            if name not in locked or not pinned(locked[name], specifier)]  # fmt: skip


def pinned(package, specifier):
    """True where a locked package is one version within the range, without a condition."""
    pins = [(pin.operator, Version(pin.version) in specifier) for pin in package.specifier]
    return package.marker is None and pins == [("==", True)]


def without_hash(texts):
    return [package.name for package, hashes in texts.locked if not hashes]


def addresses(texts):
    return re.findall(r"\S*://\S*", texts.project + texts.environment + texts.lock)


CHECKS = [listed_twice, open_ranges, other_environment, out_of_range, without_hash, addresses]
HELD = Texts(*((ROOT / name).read_text("utf-8")
               for name in ("pyproject.toml", "environment.yml", "requirements.lock")))  # fmt: skip


@pytest.mark.parametrize("check", CHECKS)
def test_the_three_files_fit_together(check):
    assert check(HELD) == []


DRIFTS = [
    # file, what stands there, what it becomes, and what each check that sees it finds
    ("project", '"pandas >=3.1,<4"', '"pandas >=3.1,<5"', {other_environment: ["pandas"]}),
    ("environment", "pandas >=3.1,<4", "pandas >=3.0,<4", {other_environment: ["pandas"]}),
    ("environment", "  - lxml >=6.1,<7\n", "", {other_environment: ["lxml"]}),
    ("project", '    "lxml >=6.1,<7",\n', "", {other_environment: ["lxml"]}),
    ("environment", "  - pip\n", "  - pip\n  - duckdb >=2,<3\n", {other_environment: ["duckdb"]}),
    ("environment", "python >=3.11,<3.14", "python >=3.11", {other_environment: ["python"]}),
    ("project", '>=3.11,<3.14"\nlicense', '>=3.12,<3.14"\nlicense',
     {other_environment: ["python"]}),
    ("both", "lxml >=6.1,<7", "lxml >=6.1", {open_ranges: ["lxml"]}),
    ("both", "lxml >=6.1,<7", "lxml >=7.0,<8", {out_of_range: ["lxml"]}),
    ("both", "lxml >=6.1,<7", "html5lib >=1,<2", {out_of_range: ["html5lib"]}),
    ("lock", r"^pandas==3\.", "pandas==4.", {out_of_range: ["pandas"]}),
    ("lock", r"^pandas==", "pandas>=", {out_of_range: ["pandas"]}),
    ("lock", r"^(pandas==\S+)", r'\1 ; sys_platform == "linux"', {out_of_range: ["pandas"]}),
    ("lock", r"^(pandas==\S+ \\\n)(    --hash.*\n)+", r"\1", {without_hash: ["pandas"]}),
    ("lock", r"^(pandas==\S+ \\\n    --hash=sha256:).*\n", r"\g<1>0\n", None),
    ("lock", r"^pandas==", "pytest==", {out_of_range: ["pandas"],
                                        listed_twice: ["pytest twice in requirements.lock"]}),
    ("environment", "  - pip\n", "  - pip\n  - pip\n",
     {listed_twice: ["pip twice in environment.yml"]}),
    ("lock", r"\A", "--index-url https://example.org/simple \n", None),
    ("environment", r"\A", "# see https://example.org\n", {addresses: ["https://example.org"]}),
]  # fmt: skip


def planted(file, here, becomes):
    """The texts with a drift in one file, or in pyproject.toml and environment.yml alike."""
    pattern = here if file == "lock" or here.startswith("\\") else re.escape(here)
    files = ("project", "environment") if file == "both" else (file,)
    texts = HELD
    for name in files:
        text, found = re.subn(pattern, becomes, getattr(HELD, name), flags=re.M)
        assert found == 1, (name, here)
        texts = replace(texts, **{name: text})
    return texts


@pytest.mark.parametrize(
    "file, here, becomes, seen", DRIFTS, ids=[" ".join(map(repr, drift[:3])) for drift in DRIFTS]
)
def test_a_drift_is_seen(file, here, becomes, seen):
    texts = planted(file, here, becomes)
    if seen is None:  # no requirement and no hash: refused as it is read
        with pytest.raises(InvalidRequirement):
            without_hash(texts)
    else:
        assert {check: found for check in CHECKS if (found := check(texts))} == seen
