"""How far the hybrid leads the best of the others."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from comparison.verdicts import AIM, is_part, is_peer
from training.bootstrap import Figure
from training.evaluation import GROUPS, HYBRID, Evaluation


@dataclass(frozen=True, slots=True)
class Lead:
    """The hybrid against the best of some methods, on one group of teachers.

    Parameters
    ----------
    group
        ``all``, ``warm`` or ``cold``.
    of
        ``peers``, or ``own parts``: our parts and their fusion with equal weights.
    best
        The one with the highest mean on the very slice that judges: a look at the future that
        favours the others.
    theirs, ours
        NDCG@10.
    difference
        Of the hybrid, paired by teacher.
    """

    group: str
    of: str
    best: str
    theirs: float
    ours: float
    difference: Figure

    @property
    def ratio(self) -> float:
        """Ours over theirs."""
        return self.ours / self.theirs if self.theirs else math.nan


def leads(evaluation: Evaluation) -> Iterator[Lead]:
    """Yield the hybrid's lead over the best peer and the best own part, for each group."""
    means = {(r.group, r.model): r.figure for r in evaluation.rows() if r.metric == AIM}
    paired = {(r.group, r.against): r.figure for r in evaluation.differences() if r.metric == AIM}
    own = [name for name in evaluation.models if is_part(name)]
    peers = [name for name in evaluation.models if is_peer(name)]
    for group in (name for name in GROUPS if means[name, HYBRID].teachers):
        for of, names in (("peers", peers), ("own parts", own)):
            if names:
                best = max(names, key=lambda name: means[group, name].mean)
                theirs, ours = (means[group, name].mean for name in (best, HYBRID))
                yield Lead(group, of, best, theirs, ours, paired[group, best])
