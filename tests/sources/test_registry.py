"""Every file has a source with publisher, edition and licence; unknown bytes are labelled."""

import pytest

from analysis.checks.claims import PREFIX
from analysis.counts import MADE_UP
from analysis.errors import Refused
from analysis.places import PUBLISHED, REGISTRY, ROOT
from analysis.sources.registry import identify, is_made_up, sha256, sources

CED = PUBLISHED / "home-office-2019-20" / "ced-by-force.csv"


def test_hash_of_known_bytes(tmp_path):
    # FIPS 180-2, appendix B.1
    path = tmp_path / "abc"
    path.write_bytes(b"abc")
    assert sha256(path) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


def test_every_source_says_where_it_comes_from():
    for key, source in sources().items():
        told = (source.publisher, source.title, source.period, source.edition, source.status,
                source.licence, source.address)  # fmt: skip
        assert all(told), key
        assert source.access in ("published", "restricted"), key
    assert len(sources()) == len(REGISTRY.read_text("utf-8").splitlines()) - 1  # no key twice


def test_hashes_are_those_of_the_publishers_own_files(shared):
    folders = [shared / "data" / "home_office", shared / "data" / "population"]
    held = {path.name: sha256(path) for folder in folders for path in folder.iterdir()}
    known = [
        one
        for one in sources().values()
        if one.sha256 and not of_the_project(one) and not one.key.startswith(PREFIX)
    ]
    recorded = {source.file: source.sha256 for source in known}
    assert recorded.items() <= held.items() and len(recorded) == 6


def of_the_project(source):
    return source.address.startswith("data/")


def test_files_that_only_the_project_has_are_registered_by_their_hash():
    for source in filter(of_the_project, sources().values()):
        assert source.sha256 == sha256(ROOT / source.address / source.file), source.key


def test_what_is_made_up_is_restricted():
    made_up = [source for source in sources().values() if is_made_up(source.key)]
    assert [source.file for source in made_up] == ["records.csv", "taser-activity.csv"]
    assert {(one.access, one.edition) for one in made_up} == {("restricted", MADE_UP)}


def test_a_table_of_the_project_is_registered_and_named_by_its_path_in_it():
    found = identify(CED, "home-office-2019-20")
    assert found.registered and found.source == "home-office-2019-20"
    assert found.file == "data/published/home-office-2019-20/ced-by-force.csv"


def test_known_bytes_given_for_another_source_are_not_registered():
    assert not identify(CED, "home-office-2018-19").registered


def test_a_workbook_is_registered_wherever_it_stands(reading):
    found = identify(reading.path, reading.edition.source)
    assert found.registered and found.file == reading.path.name


def test_changed_bytes_are_not_registered_and_no_path_of_the_machine_shows(tmp_path):
    path = tmp_path / "ced-by-force.csv"
    path.write_bytes(CED.read_bytes().replace(b"32058", b"32059", 1))
    found = identify(path, "home-office-2019-20")
    assert not found.registered and found.file == "ced-by-force.csv"


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(Refused, match=r"none\.csv: cannot be read \(No such file or directory\)"):
        identify(tmp_path / "none.csv", "taser-activity")
