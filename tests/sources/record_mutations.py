"""Damaging a made-up record-level file at random, from a seed, and judging what is read of it."""

import csv
import io
import random
from dataclasses import dataclass, field

from analysis.errors import Refused
from analysis.sources.records import read_records
from tests.sources.record_defects import grid
from tests.sources.sheets import ods, xlsx

WORDS = (
    "", " ", "N/A", "#REF!", "yes", "NO", "TRUE", "1", "Perhaps", "None", "2017-11-01 00:00:00",
    "11–17", "White\u00a0", "\u200bMale", "a\nb", 'a "b" c', "a,b;c", "'=1+1", "€", "1e9", "-1",
    "31/04/2017", "x" * 3000, "😀", "Shield", "CED (Taser) Fired", "Tactical Communications",
)  # fmt: skip
ENCODINGS = ("utf-8", "utf-8-sig", "cp1252", "utf-16")
SEPARATORS, ENDS = ",;\t", ("\n", "\r\n", "\r")


@dataclass
class Draft:
    """Rows as they are being damaged; ``name`` of a row is its place in the sound file.

    ``touched``: names of rows with a changed cell; ``columns``: headers that were changed.
    """

    rows: list
    names: list
    words: list = field(default_factory=list)
    touched: set = field(default_factory=set)
    columns: set = field(default_factory=set)
    above: int = 0

    @property
    def held(self):
        """The names of the rows that hold anything: the rows that the reader has to account for."""
        below = zip(self.rows[1:], self.names[1:], strict=True)
        return [name for row, name in below if any(cell.strip() for cell in row)]


def draft():
    rows = grid()
    return Draft(rows, list(range(len(rows))))


def _any_row(one, rng):
    return rng.randrange(1, len(one.rows))


def _cell(one, rng):
    row = _any_row(one, rng)
    column = rng.randrange(len(one.rows[row])) if one.rows[row] else None
    if column is not None:
        one.rows[row][column] = rng.choice(WORDS)
    one.touched.add(one.names[row])


def _row_doubled(one, rng):
    row = _any_row(one, rng)
    one.rows.insert(row, list(one.rows[row]))
    one.names.insert(row, one.names[row])


def _row_dropped(one, rng):
    row = _any_row(one, rng)
    del one.rows[row], one.names[row]


def _row_shorter(one, rng):
    row = _any_row(one, rng)
    one.rows[row] = one.rows[row][: rng.randrange(len(one.rows[row]) + 1)]
    one.touched.add(one.names[row])


def _row_longer(one, rng):
    row = _any_row(one, rng)
    one.rows[row].insert(rng.randrange(len(one.rows[row]) + 1), rng.choice(WORDS))
    one.touched.add(one.names[row])


def _row_blank(one, rng):
    row = _any_row(one, rng)
    one.rows[row] = [rng.choice(("", " ", "\u00a0"))] * rng.choice((0, len(one.rows[0])))
    one.touched.add(one.names[row])


def _row_strange(one, rng):
    row = _any_row(one, rng)
    total = ["Total", "40", *[""] * (len(one.rows[0]) - 2)]
    one.rows.insert(row, rng.choice((total, list(one.rows[0]), ["", "", "see notes"])))
    one.names.insert(row, "strange")


def _columns_shuffled(one, rng):
    order = list(range(len(one.rows[0])))
    rng.shuffle(order)
    width = len(order)
    one.rows = [[row[at] for at in order] + row[width:] if len(row) >= width else row
                for row in one.rows]  # fmt: skip
    one.touched |= {name for row, name in zip(one.rows, one.names, strict=True) if len(row) < width}


def _column_dropped(one, rng):
    at = rng.randrange(len(one.rows[0]))
    one.columns.add(one.rows[0][at])
    for row in one.rows:
        del row[at : at + 1]


def _column_doubled(one, rng):
    at = rng.randrange(len(one.rows[0]))
    one.columns.add(one.rows[0][at])
    for row in one.rows:
        row[at:at] = row[at : at + 1]


def _header_changed(one, rng):
    at = rng.randrange(len(one.rows[0]))
    one.columns.add(one.rows[0][at])
    change = rng.choice((str.upper, lambda text: f"\u200b{text} ", lambda text: text[:-1] + "?",
                         lambda text: "", lambda text: rng.choice(one.rows[0])))  # fmt: skip
    one.rows[0][at] = change(one.rows[0][at])
    one.columns.add(one.rows[0][at])


def _title(one, rng):
    one.above += 1


MUTATIONS = (
    _cell, _cell, _cell, _cell, _row_doubled, _row_dropped, _row_shorter, _row_longer, _row_blank,
    _row_strange, _columns_shuffled, _column_dropped, _column_doubled, _header_changed, _title,
)  # fmt: skip


def mutate(seed):
    """A damaged file: its bytes, the end of its name, the draft (None where bytes were torn)."""
    rng = random.Random(f"records {seed}")
    one = draft()
    for mutation in rng.choices(MUTATIONS, k=rng.randint(1, 5)):
        mutation(one, rng)
        one.words.append(mutation.__name__.strip("_"))
    rows = [["Use of force"]] * one.above + one.rows
    if rng.random() < 0.15:
        suffix, write = rng.choice(((".xlsx", xlsx), (".ods", ods)))
        content = write({"Notes": [["About"]], "Data": rows})
    else:
        suffix, content = ".csv", _csv(rows, rng, one.words)
    one.words.append(suffix)
    if rng.random() < 0.15:
        return _torn(content, rng), suffix, None
    return content, suffix, one


def _csv(rows, rng, words):
    separator, end, encoding = rng.choice(SEPARATORS), rng.choice(ENDS), rng.choice(ENCODINGS)
    stream = io.StringIO()
    # a program that ends lines by a carriage return quotes line feeds; Python's does not
    quoting = csv.QUOTE_ALL if end == "\r" else csv.QUOTE_MINIMAL
    writer = csv.writer(stream, delimiter=separator, lineterminator=end, quoting=quoting)
    writer.writerows(rows)
    words += [repr(separator), repr(end), encoding]
    return stream.getvalue().encode(encoding, "replace")


def _torn(content, rng):
    at = rng.randrange(len(content))
    junk = bytes(rng.randrange(256) for _ in range(rng.randint(1, 20)))
    return rng.choice((content[:at], content[:at] + junk + content[at:],
                       content[:at] + junk + content[at + len(junk) :]))  # fmt: skip


def outcome(path, one, sound):
    """``read`` or ``refused``, or what went wrong; ``sound``: the records without damage."""
    try:
        reading = read_records(path, "Cambridgeshire", "2017-Q2")
    except Refused as refused:
        line = str(refused)
        return "refused" if path.name in line and "\n" not in line else f"refused in words: {line}"
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    aside = set(reading.remarks.loc[reading.remarks["action"] == "set aside", "row"])
    used = set(reading.records.reports.index)
    if used & aside or len(used) + len(aside) != reading.rows:
        return f"LOST ROWS: {reading.rows} read, {len(used)} used, {len(aside)} set aside"
    return "read" if one is None else _compared(reading, one, sound) or "read"


def _compared(reading, one, sound):
    """What differs from the sound file in rows and columns that were not damaged."""
    if reading.rows != len(one.held):
        return f"LOST ROWS: {len(one.held)} in the file, {reading.rows} read"
    remarks = reading.remarks
    aside = remarks.loc[remarks["action"] == "set aside", "row"]
    order = sorted({*reading.records.reports.index, *aside})
    fields = [field for field in sound.reports if field not in reading.records.absent]
    for row, name in zip(order, one.held, strict=True):
        if name in one.touched or name == "strange":
            continue
        if row not in reading.records.reports.index:
            return "" if one.columns else f"SET ASIDE WITHOUT REASON: row {row}"
        got, wanted = reading.records.reports.loc[row], sound.reports.loc[name + 1]
        differ = [field for field in fields if got[field] != wanted[field]]
        if len(differ) > 2 * len(one.columns):
            return f"READ OTHERWISE: row {row}: {differ}"
    return ""
