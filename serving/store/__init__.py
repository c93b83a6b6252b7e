"""What the service remembers: every table of ``features``, per tenant, on SQLAlchemy Core."""
