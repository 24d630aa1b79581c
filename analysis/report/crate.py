"""The report as an RO-Crate: one file that lets an archive and a stranger's program read it.

RO-Crate 1.1 (https://w3id.org/ro/crate/1.1) with the Process Run Crate profile
(https://w3id.org/ro/wfrun/process/0.5): files, what they were made from, by which software and
with which parameters. All of it is taken from the manifest and the registry.
"""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING
from urllib.parse import quote

from analysis.report.manifest import MANIFEST, read_manifest
from analysis.sources.registry import Source, sha256, source_of
from analysis.standard.names import slug
from analysis.standard.periods import parse_period

if TYPE_CHECKING:  # the library is imported when a crate is written, and not to read this file
    from rocrate.rocrate import ROCrate

CRATE = "ro-crate-metadata.json"
VERSION = "1.1"
PROFILE = "https://w3id.org/ro/wfrun/process/0.5"
_TERMS = "https://w3id.org/ro/terms/workflow-run#"
_FORMATS = {
    ".html": "text/html", ".csv": "text/csv", ".svg": "image/svg+xml", ".json": "application/json",
    ".ipynb": "application/x-ipynb+json",
}  # fmt: skip
_CONTENTS = {
    "report.html": "The report as a page",
    "trace.html": "Where each number of the page comes from",
    "findings.csv": "Every finding, with method, interval and the counts it rests on",
    "counts.csv": "Every count, with its source and where it stands there",
    "rows.csv": "The rows of the records that each count was taken over",
    "ledger.csv": "What was dropped, repaired or labelled on the way, and why",
    MANIFEST: "What the report was made from, with the hash of each file",
    "notebooks": "A chapter as it was executed",
    "charts": "A chart, or the rows it is drawn from",
}
_LICENCES = {
    "Open Government Licence v3.0": "https://www.nationalarchives.gov.uk/doc/"
    "open-government-licence/version/3/",
    "MIT": "https://spdx.org/licenses/MIT",
}
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def write_crate(folder: Path) -> None:
    """Write ``ro-crate-metadata.json`` for a report with its manifest: equal files, equal bytes.

    The date of publication is that of the newest edition the report rests on, or else the last
    month of its period: the clock has no part in it.
    """
    from rocrate.rocrate import ROCrate

    manifest = read_manifest(folder)
    crate = ROCrate(version=VERSION)
    crate.metadata.extra_terms["sha256"] = f"{_TERMS}sha256"  # the one word that is not in 1.1
    sources = [source_of(key) for key in sorted({one["source"] for one in manifest["inputs"]})]
    files = [_file(crate, folder, path) for path in sorted([*manifest["outputs"], MANIFEST])]
    for source in sources:
        _source(crate, source)
    _add(crate, PROFILE, "CreativeWork", name="Process Run Crate", version="0.5")
    authors = _add(crate, "#authors", "Organization", name="The uof-audit authors")
    software = _software(crate, manifest)
    used = [_input(crate, one) for one in manifest["inputs"]]
    used += [_parameter(crate, *one) for one in sorted(flat(manifest["parameters"]).items())]
    failed = manifest["failed_chapters"]
    run = crate.add_action(
        software,
        "#run",
        object=used,
        result=files,
        properties={
            "name": "Making the report",
            "description": "The chapters run with these parameters over these inputs, then the "
            "tables, the page and the manifest.",
            "agent": authors,
            "actionStatus": f"http://schema.org/{'Failed' if failed else 'Completed'}ActionStatus",
        },
    )
    if failed:
        run["error"] = "; ".join(f"{name}: {why}" for name, why in sorted(failed.items()))
    _root(crate, manifest, sources, authors, run)
    crate.metadata["name"] = "Description of this report for programs"
    crate.metadata.write(folder)


def flat(parameters: dict, above: str = "") -> dict[str, object]:
    """Nested parameters as one level, such as ``choices.seed``; what is not given is left out."""
    found = {}
    for key, value in parameters.items():
        if isinstance(value, dict):
            found |= flat(value, f"{above}{key}.")
        elif value is not None:
            found[f"{above}{key}"] = value
    return found


def parameters_in(crate: dict) -> dict[str, object]:
    """The parameters that a crate names, as ``flat`` gives them; likewise ``hashes_in``."""
    values = (one for one in crate["@graph"] if one["@id"].startswith("#parameter/"))
    return {one["name"]: json.loads(one["value"]) for one in values}


def hashes_in(crate: dict) -> dict[str, str]:
    """Hash of each file of the report that a crate names, the manifest among them."""
    entities = {one["@id"]: one for one in crate["@graph"]}
    parts = [entities[part["@id"]] for part in entities["./"]["hasPart"]]
    return {part["name"]: part["sha256"] for part in parts}


def _add(crate: ROCrate, identifier: str, kind: str, **properties):
    return crate.add_jsonld({"@id": identifier, "@type": kind, **properties})


def _file(crate: ROCrate, folder: Path, name: str):
    path = PurePosixPath(name)
    properties = {
        "name": name,
        "description": _CONTENTS.get(path.parts[0], "A file of the report"),
        "encodingFormat": _FORMATS.get(path.suffix, "application/octet-stream"),
        "contentSize": str((folder / name).stat().st_size),
        "sha256": sha256(folder / name),
    }
    return crate.add_file(folder / name, name, properties=properties)


def _source(crate: ROCrate, source: Source) -> None:
    publisher = f"#publisher/{slug(source.publisher)}"
    if not crate.get(publisher):
        _add(crate, publisher, "Organization", name=source.publisher)
    known = {"temporalCoverage": source.period}
    if source.address.startswith("http"):
        known["url"] = source.address
    _add(
        crate,
        f"#source/{source.key}",
        "CreativeWork",
        name=source.title,
        version=source.edition,
        creativeWorkStatus=source.status,
        conditionsOfAccess=source.access,
        publisher={"@id": publisher},
        license=_licence(crate, source.licence),
        **{key: text for key, text in known.items() if text},
    )


def _licence(crate: ROCrate, name: str):
    identifier = _LICENCES.get(name, f"#licence/{slug(name)}")
    text = f"{name}: of the sources, and of the software, that name it."
    known = crate.get(identifier)
    return known or _add(crate, identifier, "CreativeWork", name=name, description=text)


def _input(crate: ROCrate, read: dict):
    return _add(
        crate,
        f"#input/{quote(read['file'])}",
        "CreativeWork",
        name=read["file"],
        sha256=read["sha256"],
        isPartOf={"@id": f"#source/{read['source']}"},
    )


def _parameter(crate: ROCrate, name: str, value: object):
    text = json.dumps(value, ensure_ascii=False)
    return _add(crate, f"#parameter/{name}", "PropertyValue", name=name, value=text)


def _software(crate: ROCrate, manifest: dict):
    code = "".join(f"{digest}  {path}\n" for path, digest in sorted(manifest["code"].items()))
    return _add(
        crate,
        "#uof-audit",
        "SoftwareApplication",
        name=manifest["toolkit"]["name"],
        softwareVersion=manifest["toolkit"]["version"],
        description=f"Runs under Python {manifest['python']} on {manifest['system']} with the "
        f"packages that {MANIFEST} names. Its hash is that of the list of hashes of its files "
        "there, as sha256sum prints it.",
        sha256=hashlib.sha256(code.encode()).hexdigest(),
        license=_licence(crate, "MIT"),
    )


def _root(crate: ROCrate, manifest: dict, sources: list[Source], authors, run) -> None:
    area, period = manifest["parameters"]["area"], manifest["parameters"]["period"]
    made_up = "Made up: " if manifest["made_up"] else ""
    root = crate.root_dataset
    root["name"] = f"{made_up}Police use of force: {area}, {period}"
    root["description"] = (
        f"Audit report on police use of force, {area}, {period}: page, tables, charts and executed "
        "chapters. Records are officers' reports: not incidents and not people."
        + (" The records are made up and no force's: none of it happened." if made_up else "")
    )
    root["datePublished"] = _date(period, sources)
    root["license"] = [
        _licence(crate, name) for name in sorted({one.licence for one in sources} or {"MIT"})
    ]
    root["author"] = root["publisher"] = authors
    root["conformsTo"] = {"@id": PROFILE}
    root["mentions"] = run


def _date(period: str, sources: list[Source]) -> str:
    days = [source.edition for source in sources if _DAY.fullmatch(source.edition)]
    year, month = parse_period(period).last
    return max(days, default=f"{year}-{month:02}")
