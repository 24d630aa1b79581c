"""Verifying a report: it is made again from its manifest in a clean place, and each byte compared.

What differs is told with its likely cause. The manifest says what the report was made from; the
hashes and parameters in the RO-Crate, and the parameters in the executed chapters, are witnesses
against a manifest that was edited.
"""

from __future__ import annotations

import ast
import csv
import json
import os
import re
import shutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path, PureWindowsPath
from tempfile import TemporaryDirectory

import nbformat

from analysis.errors import refusal
from analysis.parameters import Choices, check
from analysis.places import PARAMS, ROOT
from analysis.proof.open_data import LOG
from analysis.report.crate import CRATE, flat, hashes_in, parameters_in
from analysis.report.manifest import MANIFEST, files_of, own_sources, read_manifest
from analysis.report.run import run
from analysis.sources.registry import sha256

NAMED = 3  # causes, and rows of a table, that one line names
SHOWN = 60  # characters of a line that differs


@dataclass(frozen=True)
class Difference:
    """What differs, and why or how, in words; ``output`` if it is a file of the report."""

    what: str
    cause: str
    output: bool = False

    def __str__(self) -> str:
        return f"{self.what}: {self.cause}"


def verify(folder: Path, base: Path | None = None) -> list[Difference]:
    """Make the report in ``folder`` again and say what differs; nothing if every byte is the same.

    The files that the params file named are looked for from ``base`` if it is given, then from
    params/, the project, the current folder and the two above the report. Refused where there is
    no manifest, an input is not at hand, or the folder is a release.
    """
    manifest = read_manifest(folder)
    if LOG in manifest["outputs"]:
        raise refusal(str(folder), "is a release", "the report that it was made from")
    parameters = check(manifest["parameters"], str(folder / MANIFEST))
    with TemporaryDirectory(ignore_cleanup_errors=True) as scratch:
        place = base_of(manifest, folder, base, Path(scratch) / "sources")
        inputs = _inputs(manifest, own_sources(parameters, place))

        def remake(name: str) -> Path:
            return run(parameters, Path(scratch) / name, place).folder

        again = remake("again")
        reasons = [*inputs, *_parameters(folder, manifest), *_surroundings(manifest, again)]
        edited = _edited_manifest(folder)
        outputs = _Outputs(folder, again, manifest["outputs"], reasons, remake)
        found = [*reasons, *edited, *_of_the_manifest(manifest, again), *outputs.differences()]
        return found or _last_look(folder, again)


def summary(folder: Path, differences: list[Difference]) -> list[str]:
    """What a reader is told of a report that was verified: one line for each thing."""
    manifest = read_manifest(folder)
    files = {*manifest["outputs"], MANIFEST, CRATE}
    lines = [str(one) for one in differences]
    if not differences:
        lines.append(f"{folder}: made again, every byte the same")
    elif not any(one.output for one in differences):
        lines.append("Every table, chart, chapter and page has the same bytes all the same")
    for name in sorted(manifest["failed_chapters"]):
        lines.append(f"chapter {name}: failed when the report was made")
    for name in sorted(files_of(folder).keys() - files):
        lines.append(f"{name}: is no file of the report, and was not looked at")
    return lines


def base_of(manifest: dict, folder: Path, given: Path | None, scratch: Path) -> Path:
    """The folder from which all sources of the params file are found, by path, name and hash."""
    if given and not given.is_dir():
        raise refusal(f"--base {given}", "there is no such folder", "the folder of the sources")
    above = folder.resolve().parents[:2]
    named = (place.resolve() for place in (given, PARAMS, ROOT, Path.cwd(), *above) if place)
    places = [*dict.fromkeys(named)]
    sources = manifest["sources"]
    there = [
        place
        for place in places
        if all((place / one["path"]).is_file() for one in sources.values())
    ]
    for place in there:
        if all(sha256(place / one["path"]) == one["sha256"] for one in sources.values()):
            return place
    moved = {one["path"]: _moved(one, places) for one in sources.values()}
    if all(moved.values()):
        return _laid_out(moved, scratch)
    if there:  # under the same names, with other bytes: a difference, told as such
        return there[0]
    key = next(key for key, one in sources.items() if not moved[one["path"]])
    looked = f"looked for in {', '.join(str(place) for place in places)}"
    raise refusal(f"sources.{key}: {sources[key]['path']}", f"is not at hand; {looked}")


def _moved(source: dict, places: list[Path]) -> Path | None:
    """The file of a source in one of the places themselves, known by its name and hash."""
    name = PureWindowsPath(source["path"]).name  # either slash separates in it
    found = (place / name for place in places if (place / name).is_file())
    return next((path for path in found if sha256(path) == source["sha256"]), None)


def _laid_out(moved: dict[str, Path], scratch: Path) -> Path:
    """A folder from which copies of the files are found by the paths of the params file."""
    climbs = max(path.replace("\\", "/").split("/").count("..") for path in moved)
    base = scratch.joinpath(*map(str, range(climbs + 1)))
    base.mkdir(parents=True)
    for path, found in moved.items():
        target = Path(os.path.normpath(base / path))
        if not target.is_relative_to(scratch):
            problem = f"is not at hand there; a file of its bytes is {found}"
            raise refusal(path, problem, "the path that the manifest names")
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(found, target)
    return base


def _inputs(manifest: dict, own: dict) -> list[Difference]:
    """Input files with other bytes than when the report was made; one that is gone is refused."""
    found = []
    for one in manifest["inputs"]:
        file = re.sub(r" \([^()]*\)$", "", one["file"])  # a role such as " (2017-Q1)" may follow
        name = PureWindowsPath(file).name
        now = {
            held["sha256"] for held in own.values() if PureWindowsPath(held["path"]).name == name
        }
        if not now or ("/" in file and (ROOT / file).is_file()):
            now.add(sha256(ROOT / file))  # a file of the project may have the name of one's own
        if one["sha256"] not in now:
            found.append(Difference(f"input {one['file']}", "changed since the report was made"))
    return found


def _parameters(folder: Path, manifest: dict) -> list[Difference]:
    """Parameters of the manifest that the crate, or a chapter as it was executed, contradicts."""
    said, found = flat(manifest["parameters"]), {}
    for witness, values in _witnesses(folder).items():
        for key, value in values.items():
            if said.get(key) != value and key not in found:
                text = f"{_text(said.get(key))} in {MANIFEST}, {_text(value)} in {witness}"
                found[key] = Difference(f"parameter {key}", text)
    return [found[key] for key in sorted(found)]


def _text(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _witnesses(folder: Path) -> dict[str, dict[str, object]]:
    """Flat parameters by the file that shows what the report was run with."""
    found = {CRATE: parameters_in(_crate(folder))}
    for path in sorted((folder / "notebooks").glob("*.ipynb")):
        values = _injected(path)
        choices = {key: values.pop(key) for key in [*values] if key in Choices.model_fields}
        found[f"notebooks/{path.name}"] = flat(values | {"choices": choices})
    return found


def _crate(folder: Path) -> dict:
    """The RO-Crate of a report; one without entities where it cannot be read."""
    try:
        crate = json.loads((folder / CRATE).read_text("utf-8"))
        parameters_in(crate), hashes_in(crate)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {"@graph": [{"@id": "./", "hasPart": []}]}
    return crate


def _injected(path: Path) -> dict[str, object]:
    """The values that papermill put into a chapter; none where it cannot be read."""
    try:
        cells = nbformat.read(path, as_version=4).cells
        tagged = [one for one in cells if "injected-parameters" in one.metadata.get("tags", [])]
        lines = [line for one in tagged for line in ast.parse(one.source).body]
        return {line.targets[0].id: ast.literal_eval(line.value) for line in lines}
    except (OSError, ValueError, SyntaxError, AttributeError):
        return {}


def _surroundings(manifest: dict, again: Path) -> list[Difference]:
    """What the report was made with and is made with now: code, chapters, packages, Python."""
    now = read_manifest(again)
    return [
        *_hashes("", manifest["code"], now["code"]),
        *_hashes("notebook ", manifest["notebooks"], now["notebooks"]),
        *_versions("package ", manifest["packages"], now["packages"]),
        *_versions(
            "", *({"Python": one["python"], "system": one["system"]} for one in (manifest, now))
        ),
        *_hashes("", {"requirements.lock": manifest["lock"]}, {"requirements.lock": now["lock"]}),
    ]


def _hashes(kind: str, before: dict, now: dict) -> Iterable[Difference]:
    for key in sorted(before.keys() | now.keys()):
        if before.get(key) != now.get(key):
            module = "module " if key.endswith(".py") else kind
            words = "changed since the report was made"
            if key not in now:
                words = "was there when the report was made, and is not now"
            elif key not in before:
                words = "was not there when the report was made"
            yield Difference(f"{module}{key}", words)


def _versions(kind: str, before: dict, now: dict) -> Iterable[Difference]:
    for key in sorted(before.keys() | now.keys()):
        if before.get(key) != now.get(key):
            made, here = (one.get(key, "not named") for one in (before, now))
            yield Difference(f"{kind}{key}", f"{made} when the report was made, {here} here")


def _edited_manifest(folder: Path) -> list[Difference]:
    said = hashes_in(_crate(folder)).get(MANIFEST)
    if said is None:
        return [Difference(CRATE, "is missing, or cannot be read, or does not name the manifest")]
    if said != sha256(folder / MANIFEST):
        return [Difference(MANIFEST, f"edited by hand: {CRATE} names another hash of it")]
    return []


def _of_the_manifest(manifest: dict, again: Path) -> list[Difference]:
    """What the manifest says of the report itself, and the report made again contradicts."""
    now = read_manifest(again)
    found = []
    for key in ("toolkit", "made_up"):
        if manifest[key] != now[key]:
            text = f"{key} is {_text(manifest[key])}, and {_text(now[key])} when made again"
            found.append(Difference(MANIFEST, text))
    before, after = manifest["failed_chapters"], now["failed_chapters"]
    for name in sorted(before.keys() | after.keys()):
        if before.get(name) != after.get(name):
            then, here = (one.get(name, "did not fail") for one in (before, after))
            found.append(Difference(f"chapter {name}", f"{then}; made again: {here}"))
    return found


@dataclass
class _Outputs:
    """The files of a report, what its manifest says of them, and those of one made again."""

    folder: Path
    again: Path
    said: dict[str, str]
    reasons: list[Difference]
    remake: Callable[[str], Path]
    unexplained: list[str] = field(default_factory=list)

    def differences(self) -> list[Difference]:
        self.held, self.made = (_without_ours(files_of(one)) for one in (self.folder, self.again))
        self.witness = hashes_in(_crate(self.folder))
        names = sorted(self.said.keys() | self.made.keys())
        found = {name: words for name in names if (words := self._words(name))}
        if self.unexplained:
            found |= self._second_look()
        return [Difference(name, found[name], output=True) for name in sorted(found)]

    def _words(self, name: str) -> str:
        held, said, made = (one.get(name) for one in (self.held, self.said, self.made))
        if held == said == made:
            return ""
        if said is None and held == made:
            return f"is not listed in {MANIFEST}, which was edited by hand"
        if said is None:
            return f"is made now, and was not then; {self._likely()}"
        if held is None:
            return "is missing: deleted since the report was made"
        if held != said:
            if held == made:
                return f"{MANIFEST} was edited by hand: it names another hash of it"
            return f"edited by hand; {self._how(name, self.again)}"
        if self.witness.get(name, said) != said:
            return f"edited by hand, and its hash in {MANIFEST} too; {self._how(name, self.again)}"
        if not self.reasons:
            self.unexplained.append(name)
            return ""
        if made is None:
            return f"is not made now; {self._likely()}"
        return f"{self._how(name, self.again)}; {self._likely()}"

    def _second_look(self) -> dict[str, str]:
        """Of files for which nothing speaks: whether two runs on this machine differ, too."""
        once_more = self.remake("once more")
        second = files_of(once_more)
        found = {}
        for name in self.unexplained:
            if second.get(name) != self.made.get(name):
                found[name] = f"not deterministic: two runs differ; {self._how(name, once_more)}"
            else:
                found[name] = (
                    f"edited by hand, and its hashes in {MANIFEST} and {CRATE} too, or made with "
                    f"what {MANIFEST} does not name; {self._how(name, self.again)}"
                )
        return found

    def _likely(self) -> str:
        if not self.reasons:
            return f"likely cause: {MANIFEST} edited by hand"
        return f"likely cause: {_named([one.what for one in self.reasons])}"

    def _how(self, name: str, other: Path) -> str:
        if not (other / name).is_file():
            return "no such file is made now"
        return first_difference(self.folder / name, other / name)


def _without_ours(files: dict[str, str]) -> dict[str, str]:
    return {name: digest for name, digest in files.items() if name not in (MANIFEST, CRATE)}


def _last_look(folder: Path, again: Path) -> list[Difference]:
    """The two files that name all others, where these are the same."""
    return [
        Difference(name, f"edited by hand; {first_difference(folder / name, again / name)}")
        for name in (MANIFEST, CRATE)
        if sha256(folder / name) != sha256(again / name)
    ]


def _named(names: list[str]) -> str:
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return ", ".join(names[:NAMED]) + more


def first_difference(here: Path, again: Path) -> str:
    """How a file differs from the same made again: ids of rows of a table, or the first line."""
    try:
        texts = [path.read_text("utf-8") for path in (here, again)]
    except UnicodeDecodeError:
        return "bytes that are no text differ"
    if here.suffix == ".csv" and all(text.startswith("id,") for text in texts):
        rows = [{row[0]: row for row in csv.reader(text.splitlines()) if row} for text in texts]
        keys = sorted(rows[0].keys() | rows[1].keys())
        if differing := [key for key in keys if rows[0].get(key) != rows[1].get(key)]:
            return f"rows that differ: {_named(differing)}"
    lines = [text.split("\n") for text in texts]
    length = max(map(len, lines))
    ours, theirs = ([*one, *[""] * (length - len(one))] for one in lines)
    number = next((n for n in range(length) if ours[n] != theirs[n]), None)
    if number is None:
        return "its line ends differ"
    start = max(0, len(os.path.commonprefix([ours[number], theirs[number]])) - SHOWN // 3)
    shown = [repr(line[start : start + SHOWN]) for line in (ours[number], theirs[number])]
    return f"line {number + 1} has {shown[0]}, and {shown[1]} when made again"
