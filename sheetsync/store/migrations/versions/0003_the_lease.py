"""The lease on a tracker, and its fence.

Revision ID: 0003
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Three columns; nobody holds a lease yet."""
    owner = sa.Column("lease_owner", sa.Text(), nullable=False, server_default="")
    op.add_column("tracker", owner)
    op.add_column("tracker", sa.Column("lease_until", sa.BigInteger(), nullable=True))
    op.add_column("tracker", sa.Column("fence", sa.Integer(), nullable=False, server_default="0"))


def downgrade() -> None:
    """A count that only grows is not taken back."""
    raise NotImplementedError("A store is never taken back; put back a backup instead.")
