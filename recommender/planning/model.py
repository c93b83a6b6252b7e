"""A labelled matrix as HiGHS reads it."""

from __future__ import annotations

import highspy
import numpy as np

from recommender.planning.draft import Matrix

#: Below this a shortage is rounding of the solver: real ones are whole steps.
NOTHING = 1e-6


def load(highs: highspy.Highs, matrix: Matrix, *, whole: bool) -> None:
    """Give a matrix to HiGHS; ``whole``: columns that must be whole numbers are held to it.

    The arrays are passed as they are: item by item they take longer than many a solve.
    """
    rows = matrix.rows
    kinds = matrix.whole.astype(np.int32) if whole else np.zeros(len(matrix.gain), np.int32)
    highs.passModel(
        len(matrix.gain),
        len(matrix.labels),
        rows.nnz,
        int(highspy.MatrixFormat.kRowwise),
        int(highspy.ObjSense.kMaximize),
        0.0,
        matrix.gain,
        matrix.column_lower,
        matrix.column_upper,
        matrix.lower,
        matrix.upper,
        rows.indptr.astype(np.int32),
        rows.indices.astype(np.int32),
        rows.data,
        kinds,
    )
