"""What members want to be told, on which devices, and what waits to be told."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    instant = sa.DateTime(timezone=True)
    op.create_table(
        "notification_settings",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("quiet_start", sa.Time(), nullable=True),
        sa.Column("quiet_end", sa.Time(), nullable=True),
        sa.Column("daily_matches", sa.Text(), nullable=False),
        sa.Column("mutual_match", sa.Text(), nullable=False),
        sa.CheckConstraint("(quiet_start IS NULL) = (quiet_end IS NULL)", name=op.f("ck_notification_settings_whole")),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_notification_settings_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_notification_settings")),
        comment="What members chose; whoever chose nothing has no row.",
    )
    op.create_table(
        "push_subscriptions",
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("endpoint", sa.Text(), nullable=False),
        sa.Column("p256dh", sa.Text(), nullable=False),
        sa.Column("auth", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("created_at", instant, nullable=False),
        sa.ForeignKeyConstraint(
            ["session_id"], ["sessions.id"], name=op.f("fk_push_subscriptions_session_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_push_subscriptions_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("session_id", name=op.f("pk_push_subscriptions")),
        sa.UniqueConstraint("endpoint", name=op.f("uq_push_subscriptions_endpoint")),
        comment="The devices that are told, each as long as its session lasts.",
    )
    op.create_index("ix_push_subscriptions_user_id", "push_subscriptions", ["user_id"])
    op.create_table(
        "held_pushes",
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("due_at", instant, nullable=False),
        sa.ForeignKeyConstraint(
            ["session_id"],
            ["push_subscriptions.session_id"],
            name=op.f("fk_held_pushes_session_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_held_pushes_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("session_id", "kind", name=op.f("pk_held_pushes")),
        comment="What devices are still to be told, once of each kind.",
    )
    op.create_index(op.f("ix_held_pushes_due_at"), "held_pushes", ["due_at"])
    op.create_index("ix_held_pushes_user_id", "held_pushes", ["user_id"])


def downgrade() -> None:
    op.drop_table("held_pushes")
    op.drop_table("push_subscriptions")
    op.drop_table("notification_settings")
