"""What the demonstration prints: seconds, answers, and what to open."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich import box
from rich.table import Table
from rich.text import Text

from recommender.advise import Recommendation
from recommender.openings import Opening
from recommender.reasons import Reason
from zixuan.server import Client
from zixuan.show import console, say
from zixuan.stopwatch import Phase, Stopwatch


def show_phases(watch: Stopwatch) -> None:
    """Print the seconds of each phase."""
    table = Table(box=box.SIMPLE_HEAD)
    table.add_column("phase 阶段")
    table.add_column("seconds 秒", justify="right")
    table.add_column("CPU seconds 处理器秒", justify="right")
    for phase in watch.phases:
        table.add_row(*_cells(phase))
    table.add_section()
    table.add_row(*_cells(watch.total), style="bold")
    console().print(table)


def recommendations(answer: Mapping[str, Any]) -> Sequence[Recommendation]:
    """Read a list as the API answered it."""
    return [
        Recommendation(
            course_id=item["course_id"],
            title=(item["title_zh"], item["title_en"]),
            rank=item["rank"],
            score=item["score"],
            reasons=tuple(Reason(**reason) for reason in item["reasons"]),
            openings=tuple(Opening(**opening) for opening in item["openings"]),
        )
        for item in answer["items"]
    ]


def show_what_to_open(client: Client, teacher_id: str) -> None:
    """Print the addresses, and lines to copy."""
    console().print(Text(f"\nServing 服务已启动: {client.url}/readyz", style="bold"))
    teacher = f"{client.url}/v1/teachers/{teacher_id}"
    say(f"""
# The page of one teacher: open it in a browser, once, within 15 minutes.
# 一位教师的页面，请用浏览器打开。链接十五分钟内有效，只能使用一次。
{client.link_of(teacher_id)}

# A key for this service; every line below needs it. 访问密钥，下列命令都要用到。
KEY={client.key}

# The list of one teacher, and a plan. 一位教师的推荐课程和研修规划。
curl -H "Authorization: Bearer $KEY" "{teacher}/recommendations?k=10"
curl -H "Authorization: Bearer $KEY" -H "Content-Type: application/json" \\
    -d '{{}}' "{teacher}/plan"

# Another link to the page: its path, to be put behind {client.url} 再要一个页面链接（接在网址后）
curl -H "Authorization: Bearer $KEY" -H "Content-Type: application/json" -d '{{}}' "{teacher}:link"

# All routes (OpenAPI). 全部接口。
curl -H "Authorization: Bearer $KEY" "{client.url}/v1/openapi.json"

Ctrl+C stops it. 按 Ctrl+C 停止。""")


def _cells(phase: Phase) -> tuple[str, str, str]:
    return phase.name, f"{phase.wall:.1f}", f"{phase.cpu:.1f}"
