"""Split, evaluate, train, track, promote, simulate."""
