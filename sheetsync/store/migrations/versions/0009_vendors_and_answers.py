"""How it stands with the vendor of each order, and what came in from people outside.

Revision ID: 0009
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Two tables, empty: no vendor was asked before, and nothing came in."""
    op.create_table(
        "vendor_asked",
        sa.Column("tracker_id", sa.Integer(), nullable=False),
        sa.Column("order_id", sa.Text(), nullable=False),
        sa.Column("asked", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tracker_id"], ["tracker.id"], name=op.f("fk_vendor_asked_tracker_id")
        ),
        sa.PrimaryKeyConstraint("tracker_id", "order_id", name=op.f("pk_vendor_asked")),
    )
    op.create_table(
        "inbound",
        sa.Column("tracker_id", sa.Integer(), nullable=False),
        sa.Column("action_key", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("order_id", sa.Text(), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["tracker_id"], ["tracker.id"], name=op.f("fk_inbound_tracker_id")),
        sa.PrimaryKeyConstraint("tracker_id", "action_key", name=op.f("pk_inbound")),
    )
    op.create_index(
        op.f("ix_inbound_tracker_id_kind_state"), "inbound", ["tracker_id", "kind", "state"]
    )


def downgrade() -> None:
    """What came in cannot be sent back."""
    raise NotImplementedError("A store is never taken back; put back a backup instead.")
