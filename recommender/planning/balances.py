"""How a teacher stands with a duty: what counts of each line, caps, what is left."""

from __future__ import annotations

from dataclasses import dataclass

from recommender.planning.duties import Duty


@dataclass(frozen=True, slots=True)
class Counted:
    """What one line gives to one requirement: ``counted`` of ``amount`` steps.

    ``rule`` is the counting rule that decided; empty where the line counts in full.
    """

    line_id: str
    amount: int
    counted: int
    rule: str


@dataclass(frozen=True, slots=True)
class CapUse:
    """How much of a cap is used in a duty; ``year`` is 0 where the cap is for the whole period."""

    rule: str
    year: int
    counted: int
    cap: int

    @property
    def room(self) -> int:
        """How much more of such lines can count."""
        return self.cap - self.counted


@dataclass(frozen=True, slots=True)
class Cut:
    """What counts at most if some caps beside count in full, their lines left out.

    Parameters
    ----------
    beside
        Numbers of the counting rules whose lines are left out.
    given
        Their caps, and what the other recognised lines give.
    rooms
        What is then left of each cap of a rule that decides.
    """

    beside: tuple[int, ...]
    given: int
    rooms: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Balance:
    """How a teacher stands with one duty, in steps of its measure.

    ``earned`` is recognised, ``planned`` is to come on top of it; ``missing`` and ``excess``
    are what is left with both. ``taken`` is what a maximum sees: caps do not lower it.
    ``caps`` are those of rules that decide, in the order of ``cap_groups``, then those beside;
    ``cuts`` are there where any holds beside. ``carried`` and ``repaid`` come from the period
    before it, for and against it; ``lent`` is left to the period after it.
    """

    duty: Duty
    earned: int
    planned: int
    taken: int
    missing: int
    excess: int
    caps: tuple[CapUse, ...]
    lines: tuple[Counted, ...]
    carried: int = 0
    repaid: int = 0
    lent: int = 0
    cuts: tuple[Cut, ...] = ()

    @property
    def needed(self) -> int:
        """What the lines of the period itself must come to."""
        return max(0, (self.duty.minimum or 0) + self.repaid - self.carried - self.lent)
