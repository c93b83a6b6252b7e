"""``columns.toml`` itself: read, checked, written."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from zoneinfo import ZoneInfo

from features.codes import REPLACEABLE
from features.columns import DEFAULT_ZONE, TABLES_WITH_FEATURES, ColumnsFile, FeatureKind
from features.declaration import LIST_SEPARATOR, Table
from features.errors import InvalidData, Problem
from features.files import SUFFIXES, decode
from features.tables import BY_NAME

COLUMNS_FILE = "columns.toml"


def read_columns_file(folder: Path) -> ColumnsFile:
    """Read a folder's ``columns.toml``; without one nothing is declared.

    Raises
    ------
    InvalidData
        With every problem of the file.
    """
    path = folder / COLUMNS_FILE
    if not path.exists():
        return ColumnsFile()
    text = decode(path.read_bytes())
    if text is None:
        raise InvalidData([Problem(COLUMNS_FILE, 0, "", "", "text in UTF-8")])
    return parse_columns(text)


def parse_columns(text: str) -> ColumnsFile:
    r"""Turn the text of a ``columns.toml`` into what it declares.

    Raises
    ------
    InvalidData
        With every problem of the text.

    Examples
    --------
    >>> parse_columns('[tables.teachers.rename]\nteacher_id = "user"').renames["teachers"]
    mappingproxy({'teacher_id': 'user'})
    """
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InvalidData([Problem(COLUMNS_FILE, 0, "", str(error), "TOML")]) from error
    problems = list(_document_problems(document))
    if problems:
        raise InvalidData(problems)
    tables: Mapping[str, Mapping[str, Mapping[str, str]]] = document.get("tables", {})
    return ColumnsFile(
        zone=document.get("zone", DEFAULT_ZONE),
        renames=_part(tables, "rename"),
        features=_part(tables, "features"),
        codes=MappingProxyType({k: tuple(v) for k, v in document.get("codes", {}).items()}),
        files=MappingProxyType({k: str(v["file"]) for k, v in tables.items() if "file" in v}),
    )


def _part(
    tables: Mapping[str, Mapping[str, Mapping[str, str]]], key: str
) -> Mapping[str, Mapping[str, str]]:
    return MappingProxyType(
        {name: MappingProxyType(dict(parts[key])) for name, parts in tables.items() if key in parts}
    )


def _problem(place: str, value: object, expected: str) -> Problem:
    return Problem(COLUMNS_FILE, 0, place, str(value), expected)


def _unknown(place: str, found: object, allowed: Iterable[str]) -> Iterator[Problem]:
    """Yield a problem for each key that is not allowed, or for what is not a table at all."""
    allowed = tuple(allowed)
    if not isinstance(found, dict):
        yield _problem(place, found, f"a TOML table with the keys {', '.join(allowed)}")
        return
    for key in found:
        if key not in allowed:
            yield _problem(place, key, f"one of {', '.join(allowed)}")


def _document_problems(document: Mapping[str, object]) -> Iterator[Problem]:
    yield from _unknown("", document, ("zone", "codes", "tables"))
    yield from _zone_problems(document.get("zone", DEFAULT_ZONE))
    codes = document.get("codes", {})
    yield from _unknown("codes", codes, REPLACEABLE)
    for name, words in _known(codes, REPLACEABLE):
        yield from _words_problems(name, words)
    tables = document.get("tables", {})
    yield from _unknown("tables", tables, BY_NAME)
    for name, parts in _known(tables, BY_NAME):
        yield from _table_problems(BY_NAME[name], parts)


def _known(found: object, allowed: Iterable[str]) -> Iterator[tuple[str, object]]:
    if isinstance(found, dict):
        yield from ((key, found[key]) for key in allowed if key in found)


def _zone_problems(zone: object) -> Iterator[Problem]:
    try:
        ZoneInfo(str(zone))
    except (LookupError, ValueError, OSError):
        yield _problem("zone", zone, f"an IANA time zone such as {DEFAULT_ZONE}")


def _words_problems(name: str, words: object) -> Iterator[Problem]:
    place = f"codes.{name}"
    if not isinstance(words, list) or not words or not all(map(_is_word, words)):
        yield _problem(place, words, f"a list of words without {LIST_SEPARATOR!r}")
        return
    if len(set(words)) < len(words):
        yield _problem(place, words, "each word once")
    for default in sorted(_defaults(name) - set(words)):
        yield _problem(place, words, f"{default!r} among them: it is what an empty cell means")


def _is_word(word: object) -> bool:
    return isinstance(word, str) and bool(word.strip()) and LIST_SEPARATOR not in word


def _defaults(name: str) -> set[str]:
    columns = (column for table in BY_NAME.values() for column in table.columns)
    return {c.default for c in columns if c.codes == REPLACEABLE[name] and c.default}


def _table_problems(table: Table, parts: object) -> Iterator[Problem]:
    place = f"tables.{table.name}"
    allowed = ["file", "rename"] + ["features"] * (table.name in TABLES_WITH_FEATURES)
    yield from _unknown(place, parts, allowed)
    known = dict(_known(parts, allowed))
    if "file" in known:
        yield from _file_problems(f"{place}.file", known["file"])
    features = known.get("features", {})
    yield from _feature_problems(f"{place}.features", table, features)
    names = [*table.names, *(features if isinstance(features, dict) else ())]
    yield from _rename_problems(f"{place}.rename", names, known.get("rename", {}))


def _file_problems(place: str, file: object) -> Iterator[Problem]:
    # A name alone: a data set reads nothing outside its own folder.
    plain = isinstance(file, str) and Path(file).name == file and "\\" not in file
    if not plain or Path(str(file)).suffix not in SUFFIXES:
        yield _problem(place, file, "the name of a .csv or .parquet file in the same folder")


def _feature_problems(place: str, table: Table, features: object) -> Iterator[Problem]:
    if not isinstance(features, dict):
        yield _problem(place, features, "a TOML table of column = kind")
        return
    for name, kind in features.items():
        if name in table.names:
            yield _problem(f"{place}.{name}", name, "a name that the table does not have already")
        if kind not in tuple(FeatureKind):
            yield _problem(f"{place}.{name}", kind, f"one of {', '.join(FeatureKind)}")


def _rename_problems(place: str, names: list[str], renames: object) -> Iterator[Problem]:
    yield from _unknown(place, renames, names)
    taken: set[object] = set()
    for name, foreign in _known(renames, names):
        if not isinstance(foreign, str) or not foreign or foreign in taken:
            yield _problem(f"{place}.{name}", foreign, "a column of the file, used once")
        taken.add(foreign)


def to_toml(columns: ColumnsFile) -> str:
    """Write what tables in zixuan's own names need declared: zone, word lists, features.

    Examples
    --------
    >>> print(to_toml(ColumnsFile(features={"courses": {"难度": "category"}})))
    zone = "Asia/Shanghai"
    <BLANKLINE>
    [tables.courses.features]
    "难度" = "category"
    <BLANKLINE>
    """
    lines = [f"zone = {_quoted(columns.zone)}"]
    if columns.codes:
        lines += ["", "[codes]"]
        lines += [f"{name} = {_quoted(list(words))}" for name, words in columns.codes.items()]
    for table, features in columns.features.items():
        lines += ["", f"[tables.{table}.features]"]
        lines += [f"{_quoted(name)} = {_quoted(kind)}" for name, kind in features.items()]
    return "\n".join(lines) + "\n"


def _quoted(value: object) -> str:
    # JSON strings and lists are TOML's, but for the one control character that JSON lets stand.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
