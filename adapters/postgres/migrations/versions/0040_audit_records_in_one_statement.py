"""An audit record is chained to the last by the statement that adds it, and those added at once queue."""

from alembic import op

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None

_TYPES = "timestamptz, text, text, text, uuid[], text, text[]"

# ``form`` is the canonical form of the record (saltbitter_domain.audit.policies) around the three values that are known
# here alone. Runs with its owner's rights, since whoever may only add records may not lock the head. Whoever is second
# waits for the first at the head, and then reads what that has left there, as each statement of a function does anew.
_APPEND = """
CREATE FUNCTION append_audit_record(
    at timestamptz, actor text, action text, reason text, subjects uuid[], request_id text, form text[]
) RETURNS int LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    last audit_head;
    canonical text;
BEGIN
    INSERT INTO audit_head (id, sequence, hash) VALUES (1, 0, repeat('0', 64)) ON CONFLICT DO NOTHING;
    SELECT * INTO last FROM audit_head FOR UPDATE;
    canonical := concat(
        form[1], to_json(last.hash), form[2], last.sequence + 1, form[3], to_json(subjects), form[4]
    );
    INSERT INTO audit_log (sequence, at, actor, action, reason, subjects, request_id, previous_hash, hash) VALUES (
        last.sequence + 1, at, actor, action, reason, subjects, request_id, last.hash,
        encode(sha256(convert_to(canonical, 'UTF8')), 'hex')
    );
    RETURN last.sequence + 1;
END $$
"""


def upgrade() -> None:
    op.execute(_APPEND)
    op.execute(f"REVOKE EXECUTE ON FUNCTION append_audit_record({_TYPES}) FROM PUBLIC")


def downgrade() -> None:
    op.execute(f"DROP FUNCTION append_audit_record({_TYPES})")
