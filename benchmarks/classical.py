"""Check the LightFM scorer against the figures that LightFM's own documentation gives.

Usage: python benchmarks/classical.py DATA_DIR

DATA_DIR holds MovieLens 100k (GroupLens): u.data, u.user, u.item, u.genre and ua.test. As in
that documentation every rating is a positive, and the pairs of ua.test (ten for each user) are
held out. It reports precision@10 of .11 and AUC of .90 for WARP, with the pairs of training left
in the ranking; here they are left out, as they are in use, which makes precision easier. The
split is random in time, so these figures say nothing about use; they say that the factorisation
is driven as its makers drive it.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from rich.console import Console

from prepare import movies, ratings
from training.evaluate import evaluate
from training.evaluation_table import evaluation_table
from training.split import FileSplit

MODEL = "factorisation"
AIMS = {"precision@10": 0.10, "auc": 0.88}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path, help="folder of the data set")
    parser.add_argument("--seeds", type=int, default=3, help="how many seeds to repeat it with")
    arguments = parser.parse_args()
    console = Console()
    dataset = movies(arguments.data)
    with tempfile.TemporaryDirectory() as folder:
        test = Path(folder) / "ua.test.csv"
        ratings(arguments.data / "ua.test").to_csv(test, index=False)
        for seed in range(arguments.seeds):
            found = evaluate(dataset, FileSplit(test), [MODEL], seed=seed)
            seconds = found.facts["train_seconds"]
            rows = [row for row in found.rows() if row.group == "all"]
            title = f"ua, seed {seed}, trained in {seconds:.1f} s"
            console.print(evaluation_table(rows, list(AIMS), title))
            for row in rows:
                if row.metric in AIMS:
                    verdict = "holds" if row.figure.mean >= AIMS[row.metric] else "FAILS"
                    console.print(f"{row.metric} >= {AIMS[row.metric]}: {verdict}")


if __name__ == "__main__":
    main()
