"""Where things stand in a clone of the project."""

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
NOTEBOOKS = ROOT / "notebooks"
PARAMS = ROOT / "params"
PUBLISHED = ROOT / "data" / "published"
CHECKSUMS = PUBLISHED / "checksums.csv"  # of its tables
LEDGER = PUBLISHED / "ledger.csv"  # what was set aside or spelled when they were made
CLAIMS = ROOT / "data" / "claims"
REGISTRY = ROOT / "data" / "registry.csv"
FORCE_FILES = ROOT / "data" / "force_files.csv"
LOCK = ROOT / "requirements.lock"
REPORTS = "reports"  # below the folder in which the command is given
