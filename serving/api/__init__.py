"""The API of ``/v1``: what a learning platform sends and asks."""
