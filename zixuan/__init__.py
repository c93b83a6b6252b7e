"""The front door: one command line."""
