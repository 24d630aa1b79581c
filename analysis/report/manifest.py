"""The manifest: what a report was made from, so that it can be made again and compared."""

from __future__ import annotations

import json
import platform
from collections.abc import Sequence
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import BaseModel, ValidationError

from analysis import __version__
from analysis.errors import Refused, refusal
from analysis.parameters import Parameters
from analysis.places import CHECKSUMS, CLAIMS, LEDGER, LOCK, NOTEBOOKS, REGISTRY, ROOT
from analysis.sources.registry import is_made_up, sha256

if TYPE_CHECKING:
    import pandas as pd

MANIFEST = "manifest.json"
AGAIN = "the report made again: python toolkit.py run"  # of one that cannot be read any more
NAMED = 5  # reports that a refusal names


class _Own(BaseModel):
    path: str
    sha256: str


class _Input(BaseModel):
    file: str
    sha256: str
    source: str


class _Form(BaseModel):
    """What a manifest must hold to be read."""

    toolkit: dict[str, str]
    code: dict[str, str]
    notebooks: dict[str, str]
    lock: str
    packages: dict[str, str]
    python: str
    system: str
    parameters: dict
    sources: dict[str, _Own]
    inputs: list[_Input]
    made_up: bool
    failed_chapters: dict[str, str]
    outputs: dict[str, str]


# What a report can be made with: the packages that pyproject.toml names.
PACKAGES = (
    "csvw", "filelock", "grimp", "ipykernel", "ipython", "jinja2", "jupyterlab", "matplotlib",
    "mistune", "nbclient", "nbformat", "nbval", "numpy", "pandas", "papermill", "polars",
    "pydantic", "pytask", "pytask-parallel", "python-calamine", "pyyaml", "requests",
    "rocrate", "scipy", "statsmodels", "tqdm",
)  # fmt: skip
_CODE = {".py", ".csv", ".css", ".js", ".j2"}


def code() -> dict[str, str]:
    """Hash of each file of the package, and of the tables in data/ that it reads."""
    package = (path for path in (ROOT / "analysis").rglob("*") if path.suffix in _CODE)
    tables = [REGISTRY, CHECKSUMS, LEDGER, *CLAIMS.glob("*.yml")]
    return {path.relative_to(ROOT).as_posix(): sha256(path) for path in sorted([*package, *tables])}


def own_sources(parameters: Parameters, base: Path) -> dict[str, dict[str, str]]:
    """The files that a params file names: key, path as it stands there, and hash."""
    given = parameters.sources.model_dump(exclude_none=True)
    return {key: {"path": path, "sha256": sha256(base / path)} for key, path in given.items()}


def files_of(folder: Path) -> dict[str, str]:
    """Hash of each file in a folder, by its path in it."""
    return {
        path.relative_to(folder).as_posix(): sha256(path)
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def manifest(
    parameters: Parameters, base: Path, inputs: list[dict], folder: Path, failures: dict[str, str]
) -> str:
    """JSON with sorted keys: all that decides on the bytes of a report, and the hashes of these.

    ``inputs`` are the files that the chapters read; ``sources`` those of them that the params file
    names, by which ``verify`` finds them again from another folder.
    """
    read = {one["file"] for one in inputs}
    content = {
        "toolkit": {"name": "uof-audit", "version": __version__},
        "code": {path: digest for path, digest in code().items() if path not in read},
        "notebooks": {name: sha256(NOTEBOOKS / f"{name}.ipynb") for name in parameters.chapters},
        "lock": sha256(LOCK),
        "packages": {name: metadata.version(name) for name in PACKAGES},
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "parameters": parameters.model_dump(),
        "sources": own_sources(parameters, base),
        "inputs": inputs,
        "made_up": any(is_made_up(one["source"]) for one in inputs),
        "failed_chapters": failures,
        "outputs": files_of(folder),
    }
    return json.dumps(content, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def read_manifest(folder: Path) -> dict:
    """The manifest of a report; refused where there is none, or none of this form."""
    path = folder / MANIFEST
    try:
        content = json.loads(path.read_text("utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        raise _no_report(folder) from None
    except OSError as error:
        raise refusal(str(path), f"cannot be read ({error.strerror})") from None
    except ValueError as error:
        raise refusal(str(path), f"is not JSON: {error}") from None
    try:
        _Form.model_validate(content)
    except ValidationError as error:
        key = ".".join(map(str, error.errors()[0]["loc"])) or "all of it"
        problem = f"{key} is missing or wrong: made by another version of the toolkit, or edited"
        raise refusal(str(path), problem, AGAIN) from None
    return content


def _no_report(folder: Path) -> Refused:
    """What to do instead of naming a folder without a manifest."""
    if not folder.is_dir():
        return refusal(str(folder), "there is no such folder", "the folder of a report")
    below = sorted(path.parent.name for path in folder.glob(f"*/{MANIFEST}"))
    if not below:
        problem = f"is not the folder of a report: it holds no {MANIFEST}"
        return refusal(str(folder), problem, "the folder of a report")
    more = f", and {len(below) - NAMED} more" if len(below) > NAMED else ""
    number = f"{len(below)} report{'s' if len(below) > 1 else ''}"
    named = ", ".join(str(folder / name) for name in below[:NAMED])
    return refusal(str(folder), f"holds {number}: name one", f"{named}{more}")


def output_of(folder: Path, manifest: dict, name: str) -> Path:
    """A file of a report, with the bytes that its manifest names; refused where it has others."""
    path, said = folder / name, manifest["outputs"].get(name)
    if said is None:
        raise refusal(str(path), "was not made yet by the version that made this report", AGAIN)
    if not path.is_file():
        raise refusal(str(path), "was deleted since the report was made", AGAIN)
    if sha256(path) != said:
        raise refusal(str(path), "was edited since the report was made", "a report as it was made")
    return path


def table_of(folder: Path, manifest: dict, name: str, columns: Sequence[str]) -> pd.DataFrame:
    """A table of a report, as ``output_of`` has it; refused where an older version made it."""
    from analysis.tables import read_table  # with pandas, which an unchanged run does without

    frame = read_table(output_of(folder, manifest, name))
    if set(frame.columns) != set(columns):
        odd = ", ".join(sorted(set(frame.columns) ^ set(columns)))
        problem = f"was made by another version of the toolkit (columns that differ: {odd})"
        raise refusal(str(folder / name), problem, AGAIN)
    return frame[list(columns)]
