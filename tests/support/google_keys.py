"""Files for logging in at Google, made for tests: real in form, of no account."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

ROBOT = "orders-robot@shop-123456.iam.gserviceaccount.com"


@cache
def private_key() -> str:
    """A private key as it stands in a key file."""
    return (
        rsa.generate_private_key(public_exponent=65537, key_size=2048)
        .private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        .decode()
    )


def service_account_info(
    token_uri: str = "https://oauth2.googleapis.com/token", **more: object
) -> dict[str, object]:
    """What stands in the key file of a service account."""
    return {
        "type": "service_account",
        "project_id": "shop-123456",
        "private_key_id": "0a1b2c",
        "private_key": private_key(),
        "client_email": ROBOT,
        "client_id": "100",
        "token_uri": token_uri,
        **more,
    }


def person_info(**more: object) -> dict[str, object]:
    """What stands in the stored login of a person."""
    return {
        "refresh_token": "1//refresh-of-a-person",
        "client_id": "100.apps.googleusercontent.com",
        "client_secret": "client-secret",
        "scopes": ["https://www.googleapis.com/auth/spreadsheets"],
        **more,
    }


def client_info(**more: object) -> dict[str, object]:
    """What stands in the file of an OAuth client for a desktop app."""
    inside = {
        "client_id": "100.apps.googleusercontent.com",
        "client_secret": "client-secret",
        "auth_uri": "https://accounts.google.com/o/oauth2/auth",
        "token_uri": "https://oauth2.googleapis.com/token",
        "redirect_uris": ["http://localhost"],
        **more,
    }
    return {"installed": inside}


def written(path: Path, info: object) -> Path:
    """`info` as a JSON file that only its owner may read."""
    path.write_text(info if isinstance(info, str) else json.dumps(info))
    path.chmod(0o600)
    return path
