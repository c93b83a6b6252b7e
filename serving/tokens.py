"""Short-lived tokens (OAuth 2 client credentials), accepted wherever a key is.

A token is a JWT that the tenant's secret signs. It names its key, and is worth no more than that:
a key that is revoked takes its tokens with it at once. An issuer elsewhere can be trusted, too, by
its public keys; what its tokens may do is fixed by the settings, not by the token.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any, Final

import jwt
import pandas as pd
import sqlalchemy as sa

from features.moments import instant
from serving.errors import NotIdentified
from serving.identity import Caller, Key, Scope, find_key, find_key_by_id
from serving.issuer_keys import IssuerKeys
from serving.settings import Settings
from serving.store import audit
from serving.store.rows import lock
from serving.store.schema import SECRETS, TENANT
from serving.store.tenants import find_tenant

ISSUER: Final = "zixuan"
AUDIENCE: Final = "zixuan"
LIFE: Final = pd.Timedelta(minutes=10)
#: The one way in which own tokens are signed; a token that names another is none.
ALGORITHM: Final = "HS256"
#: Ways in which an issuer elsewhere may sign: with a private key only.
ELSEWHERE: Final = ("RS256", "ES256", "EdDSA")
_PURPOSE: Final = "token"
_REQUIRED: Final = ["iss", "aud", "exp", "sub", "tenant"]


@dataclass(frozen=True, slots=True)
class Token:
    """A token that has just been made, valid for ``LIFE``."""

    text: str
    scopes: tuple[str, ...]


def make_token(connection: sa.Connection, key_text: str, now: pd.Timestamp) -> Token:
    """Make a token of a key, given as the key itself.

    Raises
    ------
    NotIdentified
        If it is no key that is valid now.
    """
    caller = find_key(connection, f"Bearer {key_text}", instant(now)).caller_at(instant(now))
    secret_id, secret = _newest(connection, caller.tenant, now)
    scopes = tuple(sorted(caller.scopes))
    claims = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": caller.key_id,
        "tenant": caller.tenant,
        "scope": " ".join(scopes),
        "iat": int(now.timestamp()),
        "exp": int((now + LIFE).timestamp()),
    }
    kid = {"kid": secret_id}
    return Token(jwt.encode(claims, secret, algorithm=ALGORITHM, headers=kid), scopes)


def rotate(connection: sa.Connection, tenant: str, now: pd.Timestamp) -> None:
    """Sign with a new secret from now on; what the one before has signed is still taken.

    Raises
    ------
    UnknownId
        If there is no such tenant.
    """
    find_tenant(connection, tenant)
    lock(connection, tenant, _PURPOSE)
    secret_id, _ = _make(connection, tenant, now)
    mine = (SECRETS.c[TENANT] == tenant, SECRETS.c.purpose == _PURPOSE)
    newest = sa.select(SECRETS.c.secret_id).where(*mine)
    two = newest.order_by(SECRETS.c.made_at.desc(), SECRETS.c.secret_id.desc()).limit(2)
    kept = list(connection.scalars(two))
    connection.execute(sa.delete(SECRETS).where(*mine, SECRETS.c.secret_id.not_in(kept)))
    audit.write(connection, tenant, audit.Deed("local", "token secret.rotate", secret_id, now))


def find_token(connection: sa.Connection, text: str, settings: Settings, keys: IssuerKeys) -> Key:
    """Return the key that a token is of, or whom an issuer elsewhere vouches for.

    Parameters
    ----------
    keys
        Of the issuer elsewhere.

    Raises
    ------
    NotIdentified
        If it was not signed by who may, or is not for here, or has expired.
    """
    try:
        claims = jwt.decode(text, options={"verify_signature": False})
        if settings.issuer and claims.get("iss") == settings.issuer:
            return _vouched_for(text, settings, keys)
        return _own(connection, text, str(claims.get("tenant", "")))
    except (jwt.PyJWTError, KeyError, TypeError, ValueError) as error:
        raise _none() from error


def _own(connection: sa.Connection, text: str, tenant: str) -> Key:
    kid = str(jwt.get_unverified_header(text).get("kid", ""))
    query = sa.select(SECRETS.c.secret).where(
        SECRETS.c[TENANT] == tenant, SECRETS.c.purpose == _PURPOSE, SECRETS.c.secret_id == kid
    )
    secret = connection.execute(query).scalar_one_or_none()
    if secret is None:
        raise _none()
    claims = _claims(text, secret, [ALGORITHM], ISSUER, AUDIENCE)
    key = find_key_by_id(connection, str(claims["sub"]))
    if key.caller.tenant != tenant:
        raise _none()
    allowed = key.caller.scopes & _known(str(claims.get("scope", "")))
    caller = Caller(tenant, key.caller.key_id, allowed)
    ends = _ends(claims) if key.expires_at is None else min(_ends(claims), key.expires_at)
    return Key(caller, key.revoked, ends)


def _vouched_for(text: str, settings: Settings, keys: IssuerKeys) -> Key:
    header = jwt.get_unverified_header(text)
    key = keys.find(str(header.get("kid", "")))
    if key is None or key.algorithm_name != header.get("alg"):
        raise _none()
    algorithm = key.algorithm_name
    if algorithm not in ELSEWHERE:
        raise _none()
    claims = _claims(text, key, [algorithm], settings.issuer or "", settings.issuer_audience)
    tenant = str(claims[settings.issuer_tenant])
    who = str(claims["sub"])[:100]
    return Key(Caller(tenant, f"issuer:{who}", frozenset({Scope.PLATFORM})), False, _ends(claims))


def _claims(
    text: str, key: Any, algorithms: list[str], issuer: str, audience: str
) -> dict[str, Any]:
    required = [name for name in _REQUIRED if name != "tenant" or issuer == ISSUER]
    # The service's own clock judges whether it has expired, where the token is used.
    options: Any = {"require": required, "verify_exp": False, "verify_iat": False}
    return jwt.decode(
        text, key, algorithms=algorithms, issuer=issuer, audience=audience, options=options
    )


def _ends(claims: dict[str, Any]) -> int:
    return int(claims["exp"]) * 1_000_000


def _known(scopes: str) -> frozenset[Scope]:
    return frozenset(Scope(each) for each in scopes.split() if each in {s.value for s in Scope})


def _newest(connection: sa.Connection, tenant: str, now: pd.Timestamp) -> tuple[str, str]:
    lock(connection, tenant, _PURPOSE)
    mine = (SECRETS.c[TENANT] == tenant, SECRETS.c.purpose == _PURPOSE)
    order = (SECRETS.c.made_at.desc(), SECRETS.c.secret_id.desc())
    row = connection.execute(sa.select(SECRETS).where(*mine).order_by(*order).limit(1)).first()
    return (row.secret_id, row.secret) if row is not None else _make(connection, tenant, now)


def _make(connection: sa.Connection, tenant: str, now: pd.Timestamp) -> tuple[str, str]:
    secret_id, secret = secrets.token_hex(8), secrets.token_hex(32)
    row = {"secret_id": secret_id, "secret": secret, "made_at": instant(now)}
    connection.execute(sa.insert(SECRETS).values({TENANT: tenant, "purpose": _PURPOSE, **row}))
    return secret_id, secret


def _none() -> NotIdentified:
    return NotIdentified(
        "the Authorization header",
        expected="Bearer and a token that is valid now",
        remedy="ask /oauth/token for a new one",
    )
