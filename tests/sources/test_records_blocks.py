"""Blocks of a file read at once give what Python's csv gives row by row, however they fall."""

import csv
import io
from contextlib import contextmanager

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.errors import Refused
from analysis.made_up.files import RECORDS, damaged, write
from analysis.sources.records import lines, read_records, table
from analysis.sources.records.lines import Lines
from tests.sources.record_defects import DEFECTS, grid

TABLES = ("reports", "tactics", "ced", "ced_details")


@contextmanager
def blocks(size, rows, at_once=True):
    """Files are read in blocks of ``size`` bytes and judged in blocks of ``rows``."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lines, "_SIZE", size)
        patch.setattr(table, "AT_ONCE", rows)
        if not at_once:
            patch.setattr(lines._Found, "of", lambda *_: None)
        yield


def read(path, *how):
    with blocks(*how):
        try:
            return read_records(path, "Cambridgeshire", "2017-Q2")
        except Refused as refused:
            return str(refused)


def assert_same(one, other):
    if isinstance(one, str) or isinstance(other, str):
        assert one == other
        return
    pd.testing.assert_frame_equal(one.remarks, other.remarks)
    for name in TABLES:
        pd.testing.assert_frame_equal(getattr(one.records, name), getattr(other.records, name))
    assert (one.rows, one.months, one.records.place, one.records.absent, one.records.made_up) == (
        other.rows, other.months, other.records.place, other.records.absent,
        other.records.made_up,
    )  # fmt: skip


@pytest.mark.parametrize("defect", DEFECTS, ids=lambda defect: defect.name)
def test_a_defect_is_the_same_in_blocks_of_any_size(defect, tmp_path):
    path = tmp_path / f"records{defect.suffix}"
    path.write_bytes(defect.build(grid()))
    by_row = read(path, 2**22, 2**16, False)
    assert_same(by_row, read(path, 2**22, 2**16))
    assert_same(by_row, read(path, 5_000, 7))


@pytest.mark.parametrize(("size", "rows"), [(2**22, 2**16), (2**13, 50), (3_000, 1)])
def test_made_up_files_with_every_defect_are_the_same_in_blocks(tmp_path, size, rows):
    write(tmp_path, damaged(400, 17))
    path = tmp_path / RECORDS
    by_row = read(path, 2**22, 2**16, False)
    assert by_row.remarks["action"].nunique() == 4 and len(by_row.set_aside) > 5
    assert_same(by_row, read(path, size, rows))


CELLS = st.sampled_from(
    ["", " ", "a", "ab", "Yes", "No", "x" * 7, "y" * 8, "y" * 9, "z" * 16, "z" * 17, "é", "€uro",
     'say "so"', '"', '""', "a,b", "a;b", "a\nb", "a\r\nb", "a\rb", "\ufeff", "😀" * 5]
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(
    rows=st.lists(st.lists(CELLS, min_size=1, max_size=4), min_size=1, max_size=12),
    end=st.sampled_from(["\n", "\r\n", "\r"]),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    cut=st.integers(0, 3),
    blank=st.sets(st.integers(0, 12)),
    size=st.sampled_from([16, 40, 2**22]),
)
def test_rows_are_those_of_csv(rows, end, quoting, cut, blank, size):
    # ``cut``: bytes that are torn off the end; ``blank``: rows before which an empty line stands
    written = io.StringIO(newline="")
    for place, row in enumerate(rows):
        written.write(end if place in blank else "")
        csv.writer(written, quoting=quoting, lineterminator=end).writerow(row)
    text = written.getvalue()
    text = text[: len(text) - cut]
    assert_rows_are_those_of_csv(text, size)


@pytest.mark.parametrize(
    "text",
    [
        'a"b,c\n1,2\n', '"a"b,c\n', '"a" ,c\n', 'a,"b\nc,d\n', 'a,b"\n"c,d\n',
        '5" screen,6"\n1,2\n',
        '"a""b",c\n', '"""",""\n', '"a\n",b\n"\r",c\n', "a,b\rc,d\n1,2\n", "a\0b,c\n\0,\n",
        f"a,b\n{'x' * 140_000},c\n", f'a,b\n"{"x" * 131_072}",c\n', ",\n,,\n \n\n, \na,\n",
    ],
)  # fmt: skip
@pytest.mark.parametrize("size", [16, 2**22])
def test_marks_where_they_do_not_belong_and_long_cells_are_read_as_csv_reads_them(text, size):
    assert_rows_are_those_of_csv(text, size)


def assert_rows_are_those_of_csv(text, size):
    names = ["first", "second", "third"]
    try:
        every = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except csv.Error as error:
        with blocks(size, 2**16), pytest.raises(Refused, match="is damaged as CSV") as refused:
            list(Lines(io.BytesIO(text.encode()), ",", "x.csv").parts(names))
        assert str(error).split("(")[0] in str(refused.value)
        return
    with blocks(size, 2**16):
        parts = list(Lines(io.BytesIO(text.encode()), ",", "x.csv").parts(names))
    found, damaged, empty = {}, {}, set()
    for part in parts:
        columns = [np.array(one.values, object)[one.codes] for one in part.columns]
        cells = zip(*columns, strict=True)
        found |= dict(zip(part.rows.tolist(), map(list, cells), strict=True))
        damaged |= {int(part.rows[place]): problem for place, problem in part.damaged.items()}
        empty |= set(part.empty)
    held = {number: row for number, row in enumerate(every, 1) if any(map(str.strip, row))}
    assert found == {number: (row + ["", ""])[:3] for number, row in held.items()}
    assert empty == {*range(1, len(every) + 1)} - held.keys()
    torn = {number for number, row in held.items() if len(row) < 3 or any(map(str.strip, row[3:]))}
    assert damaged.keys() == torn


def test_what_is_written_to_disk_is_not_held():
    held = table.Blocks()
    for _ in range(3):
        held.add(table.Block(np.arange(50_000), [np.arange(50_000), np.zeros(50_000, int)], {}))
    assert all(one.like.base is None for block in held._kept for one in block)
    assert [block.codes[0][-1] for block in held] == [49_999] * 3
    assert held.column(1).sum() == 0 and len(held.column(0)) == 150_000
