"""Two passes in one second each log their own line about a cell.

Revision ID: 0007
"""

from __future__ import annotations

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_OLD = "uq_change_log_tracker_id_seen_at_order_id_column_by"
_NEW = "uq_change_log_tracker_id_pass_id_seen_at_order_id_column_by"
_UNIQUE = '(tracker_id, pass_id, seen_at, order_id, "column", "by")'
_COLUMNS = 'id, tracker_id, pass_id, seen_at, order_id, "column", old, new, "by", rule, seen_from'
_KEPT = "type = 'trigger' OR (type = 'index' AND sql IS NOT NULL)"


def upgrade() -> None:
    """Another unique key; no line is changed."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f"ALTER TABLE change_log DROP CONSTRAINT {_OLD}")
        op.execute(f"ALTER TABLE change_log ADD CONSTRAINT {_NEW} UNIQUE {_UNIQUE}")
    else:
        _made_anew()


def _made_anew() -> None:
    """SQLite cannot take a key off: the table is made again, with its indexes and triggers as they were."""
    around = op.get_bind().exec_driver_sql(
        f"SELECT sql FROM sqlite_master WHERE tbl_name = 'change_log' AND ({_KEPT})"
    )
    statements = [str(row[0]) for row in around]
    op.execute(
        f"""CREATE TABLE change_log_anew (
            id INTEGER NOT NULL,
            tracker_id INTEGER NOT NULL,
            pass_id INTEGER NOT NULL,
            seen_at BIGINT NOT NULL,
            order_id TEXT NOT NULL,
            "column" TEXT NOT NULL,
            old TEXT NOT NULL,
            new TEXT NOT NULL,
            "by" TEXT NOT NULL,
            rule TEXT NOT NULL,
            seen_from BIGINT,
            CONSTRAINT pk_change_log PRIMARY KEY (id),
            CONSTRAINT fk_change_log_tracker_id FOREIGN KEY(tracker_id) REFERENCES tracker (id),
            CONSTRAINT {_NEW} UNIQUE {_UNIQUE}
        )"""
    )
    op.execute(f"INSERT INTO change_log_anew ({_COLUMNS}) SELECT {_COLUMNS} FROM change_log")
    op.execute("DROP TABLE change_log")
    op.execute("ALTER TABLE change_log_anew RENAME TO change_log")
    for statement in statements:
        op.execute(statement)


def downgrade() -> None:
    """What was logged is not thrown away."""
    raise NotImplementedError("A store is never taken back; put back a backup instead.")
