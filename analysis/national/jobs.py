"""The jobs: a chapter of a report is run and stored; a report is written from its chapters.

A job says what it rests on and what it makes (``analysis.national.nodes``); it has the form of a
task of pytask. What takes time is one function of plain values, so that it can be called in
another process or on another machine; what it gives is stored here, whole or not at all.
"""

from __future__ import annotations

import json
import os
import platform
import shutil
import tempfile
import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache, cached_property
from importlib import metadata
from pathlib import Path
from typing import TypeVar

from analysis.errors import Refused, refusal
from analysis.national.closure import code_of
from analysis.national.nodes import Hashes, Node, digest, hash_of
from analysis.parameters import Parameters
from analysis.places import LOCK, NOTEBOOKS, ROOT
from analysis.report.asked import parameter_names, path_of, values_named
from analysis.report.crate import CRATE
from analysis.report.manifest import MANIFEST, PACKAGES, code
from analysis.standard.periods import parse_period

LONGEST = ("records-demographics", "forces")  # chapters that take longest
STORE = ".jobs"  # in the folder of reports: executed chapters, and what they were made from
Known = TypeVar("Known")
Place = Callable[..., object]  # calls a function with values somewhere, and waits for the result


@dataclass(frozen=True)
class Wanted:
    """A report that is wanted: its folder, its parameters, and where its sources are found."""

    folder: Path
    parameters: Parameters
    base: Path

    @property
    def name(self) -> str:
        return self.folder.name


class Job:
    """What pytask asks of a task; ``do`` does the work.

    ``first``: begun before others, as what is long would else be alone at the end.
    """

    first = False

    def __init__(self, name: str, rests_on: Iterable[Node], makes: Node) -> None:
        self.name = name
        self.makes = makes
        self.depends_on = {node.name: node for node in rests_on}
        self.produces = {"makes": makes}
        self.markers: list = []
        self.report_sections: list = []
        self.attributes: dict = {}
        self.function: Callable = self.do

    @property
    def signature(self) -> str:
        return digest(f"job {self.name}")

    def state(self) -> str:
        """Always the same, or never where the job has to be done again whatever it rests on."""
        return uuid.uuid4().hex if self.failed else "job"

    @property
    def failed(self) -> str:
        """Why what was made is of no lasting use; nothing if it is."""
        return ""

    def execute(self, **_: object) -> None:
        raise NotImplementedError  # called by no backend that is used here

    def do(self, place: Place) -> None:
        """Do the work in a place, and keep what it gives."""
        raise NotImplementedError


class ChapterJob(Job):
    """A chapter of a report, run and stored."""

    def __init__(self, wanted: Wanted, chapter: str, shared: Shared) -> None:
        self.wanted, self.chapter, self.shared = wanted, chapter, shared
        self.stored = shared.store / "chapters" / wanted.name / f"{chapter}.jsonl"
        name = f"{wanted.name}/{chapter}"
        rests_on = [
            Node(f"parameters of {name}", self._parameters),
            Node(f"inputs of {name}", self._inputs),
            Node(f"notebook {chapter}", lambda: shared.hashes.of(path_of(chapter))),
            Node(f"code of {chapter}", lambda: shared.code_of(chapter)),
            Node("environment", shared.environment),
        ]
        super().__init__(name, rests_on, Node(f"chapter {name}", lambda: hash_of(self.stored)))
        self.first = chapter in LONGEST

    def _parameters(self) -> str:
        try:
            names = self.shared.parameter_names(self.chapter)
            return digest(values_named(names, self.wanted.parameters))
        except Refused as error:  # which fails the chapter
            return digest(str(error))

    def _inputs(self) -> str:
        """Of the files that the chapter has read, as it says itself; never the same if one changed.

        What it says is what it read, also where a file was changed while it ran.
        """
        recorded = self._head.get("inputs", [])
        own = own_files(self.wanted.parameters, self.wanted.base)
        for one in recorded:
            path = own.get(one["file"]) or _in_the_project(one["file"])
            if self.shared.hashes.of(path) != one["sha256"]:
                return uuid.uuid4().hex
        return digest(recorded)

    @cached_property
    def _head(self) -> dict:
        """Why the stored chapter failed, and what it has read; nothing where none is stored.

        Read once until the job is done; other bytes of it are told by what the job makes.
        """
        try:
            with self.stored.open(encoding="utf-8") as file:
                return json.loads(file.readline())
        except (OSError, ValueError):
            return {}

    @property
    def failed(self) -> str:
        return self._head.get("failure", "")

    def do(self, place: Place) -> None:
        wanted = self.wanted
        base, project = wanted.base.resolve(), self.shared.project()
        write(self.stored, place(make_chapter, self.chapter, wanted.parameters, base, project))
        vars(self).pop("_head", None)


class ReportJob(Job):
    """A report, written from its stored chapters."""

    first = True

    def __init__(self, wanted: Wanted, chapters: list[ChapterJob], shared: Shared) -> None:
        self.wanted, self.chapters, self.shared = wanted, chapters, shared
        own = own_files(wanted.parameters, wanted.base)
        rests_on = [
            *(one.makes for one in chapters),
            *(one.depends_on[f"notebook {one.chapter}"] for one in chapters),
            Node(f"parameters of {wanted.name}", lambda: digest(wanted.parameters.model_dump())),
            Node(f"sources of {wanted.name}", lambda: shared.files(own.values())),
            Node("code", shared.code),  # the manifest lists all of it
            Node("environment", shared.environment),
        ]
        super().__init__(wanted.name, rests_on, Node(f"report {wanted.name}", self._contents))

    def _contents(self) -> str | None:
        """Of every file that its manifest names; none where one is missing."""
        folder = self.wanted.folder
        named = self._manifest.get("outputs")
        if not isinstance(named, dict):
            return None
        found = {name: hash_of(folder / name) for name in (*named, MANIFEST, CRATE)}
        return digest(found) if all(found.values()) else None

    @property
    def _manifest(self) -> dict:
        try:
            found = json.loads((self.wanted.folder / MANIFEST).read_text("utf-8"))
        except (OSError, ValueError):
            return {}
        return found if isinstance(found, dict) else {}

    @property
    def made_up(self) -> bool:
        """Whether the report as it stands says that it rests on made-up records."""
        return bool(self._manifest.get("made_up"))

    def do(self, place: Place) -> None:
        from analysis.report.run import replacing

        wanted, texts = self.wanted, [one.stored.read_text("utf-8") for one in self.chapters]
        base, project = wanted.base.resolve(), self.shared.project()
        files = place(make_report, wanted.parameters, base, texts, project)
        with replacing(wanted.folder) as staging:
            for name, content in files.items():
                (staging / name).parent.mkdir(parents=True, exist_ok=True)
                (staging / name).write_bytes(content)


class Shared:
    """What all jobs of a run share: the store, and hashes that are worked out once."""

    def __init__(self, store: Path) -> None:
        self.store, self.hashes = store, Hashes()
        self._known: dict[str, object] = {}

    def _once(self, name: str, work: Callable[[], Known]) -> Known:
        if name not in self._known:
            self._known[name] = work()
        return self._known[name]

    def files(self, paths: Iterable[Path]) -> str:
        return digest([[path.name, self.hashes.of(path)] for path in paths])

    def environment(self) -> str:
        return self._once("environment", environment)

    def code(self) -> str:
        return self._once("code", lambda: digest(code()))

    def parameter_names(self, chapter: str) -> set[str]:
        return self._once(f"names in {chapter}", lambda: parameter_names(path_of(chapter)))

    def code_of(self, chapter: str) -> str:
        return self._once(f"code of {chapter}", lambda: self.files(code_of(chapter)))

    def project(self) -> str:
        return self._once("project", project)


def environment() -> str:
    """Digest of the Python, the system, the lock, and the packages as they are installed."""
    versions = {name: metadata.version(name) for name in PACKAGES}
    system = f"{platform.system()} {platform.machine()}"
    return digest([platform.python_version(), system, hash_of(LOCK), versions])


def project() -> str:
    """Digest of code, notebooks and lock: what a worker must have the same of."""
    notebooks = {path.name: hash_of(path) for path in sorted(NOTEBOOKS.glob("*.ipynb"))}
    return digest([code(), notebooks, environment()])


@cache
def _in_the_project(name: str) -> Path:
    """Of a file that many chapters have read: making its path is most of looking it up."""
    return ROOT / name


def own_files(parameters: Parameters, base: Path) -> dict[str, Path]:
    """The files that a params file names, by the name that the list of inputs has of each."""
    found = {}
    for key, given in parameters.sources.model_dump(exclude_none=True).items():
        path = (base / given).resolve()
        name = path.relative_to(ROOT).as_posix() if path.is_relative_to(ROOT) else path.name
        before = key == "records_before"
        role = f" ({parse_period(parameters.period).before})" if before else ""
        found[name + role] = path
    return found


def jobs_of(wanted: Iterable[Wanted], shared: Shared) -> list[Job]:
    """The jobs of the reports: chapters first, then what is written from them."""
    chapters, reports = [], []
    for one in wanted:
        own = [ChapterJob(one, name, shared) for name in one.parameters.chapters]
        chapters += own
        reports.append(ReportJob(one, own, shared))
    return [*chapters, *reports]


def write(path: Path, text: str) -> None:
    """Write a file of the store, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(f"{path.name}.new")
    new.write_text(text, encoding="utf-8", newline="\n")
    os.replace(new, path)


def make_chapter(name: str, parameters: Parameters, base: Path, same: str) -> str:
    """A chapter as it is stored: why it failed and what it read in one line, the notebook in one.

    Refused where the project here is another than the one that asks, of the digest ``same``.
    """
    from analysis.report.chapters import run_chapter
    from analysis.report.run import in_force

    refuse_another(same)
    scratch = Path(tempfile.mkdtemp())
    try:
        with in_force(None):
            executed = run_chapter(name, parameters, base, scratch, 0)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    head = {"failure": executed.failure, "inputs": executed.record["inputs"]}
    parts = (head, executed.notebook)
    return "".join(f"{json.dumps(one, sort_keys=True, ensure_ascii=False)}\n" for one in parts)


def make_report(
    parameters: Parameters, base: Path, chapters: list[str], same: str
) -> dict[str, bytes]:
    """Every file of a report by its path in it, from its chapters as they are stored."""
    import nbformat

    from analysis.report.notebook import Executed
    from analysis.report.run import in_force, write_report

    refuse_another(same)
    executed = []
    for name, text in zip(parameters.chapters, chapters, strict=True):
        head, notebook = map(json.loads, text.splitlines())
        executed.append(Executed(name, nbformat.from_dict(notebook), head["failure"]))
    folder = Path(tempfile.mkdtemp())
    try:
        with in_force(None):
            write_report(parameters, base, executed, folder)
        paths = sorted(path for path in folder.rglob("*") if path.is_file())
        return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def refuse_another(same: str) -> None:
    """Refuse to work for a run whose project has another digest than the one here."""
    if project() != same:
        problem = "code, notebooks, lock or packages are others than those of the run that asks"
        where = f"the project on {platform.node()}"
        raise refusal(where, problem, "the same on every machine, and unchanged while a run lasts")
