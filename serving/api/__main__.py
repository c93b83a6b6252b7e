"""Writes the contract, from which clients are generated: ``python -m serving.api > FILE``."""

from __future__ import annotations

import json
import sys
import tempfile

from serving.api.app import create_app
from serving.api.contract import contract
from serving.settings import read_settings


def main() -> None:
    """Write the contract of a service that has no model and an empty store."""
    with tempfile.TemporaryDirectory() as folder:
        database, tracking = (f"sqlite:///{folder}/{name}.db" for name in ("store", "none"))
        app = create_app(read_settings(database_url=database, tracking_uri=tracking, artifact=None))
        app.state.service.store.close()
        document = contract(app)
    json.dump(document, sys.stdout, ensure_ascii=False, indent=1)


if __name__ == "__main__":
    main()
