"""pyproject.toml, environment.yml and requirements.lock name the same dependencies."""

import re
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version

HERE = Path(__file__).parents[1]
PROJECT = tomllib.loads((HERE / "pyproject.toml").read_text("utf-8"))["project"]
HASH = re.compile(r"    --hash=sha256:[0-9a-f]{64}( \\)?")


def ranges(lines):
    """Return {name: range}; refuse a name that is listed twice."""
    parsed = [Requirement(line) for line in lines]
    found = {canonicalize_name(one.name): one.specifier for one in parsed}
    assert len(found) == len(parsed), "a package is listed twice"
    return found


def locked_packages():
    """Return [(requirement, number of hashes)] of the lock; refuse a line of another kind."""
    packages = []
    for line in (HERE / "requirements.lock").read_text("utf-8").splitlines():
        if HASH.fullmatch(line):
            packages[-1][1] += 1
        elif not line.startswith("    #"):
            packages.append([Requirement(line.removesuffix(" \\")), 0])
    return packages


DECLARED = ranges(PROJECT["dependencies"] + PROJECT["optional-dependencies"]["test"])
LOCKED = locked_packages()


def test_every_range_has_both_ends():
    for name, specifier in DECLARED.items():
        assert sorted(one.operator for one in specifier) == ["<", ">="], name


def test_environment_lists_the_same_names_and_ranges():
    environment = yaml.safe_load((HERE / "environment.yml").read_text("utf-8"))
    conda_only = {"python": SpecifierSet(PROJECT["requires-python"]), "pip": SpecifierSet()}
    assert ranges(environment["dependencies"]) == DECLARED | conda_only


def test_lock_has_one_version_of_each_package():
    names = [canonicalize_name(package.name) for package, _ in LOCKED]
    assert sorted(set(names)) == names


@pytest.mark.parametrize("name", DECLARED)
def test_lock_satisfies_the_range_on_every_system(name):
    [package] = [one for one, _ in LOCKED if canonicalize_name(one.name) == name]
    assert package.marker is None
    [pin] = package.specifier
    assert pin.operator == "=="
    assert Version(pin.version) in DECLARED[name]


def test_every_locked_package_has_hashes():
    assert [str(package) for package, hashes in LOCKED if not hashes] == []


@pytest.mark.parametrize("name", ["pyproject.toml", "environment.yml", "requirements.lock"])
def test_no_address_is_named(name):
    assert "://" not in (HERE / name).read_text("utf-8")
