"""What an evaluation found: every teacher's value, and figures with intervals made of them."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from features.errors import InvalidSetting
from training.bootstrap import Figure, p_value, sample
from training.gaps import Groups

HYBRID = "hybrid"
#: What the hybrid is compared with beside each of its parts: the part that validation prefers.
PREFERRED = "preferred"
GROUPS = ("all", "warm", "cold")


@dataclass(frozen=True, slots=True)
class Row:
    """One figure: a model's, or the hybrid's lead over ``against``.

    ``against`` is empty for a model's own figure, else the part that is taken off the hybrid,
    teacher by teacher.
    """

    model: str
    against: str
    group: str
    metric: str
    figure: Figure


@dataclass(frozen=True, slots=True)
class Lead(Row):
    """A lead with the two-sided p-value of there being none; see ``training.bootstrap.p_value``."""

    p: float


@dataclass(frozen=True, slots=True)
class Gap:
    """How differently a model serves the groups of a grouping.

    Parameters
    ----------
    highest, lowest
        The groups of the highest and the lowest mean; of a metric that is better when lower
        the first is served worst.
    figure
        The difference of their means. In each draw of its interval the highest and the lowest
        are found anew; ``teachers`` are those of all groups compared.
    by_chance
        The mean gap with the groups' words dealt anew among the rows: a gap is never below 0,
        and groups that are served alike show one too.
    p
        How often such a deal gives a gap at least as wide.
    """

    model: str
    metric: str
    grouping: str
    highest: str
    lowest: str
    figure: Figure
    by_chance: float
    p: float


# Without slots: what is drawn once is kept.
@dataclass(frozen=True, eq=False)
class Evaluation:
    """Values of several models on the same teachers.

    Parameters
    ----------
    facts
        What was evaluated, for the record: split, moment, data hash, seconds and the like.
    seed
        Of the bootstrap.
    models, metrics
        Names of the second and third axis of ``values``.
    teachers
        Positions of the judged teachers, shape (n_rows,); a teacher judged at several moments
        has several rows.
    cold
        Whether the row's teacher had no event before the moment, shape (n_rows,).
    values
        Shape (n_rows, n_models, n_metrics); NaN where a metric cannot be had.
    coverage
        Share of the candidates that a model's lists hold, by model.
    preferred
        Position in ``models`` of the part that the hybrid's validation preferred, -1 where
        that is unknown or was not evaluated; shape (n_rows,).
    gini
        How unequally a model's lists show the candidates, by model; empty where not measured.
    groups
        Grouping (such as ``locality``) -> the word of each row's teacher at the moment, ``""``
        where it is unknown; shape (n_rows,). See :func:`training.groups.groups`.
    """

    facts: Mapping[str, object]
    seed: int
    models: tuple[str, ...]
    metrics: tuple[str, ...]
    teachers: NDArray[np.integer]
    cold: NDArray[np.bool_]
    values: NDArray[np.float64]
    coverage: Mapping[str, float]
    preferred: NDArray[np.integer]
    gini: Mapping[str, float] = field(default_factory=dict)
    groups: Mapping[str, NDArray[np.str_]] = field(default_factory=dict)

    def rows(self) -> list[Row]:
        """Return every model's figures, over all teachers and over the warm and cold apart."""
        own = {name: self._of(name) for name in self.models}
        return [
            Row(name, "", group, metric, figure)
            for name, group, metric, figure, _ in self._figures(own)
        ]

    def differences(self) -> list[Lead]:
        """Return the hybrid's lead over each part, paired by teacher; empty without a hybrid.

        The lead over the part that validation preferred comes last, where that part is known.
        """
        if HYBRID not in self.models:
            return []
        others = [name for name in self.models if name != HYBRID]
        if (self.preferred >= 0).all():
            others.append(PREFERRED)
        return self._leads(HYBRID, others)

    def lead(self, model: str, against: str) -> list[Lead]:
        """Return one model's lead over another, paired by teacher, for each group and metric.

        Raises
        ------
        InvalidSetting
            If one of them was not evaluated.
        """
        unknown = [name for name in (model, against) if name not in self.models]
        if unknown:
            raise InvalidSetting(
                "models to compare",
                expected=f"two of {', '.join(self.models)}",
                got=", ".join(unknown),
                remedy="evaluate them together",
            )
        return self._leads(model, [against])

    def leads(self, model: str) -> list[Lead]:
        """Return one model's lead over every other, as :meth:`lead` does, drawn once for all."""
        return self._leads(model, [name for name in self.models if name != model])

    def gaps(self) -> list[Gap]:
        """Return how differently each model serves the groups of every grouping.

        ``history`` tells warm teachers from cold ones. A grouping with fewer than two groups of
        :data:`training.gaps.SMALLEST` teachers is left out.
        """
        found = []
        for grouping, compared in self._compared.items():
            for column, gap in compared.gaps(self.seed):
                model, metric = self._columns[column]
                found.append(Gap(model, metric, grouping, *gap))
        return found

    def by_group(self) -> list[Row]:
        """Return every model's figures in each group, named ``grouping=word``."""
        return [
            Row(model, "", f"{grouping}={word}", metric, figure)
            for grouping, compared in self._compared.items()
            for word, drawn in compared.samples.items()
            for (model, metric), figure in zip(self._columns, drawn.figures(), strict=True)
        ]

    @property
    def preferred_parts(self) -> str:
        """The scorers that validation preferred, each once, joined by a stroke."""
        found = dict.fromkeys(int(number) for number in self.preferred if number >= 0)
        return "/".join(self.models[number] for number in found)

    @property
    def groupings(self) -> dict[str, NDArray[np.str_]]:
        """All groupings, ``history`` among them: whether a row's teacher is warm or cold."""
        return {"history": np.where(self.cold, "cold", "warm"), **self.groups}

    @property
    def moments(self) -> list[Mapping[str, object]]:
        """The facts of each moment, the only one unless pooled."""
        pooled_facts = self.facts.get("pooled")
        return pooled_facts if isinstance(pooled_facts, list) else [self.facts]

    def to_json(self) -> str:
        """Return facts, figures and differences as JSON; what is no number is null."""
        document = {
            **self.facts,
            "judged": len(self.teachers),
            "judged_cold": int(self.cold.sum()),
            "bootstrap_seed": self.seed,
            "coverage": dict(self.coverage),
            "gini": {name: _number(value) for name, value in self.gini.items()},
            "figures": [_plain(row) for row in self.rows()],
            "differences": [_plain(row) for row in self.differences()],
            "by_group": [_plain(row) for row in self.by_group()],
            "gaps": [_plain(gap) for gap in self.gaps()],
        }
        return json.dumps(document, ensure_ascii=False, indent=2, allow_nan=False) + "\n"

    def _of(self, model: str) -> NDArray[np.float64]:
        if model == PREFERRED:
            return self.values[np.arange(len(self.values)), self.preferred]
        return self.values[:, self.models.index(model)]

    def _leads(self, model: str, others: Sequence[str]) -> list[Lead]:
        leads = {name: self._of(model) - self._of(name) for name in others}
        return [
            Lead(model, name, group, metric, figure, p_value(drawn))
            for name, group, metric, figure, drawn in self._figures(leads)
        ]

    def _figures(
        self, tables: Mapping[str, NDArray[np.float64]]
    ) -> Iterator[tuple[str, str, str, Figure, NDArray[np.float64]]]:
        """Yield name, group, metric, figure and draws of tables of shape (n_rows, n_metrics)."""
        names = [(name, metric) for name in tables for metric in self.metrics]
        for group in GROUPS if tables else ():
            chosen = self._group(group)
            columns = np.hstack([table[chosen] for table in tables.values()])
            # The same draws for every table, so that leads and values fit together.
            found = sample(columns, self.teachers[chosen], np.random.default_rng(self.seed))
            for (name, metric), figure, drawn in zip(
                names, found.figures(), found.drawn.T, strict=True
            ):
                yield name, group, metric, figure, drawn

    @property
    def _columns(self) -> list[tuple[str, str]]:
        """Model and metric of each column of the values laid flat."""
        return [(model, metric) for model in self.models for metric in self.metrics]

    @cached_property
    def _compared(self) -> dict[str, Groups]:
        flat = self.values.reshape(len(self.values), -1)
        return {
            name: Groups.of(flat, self.teachers, words, self.seed)
            for name, words in self.groupings.items()
        }

    def _group(self, group: str) -> NDArray[np.bool_]:
        every = np.ones(len(self.cold), bool)
        return {"all": every, "warm": ~self.cold, "cold": self.cold}[group]


def pooled(evaluations: Sequence[Evaluation]) -> Evaluation:
    """Put evaluations of the same models on the same data set together, at several moments.

    Intervals then draw whole teachers with all their moments; coverage and gini are means.

    Parameters
    ----------
    evaluations
        At least one.
    """
    first = evaluations[0]
    return Evaluation(
        facts={"pooled": [dict(each.facts) for each in evaluations]},
        seed=first.seed,
        models=first.models,
        metrics=first.metrics,
        teachers=np.concatenate([each.teachers for each in evaluations]),
        cold=np.concatenate([each.cold for each in evaluations]),
        values=np.concatenate([each.values for each in evaluations]),
        coverage=_mean([each.coverage for each in evaluations]),
        gini=_mean([each.gini for each in evaluations]),
        preferred=np.concatenate([each.preferred for each in evaluations]),
        groups=_pooled_groups(evaluations),
    )


def _mean(figures: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """Return the mean over moments of each model's figure; a moment without any is left out."""
    told = [each for each in figures if each]
    return {name: float(np.mean([each[name] for each in told])) for name in (told or [{}])[0]}


def _pooled_groups(evaluations: Sequence[Evaluation]) -> dict[str, NDArray[np.str_]]:
    """Join the groups; at a moment at which nothing was known of a grouping all are unknown."""
    names = dict.fromkeys(name for each in evaluations for name in each.groups)
    unknown = [np.full(len(each.teachers), "") for each in evaluations]
    return {
        name: np.concatenate(
            [each.groups.get(name, none) for each, none in zip(evaluations, unknown, strict=True)]
        )
        for name in names
    }


def _plain(row: Row | Gap) -> dict[str, object]:
    plain = asdict(row)
    figure = plain.pop("figure")
    return {name: _number(value) for name, value in (plain | figure).items()}


def _number(value: object) -> object:
    return None if isinstance(value, float) and math.isnan(value) else value
