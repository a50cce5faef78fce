"""When a member last rated their values anew: what rests on ratings is told of those introduced to them since."""

import sqlalchemy as sa
from alembic import op

revision = "0047"
down_revision = "0046"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "profiles",
        sa.Column(
            "rerated_at",
            sa.DateTime(timezone=True),
            comment="When ratings that were there were last changed or taken back.",
        ),
    )


def downgrade() -> None:
    op.drop_column("profiles", "rerated_at")
