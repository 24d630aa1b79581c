"""Releases: a report made again with a plan of disclosure control in force, for everybody.

A release cannot be made without its plan: its files are those of a run to which the plan was told
(``analysis.chapter``), and a last look (``analysis.proof.leaks``) holds them against it.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from pathlib import Path, PureWindowsPath

import pandas as pd

from analysis import counts as count_tables
from analysis import findings as finding_tables
from analysis.counts import ROWS, SUPPRESSED
from analysis.disclosure.control import plan_of
from analysis.disclosure.plan import Plan
from analysis.errors import CannotWrite, refusal
from analysis.parameters import Parameters, check
from analysis.proof import open_data
from analysis.proof.leaks import leaks
from analysis.proof.summary import SUMMARY, summary
from analysis.proof.verify import base_of
from analysis.report.crate import write_crate
from analysis.report.manifest import MANIFEST, files_of, manifest, read_manifest
from analysis.report.run import run
from analysis.sources.registry import sha256, source_of
from analysis.tables import read_table, write_table

# Of a run: the pages, the tables and the charts. No notebooks, whose cells hold the same once
# more, no rows of records, and a manifest and crate of its own.
_RELEASED = ("report.html", "trace.html", "counts.csv", "findings.csv", "ledger.csv", "charts")
_OTHER_BYTES = "has other bytes than when the report was made"
_MADE_WITH = ("code", "notebooks", "lock", "packages", "python", "system")


def release(report: Path, out: Path, base: Path | None = None) -> list[str]:
    """Make the release of the report in a folder, in ``out``; returns what to tell who asked.

    The report's own sources are found as ``verify`` finds them, and must have the bytes that the
    report was made from. Refuses a folder that is no report, a report edited by hand, failed in a
    chapter or made by other code, an ``out`` that is there already, and a release that would show
    more than its plan. All of the release is written, or nothing.
    """
    held = read_manifest(report)
    _refuse_unfit(report, held, out)
    parameters = check(held["parameters"], str(report / MANIFEST))
    counts, findings = _tables(report)
    restricted = restricted_sources(held["inputs"])
    plan, log = plan_of(counts, findings, parameters.disclosure, restricted)
    with tempfile.TemporaryDirectory() as scratch:
        scratch = Path(scratch)
        at = base_of(held, report, base, scratch / "found")
        _refuse_other_code(held, json.loads(manifest(parameters, at, held["inputs"], scratch, {})))
        named = _with_sources(parameters, held["sources"], at, scratch)
        plan.write(scratch / "plan.json")
        made = run(named, scratch / "report", scratch, scratch / "plan.json")
        _refuse_failed(made.failures)
        _refuse_other_inputs(held["inputs"], read_manifest(made.folder)["inputs"])
        staging = scratch / "release"
        _assemble(made.folder, staging, named, plan, log)
        faults = open_data.faults(staging)
        secrets = {one["sha256"] for one in held["inputs"] if one["source"] in restricted}
        faults += leaks(staging, plan, counts.drop(columns=ROWS), findings, secrets)
        if faults:
            raise refusal(str(out), f"nothing is released: {faults[0]} (faults: {len(faults)})")
        _put(staging, out)
    return _told(out, plan, counts)


def restricted_sources(inputs: list[dict]) -> set[str]:
    """The sources of a report that are not known to be public.

    Those that the registry calls restricted or does not know, and those of which a file was read
    whose bytes nobody has registered: a force's own, in the form of a public one.
    """
    return {
        one["source"]
        for one in inputs
        if not one["registered"] or source_of(one["source"]).access != "published"
    }


def _refuse_unfit(report: Path, held: dict, out: Path) -> None:
    if out.exists():
        raise refusal(str(out), "is there already", "a new name")
    if out.resolve().is_relative_to(report.resolve()):
        raise refusal(str(out), "lies in the folder of the report", "another folder")
    _refuse_failed(held["failed_chapters"])
    for name, digest in sorted(held["outputs"].items()):
        path = report / name
        if not path.is_file() or sha256(path) != digest:
            how = "was edited since the report was made" if path.is_file() else "is missing"
            raise refusal(str(path), how, "a report as it was made: run it again")


def _refuse_failed(failures: dict[str, str]) -> None:
    for chapter, reason in sorted(failures.items()):
        raise refusal(f"chapter {chapter}", f"failed: {reason}", "a report without failed chapters")


def _refuse_other_code(before: dict, now: dict) -> None:
    """A plan for the numbers of other code would not be one for those that are shown."""
    for part in _MADE_WITH:
        if before[part] != now[part]:
            raise refusal(MANIFEST, f"the report was made with another {part}", "run it again")


def _refuse_other_inputs(before: list[dict], now: list[dict]) -> None:
    """A published table that is another since; of restricted ones the hash is not told by now."""
    known = {one["sha256"] for one in before} | {SUPPRESSED}
    for one in now:
        if one["sha256"] not in known:
            raise refusal(one["file"], _OTHER_BYTES, "run the report again")


def _tables(report: Path) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Counts with their rows, and findings, of a report, all text."""
    counts = read_table(report / "counts.csv", count_tables.COLUMNS)
    rows = report / "rows.csv"
    held = dict(read_table(rows, ["id", ROWS]).to_numpy()) if rows.exists() else {}
    counts[ROWS] = [held.get(one, "") for one in counts["id"]]
    return counts, read_table(report / "findings.csv", finding_tables.COLUMNS)


def _with_sources(
    parameters: Parameters, sources: dict[str, dict], at: Path, scratch: Path
) -> Parameters:
    """The parameters with the report's own sources as copies in ``scratch``, by their names alone.

    So no path of this machine reaches the release, and the bytes are those of the report.
    """
    given = {}
    for key, source in sources.items():
        if sha256(at / source["path"]) != source["sha256"]:
            raise refusal(f"sources.{key}: {source['path']}", _OTHER_BYTES, "the file as it was")
        name = f"{key}/{PureWindowsPath(source['path']).name}"  # either slash separates in it
        (scratch / key).mkdir()
        shutil.copyfile(at / source["path"], scratch / name)
        given[key] = name
    return check(parameters.model_dump() | {"sources": given}, "the release")


def _assemble(made: Path, folder: Path, parameters: Parameters, plan: Plan, log: pd.DataFrame):
    """The files of the release in ``folder``, from a run with the plan in force."""
    held = read_manifest(made)
    folder.mkdir()
    for name in _RELEASED:
        if (made / name).is_dir():
            shutil.copytree(made / name, folder / name)
        elif (made / name).exists():
            shutil.copyfile(made / name, folder / name)
    write_table(log, folder / open_data.LOG)
    open_data.tidy(folder)
    keys = sorted({one["source"] for one in held["inputs"]})
    made_up = "Made up: " if held["made_up"] else ""
    title = f"{made_up}Police use of force: {parameters.area}, {parameters.period}"
    open_data.describe(folder, title, [source_of(key) for key in keys])
    page = (folder / "report.html").read_text(encoding="utf-8")
    _write(folder / SUMMARY, summary(parameters, plan, page, held["made_up"]))
    # the hash of a restricted source is left out, as in everything else: see analysis.chapter
    own = {key: source | {"sha256": ""} for key, source in held["sources"].items()}
    control = {"threshold": plan.threshold, "rounding": plan.rounding,
               "restricted": sorted(plan.restricted)}  # fmt: skip
    content = held | {"sources": own, "release": control, "outputs": files_of(folder)}
    text = json.dumps(content, indent=2, sort_keys=True, ensure_ascii=False)
    _write(folder / MANIFEST, f"{text}\n")
    write_crate(folder)


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")


def _put(staging: Path, out: Path) -> None:
    """Put the finished release in its place as a whole: first beside it, then by its name."""
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=out.parent, prefix=f".{out.name}.") as beside:
            whole = Path(shutil.copytree(staging, Path(beside) / out.name))
            os.rename(whole, out)
    except OSError as error:
        where = f"{error.filename or out}: cannot be written ({error.strerror})"
        raise CannotWrite(where) from None


def _told(out: Path, plan: Plan, counts: pd.DataFrame) -> list[str]:
    if not plan.restricted:
        published = "All sources are published: nothing is hidden and nothing rounded."
        return [f"{out / 'report.html'}", published]
    changes = [plan.counts[one] for one in counts["id"]]
    hidden = sum(change.get("value", 0) is None for change in changes)
    return [
        f"{out / 'report.html'}",
        f"Under control: {'; '.join(sorted(plan.restricted))}",
        f"Hidden: {hidden:,} of {len(changes):,} counts, and what rests on them "
        f"({open_data.LOG}); rounded to {plan.rounding}: the other restricted ones",
        "Read it before it leaves the force: no rule knows what your readers know already.",
    ]
