"""What schemathesis does not know by itself of this service: lines of JSON."""

from __future__ import annotations

import json
from typing import Any

import schemathesis
from schemathesis.transport.requests import REQUESTS_TRANSPORT


@REQUESTS_TRANSPORT.serializer("application/x-ndjson")
def lines(context: schemathesis.SerializationContext, value: Any) -> dict[str, Any]:
    """Return a body of lines; text is sent as it is."""
    text = value if isinstance(value, str) else json.dumps(value)
    return {"data": text.encode("utf-8", "surrogatepass")}
