"""The gates of promotion: each looks at a trial and says whether it lets the model pass."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from features.columns import ColumnsFile
from features.schema import declared_features, schema_hash
from recommender.model import Model
from recommender.ranking import best
from training.bootstrap import LEVEL, Figure
from training.evaluation import Evaluation
from training.gaps import SMALLEST, Groups
from training.golden import broken
from training.probe import probe
from training.trial import CANDIDATE, CHAMPION, Evidence, Trial

#: Teachers whose lists are timed, and those made before to warm up.
TIMED, WARM_UP = 200, 5


class Verdict(NamedTuple):
    """Whether a gate lets the model pass, and the figures it went by."""

    passed: bool
    told: str


#: None is said where the gate needs data and has none, or has nothing to compare with.
Gate: TypeAlias = Callable[[Trial], Verdict | None]


def schema(trial: Trial) -> Verdict:
    """Demand that this program, and the data given, make features as the model learned them."""
    fitted, now = str(trial.manifest.get("schema_hash", "none")), schema_hash()
    if fitted != now:
        return Verdict(
            False, f"fitted under schema {fitted[:12]}, but this program's is {now[:12]}"
        )
    if trial.evidence is None:
        return Verdict(True, f"{now[:12]}, as this program's")
    complaints = _declared_otherwise(trial.model, trial.evidence.split.train.columns)
    return Verdict(not complaints, "; ".join(complaints) or f"{now[:12]}, and columns as fitted")


def finite_scores(trial: Trial) -> Verdict:
    """Demand a number from every scorer for teachers and courses that it has never seen.

    Loading has tried only the courses that it was fitted on.
    """
    model = trial.model
    dataset = probe(model)
    as_of = model.trained_until
    catalogue = model.catalogue(dataset, as_of)
    profiles = model.profiles(dataset, as_of, catalogue)
    bad = [
        name
        for name in model.scorers
        if not np.isfinite(model.score(profiles, catalogue, name)).all()
    ]
    told = f"scores that are no numbers from {', '.join(bad)}" if bad else "all are numbers"
    return Verdict(not bad, told)


def latency(trial: Trial) -> Verdict:
    """Demand that one teacher's list costs little: CPU time, so that a busy machine is no fault."""
    found = _milliseconds(trial.model, trial.evidence)
    p99 = float(np.quantile(found, 0.99))
    told = f"{p99:.2f} ms of CPU for a list at the 99th percentile of {len(found)}"
    limit = trial.demands.max_ms
    return Verdict(p99 <= limit, f"{told}, {limit:g} allowed")


def unseen_choices(trial: Trial) -> Verdict | None:
    """Demand, where data is given, that it holds choices that no model has learned from."""
    if trial.shortage:
        return Verdict(False, trial.shortage)
    if trial.evidence is None:
        return None
    split, found = trial.evidence.split, trial.evidence.evaluation
    judged = int((~np.isnan(_values(found, _metric(trial))[:, 0])).sum())
    told = f"{judged} teachers who chose what could be shown, at or after {split.cut.isoformat()}"
    return Verdict(judged >= SMALLEST, f"{told}, at least {SMALLEST} asked")


def coverage(trial: Trial) -> Verdict | None:
    """Demand that the lists show more than a few courses, and not far fewer than before."""
    if trial.evidence is None:
        return None
    shown = _coverage(trial.evidence, trial.demands.k)
    own, floor = shown[CANDIDATE], trial.demands.min_coverage
    told = f"{own:.1%} of what the lists could show, at least {floor:.1%} asked"
    if CHAMPION not in shown:
        return Verdict(own >= floor, told)
    asked = trial.demands.coverage_share * shown[CHAMPION]
    told += f"; {shown[CHAMPION]:.1%} by the champion, at least {asked:.1%} asked"
    return Verdict(own >= max(floor, asked), told)


def not_worse(trial: Trial) -> Verdict | None:
    """Demand that the candidate is not worse than the champion by more than eps, surely."""
    if trial.evidence is None or CHAMPION not in trial.evidence.evaluation.models:
        return None
    found, metric = trial.evidence.evaluation, _metric(trial)
    lead = next(
        row.figure
        for row in found.lead(CANDIDATE, CHAMPION)
        if (row.group, row.metric) == ("all", metric)
    )
    means = _means(found, metric)
    told = (
        f"{metric} {means[CANDIDATE]:.4f}, champion {means[CHAMPION]:.4f}, lead {_interval(lead)}, "
        f"its lower end at least {-trial.demands.eps:g} asked"
    )
    return Verdict(lead.low >= -trial.demands.eps, told)


def group_floors(trial: Trial) -> Verdict | None:
    """Demand that no group of teachers is surely served far worse than before, or than all.

    Groups of fewer than ``training.gaps.SMALLEST`` judged teachers say too little.
    """
    if trial.evidence is None:
        return None
    metric, demands = _metric(trial), trial.demands
    floor = demands.group_share * _means(trial.evidence.evaluation, metric)[CANDIDATE]
    groups = _groups(trial.evidence.evaluation, metric)
    complaints = []
    for name, group in groups.items():
        if group.high < floor:
            told = f"{group.mean:.4f}, surely below {group.high:.4f}"
            complaints.append(f"{name} {told}, at least {floor:.4f} asked")
        if group.lead < -demands.group_eps and group.lead_high < 0:
            told = f"{group.lead:.4f}, surely below {group.lead_high:.4f}"
            asked = f"{-demands.group_eps:g} or more asked"
            complaints.append(f"{name} lead over the champion {told}, {asked}")
    told = f"{metric} of {len(groups)} groups"
    if groups:
        lowest = min(groups, key=lambda name: groups[name].mean)
        told += f", lowest {lowest} {groups[lowest].mean:.4f}"
    return Verdict(not complaints, "; ".join([told, *complaints]))


def golden_teachers(trial: Trial) -> Verdict | None:
    """Demand that the golden teachers' lists hold what they must, and not what they must not."""
    golden = trial.demands.golden
    if golden is None or trial.evidence is None:
        return None
    split = trial.evidence.split
    complaints = broken(trial.model, split.train, split.cut, golden)
    told = f"{len(golden.teachers)} as they should be"
    return Verdict(not complaints, "; ".join(complaints) or told)


#: In the order in which they are told. A new gate is a function and a line here.
GATES: Mapping[str, Gate] = MappingProxyType(
    {
        gate.__name__: gate
        for gate in (
            schema,
            finite_scores,
            latency,
            unseen_choices,
            coverage,
            not_worse,
            group_floors,
            golden_teachers,
        )
    }
)


def _declared_otherwise(model: Model, columns: ColumnsFile) -> list[str]:
    learned = {
        "teachers": model.profile_encoder.declared,
        "courses": model.course_encoder.declared,
    }
    complaints = []
    for table, fitted in learned.items():
        here = declared_features(columns, table)
        for what, names in (("lacks", fitted - here), ("further declares", here - fitted)):
            if names:
                complaints.append(f"the data {what} {', '.join(sorted(names))} of {table}")
    return complaints


def _milliseconds(model: Model, evidence: Evidence | None) -> NDArray[np.float64]:
    """Return the CPU time of each of some lists, made one teacher at a time."""
    dataset = probe(model) if evidence is None else evidence.split.train
    as_of = model.trained_until if evidence is None else evidence.split.cut
    catalogue = model.catalogue(dataset, as_of)
    # From the last on, who in the probe is the one with a history; evenly over a data set.
    some = np.unique(
        np.linspace(len(dataset.teachers) - 1, 0, TIMED if evidence else 1).astype(int)
    )
    profiles = model.profiles(dataset, as_of, catalogue, some)
    allowed = np.ones((1, len(dataset.courses)), bool)
    found = []
    for number in range(WARM_UP + TIMED):
        one = profiles.rows(slice(number % len(some), number % len(some) + 1))
        began = time.process_time()
        best(one.teachers, model.score(one, catalogue, allowed=allowed), allowed, 10)
        found.append(1_000 * (time.process_time() - began))
    return np.array(found[WARM_UP:])


def _coverage(evidence: Evidence, k: int) -> dict[str, float]:
    """Return each model's share of the most courses that so many lists can show."""
    candidates = int(evidence.split.candidates.sum())
    most = min(candidates, k * len(evidence.evaluation.teachers))
    return {name: share * candidates / most for name, share in evidence.evaluation.coverage.items()}


class _Group(NamedTuple):
    """A group's mean and its lead over the champion, each with the end that it is surely below."""

    mean: float
    lead: float
    high: float
    lead_high: float


def _groups(found: Evaluation, metric: str) -> dict[str, _Group]:
    """Return what is known of each large enough group.

    With so many groups some would look bad by chance alone: the intervals are as wide as it
    takes for all of them to hold together (Bonferroni).
    """
    values = _values(found, metric)
    table = np.column_stack([values[:, 0], values[:, 0] - values[:, -1]])
    drawn = {
        f"{grouping}={word}": sample
        for grouping, words in found.groupings.items()
        for word, sample in Groups.of(table, found.teachers, words, found.seed).samples.items()
        if sample.teachers[0] >= SMALLEST
    }
    level = 1 - (1 - LEVEL) / 2 / max(len(drawn), 1)
    return {
        name: _Group(*sample.means, *np.quantile(sample.drawn, level, axis=0))
        for name, sample in drawn.items()
    }


def _metric(trial: Trial) -> str:
    return f"ndcg@{trial.demands.k}"


def _values(found: Evaluation, metric: str) -> NDArray[np.float64]:
    """Return shape (n_rows, n_models), the candidate first; NaN who cannot be judged."""
    return found.values[:, :, found.metrics.index(metric)]


def _means(found: Evaluation, metric: str) -> dict[str, float]:
    """Return each model's mean over the teachers who can be judged."""
    return {
        row.model: row.figure.mean
        for row in found.rows()
        if (row.group, row.metric) == ("all", metric)
    }


def _interval(figure: Figure) -> str:
    return f"{figure.mean:.4f} [{figure.low:.4f}, {figure.high:.4f}]"
