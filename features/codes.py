"""The fixed word lists of the domain (docs/glossary.md gives each in Chinese)."""

from __future__ import annotations

#: Career stages in their order. No single official list exists: ``columns.toml`` may replace it.
CAREER_STAGES = ("novice", "developing", "backbone", "lead", "principal", "trainer")
PHASES = ("kindergarten", "primary", "junior", "senior", "vocational", "special")
TITLES = ("third", "second", "first", "senior", "full_senior")
ROLES = ("teacher", "principal", "trainer", "research_officer")
LOCALITIES = ("urban", "county_town", "town", "rural")
ORGANISATION_KINDS = ("nation", "province", "city", "county", "school", "provider")

MODES = ("face_to_face", "online", "school_based", "blended")
TIERS = ("national", "provincial", "city", "county", "school")
OBLIGATIONS = ("compulsory", "assigned", "elective", "nominated")
COURSE_KINDS = ("course", "programme")
GRADES = ("excellent", "good", "qualified", "failing")

ADMISSION_MODES = ("open", "application", "nominated", "assigned", "whole_school")
#: Only choices a teacher made are preference; the rest is history.
SELF_SELECTED_MODES = ("open", "application")
ENROLMENT_STATES = (
    "wished",
    "applied",
    "school_approved",
    "authority_approved",
    "admitted",
    "waitlisted",
    "refused",
    "attended",
    "completed",
    "no_show",
)

EVENT_KINDS = (
    "viewed",
    "saved",
    "selected",
    "started",
    "completed",
    "failed",
    "rated",
    "dismissed",
    "withdrawn",
)
#: Why a course was dismissed: such an event's value is the place in this list, from 1.
DISMISSAL_REASONS = ("unsuited", "known", "time", "place", "other")
RESULTS = ("fail", "pass", "good", "excellent")

UNITS = ("hour", "credit")
CREDIT_KINDS = ("opening", "offering", "activity", "conversion", "correction")
CREDIT_STATES = ("claimed", "verified", "recognised", "expired")
ACTIVITIES = ("research", "practice", "delivering", "mentoring", "degree_study")

EVALUATION_CHANNELS = ("big_data", "anonymous", "expert", "third_party")
QUOTA_GROUPS = ("all", "rural", "key_county", "shortage_subject", "novice", "whole_school")

#: The lists that ``columns.toml`` may replace under ``[codes]``.
REPLACEABLE = {
    "career_stages": CAREER_STAGES,
    "phases": PHASES,
    "titles": TITLES,
    "roles": ROLES,
    "localities": LOCALITIES,
    "tiers": TIERS,
    "modes": MODES,
    "grades": GRADES,
}

#: How much one event of each kind says about a teacher's taste: 1 is a course completed,
#: below 0 counts against the course. Learned weights may replace them.
EVENT_WEIGHTS = {
    "viewed": 0.2,
    "saved": 0.5,
    "selected": 0.8,
    "started": 0.8,
    "completed": 1.0,
    "failed": 0.0,
    "rated": 0.3,
    "dismissed": -0.5,
    "withdrawn": -0.5,
}
#: The kinds that are a choice: what a recommender tries to foresee.
CHOICE_KINDS = ("selected", "started", "completed")
