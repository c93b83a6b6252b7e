"""Scorers: each a small file with one contract (``contract.py``)."""
