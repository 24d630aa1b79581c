"""Each defect of a record-level file is named and nothing is lost, or the file is refused."""

import pytest

from analysis.errors import Refused
from analysis.sources.records import read_records, summary
from tests.sources.record_defects import DEFECTS, ROWS, as_csv, grid

READ = [defect for defect in DEFECTS if not defect.refused]
REFUSED = [defect for defect in DEFECTS if defect.refused]
# Files that differ from the usual one in their shape alone: not one report may differ.
SHAPE = (
    "Possession spelt right", "CED2 Arced", "Effective 20", "columns in another order",
    "semicolons", "empty rows at the end", "empty columns at the end", "the day first",
    "decimal commas", "UTF-16", "UTF-8 with its mark", "ends of lines of old Macs",
    "a column twice, equal", "a column that the form lacks", "dates as cells of an XLSX",
    "dates as cells of an ODS", "an XLSX named .csv", "an XLSX with another sheet",
    "a row of totals",
)  # fmt: skip


def reading_of(folder, content, suffix=".csv"):
    path = folder / f"records{suffix}"
    path.write_bytes(content)
    return read_records(path, "Cambridgeshire", "2017-Q2")


@pytest.fixture(scope="module")
def sound(tmp_path_factory):
    return reading_of(tmp_path_factory.mktemp("sound"), as_csv(grid()))


def test_the_file_without_defect_has_no_remarks(sound):
    assert (len(sound.records), len(sound.remarks)) == (ROWS, 0)


@pytest.mark.parametrize("defect", READ, ids=lambda defect: defect.name)
def test_a_defect_is_named_and_nothing_is_lost(defect, tmp_path):
    reading = reading_of(tmp_path, defect.build(grid()), defect.suffix)
    aside = reading.remarks.loc[reading.remarks["action"] == "set aside", "row"].nunique()
    assert (reading.rows, aside) == (defect.rows, defect.aside)
    assert len(reading.records) + aside == reading.rows
    action, column, words = defect.remark
    found = reading.remarks
    found = found[(found["action"] == action) & (found["column"] == column)]
    assert not action or found["reason"].str.contains(words, regex=False).any(), reading.remarks
    if not action:
        assert reading.remarks.empty
    assert max(map(len, summary(reading))) < 1_000


@pytest.mark.parametrize("defect", REFUSED, ids=lambda defect: defect.name)
def test_what_cannot_be_read_is_refused_in_one_line(defect, tmp_path):
    with pytest.raises(Refused) as refused:
        reading_of(tmp_path, defect.build(grid()), defect.suffix)
    line = str(refused.value)
    assert defect.refused in line and f"records{defect.suffix}" in line and "\n" not in line


@pytest.mark.parametrize("name", SHAPE)
def test_the_shape_of_a_file_changes_no_report(name, sound, tmp_path):
    defect = next(one for one in READ if one.name == name)
    records = reading_of(tmp_path, defect.build(grid()), defect.suffix).records
    for table in ("reports", "tactics", "ced"):
        assert getattr(records, table).equals(getattr(sound.records, table)), table
