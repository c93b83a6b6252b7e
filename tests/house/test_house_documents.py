"""What the code calls things is what the documents explain, in both languages."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from features import codes, errors
from features.tables import TABLES
from recommender.scorers.registry import SCORERS

CHINESE = re.compile(r"[\u4e00-\u9fff]")
LINK = re.compile(r"\]\((?!\w+:)([^)#]+)")
LISTS = {
    name: words
    for name, words in vars(codes).items()
    if name.isupper() and isinstance(words, tuple)
}


@pytest.fixture(scope="module")
def explained(root: Path) -> set[str]:
    """The words in code type that start a row of the glossary with Chinese beside them."""
    lines = (root / "docs" / "glossary.md").read_text("utf-8").splitlines()
    found = (re.match(r"\| `(\w+)` \|(.*)", line) for line in lines)
    return {row[1] for row in found if row and CHINESE.search(row[2])}


@pytest.mark.parametrize("name", LISTS)
def test_the_glossary_explains_every_code_of(name: str, explained: set[str]) -> None:
    assert set(LISTS[name]) - explained == set()


def test_the_glossary_explains_every_table(explained: set[str]) -> None:
    assert {table.name for table in TABLES} - explained == set()


def test_the_glossary_keeps_no_code_that_is_gone(explained: set[str]) -> None:
    known = {word for words in LISTS.values() for word in words}

    assert explained - known - {table.name for table in TABLES} - SCORERS.keys() == set()


def test_the_glossary_explains_every_scorer(explained: set[str]) -> None:
    assert SCORERS.keys() - explained == set()


def test_every_error_is_documented(root: Path, product_files: list[Path]) -> None:
    page = (root / "docs" / "errors.md").read_text("utf-8")
    family = {one for one in vars(errors).values() if isinstance(one, type)}
    base = "|".join(one.__name__ for one in family if issubclass(one, Exception))
    heads = re.compile(rf"^class (\w+)\((?:{base}|Exception)\)", re.M)
    sources = [path for path in product_files if path.suffix == ".py"]
    found = [name for path in sources for name in heads.findall((root / path).read_text("utf-8"))]

    assert "UnknownId" in found
    assert [name for name in found if f"| `{name}` |" not in page] == []


def test_no_error_is_raised_outside_the_family(root: Path, product_files: list[Path]) -> None:
    bare = re.compile(r"raise (Exception|RuntimeError|AssertionError)\b|^\s*assert ", re.M)
    sources = [path for path in product_files if path.suffix == ".py"]

    assert [path for path in sources if bare.search((root / path).read_text("utf-8"))] == []


def test_links_between_documents_lead_somewhere(root: Path, written_files: list[Path]) -> None:
    pages = [path for path in written_files if path.suffix == ".md"]
    links = [
        (str(page), target)
        for page in pages
        for target in LINK.findall((root / page).read_text("utf-8"))
    ]

    assert [one for one in links if not (root / Path(one[0]).parent / one[1]).exists()] == []


def test_every_decision_is_numbered_once(root: Path) -> None:
    numbers = [path.name[:4] for path in (root / "docs" / "decisions").glob("*.md")]

    assert len(numbers) == len(set(numbers))


def test_the_architecture_names_no_file_that_is_gone(root: Path) -> None:
    page = (root / "docs" / "architecture.md").read_text("utf-8")
    named = re.findall(r"`((?:[\w-]+/)+(?:[\w-]+\.\w+)?)`", page)

    assert named
    assert [path for path in named if not (root / path).exists()] == []
