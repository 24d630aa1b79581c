"""The commands: a thin door.

Exit status: 0 done; 1 a chapter failed; 2 refused, nothing was started; 3 the report could not
be written, nothing was changed.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from analysis import __version__
from analysis.audit import check_at_hand
from analysis.errors import CannotWrite, Refused
from analysis.parameters import Parameters, check, read_parameters, schema
from analysis.places import NOTEBOOKS, PARAMS, REPORTS
from analysis.sources import published
from analysis.standard.forces import forces

DONE, CHAPTER_FAILED, REFUSED, CANNOT_WRITE = 0, 1, 2, 3
DEFAULT = PARAMS / "cambridgeshire_2019-20.yml"


def parser() -> argparse.ArgumentParser:
    """The commands and their options."""
    top = argparse.ArgumentParser(prog="uof-audit", description="Audit police use of force.")
    top.add_argument("--version", action="version", version=__version__)
    commands = top.add_subparsers(dest="command", required=True)
    run = commands.add_parser("run", help="make a report")
    run.add_argument("params", nargs="?", type=Path, help=f"a params file ({DEFAULT.name})")
    run.add_argument("--area", help="a police force, instead of a params file")
    run.add_argument("--period", help="a period such as 2019/20, with --area")
    run.add_argument("--out", type=Path, default=Path(REPORTS), help="folder for reports")
    commands.add_parser("list", help="which areas and periods can be had")
    rebuild = commands.add_parser("rebuild", help="remake data/published from official files")
    rebuild.add_argument("material", type=Path, help="folder with data/ and domain/")
    rebuild.add_argument("--into", type=Path, default=published.PUBLISHED)
    commands.add_parser("refresh", help="store the outputs of the chapters anew, after a change")
    commands.add_parser("schema", help="write params/schema.json anew, after a change of the keys")
    return top


def main(arguments: list[str] | None = None) -> int:
    """Run a command; what is refused is told in one line, without a traceback."""
    for stream in (sys.stdout, sys.stderr):  # a console of another code page must not stop a run
        stream.reconfigure(errors="replace")
    given = parser().parse_args(arguments)
    try:
        return COMMANDS[given.command](given)
    except CannotWrite as error:
        print(error, file=sys.stderr)
        return CANNOT_WRITE
    except Refused as error:
        print(error, file=sys.stderr)
        return REFUSED
    except KeyboardInterrupt:
        print("stopped; nothing was written", file=sys.stderr)
        return 130


def _asked(given: argparse.Namespace) -> tuple[Parameters, str, str, Path]:
    """The parameters asked for, where they come from, the report's name, the base of paths."""
    if given.area or given.period:
        if given.params:
            raise Refused("give a params file, or --area and --period, not both")
        if not (given.area and given.period):
            raise Refused("--area and --period go together")
        parameters = check({"area": given.area, "period": given.period}, "command line")
        return parameters, "command line", parameters.name, Path.cwd()
    path = given.params or DEFAULT
    return read_parameters(path), str(path), path.stem, path.resolve().parent


def _run(given: argparse.Namespace) -> int:
    parameters, where, name, base = _asked(given)
    check_at_hand(parameters, where, base)
    from analysis.report.run import run  # papermill takes seconds to import: refuse before

    report = run(parameters, given.out.resolve() / name, base)
    for chapter, reason in report.failures.items():
        print(f"chapter {chapter} failed: {reason}", file=sys.stderr)
    print(report.folder / "report.html")
    return CHAPTER_FAILED if report.failures else DONE


def _list(given: argparse.Namespace) -> int:
    print("Periods:", ", ".join(published.periods()))
    print("Areas:")
    for force in forces().values():
        print(f"  {force.name} ({force.region})")
    return DONE


def _rebuild(given: argparse.Namespace) -> int:
    for path in published.rebuild(given.material, given.into):
        print(path)
    return DONE


def _refresh(given: argparse.Namespace) -> int:
    from analysis.report.notebook import refresh

    failed = False
    with tempfile.TemporaryDirectory() as scratch:
        for path in sorted(NOTEBOOKS.glob("*.ipynb")):
            executed = refresh(path, Path(scratch))
            failed |= bool(executed.failure)
            print(f"{path.name}: {executed.failure or 'stored'}")
    return CHAPTER_FAILED if failed else DONE


def _schema(given: argparse.Namespace) -> int:
    path = PARAMS / "schema.json"
    path.write_text(schema(), encoding="utf-8", newline="\n")
    print(path)
    return DONE


COMMANDS = {
    "run": _run,
    "list": _list,
    "rebuild": _rebuild,
    "refresh": _refresh,
    "schema": _schema,
}

if __name__ == "__main__":
    sys.exit(main())
