"""The answering path: a teacher's list out of memory, in the thread that answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import pandas as pd
from starlette.concurrency import run_in_threadpool

from features.dossiers import Dossier
from features.moments import instant
from recommender.advise import Recommendation
from recommender.backdrop import Backdrop
from recommender.wanted import EVERYTHING, Wanted
from serving.canary import Canary
from serving.datasets import Shelf, Shelves
from serving.memory import Memory, Recent
from serving.models import Loaded
from serving.store.engine import Store
from serving.store.tenants import Tenant
from serving.tiers import Tiers
from serving.trying import Trying

#: Within so many microseconds a teacher who does nothing is shown the same list.
STEP = 60_000_000
#: So many lists are remembered, those asked for last.
LISTS = 5_000


@dataclass(frozen=True, slots=True)
class Ask:
    """What is asked for: a list of ``k`` courses for a tenant's teacher, with reasons or not.

    Parameters
    ----------
    wanted
        What the list is narrowed to, and how varied it is.
    explore
        Whether any place may.
    """

    tenant: str
    teacher_id: str
    k: int
    explain: bool
    wanted: Wanted = EVERYTHING
    explore: bool = True


@dataclass(frozen=True, slots=True, eq=False)
class List:
    """A teacher's list, and what it was made of: it holds while these are the same.

    Parameters
    ----------
    loaded
        The model that made it.
    moment
        UTC microseconds as of which it was made.
    source
        The tier that made it.
    prepared
        The answer, cut where the id of each showing goes; empty before the first.
    """

    loaded: Loaded
    dossier: Dossier
    backdrop: Backdrop
    moment: int
    items: tuple[Recommendation, ...]
    source: str
    prepared: list[bytes] = field(default_factory=list)

    @property
    def as_of(self) -> pd.Timestamp:
        """The moment as of which it was made."""
        return timestamp(self.moment)

    def holds(self, dossier: Dossier, backdrop: Backdrop, moment: int) -> bool:
        """Say whether it would be made the same."""
        same = self.dossier is dossier and self.backdrop is backdrop
        return same and self.moment == moment


class Lists:
    """Makes lists, and remembers those asked for last.

    Parameters
    ----------
    store, shelves, memory
        What lists are made from.
    canary
        Chooses whose model makes a list, and is told how it went.
    trying
        How much they explore.
    tiers
        What makes them.
    skew
        How far a platform's clock may run ahead.
    now
        Tells seconds, from any start.
    """

    def __init__(
        self,
        store: Store,
        shelves: Shelves,
        memory: Memory,
        canary: Canary,
        *,
        trying: Trying,
        tiers: Tiers,
        skew: pd.Timedelta,
        now: Callable[[], float],
    ) -> None:
        self._store = store
        self._shelves = shelves
        self._memory = memory
        self._trying = trying
        self._tiers = tiers
        self._skew = skew
        self._canary = canary
        self._now = now
        self._lists: Recent[Ask, List] = Recent(LISTS)

    async def now(self, ask: Ask, now: pd.Timestamp, stamp: object = None) -> List:
        """Return a teacher's list as of now, after all that has been committed.

        Now is the last full minute, or just after what has changed since: the teacher's latest
        event, or state that begins within the skew, or a date of the catalogue. A platform whose
        clock runs ahead a little sees the effect of what it has just sent all the same.

        Parameters
        ----------
        stamp
            Of the memory, taken since the request came; taken now if left out.

        Raises
        ------
        UnknownId
            If the tenant has no such teacher.
        NoModel
            If there is no model.
        """
        stamp = self._memory.stamp() if stamp is None else stamp
        loaded, champion = self._canary.models(ask.tenant, ask.teacher_id)
        if loaded is champion:
            return await self._by(champion, ask, now, stamp)
        try:
            return await self._by(loaded, ask, now, stamp)
        except Exception as error:
            found = await self._by(champion, ask, now, stamp)
            self._canary.failed(loaded, error)
            return found

    async def _by(self, loaded: Loaded, ask: Ask, now: pd.Timestamp, stamp: object) -> List:
        owner = self._memory.tenant(ask.tenant, stamp)
        shelf = self._shelves.kept(owner)
        if shelf is None:
            shelf = await run_in_threadpool(self._fetched, owner)
        dossier = self._memory.dossier(shelf, ask.tenant, ask.teacher_id, stamp)
        after = dossier.latest(instant(now + self._skew)) + 1
        seen = timestamp(max(instant(now), after))
        backdrop = shelf.standing(loaded, seen)
        if backdrop is None:
            backdrop = await run_in_threadpool(shelf.backdrop, loaded, seen)
        moment = max(instant(now) // STEP * STEP, after, backdrop.since)
        known = self._lists.get(ask)
        best = loaded.model.hybrid.name
        if known is None or known.source != best or not known.holds(dossier, backdrop, moment):
            if ask.wanted.narrows:
                await run_in_threadpool(backdrop.facets)
            known = self.made(ask, loaded, dossier, backdrop, moment)
            self._lists.put(ask, known)
        return known

    def made(
        self, ask: Ask, loaded: Loaded, dossier: Dossier, backdrop: Backdrop, moment: int
    ) -> List:
        """Make a list at a moment, in UTC microseconds, that the backdrop covers."""

        def make(tier: str) -> tuple[Recommendation, ...]:
            whole = tier == loaded.model.hybrid.name
            return backdrop.recommend(
                dossier,
                as_of=timestamp(moment),
                k=ask.k,
                explain=ask.explain,
                wanted=ask.wanted,
                explore=self._trying.share if ask.explore and whole else 0.0,
                rng=self._trying.luck(ask.tenant, dossier, loaded.version, backdrop.day),
                scorer=tier,
            )

        began, best = self._now(), loaded.model.hybrid.name
        if loaded is self._canary.loaded:
            # What stands in for a candidate is the champion, not a lesser part of the candidate.
            source, items = best, make(best)
        else:
            source, items = self._tiers.make(loaded.model, make)
        self._canary.listed(loaded, self._now() - began if source == best else None)
        return List(loaded, dossier, backdrop, moment, items, source)

    def _fetched(self, tenant: Tenant) -> Shelf:
        with self._store.reading() as connection:
            return self._shelves.of(connection, tenant)


def timestamp(moment: int) -> pd.Timestamp:
    """Return a moment of UTC microseconds as it is told."""
    return pd.Timestamp(moment, unit="us", tz="UTC")
