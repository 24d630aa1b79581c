"""Two hundred damaged workbooks: each is read the same or refused, and never read wrongly."""

from collections import Counter

import pytest

from tests.mutations import KINDS, MUST, Book, compared, mutate, outcome

pytestmark = pytest.mark.long
MUTATIONS = 200


@pytest.fixture(scope="module")
def books(readings):
    """Each workbook with the counts that it holds."""
    return [(Book.open(reading.path), compared(reading.all)) for reading in readings.values()]


@pytest.mark.parametrize("place, kind", list(enumerate(KINDS)), ids=KINDS)
def test_never_other_counts(place, kind, books, tmp_path, capsys):
    tally, wrong = Counter(), []
    allowed = {MUST[kind]} if kind in MUST else {"read the same", "refused"}
    for seed in range(MUTATIONS)[place :: len(KINDS)]:
        book, wanted = books[(seed // len(KINDS)) % 2]
        content, words = mutate(book, kind, seed)
        path = tmp_path / "workbook.ods"
        path.write_bytes(content)
        result = outcome(path, wanted)
        tally[result if result in allowed else "wrong"] += 1
        if result not in allowed:
            wrong.append(f"{words}: {result}")
    with capsys.disabled():
        print(f"\n{kind}: " + ", ".join(f"{n} {what}" for what, n in sorted(tally.items())), end="")
    assert not wrong, "\n".join(wrong)
