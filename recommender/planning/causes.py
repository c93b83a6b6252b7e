"""Why a plan differs from the one before: only what can be read off the plans and the facts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from features.labels import Label
from recommender.planning.names import PLAIN, Names
from recommender.planning.plan import Item, Plan
from recommender.planning.problem import Inputs

Place = tuple[str, str]

#: What a cause says, in the middle of a sentence; ``{of}`` is what it names.
WORDS: dict[str, Label] = {
    "done": ("已完成", "it has been completed since"),
    "equivalent_done": ("已完成与其等效的课程", "an equivalent course has been completed since"),
    "failed": ("上次未通过", "it was not passed"),
    "not_taken": ("原定学期已过，尚未完成", "its term is over and it was not completed"),
    "banned": ("您已排除该课程", "you ruled it out"),
    "pinned": ("由您指定", "you asked for it"),
    "preferred": ("您希望安排在该学期", "you prefer that term"),
    "closed": ("该课程现已不对您开放（{of}）", "it is not open to you now ({of})"),
    "not_offered": ("不再开班", "it is not offered any more"),
    "no_offering": ("该学期没有可选的班次", "no offering of that term can be chosen now"),
    "after_prerequisite": (
        "其先修课程{of}此前尚未安排",
        "its prerequisite {of} does not come before that term",
    ),
    "other_rules": (
        "适用政策已由 {of} 变更",
        "the rules in force are no longer those of {of}",
    ),
    "no_duty": ("其对应的要求已不适用于您", "what it counted for is not asked of you any more"),
    "new_duty": ("满足新适用于您的要求 {of}", "it counts for {of}, which is newly asked of you"),
    "opens": ("是{of}的先修课程", "it is to be done before {of}"),
    "made_room": ("为上述变更腾出位置", "it makes room for what you changed"),
    "instead": ("替代您排除的课程", "it comes instead of what you ruled out"),
}
#: Those that name a course.
OF_COURSE = ("after_prerequisite", "opens")
#: What keeps a course from a teacher, by the codes of ``recommender/eligibility.py``.
RULES: dict[str, Label] = {
    "not_yet_available": ("尚未开放", "not yet available"),
    "retired": ("已停用", "retired"),
    "failing_grade": ("评估不合格", "graded as failing"),
    "provider_not_accredited": ("承办机构未获资质", "its provider is not accredited"),
    "other_phase": ("面向其他学段", "for another phase"),
    "other_stage": ("面向其他发展阶段", "for another career stage"),
    "other_subject": ("面向其他学科", "for another subject"),
    "other_role": ("面向其他岗位", "for another role"),
    "other_region": ("面向其他地区", "for another region"),
}


@dataclass(frozen=True, slots=True)
class Cause:
    """Why a course was moved, dropped or added.

    Parameters
    ----------
    course, term
        The course and the key of its term; of a moved one that it comes from.
    code
        A key of :data:`WORDS`.
    of
        What the cause names: a rule, a course, a requirement or a policy; else empty.
    """

    course: str
    term: str
    code: str
    of: str = ""

    @property
    def zh(self) -> str:
        """The cause in Chinese."""
        return self.worded()[0]

    @property
    def en(self) -> str:
        """The cause in English."""
        return self.worded()[1]

    def worded(self, names: Names = PLAIN) -> Label:
        """Return the cause in both languages."""
        zh, en = WORDS[self.code]
        of_zh, of_en = self.of, self.of
        if self.code == "closed":
            of_zh, of_en = RULES[self.of]
        elif self.code in OF_COURSE:
            of_zh, of_en = names.course(self.of)
        return zh.format(of=of_zh), en.format(of=of_en)


@dataclass(frozen=True, slots=True)
class Since:
    """What has happened since the earlier plan, as far as its courses go.

    Parameters
    ----------
    done, failed
        Courses completed and courses failed since.
    closed
        Course -> code of a rule that keeps it from the teacher now.
    wish
        ``pin`` or ``ban`` where that is all that is different, so that all else follows from it;
        empty where the moment is another too.
    """

    done: frozenset[str] = frozenset()
    failed: frozenset[str] = frozenset()
    closed: Mapping[str, str] = field(default_factory=dict)
    wish: str = ""


class Asking:
    """Tells why, for two plans of one teacher.

    Parameters
    ----------
    inputs
        What the later plan was made from.
    """

    def __init__(self, before: Plan, after: Plan, inputs: Inputs, since: Since) -> None:
        self._before, self._after, self._inputs, self._since = before, after, inputs, since
        self._terms = [term.key for term in inputs.horizon.terms]
        self._options = {
            each.course: {self._terms[option.term] for option in each.options}
            for each in inputs.candidates
        }
        self._needs = {each.course: each.prerequisites for each in inputs.candidates}
        self._planned: dict[str, int] = {}
        for item in after.items:
            self._planned.setdefault(item.course, self._terms.index(item.term))

    def dropped(self, course: str, term: str) -> Cause | None:
        """Return why a course is in the plan no longer."""
        if course in self._since.done and term not in self._options.get(course, ()):
            return Cause(course, term, "done")
        if self._banned(_item(self._before, course, term)):
            return Cause(course, term, "banned")
        if course not in self._options:
            rule = self._since.closed.get(course, "not_offered")
            return Cause(course, term, "closed" if rule in RULES else rule, rule)
        return self._not_there(course, term) or self._other_rules(course, term)

    def moved(self, course: str, before: str, after: str) -> Cause | None:
        """Return why a course is in another term than it was."""
        wishes = self._inputs.wishes
        if (course, after) in wishes.pins:
            return Cause(course, before, "pinned")
        if (course, after) in wishes.prefer:
            return Cause(course, before, "preferred")
        return self._not_there(course, before) or self._made_room(course, before)

    def added(self, course: str, term: str) -> Cause | None:
        """Return why a course is new in the plan."""
        wishes = self._inputs.wishes
        if any(pin == course and at in (None, term) for pin, at in wishes.pins):
            return Cause(course, term, "pinned")
        if course in self._since.failed:
            return Cause(course, term, "failed")
        item = _item(self._after, course, term)
        if new := self._newly_asked(item):
            return Cause(course, term, "new_duty", new)
        was = {each.course for each in self._before.items}
        if opened := next((each for each in item.opens if each not in was), ""):
            return Cause(course, term, "opens", opened)
        return self._instead(item)

    def _not_there(self, course: str, term: str) -> Cause | None:
        """Return what keeps a course from the term in which it was."""
        if term not in self._terms:
            failed = course in self._since.failed
            return Cause(course, term, "failed" if failed else "not_taken")
        if term not in self._options[course]:
            return Cause(course, term, "no_offering")
        at = self._terms.index(term)
        late = (
            each
            for each in self._needs[course]
            if each not in self._inputs.done and self._planned.get(each, at) >= at
        )
        before = next(late, "")
        return Cause(course, term, "after_prerequisite", before) if before else None

    def _other_rules(self, course: str, term: str) -> Cause | None:
        served = _item(self._before, course, term).serves
        if served and _place_of(self._before) != _place_of(self._after):
            return Cause(course, term, "other_rules", _place_of(self._before))
        asked = {f"{each.requirement}@{each.period}" for each in self._after.outcomes}
        if served and not asked.intersection(served):
            return Cause(course, term, "no_duty")
        return self._made_room(course, term)

    def _made_room(self, course: str, term: str) -> Cause | None:
        """Say that a pin needed the room, where it or what follows it came into the same year."""
        if self._since.wish != "pin":
            return None
        was = {(each.course, each.term) for each in self._before.items}
        filled = {each.year for each in self._after.items if (each.course, each.term) not in was}
        year = _item(self._before, course, term).year
        return Cause(course, term, "made_room") if year in filled else None

    def _instead(self, item: Item) -> Cause | None:
        """Say that a course replaces a banned one, where both count for the same."""
        if self._since.wish != "ban":
            return None
        lost = {name for each in self._before.items if self._banned(each) for name in each.serves}
        return Cause(item.course, item.term, "instead") if lost.intersection(item.serves) else None

    def _banned(self, item: Item) -> bool:
        wishes = self._inputs.wishes
        return item.course in wishes.bans or (item.course, item.year) in wishes.bans_in_year

    def _newly_asked(self, item: Item) -> str:
        """Return a requirement that a course counts for and that was not asked before."""
        asked = {(_place_of(self._before), each.requirement) for each in self._before.outcomes}
        here = _place_of(self._after)
        ids = (name.partition("@")[0] for name in item.serves)
        return next((each for each in ids if (here, each) not in asked), "")


def _place_of(plan: Plan) -> str:
    """Return the id of a plan's policy, whatever its version."""
    return plan.policy.partition("@")[0]


def _item(plan: Plan, course: str, term: str) -> Item:
    return next(each for each in plan.items if (each.course, each.term) == (course, term))
