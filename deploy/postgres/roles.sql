-- The roles of SaltBitter in PostgreSQL. Run it as the role that owns the schema, the one that runs `saltbitter migrate`,
-- after every migration: psql --single-transaction --set ON_ERROR_STOP=1 --file deploy/postgres/roles.sql DATABASE
-- Running it again changes nothing. Making the roles, once, needs CREATEROLE; they sign in as members of them:
--   CREATE ROLE api LOGIN PASSWORD '…' IN ROLE saltbitter_app;
-- tests/contracts/test_roles.py applies it, and tests/contracts/test_canary.py does all that production does as
-- saltbitter_app.

DO $$
DECLARE
    wanted text;
BEGIN
    FOREACH wanted IN ARRAY ARRAY['saltbitter_app', 'saltbitter_reports'] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = wanted) THEN
            BEGIN
                EXECUTE format('CREATE ROLE %I NOLOGIN', wanted);
            EXCEPTION WHEN duplicate_object OR unique_violation THEN
                NULL; -- Somebody else made it at the same moment, for another database.
            END;
        END IF;
    END LOOP;
END $$;

REVOKE CREATE ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO saltbitter_app, saltbitter_reports;

-- The application (`serve`, `work`, `schedule` and what operators do at the command line) owns nothing.
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO saltbitter_app;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO saltbitter_app;
GRANT EXECUTE ON FUNCTION make_daily_partitions(date, int), drop_daily_partition(date) TO saltbitter_app;
GRANT EXECUTE ON FUNCTION append_audit_record(timestamptz, text, text, text, uuid[], text, text[]) TO saltbitter_app;

-- It writes ledgers on, and nothing in them anew. Consents go with the account, as its owner deletes what refers to it.
REVOKE UPDATE, DELETE ON consent_logs FROM saltbitter_app;
-- What is older than its term is deleted by the sweep; a trigger refuses whatever is younger.
REVOKE UPDATE ON audit_log, breach_entries, money_facts, ledger_entries FROM saltbitter_app;
-- A record of staff is added by append_audit_record alone, which chains it to the last.
REVOKE INSERT ON audit_log FROM saltbitter_app;
-- The ends of the chains are moved, and balances carried forward, by triggers with their owner's rights.
REVOKE INSERT, UPDATE, DELETE ON consent_heads, audit_head, ledger_carried FROM saltbitter_app;
REVOKE INSERT, UPDATE, DELETE ON alembic_version FROM saltbitter_app;

-- Analysts see figures about everybody together, and nobody.
GRANT SELECT ON matching_runs, exposure_days, populations TO saltbitter_reports;
