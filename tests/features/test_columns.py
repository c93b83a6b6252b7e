"""columns.toml: refused with every problem, read, and written back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.codes import REPLACEABLE
from features.columns import ColumnsFile, FeatureKind
from features.columns_toml import COLUMNS_FILE, parse_columns, read_columns_file, to_toml
from features.errors import InvalidData
from features.tables import BY_NAME

REFUSED = [
    ("zone = ", ""),
    ('color = "red"', ""),
    ('zone = "Mars/Olympus"', "zone"),
    ('zone = "../etc/passwd"', "zone"),
    ("zone = 8", "zone"),
    ("codes = 1", "codes"),
    ('[codes]\nshoes = ["a"]', "codes"),
    ('[codes]\nphases = "primary"', "codes.phases"),
    ("[codes]\nphases = []", "codes.phases"),
    ('[codes]\nphases = ["a", "a"]', "codes.phases"),
    ('[codes]\nphases = ["a;b"]', "codes.phases"),
    ('[codes]\nroles = ["headmaster"]', "codes.roles"),
    ("tables = []", "tables"),
    ("[tables.pupils]", "tables"),
    ('[tables]\nteachers = "x"', "tables.teachers"),
    ("[tables.teachers]\nrows = 1", "tables.teachers"),
    ('[tables.teachers]\nfile = "../secret.csv"', "tables.teachers.file"),
    ('[tables.teachers]\nfile = "/etc/passwd"', "tables.teachers.file"),
    ('[tables.teachers]\nfile = "roster.xlsx"', "tables.teachers.file"),
    ('[tables.teachers]\nfile = ["roster.csv"]', "tables.teachers.file"),
    ('[tables.teachers.rename]\nshoe = "x"', "tables.teachers.rename"),
    ("[tables.teachers.rename]\nphase = 1", "tables.teachers.rename.phase"),
    ('[tables.teachers.rename]\nphase = "x"\nrole = "x"', "tables.teachers.rename.role"),
    ("[tables.teachers]\nrename = 1", "tables.teachers.rename"),
    ('[tables.teachers.features]\nphase = "text"', "tables.teachers.features.phase"),
    ('[tables.teachers.features]\njob = "word"', "tables.teachers.features.job"),
    ("[tables.teachers.features]\njob = []", "tables.teachers.features.job"),
    ("[tables.teachers]\nfeatures = 1", "tables.teachers.features"),
    ('[tables.events.features]\njob = "text"', "tables.events"),
]


@pytest.mark.parametrize(("text", "place"), REFUSED)
def test_what_columns_toml_cannot_say_is_refused_with_its_place(text, place):
    with pytest.raises(InvalidData) as refusal:
        parse_columns(text)
    assert [(p.file, p.column) for p in refusal.value.problems] == [(COLUMNS_FILE, place)]


def test_all_problems_of_columns_toml_are_told_at_once():
    with pytest.raises(InvalidData) as refusal:
        parse_columns('zone = "x"\nhue = 1\n[codes]\nphases = 1\n[tables.events]\nfile = 1')
    assert len(refusal.value.problems) == 4


def test_bytes_that_are_no_text_are_refused(tmp_path):
    (tmp_path / COLUMNS_FILE).write_bytes(b"\xff\xfe\xff")
    with pytest.raises(InvalidData):
        read_columns_file(tmp_path)


def test_without_columns_toml_nothing_is_declared(tmp_path):
    assert read_columns_file(tmp_path) == ColumnsFile()


def test_everything_that_columns_toml_says_is_read():
    columns = parse_columns(
        """
        zone = "Europe/Berlin"
        [codes]
        phases = ["low", "high"]
        [tables.teachers]
        file = "people.parquet"
        [tables.teachers.rename]
        teacher_id = "user"
        job = "Beruf"
        [tables.teachers.features]
        job = "category"
        """
    )
    assert columns.zone == "Europe/Berlin"
    assert columns.codes == {"phases": ("low", "high")}
    assert columns.files == {"teachers": "people.parquet"}
    assert columns.renames == {"teachers": {"teacher_id": "user", "job": "Beruf"}}
    assert columns.features == {"teachers": {"job": "category"}}


def test_a_replaced_word_list_holds_for_every_column_that_used_it():
    columns = ColumnsFile(codes={"career_stages": ("a", "b")})
    for table, name in [("teachers", "career_stage"), ("courses", "stages")]:
        assert columns.declared(BY_NAME[table]).column(name).codes == ("a", "b")
    assert columns.declared(BY_NAME["teachers"]).column("phase").codes == REPLACEABLE["phases"]


words = st.text(st.characters(codec="utf-8", exclude_characters=";"), min_size=1).filter(str.strip)
further = words.filter(lambda name: name not in BY_NAME["teachers"].names)
kinds = st.sampled_from([kind.value for kind in FeatureKind])


@given(
    st.sampled_from(["UTC", "Asia/Urumqi"]),
    st.dictionaries(further, kinds, min_size=1),
    st.lists(words, min_size=1, unique=True).map(tuple),
)
def test_what_is_written_reads_back_as_the_same(zone, declared, stages):
    columns = ColumnsFile(
        zone=zone, features={"teachers": declared}, codes={"career_stages": stages}
    )
    assert parse_columns(to_toml(columns)) == columns
