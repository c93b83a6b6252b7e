"""What can be asked of the simulated province."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from features.errors import InvalidSetting


@dataclass(frozen=True, slots=True)
class Simulation:
    """The size, the period and the character of a simulated province.

    Raises
    ------
    InvalidSetting
        If a number is out of its range.
    """

    teachers: int = 5_000
    """How many teachers there are at the end, 20 or more."""
    years: int = 5
    """Years of choices before ``ends_on``, 1 to 20."""
    courses: int | None = None
    """Size of the catalogue, 60 to 3,000; by default it grows with the teachers."""
    events_per_teacher: float = 20.0
    """Mean number of events of a teacher over all the years, 8 or more."""
    noise: float = 1.0
    """Scale of the chance part (Gumbel) of a choice; the known part stays as it is. Above 0."""
    drift: float = 1.0
    """Weight of what was taken last, against a weight of about 1 for lasting taste. 0 or more."""
    ends_on: date = date(2025, 10, 31)
    """The last day on which anything happens."""
    region: str = "CN-ZJ"
    """ISO 3166-2 code of the province; decides which policy applies."""

    def __post_init__(self) -> None:
        _within("teachers", self.teachers, 20, 10_000_000)
        _within("years", self.years, 1, 20)
        _within("courses", self.catalogue_size, 60, 3_000)
        _within("events_per_teacher", self.events_per_teacher, 8, 200)
        _within("noise", self.noise, 1e-3, 100)
        _within("drift", self.drift, 0, 100)

    @property
    def catalogue_size(self) -> int:
        """How many courses there are: as asked, or 600 for 5,000 teachers, growing slowly."""
        if self.courses is not None:
            return self.courses
        return int(min(3_000, max(200, round(600 * (self.teachers / 5_000) ** 0.55, -1))))


def _within(name: str, value: float, low: float, high: float) -> None:
    if not low <= value <= high:
        raise InvalidSetting(
            name,
            expected=f"{low:g} to {high:g}",
            got=f"{value:g}",
            remedy="change the setting and simulate again",
        )
