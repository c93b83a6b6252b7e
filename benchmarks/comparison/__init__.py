"""The parts of ``benchmarks/peers.py``: tasks, methods, their tuning, judging and showing."""
