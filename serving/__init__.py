"""Store, API, batch: what a learning platform talks to."""
