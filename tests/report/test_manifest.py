"""The manifest names all that decides on the bytes of a report."""

import json
import tomllib

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from analysis.places import ROOT
from analysis.report.manifest import PACKAGES
from analysis.sources.registry import sha256
from tests.report.sameness import files


def read(folder) -> dict:
    return json.loads((folder / "manifest.json").read_text("utf-8"))


def test_it_names_the_packages_that_pyproject_names(default_report):
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    needed = {canonicalize_name(Requirement(one).name) for one in project["dependencies"]}
    assert set(PACKAGES) == needed == read(default_report)["packages"].keys()


def test_it_hashes_code_chapters_lock_inputs_and_outputs(default_report):
    manifest = read(default_report)
    code, inputs = manifest["code"], {one["file"]: one["sha256"] for one in manifest["inputs"]}
    assert {"analysis/cli.py", "analysis/report/page.css", "data/registry.csv"} <= code.keys()
    assert sorted(manifest["notebooks"]) == sorted(manifest["parameters"]["chapters"])
    assert "data/published/home-office-2019-20/subject-injuries.csv" in inputs
    assert not code.keys() & inputs.keys()
    for path, digest in (code | inputs | {"requirements.lock": manifest["lock"]}).items():
        assert sha256(ROOT / path) == digest, path
    held = files(default_report).keys() - {"manifest.json", "ro-crate-metadata.json"}
    assert manifest["outputs"].keys() == held


def test_it_names_the_sources_as_the_params_file_does(made_up_report, default_report):
    assert read(default_report)["sources"] == {}
    sources = read(made_up_report)["sources"]
    assert sources.keys() == {"records", "district_activity"}
    path = "../data/made-up/cambridgeshire_2017-Q2/records.csv"
    hashed = sha256(ROOT / "params" / path)
    assert sources["records"] == {"path": path, "sha256": hashed}
