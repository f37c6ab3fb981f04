"""What customers were told of each order.

Revision ID: 0006
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One table, empty: nobody was told anything before."""
    op.create_table(
        "customer_told",
        sa.Column("tracker_id", sa.Integer(), nullable=False),
        sa.Column("order_id", sa.Text(), nullable=False),
        sa.Column("told", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tracker_id"], ["tracker.id"], name=op.f("fk_customer_told_tracker_id")
        ),
        sa.PrimaryKeyConstraint("tracker_id", "order_id", name=op.f("pk_customer_told")),
    )


def downgrade() -> None:
    """What was told cannot be untold."""
    raise NotImplementedError("A store is never taken back; put back a backup instead.")
