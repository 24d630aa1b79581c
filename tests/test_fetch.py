"""Fetching from a server of our own: whole, cut, resumed, changed, moved, dead, and by hand.

What a server may answer to a request for a part is RFC 9110, sections 13.1.5, 14 and 15.
"""

import errno
import hashlib
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from analysis import cli, fetch
from analysis.errors import CannotWrite, Refused
from analysis.fetch import NotFetched, Offer
from analysis.sources.registry import sources
from analysis.standard.forces import forces
from analysis.standard.periods import parse_period

WHOLE = b"PK\x03\x04" + bytes(range(256)) * 1200  # 307,204 bytes that begin as a workbook does
NEWER = b"PK\x03\x04" + bytes(reversed(range(256))) * 1200
PAGE = b"<!DOCTYPE html><title>This page has moved</title>"


class Server(ThreadingHTTPServer):
    """A publisher: which bytes it has, and how it fails."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Answers)
        self.body, self.etag, self.kind = WHOLE, '"1"', "application/vnd.oasis"
        self.cut_at = []  # bytes after which an answer breaks off, answer by answer
        self.statuses = []  # instead of the file, answer by answer
        self.leads_to = ""
        self.ranges = True
        self.stretch = None  # how much of the rest an answer to a range holds
        self.shift = 0  # by how much it begins elsewhere than asked
        self.silent = 0.0
        self.tells_length = True
        self.encoding = ""
        self.asked = []  # the headers of each request, with its path

    def handle_error(self, *_):
        """A reader that hangs up is no fault of the server's."""

    @property
    def address(self):
        return f"http://127.0.0.1:{self.server_port}/tables.ods"


class Answers(BaseHTTPRequestHandler):
    def log_message(self, *_):
        pass

    def do_GET(self):  # noqa: N802 - the name that the library calls
        at = self.server
        at.asked.append({"path": self.path, **self.headers})
        time.sleep(at.silent)
        if at.statuses and (status := at.statuses.pop(0)):
            return self.bare(status)
        if at.leads_to and self.path == "/tables.ods":
            return self.bare(302, Location=at.leads_to)
        start, asked = 0, self.headers.get("Range")
        if asked and at.ranges and self.headers["If-Range"] == at.etag:
            start = int(asked.removeprefix("bytes=").removesuffix("-"))
            if start >= len(at.body):
                return self.bare(416, **{"Content-Range": f"bytes */{len(at.body)}"})
        end = start + at.stretch if start and at.stretch else len(at.body)
        start += at.shift if start else 0
        body = at.body[start:end]
        self.send_response(206 if start else 200)
        self.send_header("Content-Type", at.kind)
        self.send_header("ETag", at.etag)
        if start:
            self.send_header("Content-Range", f"bytes {start}-{end - 1}/{len(at.body)}")
        if at.encoding:
            self.send_header("Content-Encoding", at.encoding)
        if at.tells_length:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[: at.cut_at.pop(0)] if at.cut_at else body)

    def bare(self, status, **headers):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", "0")
        self.end_headers()


@pytest.fixture
def server(monkeypatch):
    for name in (
        "http_proxy",
        "https_proxy",
        "all_proxy",
        "HTTP_PROXY",
        "HTTPS_PROXY",
        "ALL_PROXY",
    ):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(fetch, "WAITS", (0, 0, 0))
    with Server() as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        yield running
        running.shutdown()


def wanted(server, digest=None, file="tables.ods", address=None):
    return Offer(
        name="home-office-1999-00",
        title="Made-up tables",
        file=file,
        address=address or server.address,
        sha256=hashlib.sha256(WHOLE).hexdigest() if digest is None else digest,
        landing_page="https://publisher.example/statistics",
        seen="in a test",
    )


def left_in(folder):
    return sorted(path.name for path in folder.iterdir() if not path.name.startswith("."))


def test_a_file_arrives_whole_and_with_the_registered_hash(server, tmp_path):
    told = fetch.fetch(wanted(server), tmp_path / "new" / "folder")
    assert (tmp_path / "new" / "folder" / "tables.ods").read_bytes() == WHOLE
    assert told.endswith("tables.ods: its hash is the registered one")
    assert left_in(tmp_path / "new" / "folder") == ["tables.ods"]
    assert server.asked[0]["Accept-Encoding"] == "identity" and "Range" not in server.asked[0]


def test_what_is_there_already_is_not_fetched_again(server, tmp_path):
    fetch.fetch(wanted(server), tmp_path)
    assert "is there already" in fetch.fetch(wanted(server), tmp_path)
    assert len(server.asked) == 1


def test_another_file_of_that_name_is_not_replaced(server, tmp_path):
    (tmp_path / "tables.ods").write_bytes(NEWER)
    with pytest.raises(Refused, match="is there already and is another file"):
        fetch.fetch(wanted(server), tmp_path)
    assert (tmp_path / "tables.ods").read_bytes() == NEWER and not server.asked


def test_without_a_registered_hash_its_own_is_told(server, tmp_path):
    told = fetch.fetch(wanted(server, digest=""), tmp_path)
    assert "nobody has vouched for it" in told and hashlib.sha256(WHOLE).hexdigest() in told


def test_a_cut_connection_is_resumed_where_it_broke_off(server, tmp_path):
    server.cut_at = [100_000, 50_000]
    fetch.fetch(wanted(server), tmp_path)
    assert (tmp_path / "tables.ods").read_bytes() == WHOLE
    assert [one.get("Range") for one in server.asked] == [None, "bytes=100000-", "bytes=150000-"]
    assert {one.get("If-Range") for one in server.asked[1:]} == {'"1"'}


def test_a_later_call_goes_on_with_what_an_earlier_one_kept(server, tmp_path):
    server.cut_at = [1000, 1000, 1000, 1000]
    with pytest.raises(
        NotFetched,
        match=r"the connection was cut, 4 times, 4,000 bytes are kept for",
    ):
        fetch.fetch(wanted(server), tmp_path)
    assert left_in(tmp_path) == ["tables.ods.part", "tables.ods.part.json"]
    fetch.fetch(wanted(server), tmp_path)
    assert server.asked[-1]["Range"] == "bytes=4000-"
    assert left_in(tmp_path) == ["tables.ods"]


def test_a_server_that_cannot_resume_sends_the_whole_anew(server, tmp_path):
    server.cut_at, server.ranges = [100_000], False
    fetch.fetch(wanted(server), tmp_path)
    assert server.asked[1]["Range"] == "bytes=100000-"
    assert (tmp_path / "tables.ods").read_bytes() == WHOLE


def test_an_answer_with_less_than_the_rest_is_not_the_end(server, tmp_path):
    # RFC 9110, 15.3.7: a server may send a part of what was asked for
    server.cut_at, server.stretch = [100_000], 103_602
    fetch.fetch(wanted(server, digest=""), tmp_path)
    assert (tmp_path / "tables.ods").read_bytes() == WHOLE
    assert [one.get("Range") for one in server.asked] == [None, "bytes=100000-", "bytes=203602-"]


def test_another_stretch_than_was_asked_for_is_not_joined_on(server, tmp_path):
    server.cut_at, server.shift = [100_000], 8
    fetch.fetch(wanted(server, digest=""), tmp_path)
    assert (tmp_path / "tables.ods").read_bytes() == WHOLE


@pytest.mark.parametrize("etag", ['W/"1"', ""])
def test_without_a_strong_state_nothing_is_joined_on(server, tmp_path, etag):
    # RFC 9110, 13.1.5: If-Range must not hold a weak entity tag
    server.cut_at, server.etag = [100_000], etag
    fetch.fetch(wanted(server), tmp_path)
    assert "Range" not in server.asked[1]
    assert (tmp_path / "tables.ods").read_bytes() == WHOLE


def test_a_file_that_has_changed_since_starts_anew(server, tmp_path):
    server.cut_at = [1000, 1000, 1000, 1000]
    with pytest.raises(NotFetched):
        fetch.fetch(wanted(server), tmp_path)
    server.body, server.etag = NEWER, '"2"'
    fetch.fetch(wanted(server, digest=""), tmp_path)
    assert (tmp_path / "tables.ods").read_bytes() == NEWER


def test_a_part_from_another_address_is_left(server, tmp_path):
    server.cut_at = [1000, 1000, 1000, 1000]
    with pytest.raises(NotFetched):
        fetch.fetch(wanted(server), tmp_path)
    fetch.fetch(wanted(server, address=f"{server.address}?edition=2"), tmp_path)
    assert "Range" not in server.asked[-1]


def test_a_part_that_is_longer_than_the_file_starts_anew(server, tmp_path):
    server.cut_at = [1000, 1000, 1000, 1000]
    with pytest.raises(NotFetched):
        fetch.fetch(wanted(server), tmp_path)
    with (tmp_path / "tables.ods.part").open("ab") as file:
        file.write(WHOLE)
    fetch.fetch(wanted(server), tmp_path)
    assert (tmp_path / "tables.ods").read_bytes() == WHOLE


def test_a_length_that_is_not_told_is_no_fault(server, tmp_path):
    server.tells_length = False
    fetch.fetch(wanted(server), tmp_path)
    assert (tmp_path / "tables.ods").read_bytes() == WHOLE


def test_a_file_of_another_hash_is_kept_aside_and_both_hashes_are_told(server, tmp_path):
    server.body = NEWER
    ours, theirs = (hashlib.sha256(one).hexdigest() for one in (WHOLE, NEWER))
    with pytest.raises(Refused, match="may be a new edition") as refused:
        fetch.fetch(wanted(server), tmp_path)
    assert not isinstance(refused.value, NotFetched)
    assert ours in str(refused.value) and theirs in str(refused.value)
    assert left_in(tmp_path) == [f"tables_{theirs[:12]}.ods"]
    assert (tmp_path / f"tables_{theirs[:12]}.ods").read_bytes() == NEWER


@pytest.mark.parametrize("status", [404, 410])
def test_a_dead_address_is_told_at_once_with_what_to_do(server, tmp_path, status):
    server.statuses = [status]
    with pytest.raises(NotFetched) as refused:
        fetch.fetch(wanted(server), tmp_path)
    line = str(refused.value)
    assert "\n" not in line and len(server.asked) == 1
    assert f"its address has died ({status} " in line and server.address in line
    assert "last seen: in a test" in line and "https://publisher.example/statistics" in line
    assert "fetch home-office-1999-00 --from FILE" in line
    assert left_in(tmp_path) == []


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_a_server_in_trouble_is_asked_again(server, tmp_path, status):
    server.statuses = [status, status]
    fetch.fetch(wanted(server), tmp_path)
    assert len(server.asked) == 3


def test_a_server_that_stays_in_trouble_is_told(server, tmp_path):
    server.statuses = [503] * 4
    with pytest.raises(NotFetched, match=r"the server answers 503 .*, 4 times"):
        fetch.fetch(wanted(server), tmp_path)


def test_another_answer_is_not_asked_for_again(server, tmp_path):
    server.statuses = [403]
    with pytest.raises(NotFetched, match="the server answers 403 Forbidden"):
        fetch.fetch(wanted(server), tmp_path)
    assert len(server.asked) == 1


def test_between_tries_it_waits_longer_each_time(server, tmp_path, monkeypatch):
    waited = []
    monkeypatch.setattr(fetch, "WAITS", (1, 4, 16))
    monkeypatch.setattr(fetch.time, "sleep", waited.append)
    server.statuses = [503] * 4
    with pytest.raises(NotFetched):
        fetch.fetch(wanted(server), tmp_path)
    assert [one for one in waited if one] == [1, 4, 16]  # the server sleeps for nought


def test_a_refused_connection_is_told(server, tmp_path):
    server.shutdown()
    server.server_close()
    with pytest.raises(NotFetched, match="the connection was refused, 4 times"):
        fetch.fetch(wanted(server), tmp_path)


def test_a_host_that_is_not_known_is_told(server, tmp_path):
    # RFC 6761: no name ends in .invalid
    nowhere = wanted(server, address="http://statistics.invalid/tables.ods")
    with pytest.raises(NotFetched, match="the name of the host is not known, or this machine has"):
        fetch.fetch(nowhere, tmp_path)


def test_a_server_that_says_nothing_is_told(server, tmp_path, monkeypatch):
    monkeypatch.setattr(fetch, "SILENT", 0.2)
    server.silent = 1.0
    with pytest.raises(NotFetched, match="no answer in time, 4 times"):
        fetch.fetch(wanted(server), tmp_path)


@pytest.mark.parametrize(
    "kind, body",
    [("text/html; charset=utf-8", b"<p>This page has moved"), ("application/octet-stream", PAGE)],
)
@pytest.mark.parametrize("file", ["tables.ods", "records.csv"])
def test_a_web_page_is_no_file(server, tmp_path, kind, body, file):
    server.body, server.kind = body, kind
    with pytest.raises(NotFetched, match="a web page came, not the file"):
        fetch.fetch(wanted(server, digest="", file=file), tmp_path)
    assert left_in(tmp_path) == []


def test_what_comes_compressed_is_told(server, tmp_path):
    server.encoding = "gzip"
    with pytest.raises(NotFetched, match="comes compressed, though asked not to"):
        fetch.fetch(wanted(server), tmp_path)
    assert len(server.asked) == 1


def test_what_is_no_workbook_does_not_pass_for_one(server, tmp_path):
    server.body = b"area,reports\nCambridgeshire,1\n"
    with pytest.raises(NotFetched, match="what came is no workbook"):
        fetch.fetch(wanted(server, digest=""), tmp_path)


def test_a_redirect_on_the_same_host_is_followed_and_resumed(server, tmp_path):
    server.leads_to, server.cut_at = "/moved/tables.ods", [100_000]
    fetch.fetch(wanted(server), tmp_path)
    assert (tmp_path / "tables.ods").read_bytes() == WHOLE
    assert [one["path"] for one in server.asked] == ["/tables.ods", "/moved/tables.ods"] * 2
    assert server.asked[3]["Range"] == "bytes=100000-"


def test_an_open_redirect_to_another_host_is_not_followed(server, tmp_path):
    server.leads_to = server.address.replace("127.0.0.1", "localhost")
    with pytest.raises(NotFetched, match=r"leads to http://localhost.*, which is not followed"):
        fetch.fetch(wanted(server), tmp_path)
    assert len(server.asked) == 1


def test_a_redirect_in_a_circle_ends(server, tmp_path):
    server.leads_to = "/tables.ods"
    with pytest.raises(NotFetched, match="leads on more than 5 times"):
        fetch.fetch(wanted(server), tmp_path)


def test_a_proxy_of_the_environment_is_used(server, tmp_path, monkeypatch):
    monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{server.server_port}")
    there = "http://publisher.example/tables.ods"
    fetch.fetch(wanted(server, address=there), tmp_path)
    assert server.asked[0]["path"] == there  # RFC 9112, 3.2.2: a proxy is asked for the whole


def test_a_full_disk_keeps_what_has_arrived(server, tmp_path, monkeypatch):
    write = fetch._append

    def full(answer, part, total):
        part.path.write_bytes(WHOLE[:1000])
        raise OSError(errno.ENOSPC, "No space left on device", str(part.path))

    monkeypatch.setattr(fetch, "_append", full)
    with pytest.raises(CannotWrite, match="No space left on device"):
        fetch.fetch(wanted(server), tmp_path)
    monkeypatch.setattr(fetch, "_append", write)
    fetch.fetch(wanted(server), tmp_path)
    assert server.asked[-1]["Range"] == "bytes=1000-"
    assert (tmp_path / "tables.ods").read_bytes() == WHOLE


def test_a_folder_that_is_a_file_is_told(server, tmp_path):
    (tmp_path / "taken").write_text("")
    with pytest.raises(CannotWrite, match="cannot be written"):
        fetch.fetch(wanted(server), tmp_path / "taken")


def test_two_calls_do_not_write_into_one_file(server, tmp_path):
    server.silent = 0.5
    first = threading.Thread(target=fetch.fetch, args=(wanted(server), tmp_path))
    first.start()
    time.sleep(0.2)
    with pytest.raises(Refused, match="another call is fetching it"):
        fetch.fetch(wanted(server), tmp_path)
    first.join()
    assert (tmp_path / "tables.ods").read_bytes() == WHOLE


def test_a_file_saved_by_hand_takes_its_place(server, tmp_path):
    (tmp_path / "saved (1).ods").write_bytes(WHOLE)
    told = fetch.place(wanted(server), tmp_path / "saved (1).ods", tmp_path / "fetched")
    assert told.endswith("its hash is the registered one")
    assert left_in(tmp_path / "fetched") == ["tables.ods"] and not server.asked


@pytest.mark.parametrize("body, told", [(PAGE, "a web page"), (b"", "empty"), (b"a,b", "workbook")])
def test_a_file_by_hand_is_looked_at_too(server, tmp_path, body, told):
    (tmp_path / "saved.ods").write_bytes(body)
    with pytest.raises(Refused, match=rf"saved\.ods: .*{told}"):
        fetch.place(wanted(server, digest=""), tmp_path / "saved.ods", tmp_path / "fetched")
    assert left_in(tmp_path / "fetched") == []


def test_an_empty_file_is_told(server, tmp_path):
    server.body = b""
    with pytest.raises(NotFetched, match="what came is empty"):
        fetch.fetch(wanted(server, digest="", file="records.csv"), tmp_path)


def test_a_file_by_hand_of_another_hash_is_refused(server, tmp_path):
    (tmp_path / "saved.ods").write_bytes(NEWER)
    with pytest.raises(Refused, match=r"saved\.ods: another file than the registered one"):
        fetch.place(wanted(server), tmp_path / "saved.ods", tmp_path / "fetched")
    assert left_in(tmp_path / "fetched") == []


# what is on offer


def test_every_offer_says_where_it_was_seen_and_where_to_look():
    for one in fetch.offers().values():
        assert one.address.startswith("https://") and one.landing_page.startswith("https://")
        assert "looked up 30 November 2026" in one.seen and one.title
        assert Path(one.file).name == one.file and Path(one.file).suffix in (".ods", ".xlsx")
    assert len({one.file for one in fetch.offers().values()}) == len(fetch.offers())


def test_both_workbooks_of_the_official_tables_are_on_offer_with_their_hash():
    held = {one.key: one.sha256 for one in sources().values() if one.file.endswith(".ods")}
    assert {key for key, digest in held.items() if digest} == {
        "home-office-2018-19", "home-office-2019-20",
    }  # fmt: skip
    assert {name: fetch.offers()[name].sha256 for name in held} == held


def test_force_files_are_of_a_force_of_the_list_and_a_period():
    rows = fetch.FORCE_FILES.read_text(encoding="utf-8").splitlines()[1:]
    for row in rows:
        name, force, period = row.split(",")[:3]
        assert force in forces() and str(parse_period(period)) == period
        assert name in fetch.offers() and name not in sources()


# the command


def on_offer(monkeypatch, *offers):
    monkeypatch.setattr(fetch, "offers", lambda: {one.name: one for one in offers})


def test_without_a_name_the_command_says_what_can_be_had(capsys):
    assert cli.main(["fetch"]) == cli.DONE
    assert "home-office-2019-20: Police use of force statistics" in capsys.readouterr().out


@pytest.mark.parametrize(
    "arguments, told",
    [
        (["home-ofice-2019-20"], "allowed: home-office-2019-20"),
        (["mid-2020-age"], "https://www.ons.gov.uk/"),
        (["home-office-2019-20", "cambs-times-2017"], "cambs-times-2017: has no address of a file"),
        (["--from", "x.ods"], "--from goes with one name"),
        (["home-office-2019-20", "home-office-2018-19", "--from", "x.ods"], "goes with one name"),
        (["home-office-2019-20", "--from", "none.ods"], "none.ods: cannot be read"),
    ],
)
def test_what_the_command_refuses_before_it_starts(arguments, told, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(fetch, "fetch", lambda *_: pytest.fail("was fetched"))
    assert cli.main(["fetch", *arguments]) == cli.REFUSED
    (line,) = capsys.readouterr().err.splitlines()
    assert told in line


def test_one_that_fails_leaves_the_rest(server, monkeypatch, tmp_path, capsys):
    good = wanted(server)
    dead = Offer("dead", "", "dead.ods", server.address, "", "https://page.example", "in a test")
    server.statuses = [410]
    on_offer(monkeypatch, dead, good)
    arguments = ["fetch", "dead", good.name, "--into", str(tmp_path)]
    assert cli.main(arguments) == cli.NOT_FETCHED == 1
    said = capsys.readouterr()
    assert "its address has died" in said.err and "tables.ods: its hash is" in said.out


def test_another_hash_is_exit_status_2(server, monkeypatch, tmp_path, capsys):
    server.body = NEWER
    on_offer(monkeypatch, wanted(server))
    assert cli.main(["fetch", wanted(server).name, "--into", str(tmp_path)]) == cli.REFUSED
    assert "It is kept as" in capsys.readouterr().err


def test_a_folder_that_cannot_be_written_is_exit_status_3(server, monkeypatch, tmp_path, capsys):
    (tmp_path / "taken").write_text("")
    on_offer(monkeypatch, wanted(server))
    into = ["--into", str(tmp_path / "taken")]
    assert cli.main(["fetch", wanted(server).name, *into]) == cli.CANNOT_WRITE
    assert len(capsys.readouterr().err.splitlines()) == 1


def test_by_hand_from_the_command(server, monkeypatch, tmp_path, capsys):
    (tmp_path / "saved.ods").write_bytes(WHOLE)
    on_offer(monkeypatch, wanted(server))
    arguments = ["--from", str(tmp_path / "saved.ods"), "--into", str(tmp_path / "fetched")]
    assert cli.main(["fetch", wanted(server).name, *arguments]) == cli.DONE
    assert (tmp_path / "fetched" / "tables.ods").read_bytes() == WHOLE
    assert capsys.readouterr().err == ""
