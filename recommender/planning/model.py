"""A labelled matrix as HiGHS reads it."""

from __future__ import annotations

from collections.abc import Sequence

import highspy
import numpy as np
from numpy.typing import NDArray

from recommender.planning.draft import Matrix

#: Below this a shortage is rounding of the solver: real ones are whole steps.
NOTHING = 1e-6


def linear(matrix: Matrix) -> highspy.HighsLp:
    """Return a matrix as a linear programme: no column must be whole."""
    model = highspy.HighsLp()
    model.num_row_, model.num_col_ = matrix.rows.shape
    model.sense_ = highspy.ObjSense.kMaximize
    model.col_cost_ = matrix.gain
    model.col_lower_, model.col_upper_ = matrix.column_lower, matrix.column_upper
    model.row_lower_, model.row_upper_ = matrix.lower, matrix.upper
    model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    model.a_matrix_.start_ = matrix.rows.indptr
    model.a_matrix_.index_ = matrix.rows.indices
    model.a_matrix_.value_ = matrix.rows.data
    return model


def whole(matrix: Matrix) -> highspy.HighsLp:
    """Return a matrix as a programme whose ``whole`` columns must be whole numbers."""
    model = linear(matrix)
    model.integrality_ = _kinds(matrix.whole)
    return model


def _kinds(columns: NDArray[np.bool_]) -> Sequence[highspy.HighsVarType]:
    kinds = (highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger)
    return [kinds[int(each)] for each in columns]
