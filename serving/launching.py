"""A platform's launch: a JWT that it signs for one of its teachers, and that lets in once."""

from __future__ import annotations

from typing import Any, Final

import jwt
import pandas as pd
import sqlalchemy as sa

from features.errors import InvalidSetting
from features.moments import instant
from serving.errors import SpentLink
from serving.sessions import Begun, begin, require_guest
from serving.settings import Settings
from serving.store import audit
from serving.store.engine import Store
from serving.store.rows import put
from serving.store.schema import LAUNCH_KEYS, TENANT
from serving.store.sessions import Guest, sweep, use_launch
from serving.store.tenants import add_tenant

AUDIENCE: Final = "zixuan"
ALGORITHMS: Final = ("EdDSA", "RS256", "HS256")
#: The latest that a launch may end, from now.
LONGEST: Final = 300
#: A shared secret is at least so long, in bytes.
SHORTEST: Final = 32
_REQUIRED: Final = ["iss", "aud", "exp", "jti", "sub"]


def trust(
    store: Store, tenant: str, issuer: str, algorithm: str, key_text: str, now: pd.Timestamp
) -> None:
    """Let an issuer launch teachers of a tenant from now on; its earlier key is taken no more.

    Parameters
    ----------
    key_text
        A public key (PEM), or for HS256 the shared secret, which is then kept in the store.

    Raises
    ------
    InvalidSetting
        If the key is none of the algorithm, or the issuer launches for another tenant.
    """
    try:
        if algorithm not in ALGORITHMS or (algorithm == "HS256" and len(key_text) < SHORTEST):
            raise ValueError
        jwt.get_algorithm_by_name(algorithm).prepare_key(key_text)
    except (ValueError, TypeError, jwt.PyJWTError) as error:
        raise InvalidSetting(
            "the launch key",
            expected=f"a public key (PEM) of EdDSA or RS256, or for HS256 {SHORTEST} characters",
            got=f"no key of {algorithm}",
        ) from error
    row = {TENANT: tenant, "issuer": issuer, "algorithm": algorithm, "key_text": key_text}
    with store.writing() as connection:
        add_tenant(connection, tenant)
        known = connection.execute(_of_issuer(issuer)).one_or_none()
        if known is not None and known.tenant_id != tenant:
            raise InvalidSetting("issuer", expected="one of this tenant alone", got=issuer)
        put(connection, LAUNCH_KEYS, [row])
        audit.write(connection, tenant, audit.Deed("local", "launch key.put", issuer, now))


def launch(store: Store, text: str, now: pd.Timestamp, settings: Settings) -> Begun:
    """Use a launch up and let a session begin.

    Raises
    ------
    SpentLink
        If it was used, has expired or may last too long, or was not signed by who may.
    """
    with store.writing() as connection:
        tenant, claims = _signed(connection, text)
        at, ends = int(now.timestamp()), int(claims["exp"])
        if not at < ends <= at + LONGEST:
            raise _none()
        guest = Guest(tenant, str(claims["sub"]))
        require_guest(connection, guest)
        sweep(connection, instant(now))
        name = f"{claims['iss']}\n{claims['jti']}"
        if not use_launch(connection, tenant, name, ends * 1_000_000):
            raise _none()
        return begin(connection, guest, now, settings)


def _signed(connection: sa.Connection, text: str) -> tuple[str, dict[str, Any]]:
    try:
        told = jwt.decode(text, options={"verify_signature": False})
        row = connection.execute(_of_issuer(str(told.get("iss", "")))).one_or_none()
        if row is None:
            raise _none()
        # The algorithm is the one registered, whatever the launch says of itself.
        claims = jwt.decode(
            text,
            row.key_text,
            algorithms=[row.algorithm],
            audience=AUDIENCE,
            issuer=row.issuer,
            # The service's own clock judges whether it has expired.
            options={"require": _REQUIRED, "verify_exp": False, "verify_iat": False},
        )
        int(claims["exp"])
    except (jwt.PyJWTError, ValueError, TypeError) as error:
        raise _none() from error
    return row.tenant_id, claims


def _of_issuer(issuer: str) -> sa.Select[Any]:
    return sa.select(LAUNCH_KEYS).where(LAUNCH_KEYS.c.issuer == issuer)


def _none() -> SpentLink:
    remedy = "open the page from the platform again"
    return SpentLink("the launch", expected="one that is valid and unused", remedy=remedy)
