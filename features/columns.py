"""``columns.toml``: what a data set's own columns are called, hold, and mean."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

DEFAULT_ZONE = "Asia/Shanghai"


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
    """

    zone: str = DEFAULT_ZONE
    renames: Mapping[str, Mapping[str, str]] = field(default_factory=_nothing)
    features: Mapping[str, Mapping[str, str]] = field(default_factory=_nothing)
    codes: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))
