"""Nearest courses by content: what a history of a new course counts as."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

NEIGHBOURS = 20
CHUNK = 1024


def cosines(rows: sparse.csr_array, known: sparse.csr_array) -> NDArray[np.float32]:
    """Return the cosines of some courses with the fitted ones, shape (n_rows, n_fitted).

    Nearly all courses share some piece of text, so that their cosines are a dense matrix: one
    sparse factor alone is a fifth of the time of two.
    """
    dense = rows.T.toarray(order="C")
    return np.ascontiguousarray((known @ dense).T)


def carry_of(alike: sparse.csr_array, position: NDArray[np.int32]) -> sparse.csr_array:
    """Build ``Catalogue.carry``: ones for fitted courses, squared cosines for new ones."""
    known, new = np.flatnonzero(position >= 0), np.flatnonzero(position < 0)
    ones = np.ones(len(known), np.float32)
    own = sparse.csc_array((ones, (position[known], known)), shape=alike.shape)
    near = sparse.csc_array(alike[:, new]).power(2)
    total = near.sum(axis=0)
    scale = np.divide(1, total, out=np.zeros_like(total), where=total > 0)
    borrowed = near @ sparse.dia_array((scale[None, :], 0), shape=(len(new), len(new)))
    place = sparse.csr_array(
        (np.ones(len(new), np.float32), (np.arange(len(new)), new)),
        shape=(len(new), alike.shape[1]),
    )
    return sparse.csr_array(own + borrowed @ place, dtype=np.float32)


def nearest(
    features: sparse.csr_array, known: sparse.csr_array, position: NDArray[np.int32]
) -> sparse.csr_array:
    """Build ``Catalogue.alike``, some courses at a time to bound memory."""
    n_known, n_courses = known.shape[0], features.shape[0]
    k = min(NEIGHBOURS, n_known)
    row, column, value = [], [], []
    for start in range(0, n_courses if k else 0, CHUNK):
        chunk = np.arange(start, min(start + CHUNK, n_courses))
        cosine = cosines(features[chunk], known)
        own = position[chunk]
        cosine[np.flatnonzero(own >= 0), own[own >= 0]] = 0
        near = np.argpartition(-cosine, k - 1, axis=1)[:, :k]
        row.append(near.ravel())
        column.append(np.repeat(chunk, k))
        value.append(np.take_along_axis(cosine, near, axis=1).ravel())
    alike = sparse.csr_array((n_known, n_courses), dtype=np.float32)
    if row:
        entries = (np.concatenate(value), (np.concatenate(row), np.concatenate(column)))
        alike = sparse.csr_array(entries, shape=alike.shape, dtype=np.float32)
    alike.eliminate_zeros()
    return alike
