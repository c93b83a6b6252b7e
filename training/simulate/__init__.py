"""A simulated province whose tastes are known.

>>> from training.simulate import Simulation, simulate
>>> dataset, truth = simulate(Simulation(teachers=30, courses=60, years=1), seed=1)
>>> len(dataset.teachers), len(dataset.courses)
(30, 60)
"""

from training.simulate.settings import Simulation
from training.simulate.simulation import simulate, write
from training.simulate.truth import Truth, load_truth

__all__ = ["Simulation", "Truth", "load_truth", "simulate", "write"]
