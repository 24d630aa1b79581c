"""A params file is typed: each fault is one line with file, key, value and what is allowed."""

import json

import pytest
import yaml
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from analysis.audit import check_at_hand
from analysis.errors import Refused
from analysis.parameters import (
    CHAPTERS,
    OFFICIAL_CHAPTERS,
    RECORD_CHAPTERS,
    _NoDoubles,
    read_parameters,
    schema,
)
from analysis.places import PARAMS
from analysis.standard.forces import forces

DEFAULT = PARAMS / "cambridgeshire_2019-20.yml"
GOOD = "area: Cambridgeshire\nperiod: 2019/20\n"


def refused(tmp_path, text):
    """The lines with which a params file of this text is refused, without its path."""
    path = tmp_path / "mine.yml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(Refused) as error:
        parameters = read_parameters(path)
        check_at_hand(parameters, str(path), tmp_path)
    lines = str(error.value).splitlines()
    assert all(line.startswith(str(path)) for line in lines), lines
    return [line.removeprefix(str(path)) for line in lines]


def test_the_default_is_cambridgeshire_2019_20():
    # issue 2, Build 6: "default: Cambridgeshire 2019/20"
    parameters = read_parameters(DEFAULT)
    assert (parameters.area, parameters.period) == ("Cambridgeshire", "2019/20")
    wanted = ("data-quality", "taser", "injuries", "demographics", "forces", "claims")
    assert tuple(parameters.chapters) == OFFICIAL_CHAPTERS == wanted
    assert parameters.choices.confidence == 0.95
    assert parameters.sources.model_dump(exclude_none=True) == {}
    assert parameters.name == DEFAULT.stem
    check_at_hand(parameters, str(DEFAULT), PARAMS)


def test_what_is_left_out_has_the_values_of_the_default_file(tmp_path):
    (tmp_path / "short.yml").write_text(GOOD, encoding="utf-8")
    assert read_parameters(tmp_path / "short.yml") == read_parameters(DEFAULT)


def test_records_bring_their_own_chapters(tmp_path):
    path = tmp_path / "mine.yml"
    path.write_text("area: Kent\nperiod: 2017-Q2\nsources: {records: mine.csv}", "utf-8")
    assert tuple(read_parameters(path).chapters) == RECORD_CHAPTERS


def test_another_spelling_of_a_force_is_the_force(tmp_path):
    path = tmp_path / "mine.yml"
    path.write_text('area: "Devon & Cornwall "\nperiod: 2018/19\n', encoding="utf-8")
    assert read_parameters(path).name == "devon-and-cornwall_2018-19"


# forces that the official tables of the period do not have
NO_TABLES = (
    "area: Police Service of Northern Ireland\nperiod: 2019/20",
    "area: British Transport Police\nperiod: 2019/20",
    "area: British Transport Police\nperiod: 2019/20\nchapters: [claims, taser]",
)
FAULTS = [
    # text of the file, and what the one line names: key, value, something that is allowed
    (GOOD + "confidnce: 0.9", ["'confidnce'", "area", "choices"]),
    (GOOD + "choices: {confidnce: 0.9}", ["'choices.confidnce'", "confidence", "ced_order"]),
    (GOOD + "sources: {homeoffice: x.ods}", ["'sources.homeoffice'", "home_office"]),
    ("area: Cambridgeshire", ["'period' is missing", "2019/20"]),
    ("period: 2019/20", ["'area' is missing", "45 forces"]),
    (NO_TABLES[0], ["chapters", "Northern Ireland: the official tables are of"]),
    (NO_TABLES[1], ["chapters", "from 2023/24 on", "sources.records"]),
    (NO_TABLES[2], ["chapters", "British Transport Police: it is in", "records-taser"]),
    ("area: 5\nperiod: 2019/20", ["area", "5", "text"]),
    ("area: Camelot\nperiod: 2019/20", ["area", "'Camelot'", "allowed: "]),
    ("area: Cambridgshire\nperiod: 2019/20", ["'Cambridgshire'", "allowed: Cambridgeshire"]),
    ("area: Cambridgeshire\nperiod: 2019/21", ["period", "2019/21", "2019/20"]),
    ("area: Cambridgeshire\nperiod: 2013-13", ["period", "2013-13", "2013-05..2013-12"]),
    ("area: Cambridgeshire\nperiod: 2013-05-45", ["2013-05-45", "2013-05..2013-12"]),
    ("area: Cambridgeshire\nperiod: [2019/20]", ["period", "['2019/20']", "2019/20"]),
    ("area: Cambridgeshire\nperiod: 2015/16", ["period", "'2015/16'", "2018/19, 2019/20"]),
    ("area: Cambridgeshire\nperiod: 2016", ["period", "'2016'", "2018/19, 2019/20"]),
    (GOOD + "chapters: taser", ["chapters", "'taser'", "a list"]),
    (GOOD + "chapters: []", ["chapters", "[]", "at least one"]),
    (GOOD + "chapters: [tazer]", ["chapters.0", "'tazer'", "data-quality, taser"]),
    (GOOD + "chapters: [taser, taser]", ["chapters", "twice", "data-quality, taser"]),
    (GOOD + "chapters: [records]", ["chapters", "'records'", "sources.records", "injuries"]),
    (GOOD + "sources: {records_before: x.csv}", ["records_before", "without sources.records"]),
    (GOOD + "choices: {outcome: Tazed}", ["choices.outcome", "'Tazed'", "Taser used, "]),
    (GOOD + "choices: {incident_rule: day}", ["choices.incident_rule", "'day'", "one place"]),
    (GOOD + "choices: 0.95", ["choices", "0.95", "keys"]),
    (GOOD + "choices: {confidence: high}", ["choices.confidence", "'high'", "a number"]),
    (GOOD + "choices: {confidence: '0.95'}", ["choices.confidence", "'0.95'", "a number"]),
    (GOOD + "choices: {confidence: 95}", ["choices.confidence", "95", "less than 1"]),
    (GOOD + "choices: {confidence: .nan}", ["choices.confidence", "nan", "less than 1"]),
    (GOOD + "choices: {confidence: 0.4}", ["choices.confidence", "0.4", "0.5 or more"]),
    (GOOD + "choices: {ced_order: fired}", ["choices.ced_order", "'fired'", "metropolitan"]),
    (GOOD + "choices: {tactic: Limb}", ["choices.tactic", "'Limb'", "Limb or body restraints, "]),
    (GOOD + "choices: {census: 2001}", ["choices.census", "2001", "2011, 2021"]),
    (GOOD + "choices: {reference_group: Martian}", ["reference_group", "'Martian'", "White"]),
    (GOOD + "choices: {comparison_group: Chinese}", ["comparison_group", "'Chinese'", "Asian"]),
    (GOOD + "choices: {comparison_group: White}", ["choices.comparison_group", "'White'", "Black"]),
    (GOOD + "choices: {reference_group: Black}", ["choices.comparison_group", "'Black'", "White"]),
    (GOOD + "choices: {tactic: Taser}", ["choices.tactic", "'Taser'", "CED"]),
    (GOOD + "choices: {tactic: CED discharge}", ["choices.tactic", "'CED discharge'", "CED, AEP"]),
    (GOOD + "choices: {tactic: Tactical communication}", ["tactic", "'Tactical communication'"]),
    (GOOD + "choices: {seed: 1.5}", ["choices.seed", "1.5", "a whole number"]),
    (GOOD + "choices: {seed: true}", ["choices.seed", "True", "a whole number"]),
    (GOOD + "choices: {seed: -1}", ["choices.seed", "-1", "0 or more"]),
    (GOOD + "sources: {home_office: 7}", ["sources.home_office", "7", "text"]),
    (GOOD + "sources: {home_office: none.ods}", ["none.ods", "no such file"]),
    (GOOD + "sources: {taser_activity: none.csv}", ["none.csv", "no such file"]),
    (GOOD + "area: Kent", ["line 1", "'area'", "twice"]),
    (GOOD + "choices:\n  seed: 1\n  seed: 2", ["line 4", "'seed'", "twice"]),
    (GOOD + "choices: {seed: 1", ["line", "is not YAML"]),
    ("area:\tCambridgeshire\n\t- x", ["line", "is not YAML"]),
    (b"area: \x01", ["is not YAML"]),
    (b"area: \xff\xfe\xfa", ["cannot be read"]),
    ("", ["holds no keys", "area", "period"]),
    ("# nothing\n", ["holds no keys", "area", "period"]),
    ("- area", ["holds no keys", "area", "period"]),
]


@pytest.mark.parametrize("text, named", FAULTS, ids=[repr(text)[-40:] for text, _ in FAULTS])
def test_a_fault_is_refused_in_one_line(tmp_path, text, named):
    (line,) = refused(tmp_path, text)
    assert [word for word in named if word not in line] == [], line


def test_several_faults_have_a_line_each(tmp_path):
    lines = refused(tmp_path, GOOD + "x: 1\nchapters: [tazer]\nchoices: {seed: -1, y: 2}\n")
    assert len(lines) == 4
    assert all("allowed: " in line for line in lines)


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(Refused, match=r"none\.yml: there is no such params file$"):
        read_parameters(tmp_path / "none.yml")


def test_a_folder_is_refused(tmp_path):
    with pytest.raises(Refused, match="cannot be read"):
        read_parameters(tmp_path)


SCHEMA = json.loads((PARAMS / "schema.json").read_text("utf-8"))
EDITOR = Draft202012Validator(SCHEMA)
# What a schema cannot say: it sees neither the text of the file nor other files, JSON has no
# .nan, and one value is not held against another.
BEYOND_A_SCHEMA = {
    *NO_TABLES,
    GOOD + "choices: {confidence: .nan}",
    "area: Cambridgeshire\nperiod: 2015/16",  # a period, of which no figures are held
    "area: Cambridgeshire\nperiod: 2016",
    GOOD + "choices: {comparison_group: White}",
    GOOD + "choices: {reference_group: Black}",
    GOOD + "sources: {home_office: none.ods}",
    GOOD + "sources: {taser_activity: none.csv}",
    GOOD + "chapters: [records]",
    GOOD + "sources: {records_before: x.csv}",
}


def test_the_schema_is_what_the_types_give():
    written = (PARAMS / "schema.json").read_bytes()
    assert written == schema().encode("utf-8"), "call uof-audit schema"
    assert b"\r" not in written and written.endswith(b"}\n")
    Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize(
    "path", sorted({*PARAMS.glob("*.yml")} - {PARAMS / "national.yml"}), ids=lambda path: path.name
)
def test_the_params_files_are_valid_and_name_the_schema(path):
    text = path.read_text("utf-8")
    assert text.startswith("# yaml-language-server: $schema=schema.json\n")
    EDITOR.validate(yaml.safe_load(text))


def is_yaml(text):
    try:
        yaml.load(text, Loader=_NoDoubles)
    except yaml.YAMLError:
        return False
    return True


IN_YAML = [text for text, _ in FAULTS if is_yaml(text)]


@pytest.mark.parametrize("text", IN_YAML, ids=[repr(text)[-40:] for text in IN_YAML])
def test_the_schema_refuses_the_same_keys_and_values(text):
    given = yaml.load(text, Loader=_NoDoubles)
    if text in BEYOND_A_SCHEMA:
        EDITOR.validate(given)
    else:
        with pytest.raises(ValidationError):
            EDITOR.validate(given)


@pytest.mark.parametrize(
    "more",
    [
        "choices: {census: 2011}",
        "choices: {census: '2011'}",
        "choices: {confidence: 0.5}",
        "sources: {arrests: }",
    ],
)
def test_the_schema_allows_what_is_understood(tmp_path, more):
    path = tmp_path / "mine.yml"
    path.write_text(GOOD + more, encoding="utf-8")
    read_parameters(path)
    EDITOR.validate(yaml.safe_load(GOOD + more))


def test_an_editor_can_complete_every_key_and_value():
    models = [SCHEMA, *SCHEMA["$defs"].values()]
    described = [key for model in models for key in model["properties"].values()]
    assert [key for key in described if not {"description", "$ref"} & key.keys()] == []
    assert SCHEMA["properties"]["area"]["enum"] == list(forces())  # 45 forces, tests/standard
    assert SCHEMA["properties"]["chapters"]["items"]["enum"] == list(CHAPTERS)
