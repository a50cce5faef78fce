"""Records of matching are made anew when whom somebody seeks, or their religion, may be used or no longer."""

from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

_TRIGGER = """
CREATE TRIGGER {name} AFTER INSERT ON consent_logs FOR EACH ROW
WHEN (NEW.purpose IN ('genders_sought', 'religion')) EXECUTE FUNCTION note_roster_change()
"""


def upgrade() -> None:
    op.execute(_TRIGGER.format(name="roster_change_sensitive"))


def downgrade() -> None:
    op.execute("DROP TRIGGER roster_change_sensitive ON consent_logs")
