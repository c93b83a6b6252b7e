"""Multi-year plans: a place's rules as data, a credit sheet, a labelled problem, a proven gap.

This package takes a utility for each course and year and knows no scorer.
"""
