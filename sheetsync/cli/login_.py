"""`sheetsync login`: a person lets sheetsync work on a Google Sheet in their name."""

from __future__ import annotations

from pathlib import Path

import click
from rich.text import Text

from sheetsync.cli.options import config_option
from sheetsync.cli.output import err, out
from sheetsync.config import load_config
from sheetsync.errors import UsageError


@click.command("login", short_help="log in at Google in the browser, once")
@config_option
def command(config_path: Path) -> int:
    """Log in at Google in the browser and keep the login, for google: login: person.

    A service account needs no login: its key file is enough, and it lasts. Use a person's login only
    where your company does not allow service accounts.
    """
    google = load_config(config_path).google
    if google.login != "person" or google.oauth_client is None:
        raise UsageError(
            "Nobody has to log in with this configuration. To let a person log in, write login: person "
            "and oauth_client: oauth_client.json under google:"
        )
    # Google's client is loaded only where it is used: it costs every other verb half a second.
    from sheetsync.trackers.google.login import TESTING  # noqa: PLC0415
    from sheetsync.trackers.google.person_login import log_in  # noqa: PLC0415

    log_in(google.oauth_client, google.oauth_token)
    out.print(Text(f"The login is kept in {google.oauth_token}."))
    err.print(Text(TESTING, style="yellow"))
    return 0
