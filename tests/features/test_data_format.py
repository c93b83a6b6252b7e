"""docs/data-format.md is what the declarations say."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from features.columns_toml import parse_columns
from features.declaration import Kind
from features.describe import KINDS, data_format, main
from features.tables import TABLES

DOCUMENT = Path(__file__).parents[2] / "docs" / "data-format.md"


def test_the_document_is_made_from_the_declarations():
    made = "run: python -m features.describe > docs/data-format.md"
    assert DOCUMENT.read_text(encoding="utf-8") == data_format(), made


def test_the_command_prints_the_document(capsys):
    main()
    assert capsys.readouterr().out == data_format()


def test_every_kind_of_cell_is_described():
    assert set(KINDS) == set(Kind)


def test_every_table_has_a_section_and_every_column_a_row_of_six_cells():
    for table in TABLES:
        section = data_format().split(f"\n### {table.name}\n")[1].split("\n### ")[0]
        rows = [row for row in section.splitlines() if row.startswith("| `")]
        assert len(rows) == len(table.columns)
        assert {len(re.split(r"(?<!\\)\|", row)) for row in rows} == {6 + 2}


def test_the_example_of_columns_toml_is_one():
    (example,) = re.findall(r"```toml\n(.*?)```", data_format(), flags=re.DOTALL)
    assert tomllib.loads(example)
    assert parse_columns(example).files == {"teachers": "roster.csv"}
