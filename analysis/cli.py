"""The commands: a thin door.

What one command needs is imported in it: an unchanged run takes as long as what it imports, and
needs none of pandas, polars and requests.

Exit status: 0 done; 1 a chapter failed, rows were set aside, a report differs, or a file could not
be fetched; 2 refused; 3 the report or file could not be written, nothing was changed; 130 stopped
by Ctrl-C.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from analysis import __version__, preloaded
from analysis.errors import CannotWrite, Refused, refusal
from analysis.national.country import read_country
from analysis.national.index import write_index
from analysis.national.jobs import Place, Wanted
from analysis.national.reports import Making, Outcome
from analysis.national.workers import local
from analysis.parameters import Parameters, check, read_parameters, schema
from analysis.places import NOTEBOOKS, PARAMS, PUBLISHED, REPORTS
from analysis.standard.forces import Force, forces, official_forces
from analysis.standard.periods import parse_period

if TYPE_CHECKING:
    from analysis.sources.records import Reading

DONE, CHAPTER_FAILED, REFUSED, CANNOT_WRITE = 0, 1, 2, 3
SET_ASIDE = DIFFERS = NOT_FETCHED = CHAPTER_FAILED  # something asks for attention
# Official figures, and made-up records that show what a force's own would give.
DEFAULTS = (PARAMS / "cambridgeshire_2019-20.yml", PARAMS / "made-up_cambridgeshire_2017-q2.yml")


def parser() -> argparse.ArgumentParser:
    """The commands and their options."""
    top = argparse.ArgumentParser(prog="uof-audit", description="Audit police use of force.")
    top.add_argument("--version", action="version", version=__version__)
    commands = top.add_subparsers(dest="command", required=True)
    run = commands.add_parser("run", help="make a report; without any word, the two default ones")
    run.add_argument("params", nargs="?", type=Path, help="a params file")
    run.add_argument("--area", help="a police force, instead of a params file")
    run.add_argument("--period", help="a period such as 2019/20, with --area")
    run.add_argument("--out", type=Path, default=Path(REPORTS), help="folder for reports")
    everything = commands.add_parser("run-all", help="make the reports of many forces and periods")
    everything.add_argument("params", type=Path, help="a params file such as params/national.yml")
    everything.add_argument("--out", type=Path, default=Path(REPORTS), help="folder for reports")
    everything.add_argument("--workers", type=int, help="jobs at a time (the number of cores)")
    everything.add_argument("--cluster", help="address of a Dask scheduler, for its workers")
    listed = commands.add_parser("list", help="which areas and periods can be had")
    listed.add_argument("--pages", action="store_true", help="with the forces' own pages")
    looked_at = commands.add_parser("check", help="what is wrong with a record-level file")
    looked_at.add_argument("records", type=Path, help="the file: .csv, .xlsx or .ods")
    looked_at.add_argument("--period", help="set rows of other dates aside")
    looked_at.add_argument("--out", type=Path, help="the table of remarks (FILE_check.csv)")
    new = commands.add_parser("new-quarter", help="write a params file for a file of records")
    new.add_argument("--area", required=True, help="a police force")
    new.add_argument("--period", required=True, help="such as 2017-Q2, or 2017/18-Q1")
    new.add_argument("--records", required=True, type=Path, help="the record-level file")
    new.add_argument("--district-activity", type=Path, help="Taser activity by district")
    new.add_argument("--into", type=Path, default=PARAMS, help="folder for the params file")
    made = commands.add_parser("made-up", help="make records up, for trials and tests")
    made.add_argument("--reports", required=True, type=int, help="how many")
    made.add_argument("--seed", required=True, type=int, help="same seed, same bytes")
    made.add_argument("--period", default="2017-Q2", help="a quarter (2017-Q2) or a year (2019/20)")
    made.add_argument("--country", action="store_true", help="a folder of files for each force")
    made.add_argument("--defects", action="store_true", help="with the defects of real files")
    made.add_argument("--into", required=True, type=Path, help="folder for the files")
    explained = commands.add_parser("explain", help="where a number of a report comes from")
    explained.add_argument("id", help="the id of a count or finding, as the page names it")
    explained.add_argument("--report", required=True, type=Path, help="the report's folder")
    explained.add_argument("--rows", type=Path, help="write the rows of the records here (a .csv)")
    verified = commands.add_parser("verify", help="make a report again and compare every byte")
    verified.add_argument("report", type=Path, help="the report's folder")
    verified.add_argument("--base", type=Path, help="folder from which its own sources are found")
    compared = commands.add_parser("compare", help="what differs between two reports, and why")
    compared.add_argument("before", type=Path, help="a report's folder")
    compared.add_argument("after", type=Path, help="another's")
    compared.add_argument("--out", type=Path, required=True, help="folder for page and table")
    released = commands.add_parser("release", help="a report without what gives people away")
    released.add_argument("report", type=Path, help="the report's folder")
    released.add_argument("--out", type=Path, required=True, help="folder for the release")
    released.add_argument("--base", type=Path, help="folder from which its own sources are found")
    fetched = commands.add_parser("fetch", help="get official workbooks and force files by name")
    fetched.add_argument("names", nargs="*", metavar="NAME", help="without any: what can be had")
    fetched.add_argument("--into", type=Path, default=Path("fetched"), help="folder (fetched)")
    fetched.add_argument("--from", dest="file", type=Path, help="a file that you saved by hand")
    rebuild = commands.add_parser("rebuild", help="remake data/published from official files")
    rebuild.add_argument("material", type=Path, help="folder with data/ and domain/")
    rebuild.add_argument("--into", type=Path, default=PUBLISHED)
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
    except BrokenPipeError:  # such as ``| head``: the reader has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    except KeyboardInterrupt:
        print("stopped; what was finished is kept", file=sys.stderr)
        return 130


def _asked(given: argparse.Namespace) -> Iterator[tuple[Parameters, str, str, Path]]:
    """The parameters asked for, where they come from, the report's name, the base of paths."""
    if given.area or given.period:
        if given.params:
            raise Refused("give a params file, or --area and --period, not both")
        if not (given.area and given.period):
            raise Refused("--area and --period go together")
        parameters = check({"area": given.area, "period": given.period}, "command line")
        yield parameters, "command line", parameters.name, Path.cwd()
        return
    for path in [given.params] if given.params else DEFAULTS:
        yield read_parameters(path), str(path), path.stem, path.resolve().parent


def _run(given: argparse.Namespace) -> int:
    asked, out = [*_asked(given)], given.out.resolve()
    wanted = [Wanted(out / name, parameters, base) for parameters, _, name, base in asked]
    making = Making(wanted, out)
    unfinished = making.unfinished
    if unfinished:
        preloaded.share()  # it imports what chapters import while this process goes on
        from analysis.audit import check_at_hand

        for one, (parameters, where, _, base) in zip(wanted, asked, strict=True):
            if one in unfinished:
                check_at_hand(parameters, where, base)
    else:
        print("unchanged: nothing had to be made anew", file=sys.stderr)
    number, status = os.cpu_count() or 1, DONE
    with local(number) as place:
        outcomes = making.make(number, place)
    for outcome in outcomes:
        for chapter, reason in outcome.failed_chapters.items():
            print(f"chapter {chapter} failed: {reason}", file=sys.stderr)
        if outcome.error:
            print(outcome.error, file=sys.stderr)
        else:
            print(outcome.wanted.folder / "report.html")
        status = max(status, _status(outcome))
    return status


def _run_all(given: argparse.Namespace) -> int:
    """Reports of a country: what is unchanged stays, what fails leaves the others."""
    if given.workers is not None and (given.workers < 1 or given.cluster):
        problem = f"{given.workers}{' beside --cluster' if given.cluster else ''}"
        raise refusal("--workers", problem, "1 or more; a cluster has its own")
    country, out = read_country(given.params), given.out.resolve()
    base, shown = given.params.resolve().parent, str(given.params)
    wanted = [Wanted(out / one.name, one, base) for one in country.reports]
    making = Making(wanted, out)
    if making.unfinished and not given.cluster:
        preloaded.share()
    with _workers(given) as (place, number):
        refused = making.refused(number, place, shown)
        if refused and len(refused) == len(making.wanted):
            raise next(iter(refused.values()))
        outcomes = making.make(number, place, refused)
        page, without_tables = write_index(out, country, outcomes, making, number, place)
    for outcome in outcomes:
        name = outcome.wanted.name
        for chapter, reason in outcome.failed_chapters.items():
            print(f"{name}: chapter {chapter} failed: {reason}", file=sys.stderr)
        if outcome.error:
            print(f"{name}: not made anew: {outcome.error}", file=sys.stderr)
    if without_tables:
        print(f"national tables: not made anew: {without_tables}", file=sys.stderr)
    whole = sum(not one.error and not one.failed_chapters for one in outcomes)
    print(f"{whole} of {len(outcomes)} reports made in full, {len(making.unfinished)} of all anew")
    if country.without_records:
        print(f"{len(country.without_records)} without a file of records: the page names them")
    print(page)
    return DONE if whole == len(outcomes) and not without_tables else CHAPTER_FAILED


@contextmanager
def _workers(given: argparse.Namespace) -> Iterator[tuple[Place, int]]:
    """Where jobs are done, and how many at a time."""
    if given.cluster:
        from analysis.national.cluster import connected

        with connected(given.cluster) as found:
            yield found
        return
    number = given.workers or os.cpu_count() or 1
    with local(number) as place:
        yield place, number


def _status(outcome: Outcome) -> int:
    if isinstance(outcome.error, CannotWrite):
        return CANNOT_WRITE
    return CHAPTER_FAILED if outcome.error or outcome.failed_chapters else DONE


def _check(given: argparse.Namespace) -> int:
    """Say what is wrong with a record-level file, row by row."""
    from analysis.sources.records import read_records

    period = str(parse_period(given.period, "--period")) if given.period else None
    table = given.out or Path(f"{given.records.stem}_check.csv")
    _refuse_to_replace(table)
    return _remarked(read_records(given.records, "", period), table)


def _refuse_to_replace(table: Path) -> None:
    """A table of remarks may be replaced by a newer one; any other file stays as it is."""
    from analysis.sources.records.remarks import COLUMNS as REMARKED

    if table.exists():
        with table.open("rb") as file:
            if not file.readline().decode("utf-8", "replace").startswith(",".join(REMARKED)):
                raise refusal(str(table), "is there already, and no table of remarks", "a new name")


def _remarked(reading: Reading, table: Path) -> int:
    """Print the remarks on a file, write all of them to ``table``, and tell by the status."""
    from analysis.sources.records import summary
    from analysis.tables import write_table

    print("\n".join(summary(reading)))
    try:
        write_table(reading.remarks, table)
    except OSError as error:
        raise CannotWrite(f"{table}: cannot be written ({error.strerror})") from None
    print(f"Every remark, row by row: {table}")
    return SET_ASIDE if len(reading.set_aside) else DONE


def _new_quarter(given: argparse.Namespace) -> int:
    from analysis import new_quarter
    from analysis.ledger import Ledger
    from analysis.sources import district_activity
    from analysis.sources.records import read_records

    asked = check({"area": given.area, "period": given.period}, "command line")
    path, table = (given.into / f"{asked.name}{ending}" for ending in (".yml", "_check.csv"))
    new_quarter.refuse_to_replace(path)
    _refuse_to_replace(table)
    if given.district_activity:
        frame = district_activity.read(given.district_activity)
        district_activity.clean(frame, given.district_activity.name, Ledger(), "")
    reading = read_records(given.records, asked.area, asked.period)
    if not len(reading.records):
        held = f" (its dates are of {reading.months})" if reading.months else ""
        problem = f"holds no report that can be used of {asked.period}{held}"
        allowed = "the check command says what is wrong with each row"
        raise refusal(str(given.records), problem, allowed)
    status = _remarked(reading, table)
    before = new_quarter.records_before(asked.area, asked.period, given.into)
    text = new_quarter.text_of(
        reading.records, given.records, given.into, before, given.district_activity
    )
    new_quarter.write(text, path)
    print(f"Written: {path} ({parse_period(asked.period).in_words})")
    if before:
        print(f"What has changed is told by the period before: {before}")
    if status == SET_ASIDE:
        print("Rows were set aside: mend them in the file if you can, and check it again.")
    print(f'Next: python toolkit.py run "{path}"')
    return status


def _made_up(given: argparse.Namespace) -> int:
    from analysis.made_up import files as made_up_files
    from analysis.made_up.country import write_country
    from analysis.made_up.plan import USUAL

    period = parse_period(given.period, "--period")
    if given.reports < 1 or given.seed < 0:
        raise refusal("--reports, --seed", f"{given.reports}, {given.seed}", "1 or more, 0 or more")
    try:
        if given.country:
            written = write_country(
                given.reports, given.seed, str(period), given.into, given.defects
            )
        else:
            make = made_up_files.damaged if given.defects else made_up_files.make
            made = make(given.reports, given.seed, replace(USUAL, period=str(period)))
            written = made_up_files.write(given.into, made)
    except OSError as error:
        raise CannotWrite(
            f"{error.filename or given.into}: cannot be written ({error.strerror})"
        ) from None
    for path in written:
        print(path)
    return DONE


def _explain(given: argparse.Namespace) -> int:
    """Print where a number comes from; write the rows that were counted where asked."""
    from analysis.report.trace import read_trace

    trace = read_trace(given.report)
    lines = trace.explain(given.id)
    if given.rows:
        lines += ["", *trace.write_rows(given.id, given.rows)]
    print("\n".join(lines))
    return DONE


def _verify(given: argparse.Namespace) -> int:
    from analysis.proof.verify import summary, verify

    differences = verify(given.report, given.base)
    print("\n".join(summary(given.report, differences)))
    return DIFFERS if differences else DONE


def _compare(given: argparse.Namespace) -> int:
    from analysis.proof.compare import compare

    for line in compare(given.before, given.after, given.out):
        print(line)
    return DONE


def _release(given: argparse.Namespace) -> int:
    from analysis.proof.release import release

    for line in release(given.report, given.out, given.base):
        print(line)
    return DONE


def _list(given: argparse.Namespace) -> int:
    from analysis.sources import published

    print("Periods of the official tables:", ", ".join(published.periods()))
    print("Areas with official figures, and with records where you have a file of them:")
    others = [force for force in forces().values() if not force.official]
    for force in official_forces().values():
        print(f"  {force.name} ({force.region})")
        _print_page(force, given.pages)
    print("Areas with records only:")
    for force in others:
        print(f"  {force.name} ({force.country}): {force.not_in_tables}")
        _print_page(force, given.pages)
    return DONE


def _print_page(force: Force, asked: bool) -> None:
    if asked:
        print(f"    {force.publication_page} ({force.page_seen})")


def _fetch(given: argparse.Namespace) -> int:
    """Fetch each name; one that fails is told and leaves the rest."""
    from analysis import fetch

    if given.file and len(given.names) != 1:
        raise Refused("--from goes with one name")
    if not given.names:
        for one in fetch.offers().values():
            print(f"{one.name}: {one.title}")
        return DONE
    status = DONE
    for wanted in [fetch.offer(name) for name in dict.fromkeys(given.names)]:
        try:
            if given.file:
                print(fetch.place(wanted, given.file, given.into))
            else:
                print(fetch.fetch(wanted, given.into))
        except CannotWrite:
            raise
        except KeyboardInterrupt:
            print("stopped; what has arrived is kept for the next call", file=sys.stderr)
            return 130
        except Refused as error:
            print(error, file=sys.stderr)
            failed = NOT_FETCHED if isinstance(error, fetch.NotFetched) else REFUSED
            status = max(status, failed)
    return status


def _rebuild(given: argparse.Namespace) -> int:
    from analysis.sources import published

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
    "run-all": _run_all,
    "check": _check,
    "new-quarter": _new_quarter,
    "made-up": _made_up,
    "list": _list,
    "explain": _explain,
    "verify": _verify,
    "compare": _compare,
    "release": _release,
    "fetch": _fetch,
    "rebuild": _rebuild,
    "refresh": _refresh,
    "schema": _schema,
}

if __name__ == "__main__":
    sys.exit(main())
