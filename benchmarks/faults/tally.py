"""What became of acknowledged events."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass

import sqlalchemy as sa

from benchmarks.faults.scene import TENANT_NAME
from serving.store.engine import Store
from serving.store.events import CONTENT
from serving.store.schema import DATA, TENANT


@dataclass(slots=True)
class Tally:
    """Counts over many faults.

    Attributes
    ----------
    faults
        Processes killed, or cuts of power.
    promised
        Events acknowledged before a fault, counted at each.
    lost
        Of those, not there afterwards.
    doubled
        Events that are there more than once, under one id or several.
    hit
        Faults that lost something.
    """

    faults: int = 0
    promised: int = 0
    lost: int = 0
    doubled: int = 0
    hit: int = 0

    def count(self, promised: Collection[str], store: Store) -> None:
        """Compare what was promised before a fault with what is stored after it."""
        events = DATA["events"]
        with store.reading() as connection:
            found = connection.execute(sa.select(events).where(events.c[TENANT] == TENANT_NAME))
            rows = found.mappings().all()
        lost = len(set(promised) - {row["event_id"] for row in rows})
        contents = Counter(tuple(row[name] for name in CONTENT) for row in rows)
        self.faults += 1
        self.promised += len(promised)
        self.lost += lost
        self.hit += bool(lost)
        self.doubled += sum(number - 1 for number in contents.values())

    def add(self, other: Tally) -> None:
        """Count what another has counted, too."""
        for name in ("faults", "promised", "lost", "doubled", "hit"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
