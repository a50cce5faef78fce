"""In which language somebody read the words they agreed to; not known of whoever agreed before."""

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("consent_logs", sa.Column("language", sa.Text()))


def downgrade() -> None:
    op.drop_column("consent_logs", "language")
