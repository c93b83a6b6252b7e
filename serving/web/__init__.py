"""The page: what teachers and administrators see in a browser."""
