"""Official workbooks and forces' own files by name, from where their publishers keep them.

What arrived is kept in ``FILE.part`` until it is whole, so that a call after a cut connection goes
on where that one stopped (RFC 9110: ``Range`` with ``If-Range``, so that a file that has changed
since starts anew). A file takes its name only with the hash that the registry has for it.
"""

from __future__ import annotations

import csv
import difflib
import json
import os
import shutil
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import requests
from filelock import FileLock, Timeout
from tqdm import tqdm
from urllib3.exceptions import HTTPError, NameResolutionError, ProtocolError, ReadTimeoutError

from analysis import __version__
from analysis.errors import CannotWrite, Refused, refusal
from analysis.places import FORCE_FILES
from analysis.sources.registry import sha256, sources

NOT_KNOWN = "not known"
WAITS = (1, 4, 16)  # seconds before another try
CONNECTING, SILENT = 10, 30  # seconds without an answer, or without a byte
_REDIRECTS = 5
_CHUNK = 1 << 16
_ZIPPED = (".ods", ".xlsx")
_WEB_PAGE = "a web page came, not the file"
_PASSING = {408, 425, 429, 500, 502, 503, 504}  # RFC 9110, 6585: may answer otherwise later


class NotFetched(Refused):
    """A file that could not be had: its address has died, or nobody answers."""


class _Passing(Exception):
    """A fault of the line or the server that another try may not meet."""


@dataclass(frozen=True)
class Offer:
    """A file that can be fetched. ``sha256`` is empty where no hash of it is registered."""

    name: str
    title: str
    file: str
    address: str
    sha256: str
    landing_page: str
    seen: str  # where and when the address was last seen

    def lost(self, problem: str) -> NotFetched:
        """Why it cannot be had, when its address was last seen, and what to do by hand."""
        return NotFetched(
            f"{self.name}: {problem}; last seen: {self.seen}. Look for the file on "
            f"{self.landing_page}, save it, and give: "
            f"python toolkit.py fetch {self.name} --from FILE"
        )


@cache
def offers() -> dict[str, Offer]:
    """What can be fetched, by name: registered sources with an address, then forces' own files."""
    found = {
        one.key: Offer(one.key, one.title, one.file, one.download, one.sha256,
                       one.download_page, one.download_seen)
        for one in sources().values() if one.download
    }  # fmt: skip
    with FORCE_FILES.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            digest = "" if row["sha256"] == NOT_KNOWN else row["sha256"]
            found[row["name"]] = Offer(
                row["name"], f"{row['force']}, records of {row['period']}", row["file"],
                row["address"], digest, row["landing_page"], row["seen"],
            )  # fmt: skip
    return found


def offer(name: str) -> Offer:
    """The offer of a name; another name is refused, a source without an address with its page."""
    if name in offers():
        return offers()[name]
    if name in sources():
        page = sources()[name].address
        raise refusal(name, f"has no address of a file, only a page or a citation: {page}")
    near = difflib.get_close_matches(name, offers(), n=3) or offers()
    raise refusal(name, "is no file that can be fetched", near)


def fetch(wanted: Offer, folder: Path) -> str:
    """Fetch a file into ``folder``; what is there already is not fetched again. Told in a line.

    Raises ``NotFetched`` where it cannot be had, ``CannotWrite`` where the folder takes no file,
    and ``Refused`` where another file comes than the registered one: that is kept aside.
    """
    target = folder / wanted.file
    with _writing(folder), _alone(target):
        if target.exists():
            return _there_already(wanted, target)
        part = _Part(target, wanted.address)
        _download(wanted, part)
        if problem := _no_file(part.path, target.suffix):
            part.forget()
            raise wanted.lost(f"{problem}: {wanted.address}")
        return _accept(wanted, part.path, target)


def place(wanted: Offer, file: Path, folder: Path) -> str:
    """Put a file that was saved by hand where ``fetch`` would, under the same checks."""
    target = folder / wanted.file
    digest = sha256(file)
    with _writing(folder), _alone(target):
        if target.exists():
            return _there_already(wanted, target)
        if problem := _no_file(file, target.suffix):
            raise Refused(f"{file}: {problem}")
        if wanted.sha256 and digest != wanted.sha256:
            raise Refused(f"{file}: {_another(wanted, digest)}")
        copy = target.with_name(f"{target.name}.copy")
        shutil.copyfile(file, copy)
        return _accept(wanted, copy, target)


def _there_already(wanted: Offer, target: Path) -> str:
    digest = sha256(target)
    if wanted.sha256 and digest != wanted.sha256:
        problem = f"is there already and is another file than {wanted.name}: its sha256 is {digest}"
        raise refusal(str(target), f"{problem}, registered is {wanted.sha256}", "another folder")
    return f"{target}: is there already ({_vouched(wanted, digest)})"


def _accept(wanted: Offer, arrived: Path, target: Path) -> str:
    """Give a file its name, or keep another one than the registered aside."""
    digest = sha256(arrived)
    if wanted.sha256 and digest != wanted.sha256:
        aside = target.with_name(f"{target.stem}_{digest[:12]}{target.suffix}")
        os.replace(arrived, aside)
        raise Refused(f"{wanted.name}: {_another(wanted, digest)} It is kept as {aside}")
    os.replace(arrived, target)
    return f"{target}: {_vouched(wanted, digest)}"


def _vouched(wanted: Offer, digest: str) -> str:
    if wanted.sha256:
        return "its hash is the registered one"
    return f"no hash of it is registered, so nobody has vouched for it; its sha256 is {digest}"


def _another(wanted: Offer, digest: str) -> str:
    return (
        f"another file than the registered one: its sha256 is {digest}, registered is "
        f"{wanted.sha256}. It may be a new edition, whose figures differ, or damaged; "
        f"{wanted.landing_page} may tell."
    )


class _Part:
    """What has arrived of a file so far, and of which state of it (``FILE.part``, ``.part.json``).

    The state is the publisher's strong ETag, or else the date; without either there is no going on.
    """

    def __init__(self, target: Path, address: str) -> None:
        self.path = target.with_name(f"{target.name}.part")
        self.note = target.with_name(f"{target.name}.part.json")
        self.address = address
        try:
            known = json.loads(self.note.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            known = {}
        # an address that was registered since may lead to another file
        self.state = known.get("state", "") if known.get("address") == address else ""
        if not self.state:
            self.forget()

    @property
    def size(self) -> int:
        return self.path.stat().st_size if self.path.exists() else 0

    @property
    def held(self) -> bool:
        """Whether there is something to go on with."""
        return bool(self.size and self.state)

    def forget(self) -> None:
        self.path.unlink(missing_ok=True)
        self.note.unlink(missing_ok=True)
        self.state = ""

    def headers(self) -> dict[str, str]:
        """Of a request for the rest, or for the whole."""
        # identity, so that a byte of the file is a byte on the line
        whole = {"Accept-Encoding": "identity", "User-Agent": f"uof-audit/{__version__}"}
        if not self.held:
            return whole
        return whole | {"Range": f"bytes={self.size}-", "If-Range": self.state}

    def begin(self, answer: requests.Response) -> None:
        """Start anew with the state that the answer is of."""
        self.forget()
        etag = answer.headers.get("ETag", "")
        self.state = etag if etag.startswith('"') else answer.headers.get("Last-Modified", "")
        known = {"address": self.address, "state": self.state}
        self.note.write_text(json.dumps(known), encoding="utf-8")


def _download(wanted: Offer, part: _Part) -> None:
    """Bring the part to its whole size, with further tries where the line or the server fails."""
    for wait in (*WAITS, None):
        try:
            with requests.Session() as session:  # heeds HTTPS_PROXY and NO_PROXY
                _go_on(session, wanted, part)
            part.note.unlink(missing_ok=True)
            return
        except _Passing as fault:
            if wait is None:
                kept = f", {part.size:,} bytes are kept for the next call" if part.held else ""
                times = f"{len(WAITS) + 1} times{kept}"
                raise wanted.lost(f"{fault}, {times}: {wanted.address}") from None
        time.sleep(wait)


def _go_on(session: requests.Session, wanted: Offer, part: _Part) -> None:
    """One request: append what is missing, or start anew where the answer is the whole file."""
    try:
        with _answer(session, wanted, part.headers()) as answer:
            total = _total(wanted, part, answer)
            _append(answer, part, total)
    except requests.exceptions.SSLError as error:
        problem = f"no secure connection to {wanted.address} ({_cause(error)})"
        raise wanted.lost(problem) from None
    except (requests.RequestException, HTTPError) as error:
        raise _Passing(_cause(error)) from None
    if total is not None and part.size != total:
        raise _Passing(f"{part.size:,} bytes came instead of {total:,}")


def _answer(session: requests.Session, wanted: Offer, headers: dict) -> requests.Response:
    """The answer after redirects, which may not lead from a secure address to an open one."""
    address = wanted.address
    for _ in range(_REDIRECTS):
        answer = session.get(
            address, headers=headers, stream=True, timeout=(CONNECTING, SILENT),
            allow_redirects=False,
        )  # fmt: skip
        if not answer.is_redirect:
            return answer
        answer.close()
        leads_to = urljoin(address, answer.headers["Location"])
        if not may_lead(address, leads_to):
            problem = f"{address} leads to {leads_to}, which is not followed"
            raise wanted.lost(f"{problem}: only from https to https, or to the same host")
        address = leads_to
    raise wanted.lost(f"{wanted.address} leads on more than {_REDIRECTS} times")


def may_lead(here: str, there: str) -> bool:
    """Whether a redirect is followed: not out of https, and to another host within https only.

    >>> may_lead("http://a.uk/x", "https://a.uk/x"), may_lead("https://a.uk/x", "http://a.uk/x")
    (True, False)
    >>> may_lead("https://a.uk/x", "https://b.uk/x"), may_lead("http://a.uk/x", "https://b.uk/x")
    (True, False)
    """
    this, that = urlsplit(here), urlsplit(there)
    if that.scheme == "https":
        return this.scheme == "https" or this.hostname == that.hostname
    return this.scheme == that.scheme == "http" and this.netloc == that.netloc


def _total(wanted: Offer, part: _Part, answer: requests.Response) -> int | None:
    """How large the whole file is, where the answer tells; the part is made to fit the answer."""
    status, told = answer.status_code, f"{answer.status_code} {answer.reason}"
    length = answer.headers.get("Content-Length", "")
    length = int(length) if length.isdigit() else None
    if status in (404, 410):
        raise wanted.lost(f"its address has died ({told}): {wanted.address}")
    if status in _PASSING:
        raise _Passing(f"the server answers {told}")
    if status == 416:  # more is held than there is
        part.forget()
        raise _Passing("the part that was held did not fit the file")
    if status not in (200, 206):
        raise wanted.lost(f"the server answers {told} for {wanted.address}")
    if answer.headers.get("Content-Encoding", "identity") != "identity":
        raise wanted.lost(f"{wanted.address} comes compressed, though asked not to")
    if "html" in answer.headers.get("Content-Type", ""):
        part.forget()
        raise wanted.lost(f"{_WEB_PAGE}: {wanted.address}")
    if status == 206:
        start, _, end = answer.headers.get("Content-Range", "").partition("/")
        if start.startswith(f"bytes {part.size}-"):
            return int(end) if end.isdigit() else length and part.size + length
        part.forget()
        raise _Passing("the server sent another stretch than was asked for")
    part.begin(answer)
    return length


def _append(answer: requests.Response, part: _Part, total: int | None) -> None:
    """Write what comes, with progress where somebody looks on."""
    name = part.path.name.removesuffix(".part")
    with (
        part.path.open("ab") as file,
        tqdm(desc=name, total=total, initial=part.size, unit="B", unit_scale=True,
             disable=None, leave=False) as progress,
    ):  # fmt: skip
        # what is at hand and no more, so that a cut loses no byte that has come
        while chunk := answer.raw.read1(_CHUNK, decode_content=False):
            file.write(chunk)
            progress.update(len(chunk))


def _no_file(path: Path, suffix: str) -> str:
    """Why a file cannot be one that ends in ``suffix``, by how it begins; empty where it can."""
    with path.open("rb") as file:
        begins = file.read(512)
    if not begins:
        return "what came is empty"
    if begins.lstrip(b"\xef\xbb\xbf \t\r\n").lower().startswith((b"<!doctype html", b"<html")):
        return _WEB_PAGE
    return "" if begins.startswith(b"PK") or suffix not in _ZIPPED else "what came is no workbook"


def _cause(error: BaseException) -> str:
    """What went wrong on the line, in words."""
    causes = [*_causes(error)]
    if isinstance(error, requests.exceptions.ProxyError):
        return "the proxy that HTTPS_PROXY or HTTP_PROXY names does not serve"
    if any(isinstance(one, NameResolutionError | socket.gaierror) for one in causes):
        return "the name of the host is not known, or this machine has no network"
    if any(isinstance(one, requests.Timeout | TimeoutError | ReadTimeoutError) for one in causes):
        return "no answer in time"
    if any(isinstance(one, ConnectionRefusedError) for one in causes):
        return "the connection was refused"
    if any(isinstance(one, ProtocolError) for one in causes):
        return "the connection was cut"
    return f"the connection failed ({type(causes[-1]).__name__})"


def _causes(error: BaseException) -> Iterator[BaseException]:
    """An error and what it wraps: requests and urllib3 hand causes on as arguments or reasons."""
    while error is not None:
        yield error
        inner = [error.__cause__, error.__context__, getattr(error, "reason", None), *error.args]
        error = next((one for one in inner if isinstance(one, BaseException)), None)


@contextmanager
def _writing(folder: Path) -> Iterator[None]:
    """Faults of the disk in one line; what has arrived stays."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        yield
    except requests.RequestException:
        raise  # an OSError too, and none of the disk
    except OSError as error:
        problem = f"{error.filename or folder}: cannot be written ({error.strerror})"
        raise CannotWrite(f"{problem}; make room, or give --into another folder") from None


@contextmanager
def _alone(target: Path) -> Iterator[None]:
    """Two calls at once would write into one part."""
    try:
        with FileLock(target.with_name(f".{target.name}.lock"), timeout=0):
            yield
    except Timeout:
        raise refusal(str(target), "another call is fetching it; wait for it") from None
