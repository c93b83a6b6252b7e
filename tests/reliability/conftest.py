"""The databases, the model and the province of the service's own tests."""

from tests.serving.conftest import artifact, client, clock, county, model, new_url, postgres

__all__ = ["artifact", "client", "clock", "county", "model", "new_url", "postgres"]
