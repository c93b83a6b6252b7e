"""Rank the courses of a real workplace training platform, as of three moments.

Usage: python benchmarks/real_input.py DATA_DIR [--report FILE.html]

DATA_DIR holds the Mandarine Academy data set in English (Hafsa et al. 2022,
doi 10.7910/DVN/BMY3UD): users_en.csv, items_en.csv and implicit_ratings_en.csv. Views are the
events; job, difficulty, software, theme, intended jobs and kind are declared features; titles
and descriptions are text. The number of views of a course is no feature: it counts views of the
whole period, and so tells of the future.

Every model is trained on what was known strictly before a quantile of the events' times, and
judged on each teacher's later distinct courses. Intervals are 95% bootstrap percentile
intervals over teachers.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from rich.console import Console

from prepare import mars_en
from training.evaluate import evaluate
from training.evaluation import HYBRID, PREFERRED, Evaluation, pooled
from training.evaluation_table import evaluation_table, gaps_table
from training.report import report
from training.split import TimeSplit

QUANTILES = (0.75, 0.80, 0.85)
METRICS = ("ndcg@10", "recall@10")
TOLERANCE = 0.005


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path, help="folder of the data set")
    parser.add_argument("--seed", type=int, default=0, help="of training and of the bootstrap")
    parser.add_argument("--report", type=Path, help="write a page with plots there")
    arguments = parser.parse_args()
    console = Console()
    dataset = mars_en(arguments.data)
    console.print(
        f"{len(dataset.teachers)} teachers, {len(dataset.courses)} courses, "
        f"{len(dataset.log)} events; seed {arguments.seed}"
    )
    found = []
    for quantile in QUANTILES:
        with console.status(f"time:{quantile}") as status:
            found.append(
                evaluate(dataset, TimeSplit(quantile), seed=arguments.seed, report=status.update)
            )
        show(console, found[-1], _title(found[-1]))
    together = pooled(found)
    show(console, together, "pooled over the moments")
    gaps = [g for g in together.gaps() if (g.model, g.metric) == (HYBRID, METRICS[0])]
    console.print(gaps_table(gaps))
    if arguments.report:
        arguments.report.write_text(report(together, "mars_en"), "utf-8")


def show(console: Console, evaluation: Evaluation, title: str) -> None:
    """Print figures, the lead over the preferred part, and whether it holds."""
    leads = [row for row in evaluation.differences() if row.against == PREFERRED]
    console.print(evaluation_table(evaluation.rows(), METRICS, title))
    console.print(
        evaluation_table(
            leads, METRICS, "paired difference: hybrid - the part that validation prefers"
        )
    )
    low = next(r.figure.low for r in leads if r.group == "all" and r.metric == METRICS[0])
    verdict = "holds" if low >= -TOLERANCE else "FAILS"
    console.print(f"{METRICS[0]}: lower end {low:+.4f} >= {-TOLERANCE}: {verdict}\n")


def _title(evaluation: Evaluation) -> str:
    facts = evaluation.facts
    return (
        f"{facts['split']} = {facts['cut']}; validation prefers {facts['preferred_part']}; "
        f"trained in {facts['train_seconds']:.1f} s"
    )


if __name__ == "__main__":
    main()
