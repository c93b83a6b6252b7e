"""The error family of zixuan: what was expected, what was got, what to do.

Errors carry no HTTP codes; one table in ``serving`` maps them to problem responses.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

#: How like a name must be to be taken for the one that was meant, 0 to 1.
NEAR = 0.7


class ZixuanError(Exception):
    """Base of every error that zixuan raises on purpose.

    Parameters
    ----------
    what
        The thing that is wrong, named as its owner would name it.
    expected, got
        What should have been there, and what was. Left out of the message when empty.
    remedy
        What to do about it.

    Examples
    --------
    >>> print(ZixuanError("k", expected="1 to 200", got="0", remedy="ask for at least one course"))
    k: expected 1 to 200, got 0; ask for at least one course
    """

    def __init__(self, what: str, *, expected: str = "", got: str = "", remedy: str = "") -> None:
        self.what = what
        self.expected = expected
        self.got = got
        self.remedy = remedy
        super().__init__(self._message())

    def __reduce__(self) -> tuple[Callable[..., ZixuanError], tuple[object, ...]]:
        """Travel whole from one process to another, whatever the kind is made from."""
        return _as_it_was, (type(self), str(self), self.__dict__)

    def _message(self) -> str:
        contrast = ", ".join(
            f"{word} {text}"
            for word, text in (("expected", self.expected), ("got", self.got))
            if text
        )
        message = f"{self.what}: {contrast}" if contrast else self.what
        return f"{message}; {self.remedy}" if self.remedy else message


def _as_it_was(kind: type[ZixuanError], message: str, told: Mapping[str, object]) -> ZixuanError:
    error = kind.__new__(kind, message)
    error.__dict__.update(told)
    return error


def did_you_mean(words: Iterable[str], known: Iterable[str]) -> str:
    """Return the question after a slip of the pen, for a remedy; empty where no name is near.

    Parameters
    ----------
    words
        What was asked for; of the first that is nearly a known name the question is made.
    known
        The names there are.

    Examples
    --------
    >>> did_you_mean(["horoscope", "sequense"], ["popularity", "sequence"])
    "did you mean 'sequence'?"
    >>> did_you_mean(["horoscope"], ["popularity", "sequence"])
    ''
    """
    names = list(known)
    near = (get_close_matches(word, names, n=1, cutoff=NEAR) for word in words)
    return next((f"did you mean {found[0]!r}?" for found in near if found), "")


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault of one cell, row or file.

    ``row`` counts data rows from 1, the header not counted; 0 means the whole file.
    """

    file: str
    row: int
    column: str
    value: str
    expected: str

    def __str__(self) -> str:
        place = self.file
        if self.row:
            place += f", row {self.row}"
        if self.column:
            place += f", column {self.column}"
        got = f", got {self.value!r}" if self.value else ""
        return f"{place}: expected {self.expected}{got}"


#: By whether any problem is of a row.
_TO_MEND = {True: "mend these rows and try again", False: "put this right and try again"}


class InvalidData(ZixuanError):
    """Tables that break their declaration; ``problems`` holds every fault found, in order."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        count = len(self.problems)
        super().__init__(
            f"{count} problem{'s' if count != 1 else ''} in the data",
            remedy=f"nothing was read; {_TO_MEND[any(each.row for each in self.problems)]}",
        )


class UnknownId(ZixuanError):
    """An id that the data set, the store or the model does not hold."""


class NotEnoughData(ZixuanError):
    """Data that is valid but too little for what was asked."""


class BadArtifact(ZixuanError):
    """A model artifact that is damaged, hostile, or of another version."""


class MissingComponent(ZixuanError):
    """An optional component (LightFM, a font, a browser) that is not installed."""


@dataclass(frozen=True, slots=True)
class PolicyFault:
    """One fault of a policy file; ``key`` is the way to it, empty for the whole file.

    ``line`` counts the lines of the file from 1; 0 where it cannot be told.
    """

    file: str
    key: str
    expected: str
    got: str
    line: int = 0

    def __str__(self) -> str:
        place = f"{self.file}, line {self.line}" if self.line else self.file
        place += f", {self.key}" if self.key else ""
        return f"{place}: expected {self.expected}, got {self.got}"


class InvalidPolicy(ZixuanError):
    """A policy file that breaks its schema, or no policy in force for a teacher.

    ``faults`` holds every fault of the file, in order; it is empty where no file is at fault.
    """

    def __init__(
        self,
        what: str,
        *,
        expected: str = "",
        got: str = "",
        remedy: str = "",
        faults: Sequence[PolicyFault] = (),
    ) -> None:
        self.faults = tuple(faults)
        if self.faults:
            got = "; ".join(map(str, self.faults))
            expected = "a policy without faults"
        super().__init__(what, expected=expected, got=got, remedy=remedy)


class InvalidSetting(ZixuanError):
    """A parameter or setting outside its range."""


class Refused(ZixuanError):
    """A request that the rules do not allow: a failed promotion gate, a conflict, no right."""
