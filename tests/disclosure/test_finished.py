"""A release written by hand, and what is planted in it beside what its tables say.

Of 60 reports 40 are of men; those of women and of others are hidden.
"""

import json

import pandas as pd
import pytest

from analysis.counts import SUPPRESSED
from tests.disclosure.finished import Release, falling

IDS = {"Men": "by/men", "Women": "by/women", "Others": "by/others"}
SHOWN = {"Men": "40", "Women": "", "Others": ""}
PICTURE = """\
<svg aria-label="Bars: Men 40. [c]: Women, Others.">
<g id="x-axes_1"><g id="x-patch_2"><path d="M 10 90 L 110 90 L 110 0 L 10 0 z"/></g>
<g id="x-matplotlib.axis_1">
<g id="x-xtick_1"><g><use x="10" y="90"/></g><g><text>0</text></g></g>
<g id="x-xtick_2"><g><use x="110" y="90"/></g><g><text>50</text></g></g></g>
<g id="x-patch_3"><path clip-path="url(#cut)" d="M 10 20 L 90 20 L 90 40 L 10 40 z"/></g>
<g data-id="by/men" data-part="value"><text>40</text></g>
</g></svg>
"""
PAGE = """\
<table><tr><td></td><th>Reports</th></tr><tbody>
<tr><th>Men</th><td><span data-id="by/men" data-part="value">40</span></td></tr>
<tr><th>Women</th><td><span data-id="by/women" data-part="value">[c]</span></td></tr>
<tr><th>Others</th><td><span data-id="by/others" data-part="value">[c]</span></td></tr>
</tbody></table>
"""
TRACE = """\
<p id="c1" class="common">Common 1, to the 2 numbers that follow:</p><ul><li>What: reports</ul><dl>
<dt id="n1">Men: 40 <code>by/men</code><dd>Made of: men
<dt id="n2">Women: [c] <code>by/women</code><dd>Made of: women<dd><a href="#c1">Common 1</a>
<dt id="n3">Others: [c] <code>by/others</code><dd><a href="#c1">Common 1</a>
</dl>
"""


@pytest.fixture
def folder(tmp_path):
    rows = [
        {"id": IDS[name], "series_id": "by", "label": name, "value": value, "lower": "",
         "upper": "", "confidence": "", "status": "stated" if value else SUPPRESSED}
        for name, value in SHOWN.items()
    ]  # fmt: skip
    findings = pd.DataFrame(rows)
    (tmp_path / "charts").mkdir()
    findings.to_csv(tmp_path / "findings.csv", index=False)
    findings[["id", "label", "value"]].to_csv(tmp_path / "charts" / "x.csv", index=False)
    counts = pd.DataFrame(
        [("by/all", "records", "60", "stated"), ("census", "census", "9", "stated")],
        columns=["id", "source", "value", "status"],
    )
    counts.to_csv(tmp_path / "counts.csv", index=False)
    (tmp_path / "manifest.json").write_text(json.dumps({"release": {"restricted": ["records"]}}))
    (tmp_path / "charts" / "x.svg").write_text(PICTURE)
    (tmp_path / "report.html").write_text(PAGE)
    (tmp_path / "summary.html").write_text("")
    (tmp_path / "trace.html").write_text(TRACE)
    return tmp_path


def test_a_release_that_says_what_its_tables_say(folder):
    release = Release(folder)
    assert release.beyond_tables() == []
    assert list(release.tables()[0]["id"]) == ["by/all"]  # what is published is not attacked


@pytest.mark.parametrize(
    ("name", "before", "after", "told"),
    [
        ("report.html", '"value">[c]', '"value">7', "by/women is shown as 7"),
        ("report.html", '"value">40', '"value">41', "by/men is shown as 41"),
        ("report.html", "[c]</span>", "[c]</span> of 12", "12 stands beside the hidden by/women"),
        ("report.html", "by/others", "by/nobody", "by/nobody is in no table"),
        ("trace.html", "Women: [c]", "Women: [c], one of 13", "by/women: says 13"),
        ("trace.html", "Made of: women", "Made of: 7 of 60", "by/women: says 7"),
        ("trace.html", "What: reports", "What: 5 and 15 reports", "by/others: says 15"),
        ("charts/x.svg", "[c]: Women", "[c]: Women 7", "the picture says 7"),
        ("charts/x.svg", "<text>40", "<text>41", "by/men is shown as 41"),
        ("charts/x.svg", "L 90 20 L 90", "L 91 20 L 91", "something is drawn at 91.00"),
        ("charts/x.csv", "Women,", "Women,7", "value of by/women is not that of the tables"),
    ],
)
def test_what_is_told_beside_the_tables_is_found(folder, name, before, after, told):
    path = folder / name
    text = path.read_text()
    assert before in text
    path.write_text(text.replace(before, after, 1))
    found = Release(folder).beyond_tables()
    assert any(told in one for one in found), found


def test_an_order_that_may_be_one_of_size(folder):
    """40, 30 and 20 fall, and what is hidden between would lie between; two numbers say nothing."""
    release = Release(folder)
    assert release.by_size() == {}
    for one, value in (("by/more", "30"), ("by/less", "20")):
        release.rows[one] = {"value": value, "status": "stated"}
    page = (folder / "report.html").read_text()
    line = '<tr><th>x</th><td><span data-id="{}" data-part="value">{}</span></td></tr>'
    more = line.format("by/more", 30) + line.format("by/less", 20)
    (folder / "report.html").write_text(page.replace("</tbody>", more + "</tbody>"))
    ids = ["by/men", "by/women", "by/others", "by/more", "by/less"]
    assert release.by_size() == {"table 0, column 1": ids}
    release.rows["by/less"]["value"] = "50"
    assert release.by_size() == {}


def test_rows_of_one_base_fall_by_their_counts():
    rests_on = {"a": ["men", "all"], "b": ["women", "all"], "c": ["injured", "some"], "d": ["x"]}
    assert falling(["a", "b", "c", "d", "e"], rests_on) == [("men", "women")]
