"""The only file that knows Optuna: which settings were tried, and which to try next.

Optuna is imported on first use. A study's file holds finished trials only, each with the value
of every teacher that was asked, so it can be left at any moment and gone on with.
"""

from __future__ import annotations

import json
import sqlite3
import warnings
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from features.errors import Refused
from recommender.scorers.space import Span
from training.sought import Sought

if TYPE_CHECKING:
    import optuna


@dataclass(frozen=True, slots=True, eq=False)
class Tried:
    """A setting, what it is worth to each asked teacher, and the seconds that it took."""

    parameters: Mapping[str, Any]
    values: NDArray[np.float64]
    seconds: float


class Study:
    """Trials of several sets of parameters in one SQLite file, each set's apart.

    A tree-structured Parzen estimator (Bergstra et al. 2011) proposes settings. Its random
    numbers depend on the seed and the number of trials so far alone, so a study that was
    interrupted goes on as if it had not been.
    """

    def __init__(self, storage: optuna.storages.RDBStorage, facts: Mapping[str, Any]) -> None:
        self._storage = storage
        self._facts = dict(facts)
        self._seed: int = facts["seed"]
        self._kept: dict[str, optuna.Study] = {}
        self.tried: dict[str, list[Tried]] = {}

    @classmethod
    @contextmanager
    def open(cls, path: Path, facts: Mapping[str, Any]) -> Iterator[Study]:
        """Go on with the study of a file, or begin one.

        Parameters
        ----------
        path
            A SQLite file, made where there is none.
        facts
            What the values depend on, ``seed`` among them. A study of other facts is refused.

        Raises
        ------
        Refused
            If the file is no study, or one of other data, another split or another seed.
        """
        with warnings.catch_warnings():
            # Its progress bars, which are not used, ask for widgets in a notebook.
            warnings.filterwarnings("ignore", "IProgress not found")
            import optuna

        _refuse_other_files(path)
        optuna.logging.set_verbosity(optuna.logging.WARNING)
        storage = optuna.storages.RDBStorage(f"sqlite:///{path}")
        try:
            yield cls(storage, facts)
        finally:
            storage.remove_session()
            storage.engine.dispose()

    def take_up(self, sought: Sought) -> None:
        """Read what was tried of these parameters.

        Raises
        ------
        Refused
            If the study is one of other facts.
        """
        import optuna

        study = optuna.create_study(
            storage=self._storage, study_name=sought.name, direction="maximize", load_if_exists=True
        )
        facts = self._facts | {"space": _told(sought)}
        self._refuse_other_facts(study.user_attrs, facts)
        for name, fact in facts.items():
            study.set_user_attr(name, fact)
        self._kept[sought.name] = study
        self.tried[sought.name] = [
            Tried(trial.params, np.array(trial.user_attrs["values"]), trial.user_attrs["seconds"])
            for trial in study.trials
        ]

    def proposed(self, sought: Sought) -> dict[str, Any]:
        """Return the setting to try next: the default first."""
        import optuna

        tried = self.tried[sought.name]
        if not tried:
            return dict(sought.start)
        seed = np.random.SeedSequence([self._seed, len(tried)]).generate_state(1)
        sampler = optuna.samplers.TPESampler(seed=int(seed[0]))
        # In memory: a proposal that is never finished leaves no trace in the file.
        study = optuna.create_study(direction="maximize", sampler=sampler)
        study.add_trials([_frozen(sought.space, each) for each in tried])
        return study.ask(_distributions(sought.space)).params

    def add(self, sought: Sought, tried: Tried) -> None:
        """Keep a finished trial."""
        self._kept[sought.name].add_trial(_frozen(sought.space, tried))
        self.tried[sought.name].append(tried)

    def _refuse_other_facts(self, kept: Mapping[str, Any], facts: Mapping[str, Any]) -> None:
        for name, fact in facts.items():
            if kept.get(name, fact) != fact:
                raise Refused(
                    "study",
                    expected=f"one of the {name.replace('_', ' ')} {kept[name]}, as it was begun",
                    got=str(fact),
                    remedy="name another --study file to begin anew",
                )


def _refuse_other_files(path: Path) -> None:
    """Refuse what cannot be written, or holds tables that are not those of a study."""
    try:
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("BEGIN IMMEDIATE")
            names = {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}
        got = "a database of something else" if names and "studies" not in names else ""
    except sqlite3.DatabaseError as error:
        got = str(error)
    if got:
        raise Refused(
            f"study {path}",
            expected="a new file, or one that an earlier tuning made",
            got=got,
            remedy="name another --study file",
        )


def _told(sought: Sought) -> str:
    """Say where parameters are looked for, and from where."""
    spans = sought.space.items()
    return json.dumps({name: [span.low, span.high, sought.start[name]] for name, span in spans})


def _distributions(space: Mapping[str, Span]) -> dict[str, optuna.distributions.BaseDistribution]:
    from optuna.distributions import FloatDistribution, IntDistribution

    return {
        name: IntDistribution(int(span.low), int(span.high), log=span.log)
        if span.whole
        else FloatDistribution(span.low, span.high, log=span.log)
        for name, span in space.items()
    }


def _frozen(space: Mapping[str, Span], tried: Tried) -> optuna.trial.FrozenTrial:
    import optuna

    return optuna.trial.create_trial(
        params=dict(tried.parameters),
        distributions=_distributions(space),
        value=float(tried.values.mean()),
        user_attrs={"values": tried.values.tolist(), "seconds": tried.seconds},
    )
