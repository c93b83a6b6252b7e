"""An evaluation as one page of HTML: plots, tables and the facts of the run, nothing to fetch."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from html import escape
from importlib import resources
from string import Template

from training.bootstrap import Figure
from training.evaluation import GROUPS, HYBRID, PREFERRED, Evaluation, Gap, Row
from training.gaps import SMALLEST
from training.plots import Point, intervals, scatter
from training.report_words import EXPLAINED, fact_words, group_words, in_order, metric_words

#: Metrics with a plot of their own.
PLOTTED = 2


def report(evaluation: Evaluation, title: str) -> str:
    """Return the page.

    Parameters
    ----------
    evaluation
        Of one moment, or pooled.
    title
        What was evaluated, in the reader's words; such as the name of the data set's folder.
    """
    main = HYBRID if HYBRID in evaluation.models else evaluation.models[-1]
    sections = (
        ("figures", "Figures 指标", _figures(evaluation)),
        ("leads", "Leads 领先", _leads(evaluation, main)),
        ("groups", "Groups of teachers 教师群体", _groups(evaluation, main)),
        ("lists", "What the lists are like 清单的样貌", _lists(evaluation)),
        ("run", "The run 本次评估", _facts(evaluation)),
    )
    links = "".join(f'<a href="#{name}">{escape(heading)}</a>' for name, heading, _ in sections)
    body = "\n".join(
        f'<section id="{name}"><h2>{escape(heading)}</h2>\n{content}</section>'
        for name, heading, content in sections
    )
    told = f"{title}: {' + '.join(str(facts.get('split', '')) for facts in evaluation.moments)}"
    lead = (
        f"{len(set(evaluation.teachers.tolist())):,} teachers judged 位教师参与评估; "
        f"{len(evaluation.models)} models 个模型"
    )
    page = resources.files("training").joinpath("report.html").read_text("utf-8")
    return Template(page).substitute(
        title=escape(told),
        body=f'<h1>{escape(told)}</h1>\n<p class="quiet">{lead}</p>\n<nav>{links}</nav>\n{body}',
    )


def _figures(evaluation: Evaluation) -> str:
    rows = evaluation.rows()
    groups = [group for group in GROUPS if any(r.figure.teachers for r in rows if r.group == group)]
    # One group of teachers alone is the same as all of them.
    groups = groups if len(groups) > 2 else groups[:1]
    plots = []
    for metric in evaluation.metrics[:PLOTTED]:
        series = {group_words(g): _of(rows, group=g, metric=metric) for g in groups}
        plots.append(_figure(metric_words(metric), intervals(metric_words(metric), series)))
    tables = [
        _table(
            ["", *map(metric_words, evaluation.metrics)],
            [
                [model, *(_interval(of[model, metric]) for metric in evaluation.metrics)]
                for model in evaluation.models
            ],
            f"{group_words(group)}: mean, 95% interval 均值与 95% 区间",
        )
        for group in groups
        for of in [{(r.model, r.metric): r.figure for r in rows if r.group == group}]
    ]
    first, *more = tables
    others = _folded("warm and cold apart 分新老教师", "".join(more)) if more else ""
    return _text(EXPLAINED["figures"]) + _plots(plots) + first + others


def _leads(evaluation: Evaluation, main: str) -> str:
    if len(evaluation.models) == 1:
        return _text(EXPLAINED["one"])
    aim = evaluation.metrics[0]
    leads = evaluation.differences() or evaluation.leads(main)
    plots = []
    for metric in evaluation.metrics[:PLOTTED]:
        found = {
            _against(evaluation, r.against): r.figure
            for r in leads
            if (r.group, r.metric) == ("all", metric)
        }
        title = f"{main} − …, {metric_words(metric)}"
        plots.append(_figure(title, intervals(title, {"": found}, line=0.0)))
    pairs = [_pairs(evaluation, model, aim) for model in evaluation.models]
    caption = f"{metric_words(aim)}: row less column, 95% interval, p 行减列"
    every = _table(["", *evaluation.models], pairs, caption)
    return _text(EXPLAINED["leads"]) + _plots(plots) + _folded("any two models 两两比较", every)


def _against(evaluation: Evaluation, name: str) -> str:
    """Return the name of what a lead is over, with the scorer that validation preferred."""
    return f"{name} ({evaluation.preferred_parts})" if name == PREFERRED else name


def _pairs(evaluation: Evaluation, model: str, metric: str) -> list[str]:
    """Return a row of the table of pairs: a model, and its lead over each, over itself none."""
    over = {
        lead.against: f"{_interval(lead.figure, sign=True)}<small>{_p(lead.p)}</small>"
        for lead in evaluation.leads(model)
        if (lead.group, lead.metric) == ("all", metric)
    }
    return [model, *(over.get(other, "") for other in evaluation.models)]


def _groups(evaluation: Evaluation, main: str) -> str:
    aim = evaluation.metrics[0]
    rows = [r for r in evaluation.by_group() if (r.model, r.metric) == (main, aim)]
    whole = _of(evaluation.rows(), group="all", metric=aim)[main].mean
    plots = []
    for grouping in evaluation.groupings:
        found = {
            word: row.figure
            for row in rows
            for name, _, word in [row.group.partition("=")]
            if name == grouping
        }
        if len(found) > 1:
            labels = {
                f"{group_words(grouping, word)} ({found[word].teachers})": found[word]
                for word in in_order(grouping, found)
            }
            title = f"{group_words(grouping)}: {main}, {metric_words(aim)}"
            plots.append(_figure(title, intervals(title, {"": labels}, line=whole)))
    gaps = [gap for gap in evaluation.gaps() if gap.metric == aim]
    own = _gaps_table([gap for gap in gaps if gap.model == main], main)
    others = [
        _gaps_table([gap for gap in gaps if gap.model == name], name)
        for name in evaluation.models
        if name != main
    ]
    more = _folded("other models 其他模型", "".join(others)) if any(others) else ""
    return _text(EXPLAINED["groups"]) + _plots(plots) + own + more


def _gaps_table(gaps: Sequence[Gap], model: str) -> str:
    """Return the gaps of one model and metric; nothing without any."""
    if not gaps:
        return ""
    rows = [
        [
            group_words(gap.grouping),
            escape(group_words(gap.grouping, gap.highest)),
            escape(group_words(gap.grouping, gap.lowest)),
            _interval(gap.figure),
            _number(gap.by_chance),
            _p(gap.p),
        ]
        for gap in gaps
    ]
    heads = ["grouping 分组", "highest 最高", "lowest 最低", "gap 差距", "by chance 随机", ""]
    metric = metric_words(gaps[0].metric)
    least = f"groups of at least {SMALLEST} teachers 至少 {SMALLEST} 人的组"
    return _table(heads, rows, f"{model}, {metric}; {least}")


def _lists(evaluation: Evaluation) -> str:
    rows = evaluation.rows()
    aim = evaluation.metrics[0]
    right = _of(rows, group="all", metric=aim)
    known = next((name for name in evaluation.metrics if name.startswith("novelty")), "")
    novelty = _of(rows, group="all", metric=known)
    title = "Right and new 准与新"
    points = [
        Point(name, novelty[name].mean, right[name].mean, evaluation.coverage[name])
        for name in evaluation.models
        if name in novelty
    ]
    plots = []
    if points:
        drawn = scatter(title, points, f"{metric_words(known)} (bits)", metric_words(aim))
        plots = [_figure(f"{title}; size: coverage 大小为覆盖率", drawn)]
    of_lists = [
        [name, _number(evaluation.coverage[name]), _number(evaluation.gini.get(name, math.nan))]
        for name in evaluation.models
    ]
    table = _table(
        ["", "coverage 覆盖率", "gini 基尼系数"], of_lists, "all lists together 全部清单"
    )
    return _text(EXPLAINED["lists"]) + _plots(plots) + table


def _facts(evaluation: Evaluation) -> str:
    moments = evaluation.moments
    names = list(dict.fromkeys(name for facts in moments for name in facts))
    rows = [
        [fact_words(name), *(escape(_told(facts.get(name))) for facts in moments)] for name in names
    ]
    rows.append(["bootstrap seed 自助法种子", str(evaluation.seed), *[""] * (len(moments) - 1)])
    return _table([], rows, "", kind="facts")


def _of(rows: Iterable[Row], **wanted: str) -> dict[str, Figure]:
    """Return model -> figure of the rows with these values."""
    return {
        row.model: row.figure
        for row in rows
        if all(getattr(row, name) == value for name, value in wanted.items())
    }


def _told(value: object) -> str:
    if value is None or value == "":
        return "-"
    return f"{value:.3g}" if isinstance(value, float) else str(value)


def _number(value: float, sign: bool = False) -> str:
    if math.isnan(value):
        return "-"
    return f"{value:{'+' if sign else ''}.3f}"


def _interval(figure: Figure, sign: bool = False) -> str:
    if math.isnan(figure.mean):
        return "-"
    ends = f"{_number(figure.low, sign)} … {_number(figure.high, sign)}"
    return f"{_number(figure.mean, sign)}<small>{ends}</small>"


def _p(value: float) -> str:
    return "p &lt; 0.005" if value < 0.005 else f"p = {value:.2f}"


def _text(languages: tuple[str, str]) -> str:
    english, chinese = languages
    return f'<p>{escape(english)}</p>\n<p lang="zh">{escape(chinese)}</p>\n'


def _figure(title: str, drawing: str) -> str:
    return f"<figure><figcaption>{escape(title)}</figcaption>\n{drawing}</figure>"


def _plots(plots: Sequence[str]) -> str:
    return f'<div class="plots">{"".join(plots)}</div>\n' if plots else ""


def _folded(summary: str, content: str) -> str:
    return f"<details><summary>{escape(summary)}</summary>{content}</details>"


def _table(
    heads: Sequence[str], rows: Sequence[Sequence[str]], caption: str, *, kind: str = ""
) -> str:
    """Return a table; heads and the first cell of a row are text, the other cells HTML."""
    top = "".join(f"<th scope=col>{escape(head)}</th>" for head in heads)
    lines = "".join(
        f"<tr><th scope=row>{escape(first)}</th>{_cells(cells)}</tr>\n" for first, *cells in rows
    )
    head = f"<thead><tr>{top}</tr></thead>" if heads else ""
    told = f"<caption>{escape(caption)}</caption>" if caption else ""
    table = f'<table class="{kind}">{told}{head}<tbody>{lines}</tbody></table>'
    return f'<div class="scroll">{table}</div>\n'


def _cells(cells: Sequence[str]) -> str:
    return "".join(f"<td>{cell}</td>" for cell in cells)
