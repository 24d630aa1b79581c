"""The manifest: what a report was made from, so that it can be made again and compared."""

from __future__ import annotations

import hashlib
import json
import platform
from importlib import metadata
from pathlib import Path

from analysis import __version__
from analysis.parameters import Parameters
from analysis.places import LOCK, NOTEBOOKS, ROOT
from analysis.sources.registry import is_made_up, sha256

PACKAGES = ("jupyterlab", "papermill", "nbval", "nbclient", "nbformat", "ipykernel", "pandas",
            "numpy", "scipy", "statsmodels", "matplotlib", "pydantic", "jinja2", "mistune",
            "python-calamine")  # fmt: skip


def code_hash() -> str:
    """One hash over every file of the package, by name and bytes."""
    digest = hashlib.sha256()
    package = ROOT / "analysis"
    for path in sorted(package.rglob("*")):
        if path.suffix in {".py", ".csv", ".css", ".j2"}:
            digest.update(path.relative_to(ROOT).as_posix().encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()


def manifest(
    parameters: Parameters, inputs: list[dict], folder: Path, failures: dict[str, str]
) -> str:
    """JSON with sorted keys: parameters, inputs, notebooks, code, packages, and the outputs."""
    made = {
        path.relative_to(folder).as_posix(): sha256(path)
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
    content = {
        "toolkit": {
            "name": "uof-audit",
            "version": __version__,
            "code_sha256": code_hash(),
            "lock_sha256": sha256(LOCK),
        },
        "parameters": parameters.model_dump(),
        "inputs": inputs,
        "made_up": any(is_made_up(one["source"]) for one in inputs),
        "notebooks": {name: sha256(NOTEBOOKS / f"{name}.ipynb") for name in parameters.chapters},
        "python": platform.python_version(),
        "system": platform.system(),
        "packages": {name: metadata.version(name) for name in PACKAGES},
        "failed_chapters": failures,
        "outputs": made,
    }
    return json.dumps(content, indent=2, sort_keys=True, ensure_ascii=False) + "\n"
