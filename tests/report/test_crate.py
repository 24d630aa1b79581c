"""The RO-Crate of a report: valid by the validator of its makers, true, and free of the clock."""

import io
import json

import pytest
from requests.adapters import HTTPAdapter
from requests_cache import CachedSession
from rocrate.rocrate import ROCrate
from rocrate.vocabs import RO_CRATE
from urllib3 import HTTPResponse

from analysis.report.crate import CRATE, PROFILE, hashes_in, parameters_in, write_crate
from analysis.sources.registry import sha256, sources

CONTEXT = "https://w3id.org/ro/crate/1.1/context"
# Words of ours that the context of RO-Crate 1.1.3 (schema.org 10) has, as read in
# docs/_specification/1.1/context.jsonld of github.com/ResearchObject/ro-crate. It is not at hand
# here; the library ships that of 1.3, from which these are taken.
WORDS = [
    "CreateAction", "CreativeWork", "Dataset", "File", "Organization", "PropertyValue",
    "SoftwareApplication", "about", "actionStatus", "agent", "author", "conditionsOfAccess",
    "conformsTo", "contentSize", "creativeWorkStatus", "datePublished", "description",
    "encodingFormat", "error", "hasPart", "instrument", "isPartOf", "license", "mentions",
    "name", "object", "publisher", "result", "softwareVersion", "temporalCoverage", "url",
    "value", "version",
]  # fmt: skip


class Context(HTTPAdapter):
    """Answers every request with the words of the context, without the network."""

    def send(self, request, **_):
        known = {word: RO_CRATE["@context"][word] for word in WORDS}
        body = io.BytesIO(json.dumps({"@context": known}).encode())
        raw = HTTPResponse(
            body,
            {"Content-Type": "application/ld+json"},
            200,
            preload_content=False,
            request_url=request.url,
        )
        return self.build_response(request, raw)


@pytest.fixture(scope="module")
def validated(tmp_path_factory):
    """A function that validates a folder offline, with the context in the validator's cache."""
    from rocrate_validator import services
    from rocrate_validator.models import ValidationSettings

    cache = tmp_path_factory.mktemp("cache") / "http"
    with CachedSession(str(cache), backend="sqlite") as session:
        session.mount("https://", Context())
        session.get(CONTEXT)

    def validate(folder, severity="REQUIRED"):
        settings = ValidationSettings(
            rocrate_uri=str(folder),
            profile_identifier="process-run-crate",
            requirement_severity=severity,
            offline=True,
            cache_path=cache,
        )
        return [one.message for one in services.validate(settings).get_issues()]

    return validate


def read(folder) -> dict:
    return json.loads((folder / CRATE).read_text("utf-8"))


def test_the_validator_finds_nothing(default_report, made_up_report, validated):
    assert validated(made_up_report) == []
    # what is recommended, and cannot be had without an address of the project or the clock
    lacking = {
        "The Application SHOULD have a url",
        "The SoftwareApplication id SHOULD be an absolute URI",
        "The Action SHOULD have an endTime in ISO 8601 format",
        "The organization SHOULD have a URL.",
    }
    assert set(validated(default_report, "RECOMMENDED")) == lacking


def test_the_validator_would_find_something(made_up_report, validated, tmp_path):
    crate = read(made_up_report)
    ours = ("./", CRATE, "#authors")
    crate["@graph"] = [one for one in crate["@graph"] if one["@id"] in ours]
    root = crate["@graph"][0]
    del root["license"], root["hasPart"], root["mentions"]
    root["shoeSize"] = 43  # a word that the context does not have
    (tmp_path / CRATE).write_text(json.dumps(crate), encoding="utf-8")
    found = " ".join(validated(tmp_path))
    assert "`license`" in found and "shoeSize" in found


def test_the_library_reads_it_back(default_report):
    crate = ROCrate(default_report)
    assert crate.name == "Police use of force: Cambridgeshire, 2019/20"
    # the newest that it rests on: a claim of the page of the statistics to March 2025, which says
    # that it was updated on 4 June 2026
    assert crate.root_dataset["datePublished"] == "2026-06-04"
    assert crate.root_dataset["conformsTo"].id == PROFILE
    run = crate.get("#run")
    assert run["instrument"]["name"] == "uof-audit"
    results = {one.id for one in run["result"]}
    written = {
        path.relative_to(default_report).as_posix()
        for path in default_report.rglob("*")
        if path.is_file()
    }
    assert results == written - {CRATE}
    source = crate.get("#source/home-office-2019-20")
    known = sources()["home-office-2019-20"]
    assert (source["name"], source["url"]) == (known.title, known.address)
    assert source["publisher"]["name"] == "Home Office"


def test_hashes_and_sizes_are_those_of_the_files(made_up_report):
    crate = read(made_up_report)
    for name, digest in hashes_in(crate).items():
        assert digest == sha256(made_up_report / name), name
    for entity in crate["@graph"]:
        if entity["@type"] == "File":
            size = (made_up_report / entity["@id"]).stat().st_size
            assert entity["contentSize"] == str(size)


def test_parameters_are_those_of_the_manifest(made_up_report):
    parameters = parameters_in(read(made_up_report))
    assert parameters["choices.outcome"] == "handcuffed not compliant"
    assert parameters["choices.seed"] == 1
    assert parameters["chapters"][0] == "records"
    assert "sources.home_office" not in parameters  # not given


def test_made_up_records_are_said_to_be(made_up_report, default_report):
    root = ROCrate(made_up_report).root_dataset
    assert root["name"].startswith("Made up: ") and "none of it happened" in root["description"]
    assert "ade up" not in json.dumps(read(default_report))


def test_writing_it_again_changes_no_byte(default_report, tmp_path):
    for path in default_report.rglob("*"):
        target = tmp_path / path.relative_to(default_report)
        if path.is_file() and path.name != CRATE:
            target.parent.mkdir(exist_ok=True)
            target.write_bytes(path.read_bytes())
    write_crate(tmp_path)
    assert (tmp_path / CRATE).read_bytes() == (default_report / CRATE).read_bytes()


def test_without_a_dated_edition_the_date_is_the_last_month(made_up_report, tmp_path):
    manifest = json.loads((made_up_report / "manifest.json").read_text("utf-8"))
    manifest |= {"inputs": [], "outputs": {}, "failed_chapters": {"records": "ValueError: 3"}}
    (tmp_path / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    write_crate(tmp_path)
    crate = ROCrate(tmp_path)
    assert crate.root_dataset["datePublished"] == "2017-06"  # of 2017-Q2
    assert crate.get("#run")["error"] == "records: ValueError: 3"
