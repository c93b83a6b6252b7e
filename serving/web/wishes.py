"""What a teacher wishes of the plan: read off a form, tried, and kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from features.errors import InvalidPolicy, InvalidSetting, Refused, UnknownId
from recommender.planning.asked import Asked
from recommender.planning.replan import Change
from serving.advising import View
from serving.api.context import Service
from serving.errors import Busy, NoModel, Unfinished
from serving.latest_plans import latest_plan
from serving.plans import Rules, StoredPlan, changed_plan, keep_revision
from serving.store import audit
from serving.web.sight import by_model
from serving.web.visitor import Visitor

Deed = Literal["pin", "move", "ban", "free", "swap", "hours", "renew"]
#: Why a wish cannot be tried now; the plan page says how to go on.
_NOT_NOW = (Busy, Unfinished, InvalidPolicy, InvalidSetting, Refused, UnknownId, NoModel)


@dataclass(frozen=True, slots=True)
class Wish:
    """One change that is asked for.

    Parameters
    ----------
    course
        Empty where no course is meant.
    term
        Key of the term; empty for any.
    other
        What takes the course's place.
    year
        Key of the policy year that is meant; empty where all are.
    hours
        The most in that year.
    """

    do: Deed
    course: str = ""
    term: str = ""
    other: str = ""
    year: str = ""
    hours: Decimal | None = None

    @property
    def asked(self) -> Asked:
        """The wish as planning knows it."""
        if self.do == "hours":
            limit = () if self.hours is None else ((self.year, self.hours),)
            return Asked(hours_in_year=limit)
        if self.do in ("ban", "swap"):
            pins = ((self.other, self.term),) if self.do == "swap" else ()
            if self.year:
                return Asked(pins=pins, bans_in_year=((self.course, self.year),))
            return Asked(pins=pins, bans=(self.course,))
        return Asked(pins=((self.course, self.term),)) if self.do in ("pin", "move") else Asked()

    @property
    def free(self) -> Sequence[str]:
        """The courses of which earlier wishes are taken back."""
        return (self.course,) if self.do == "free" else ()

    @property
    def fields(self) -> dict[str, str]:
        """What a form sends to ask for it."""
        named = {
            "do": self.do,
            "course": self.course,
            "term": self.term,
            "other": self.other,
            "year": self.year,
            "hours": "" if self.hours is None else f"{self.hours:f}",
        }
        return {name: text for name, text in named.items() if text}


def tried(here: Service, view: View, stored: StoredPlan, wish: Wish) -> Change:
    """Return what a plan would become; nothing is stored."""
    rules = Rules(None, here.settings.policies)
    return here.solving.make(changed_plan, view, stored.plan, wish.asked, wish.free, rules)


def keep(here: Service, visitor: Visitor, stored: StoredPlan, change: Change) -> StoredPlan:
    """Store what a plan has become.

    Raises
    ------
    Refused
        If it has been changed meanwhile.
    """
    now = here.clock()
    with here.store.writing() as connection:
        kept = keep_revision(connection, visitor.tenant, stored.plan_id, change.plan, now)
        deed = audit.Deed(visitor.actor, "plan.revise", stored.plan_id, now, (visitor.teacher(),))
        audit.write(connection, visitor.tenant, deed)
    return kept


def follow_wish(here: Service, visitor: Visitor, course: str, kind: str) -> None:
    """Let the plan follow what was chosen in the list, while it is a draft.

    A plan that the school has is changed on the plan's own page alone, where what changes is
    seen first.
    """
    with here.store.reading() as connection:
        stored = latest_plan(connection, visitor.tenant, visitor.teacher())
    if stored is None or stored.plan.state != "draft" or kind == "saved":
        return
    deeds: dict[str, Deed] = {"selected": "pin", "dismissed": "ban", "withdrawn": "free"}
    try:
        wish = Wish(deeds[kind], course)
        change = by_model(here, visitor, lambda view: tried(here, view, stored, wish))
        keep(here, visitor, stored, change)
    except _NOT_NOW:
        return
