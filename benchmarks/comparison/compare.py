"""All methods on one split: tuned before it, fitted on its past, judged on its future."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

from comparison import hindsight, own
from comparison.judging import LONGEST, METRICS, Cost, judged_teachers, lists, mean, values
from comparison.leads import leads
from comparison.methods import Method
from comparison.task import Scores, Task, features
from comparison.tuning import floor_days, tuned
from comparison.verdicts import Goal, verdicts
from features.dataset import Dataset
from training.evaluation import HYBRID, Evaluation, pooled
from training.groups import groups
from training.metrics import coverage
from training.split import Split, Strategy


@dataclass(frozen=True, slots=True, eq=False)
class Comparison:
    """What was found: figures, costs by method, and what was chosen before judging.

    ``parameters`` holds those of each method, one set for each split; ``chosen`` what the hybrid
    chose on its own validation, by split.
    """

    evaluation: Evaluation
    costs: Mapping[str, Cost]
    parameters: Mapping[str, Sequence[Mapping[str, float]]]
    chosen: Mapping[str, Mapping[str, own.Choice]]

    def document(self, goals: Sequence[Goal]) -> dict[str, Any]:
        """Return all of it as what JSON can say."""
        met = verdicts(self.evaluation, goals)
        return {
            **json.loads(self.evaluation.to_json()),
            "leads": [{**asdict(lead), "ratio": lead.ratio} for lead in leads(self.evaluation)],
            "verdicts": [{**asdict(v), "ratio": v.ratio, "verdict": v.words} for v in met],
            "costs": {name: asdict(cost) for name, cost in self.costs.items()},
            "parameters": self.parameters,
            "chosen": {
                split: {group: asdict(choice) for group, choice in of_split.items()}
                for split, of_split in self.chosen.items()
            },
        }


def together(found: Sequence[Comparison]) -> Comparison:
    """Put comparisons of the same methods on several splits together; costs are means."""
    return Comparison(
        pooled([each.evaluation for each in found]),
        {name: mean([each.costs[name] for each in found]) for name in found[0].costs},
        {
            name: [of_split for each in found for of_split in each.parameters[name]]
            for name in found[0].parameters
        },
        {split: chosen for each in found for split, chosen in each.chosen.items()},
    )


def compare(
    dataset: Dataset,
    strategy: Strategy,
    before: Strategy,
    methods: Sequence[Method],
    *,
    trials: int,
    seed: int,
    report: Callable[[str], None],
) -> Comparison:
    """Compare peers with our own model.

    Parameters
    ----------
    dataset
        All events, the later ones included.
    strategy
        Splits the data set into what is learned from and what judges.
    before
        Splits the former once more: its later slice is tuned on.
    methods
        The peers.
    trials
        Of each peer's tuning.
    seed
        Of tuning, fitting and the bootstrap.
    report
        Is told each step.
    """
    split = strategy(dataset)
    earlier = Task.of(before(split.train))
    days = floor_days(earlier)
    earlier, task = replace(earlier, floor_days=days), Task.of(split, days)
    scores: dict[str, Scores] = {}
    costs: dict[str, Cost] = {}
    parameters = {}
    for method in methods:
        report(f"{method.name}: tune")
        chosen = tuned(method, earlier, trials, seed)
        report(f"{method.name}: fit")
        costs[method.name] = Cost()
        with costs[method.name].measure("train"):
            scores[method.name] = method.fit(task, seed, **chosen)
        parameters[method.name] = [chosen]
    report("hybrid: fit")
    cost = Cost()
    with cost.measure("train"):
        model = own.fit(task, seed)
    scores |= {hindsight.HINDSIGHT: hindsight.scores(split)} | own.asked(model, task)
    features.cache_clear()
    costs |= {name: Cost() for name in scores if name not in costs} | {HYBRID: cost}
    preferred = f"{own.PART}{model.hybrid.preferred_}"
    judged = _judged(task.split, scores, costs, preferred, seed, report)
    return Comparison(judged, costs, parameters, {split.name: own.chosen(model)})


def _judged(
    split: Split,
    scores: Mapping[str, Scores],
    costs: Mapping[str, Cost],
    preferred: str,
    seed: int,
    report: Callable[[str], None],
) -> Evaluation:
    everyone = np.arange(len(split.train.teachers))
    teachers = judged_teachers(split)
    names = tuple(scores)
    figures, covered = [], {}
    for name in names:
        report(f"{name}: judge")
        with costs[name].measure("top 10"):
            lists(scores[name], split, everyone, 10)
        shown = lists(scores[name], split, teachers, LONGEST)
        figures.append(values(shown, split, teachers))
        covered[name] = coverage(shown[:, :10], split.candidates)
    return Evaluation(
        facts={
            "split": split.name,
            "cut": split.cut.isoformat(),
            "data_hash": split.train.content_hash,
            "choices_out_of_reach": split.out_of_reach,
            "preferred_part": preferred,
        },
        seed=seed,
        models=names,
        metrics=tuple(METRICS),
        teachers=teachers,
        cold=split.cold[teachers],
        values=np.stack(figures, axis=1),
        coverage=covered,
        preferred=np.full(len(teachers), names.index(preferred)),
        groups=groups(split.train, split.cut, teachers),
    )
