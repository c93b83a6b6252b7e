"""Replay: judge a new model by what was shown and chosen under another one."""

from training.replay.estimators import Judged, Places, judge
from training.replay.log import Log, read_log
from training.replay.replay import Replay, replay

__all__ = ["Judged", "Log", "Places", "Replay", "judge", "read_log", "replay"]
