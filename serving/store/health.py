"""Whether the database has failed of late: a full disk is seen by who writes, and not by asking."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic
from typing import Final

import sqlalchemy as sa

#: Seconds for which a failure counts, unless something is written before.
COUNTS: Final = 5.0
#: Not the database's failures: it is there, and says that it was asked wrongly.
_ASKED_WRONGLY: Final = (
    sa.exc.IntegrityError,
    sa.exc.ProgrammingError,
    sa.exc.DataError,
    sa.exc.NotSupportedError,
)


def is_failure(error: sa.exc.DBAPIError) -> bool:
    """Say whether the database itself failed: gone, full, or a file that is none any more."""
    return not isinstance(error, _ASKED_WRONGLY)


class Health:
    """What reading and writing have met with.

    A failure counts until something is written, or for a while: whoever waits for the service to
    be well again sends it nothing that it could be seen by.

    Parameters
    ----------
    now
        Tells seconds, from any start.
    """

    def __init__(self, now: Callable[[], float] = monotonic) -> None:
        self._now = now
        self._ill_until = -1.0

    @property
    def well(self) -> bool:
        """Whether no failure counts."""
        return self._now() >= self._ill_until

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Note a failure of what is read; that it could be read does not say that one can write."""
        try:
            yield
        except sa.exc.DBAPIError as error:
            if is_failure(error):
                self._ill_until = self._now() + COUNTS
            raise

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Note whether something could be written."""
        with self.reading():
            yield
        self._ill_until = -1.0
