"""Files of claims: what is refused, and that those of the project name what exists."""

import csv
import re
from functools import cache
from pathlib import Path

import pytest

from analysis.checks.claims import PREFIX, Claim, claims_of, read_claims
from analysis.counts import MEASURES
from analysis.errors import Refused
from analysis.places import CLAIMS
from analysis.sources import published
from analysis.sources.registry import identify, sources
from analysis.standard.periods import parse_period

FIGURES = Path(__file__).parent / "figures_entered.csv"

SOUND = """\
kind: newspaper
printed_by: A paper
where: https://example.org
date: '2017'
claims:
  - id: men
    text: Men
    area: Cambridgeshire
    period: 2017-Q2
    printed: '76'
    unit: per cent
    of: {measure: reports, group: male}
    against: {measure: reports}
    about: {condition: male}
  - id: reports
    text: Reports
    area: Cambridgeshire
    period: 2018/19
    printed: '4597'
    of: {measure: reports}
    about: {count: home-office-2018-19/reports-by-force/2018-19/cambridgeshire/reports/all/all}
  - id: sum
    text: Men and women
    area: Cambridgeshire
    period: 2018/19
    printed: '4597'
    of: {measure: reports, group: [Male, Female]}
    needs: more
"""


def read(folder, text):
    (folder / "paper.yml").write_text(text, encoding="utf-8")
    return read_claims(folder)


def test_a_sound_file(tmp_path):
    (paper,) = read(tmp_path, SOUND).papers
    assert (paper.name, paper.source, len(paper.claims)) == ("paper", "claims-paper", 3)
    assert read_claims(tmp_path).count_ids() == {
        "home-office-2018-19/reports-by-force/2018-19/cambridgeshire/reports/all/all"
    }


def test_an_audit_is_told_of_the_files_about_its_area():
    told = {}
    papers = claims_of("Kent", lambda path, source: told.setdefault(path, source))
    about = re.compile("area: (Kent|England and Wales)[,}\n]")
    wanted = {path for path in CLAIMS.glob("*.yml") if about.search(path.read_text("utf-8"))}
    assert told.keys() == wanted and len(wanted) < len(papers.papers) == len([*CLAIMS.iterdir()])
    assert {f"{PREFIX}{path.stem}" for path in told} == {*told.values()}


@pytest.mark.parametrize(
    "right, wrong, said",
    [
        ("unit: per cent", "unit: dozen",
         "paper.yml: claim men: unit: 'dozen'; allowed: count, per cent, ratio, per thousand"),
        ("unit: per cent", "unit: per cent\n    qualifier: roughly",
         "paper.yml: claim men: qualifier: 'roughly'; allowed: none, approximately, about, around"),
        ("unit: per cent", "unit: per cent\n    colour: red",
         "paper.yml: claim men: key 'colour' is not known; allowed: id, text, area"),
        ("unit: per cent", "unit: ratio", "claim men: unit: 'ratio' with condition; allowed: c"),
        ("condition: male", "condition: tall",
         "paper.yml: claim men: about.condition: 'tall'; allowed: , all, in Peterborough"),
        ("condition: male", "condition: male, count: x",
         "claim men: about: condition with count given; allowed: count, parts, part with whole"),
        ("    about: {condition: male}\n", "",
         "claim men: about: nothing given; allowed: one of about, needs, judgement"),
        ("about: {condition: male}", "about: {condition: male}\n    needs: more",
         "claim men: about: about and needs given; allowed: one of about, needs, judgement"),
        ("printed: '76'", "printed: about 76",
         "claim men: printed: 'about 76'; allowed: digits, with a point for decimals"),
        ("printed: '76'", "printed: 76", "claim men: printed: 76; allowed: "),
        ("    printed: '76'\n", "", "claim men: printed: ''; allowed: a number, unless it is a"),
        ("text: Men", "text: 76 men",
         "claim men: text, needs or note: '76 men'; allowed: words without digits"),
        ("area: Cambridgeshire", "area: Cambridge", "claim men: area: 'Cambridge'; allowed: Avon"),
        ("period: 2017-Q2", "period: spring", "claim men: period: 'spring' is not a period"),
        ("id: men", "id: All Men", "claim All Men: id: 'All Men'; allowed: small letters"),
        ("id: men", "id: reports", "paper.yml: id: 'reports' stands twice"),
        ("of: {measure: reports}", "of: {measure: people}",
         f"claim reports: of.measure: 'people'; allowed: {', '.join(MEASURES)}"),
        ("    of: {measure: reports}\n", "", "claim reports: of: is missing; allowed: what the"),
        ("    against: {measure: reports}\n", "", "claim men: against: is missing; allowed: what"),
        ("unit: per cent", "unit: per cent\n    contradicts: [claims-paper/x]",
         "paper.yml: men: 'claims-paper/x' is no claim of these files"),
        ("unit: per cent", "unit: per cent\n    contradicts: [reports]",
         "paper.yml: men: 'reports' is no claim of these files"),
        ("unit: per cent", "unit: per cent\n    contradicts: [claims-paper/reports]",
         "paper.yml: men: contradicts: 'claims-paper/reports' is of the same printer; allowed: a "),
        ("condition: male", "inside: aged 18-34", "claim men: about: inside given; allowed: count"),
        ("condition: male", "inside: aged 18-49, around: aged 18-34",
         "claim men: about.inside: 'aged 18-49'; allowed: aged 18-34"),
        ("{count: home-office-2018-19/reports-by-force/2018-19/cambridgeshire/reports/all/all}",
         "{count: claims-paper/sum}",
         "paper.yml: reports: 'claims-paper/sum' does not say which one thing it counts"),
        ("kind: newspaper", "kind: rumour", "paper.yml: kind: 'rumour'; allowed: force paper"),
        ("printed_by: A paper\n", "", "paper.yml: printed_by: is missing"),
        ("date: '2017'", "date: '2017'\ndate: '2018'", "is not YAML: key 'date' stands twice"),
    ],
)  # fmt: skip
def test_a_faulty_file_is_refused_in_one_line(tmp_path, right, wrong, said):
    assert SOUND.count(right)
    with pytest.raises(Refused) as refused:
        read(tmp_path, SOUND.replace(right, wrong, 1))
    assert said in str(refused.value) and "\n" not in str(refused.value)


@pytest.mark.parametrize("printer, printed, said", [
    ("A paper", "5", "'claims-paper/men' is of the same printer; allowed: a claim of another"),
    ("Another", "76", "'claims-paper/men' prints the same; allowed: another number"),
])  # fmt: skip
def test_a_contradiction_is_between_two_printers_and_two_numbers(tmp_path, printer, printed, said):
    other = SOUND.replace("A paper", printer).replace("'76'", f"'{printed}'")
    contradicting = "unit: per cent\n    contradicts: [claims-paper/men]"
    (tmp_path / "other.yml").write_text(
        other.replace("unit: per cent", contradicting), encoding="utf-8"
    )
    with pytest.raises(Refused) as refused:
        read(tmp_path, SOUND)
    assert f"other.yml: men: contradicts: {said}" in str(refused.value)


def test_a_file_without_a_list_of_claims_is_refused(tmp_path):
    with pytest.raises(Refused, match="paper.yml: claims: None; allowed: a list of claims"):
        read(tmp_path, "kind: newspaper\n")
    with pytest.raises(Refused, match="claim 1: .*'men'"):
        read(tmp_path, "claims: [men]\n")


# the files of the project
def test_every_count_that_a_claim_names_is_published():
    ids = read_claims().count_ids()
    tables = {tuple(one.split("/")[:2]) for one in ids}
    held = set()
    for source, subject in tables:
        held |= {*published.load(source, subject).frame["id"]}
    assert {one for one in ids if "*" not in one} <= held and len(ids) > 100


def test_the_words_of_a_claim_say_how_its_number_is_qualified():
    # a table shows the number and these words beside it, and not the key
    words = {
        "nearly": ("nearly", "almost"),
        "more than": ("more than", "majority"),
        "approximately": ("approximately",),
    }
    qualified = [
        claim for _, claim in read_claims().printed().values() if claim.qualifier != "none"
    ]
    assert len(qualified) >= 7
    for claim in qualified:
        assert any(word in claim.text.lower() for word in words[claim.qualifier]), claim.id


def test_every_file_is_in_the_registry_with_its_hash():
    for paper in read_claims().papers:
        assert identify(CLAIMS / f"{paper.name}.yml", paper.source).registered, paper.name
        known = sources()[paper.source]
        assert (known.publisher, known.address, known.access) == (
            paper.printed_by, paper.where, "published",
        )  # fmt: skip


def test_what_the_issue_asks_to_be_entered_is_there():
    # issue 5, Build 2: the Peterborough article and the misread national total
    numbers = {
        name: claim.printed
        for name, (_, claim) in read_claims().printed().items()
        if name.startswith("claims-peterborough-telegraph-2017/")
    }
    assert sorted(map(int, numbers.values())) == sorted(
        [1234, 580, 580, 50, 451, 129, 220, 77, 1, 25, 50, 5, 16, 80, 76, 7, 3, 3]
    )
    assert read_claims().printed()["claims-inquest-2018/incidents"][1].printed == "285562"


# The file of transcribed figures names areas of its own; in claims they are these.
AREAS = {"England and Wales incl. BTP": "England and Wales", "Beds+Cambs+Herts": "Cambridgeshire"}


def figures_entered():
    """The lines of the transcribed figures, and as what each is entered: a claim, or the figures
    of official tables that claims are held against (several where the line is their sum)."""
    with FIGURES.open(encoding="utf-8", newline="") as file:
        return {int(row["line"]): row for row in csv.DictReader(file)}


def test_every_transcribed_figure_is_entered_as_a_claim_or_is_a_figure_of_the_tables():
    path = CLAIMS.parents[2] / "shared" / "domain" / "published_figures.csv"
    if not path.exists():
        pytest.skip("the transcribed figures are not at hand")
    with path.open(encoding="utf-8", newline="") as file:
        lines = dict(enumerate(csv.DictReader(file), 2))
    entered, claims = figures_entered(), read_claims().printed()
    assert entered.keys() == lines.keys()
    for number, line in lines.items():
        assert entered[number]["measure"] == line["measure"], number
        ids = entered[number]["entered_as"].split(" + ")
        area = AREAS.get(line["area"], line["area"])
        if ids[0].startswith(PREFIX):
            ((paper, claim),) = (claims[one] for one in ids)
            found = [(claim.area, claim.period, float(claim.printed))]
            if line["url"].startswith("http"):
                assert paper.where == line["url"], number
        else:
            counts = [table_of(one)[one] for one in ids]
            found = [(one.area, one.period, one.value) for one in counts]
        assert sum(value for *_, value in found) == float(line["value"]), number
        for place, period, _ in found:
            assert place == area and str(parse_period(period).first[0]) in line["period"], number


@cache
def table_of(name):
    """The counts of the table of an official edition in which a count stands, by their ids."""
    counts = published.load(*name.split("/")[:2])
    return {one.id: one for one in counts}


def test_how_many_transcribed_figures_are_entered_as_what():
    entered = [row["entered_as"] for row in figures_entered().values()]
    claims = [one for one in entered if one.startswith(PREFIX)]
    assert (len(entered), len(claims), len(entered) - len(claims)) == (381, 236, 145)


def test_steps():
    claim = {"id": "x", "text": "x", "area": "Kent", "period": "2019/20", "needs": "more"}
    given = {"printed": "428000", "rounded_to": 1000}
    assert Claim.model_validate(claim | given).step == 1000
    given = {"printed": "0.560", "unit": "per cent"}
    assert str(Claim.model_validate(claim | given).step) == "0.001"
