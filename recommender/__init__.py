"""Scorers, ranking, planning: from profiles to ranked courses and plans."""
