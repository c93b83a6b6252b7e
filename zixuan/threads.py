"""How many threads numeric libraries start."""

from __future__ import annotations

import os

VARIABLES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


def one_thread() -> None:
    """Let numeric libraries use one thread, unless the environment says otherwise.

    Products for one teacher are small, and threads cost them more than they bring. It has no
    effect on libraries that are already imported.
    """
    for name in VARIABLES:
        os.environ.setdefault(name, "1")
