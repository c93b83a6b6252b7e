"""What ``columns.toml`` declares: a data set's own names, word lists and further columns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from types import MappingProxyType

from features.codes import REPLACEABLE
from features.declaration import Column, Kind, Table

DEFAULT_ZONE = "Asia/Shanghai"
TABLES_WITH_FEATURES = ("teachers", "courses")


class FeatureKind(StrEnum):
    """How a further, declared column is read and used as a feature."""

    CATEGORY = "category"
    NUMBER = "number"
    TEXT = "text"
    LIST = "list"


def _nothing() -> Mapping[str, Mapping[str, str]]:
    return MappingProxyType({})


@dataclass(frozen=True, slots=True)
class ColumnsFile:
    """What ``columns.toml`` declares.

    Parameters
    ----------
    zone
        IANA name of the zone of times that carry none.
    renames
        Table -> zixuan's column name -> the file's column name.
    features
        Table -> further column -> its :class:`FeatureKind`; only ``teachers`` and ``courses``
        have features.
    codes
        Name of a replaceable word list (``features.codes.REPLACEABLE``) -> its words in order.
    files
        Table -> the name of its file, where it is not that of the table.
    ignored
        Table -> columns of its file that nothing declares. Found while reading, never written.
    """

    zone: str = DEFAULT_ZONE
    renames: Mapping[str, Mapping[str, str]] = field(default_factory=_nothing)
    features: Mapping[str, Mapping[str, str]] = field(default_factory=_nothing)
    codes: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))
    files: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    ignored: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))
    _declared: dict[str, Table] = field(default_factory=dict, init=False, repr=False, compare=False)

    def declared(self, table: Table) -> Table:
        """Return a table as this data set has it: its own word lists, its further columns.

        Examples
        --------
        >>> from features.tables import BY_NAME
        >>> columns = ColumnsFile(features={"teachers": {"job": "category"}})
        >>> columns.declared(BY_NAME["teachers"]).names[-1]
        'job'
        """
        if table.name not in self._declared:
            own = tuple(replace(column, codes=self._words(column)) for column in table.columns)
            further = (
                _feature(name, FeatureKind(kind))
                for name, kind in self.features.get(table.name, {}).items()
            )
            self._declared[table.name] = replace(table, columns=(*own, *further))
        return self._declared[table.name]

    def _words(self, column: Column) -> tuple[str, ...]:
        for name, words in self.codes.items():
            if column.codes == REPLACEABLE[name]:
                return words
        return column.codes


_KINDS = MappingProxyType(
    {
        FeatureKind.CATEGORY: Kind.CATEGORY,
        FeatureKind.NUMBER: Kind.NUMBER,
        FeatureKind.TEXT: Kind.TEXT,
        FeatureKind.LIST: Kind.CATEGORY,
    }
)


def _feature(name: str, kind: FeatureKind) -> Column:
    return Column(
        name, _KINDS[kind], "declared feature", "自定义特征", many=kind is FeatureKind.LIST
    )
