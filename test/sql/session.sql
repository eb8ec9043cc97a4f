-- what a session has prepared for storing follows what changes around it
SET client_min_messages = warning; DROP SCHEMA IF EXISTS audit CASCADE; DELETE FROM synclog.topic; RESET client_min_messages; SELECT synclog.create_topics();
SELECT synclog.store('sync', '{"_id":"1","timestamp":"2026-01-01T00:00:00.000Z","newMember":"a","situation":"ABSENT"}');
-- a column comes, one goes
ALTER TABLE audit.sync ADD COLUMN new_member text, DROP COLUMN situation;
SELECT synclog.store('sync', '{"_id":"2","timestamp":"2026-01-01T00:00:00.000Z","newMember":"b","situation":"ABSENT"}');
SELECT id, new_member, extra FROM audit.sync ORDER BY id;
-- an index whose entries are limited
CREATE INDEX ON audit.sync (new_member);
SELECT length(synclog.store('sync', (SELECT json_build_object('_id', '3', 'timestamp', '2026-01-01T00:00:00.000Z', 'newMember', string_agg(md5(i::text), ''))::text FROM generate_series(1, 200) i)));
SELECT id, new_member, length(raw->>'newMember') FROM audit.sync WHERE id = '3';
DROP INDEX audit.sync_new_member_idx;
-- a default comes
ALTER TABLE audit.sync ALTER COLUMN tenant_id SET DEFAULT 'acme';
SELECT synclog.store('sync', '{"_id":"1","timestamp":"2026-01-01T00:00:00.000Z"}');
SELECT id, tenant_id FROM audit.sync WHERE id = '1' ORDER BY 2;
-- errors, in the statement and around it
SELECT synclog.store('sync', '{');
SELECT synclog.store('sync', '{"_id":"4","timestamp":"2015-01-01T00:00:00.000Z"}');
BEGIN;
SELECT synclog.store('sync', '{"_id":"5","timestamp":"2015-02-01T00:00:00.000Z"}');
ROLLBACK;
DO $$
BEGIN
	PERFORM synclog.store('sync', '{"_id":"6","timestamp":"2015-02-01T00:00:00.000Z"}');
	BEGIN
		PERFORM synclog.store('sync', '{"_id":"7","timestamp":"2015-03-01T00:00:00.000Z"}');
		RAISE division_by_zero;
	EXCEPTION WHEN division_by_zero THEN
	END;
	PERFORM synclog.store('sync', '{"_id":"8","timestamp":"2015-03-01T00:00:00.000Z"}');
END $$;
SELECT id, tableoid::regclass FROM audit.sync WHERE "timestamp" < '2016-01-01' ORDER BY id;
-- another role: it may not write, it may write, it may read too
CREATE ROLE regress_synclog_store;
GRANT USAGE ON SCHEMA audit TO regress_synclog_store;
SET ROLE regress_synclog_store;
SELECT synclog.store('sync', '{"_id":"9","timestamp":"2026-01-01T00:00:00.000Z"}');
RESET ROLE;
GRANT INSERT ON audit.sync, audit.rejected TO regress_synclog_store;
SET ROLE regress_synclog_store;
SELECT synclog.store('sync', '{"_id":"9","timestamp":"2026-01-01T00:00:00.000Z"}');
SELECT synclog.store('sync', '{"_id":"9","timestamp":"2026-01-01T00:00:00.000Z","action":"a"}');
RESET ROLE;
GRANT SELECT ON audit.sync TO regress_synclog_store;
SET ROLE regress_synclog_store;
SELECT synclog.store('sync', '{"_id":"9","timestamp":"2026-01-01T00:00:00.000Z","action":"b"}');
RESET ROLE;
SELECT reason, event FROM audit.rejected;
-- row-level security holds for who stores
ALTER TABLE audit.sync ENABLE ROW LEVEL SECURITY;
CREATE POLICY p ON audit.sync TO regress_synclog_store USING (true) WITH CHECK (action = 'mine');
SET ROLE regress_synclog_store;
SELECT synclog.store('sync', '{"_id":"10","timestamp":"2026-01-01T00:00:00.000Z","action":"mine"}');
SELECT synclog.store('sync', '{"_id":"11","timestamp":"2026-01-01T00:00:00.000Z","action":"yours"}');
RESET ROLE;
DROP POLICY p ON audit.sync;
ALTER TABLE audit.sync DISABLE ROW LEVEL SECURITY;
DROP OWNED BY regress_synclog_store;
DROP ROLE regress_synclog_store;
-- equal events without _id are told apart within a statement only
INSERT INTO audit.sync_json SELECT '{"timestamp":"2026-01-01T00:00:00.000Z"}' FROM generate_series(1, 3);
INSERT INTO audit.sync_json SELECT '{"timestamp":"2026-01-01T00:00:00.000Z"}' FROM generate_series(1, 2);
SELECT id FROM audit.sync WHERE length(id) > 30 ORDER BY id;
-- storing that stores in the same topic
CREATE FUNCTION audit.echo() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF new.id NOT LIKE 'echo%' THEN
		PERFORM synclog.store('sync', json_build_object('_id', 'echo ' || new.id, 'timestamp', synclog.iso8601(new."timestamp"))::text);
	END IF;
	RETURN NULL;
END $$;
CREATE TRIGGER echo AFTER INSERT ON audit.sync FOR EACH ROW EXECUTE FUNCTION audit.echo();
SELECT synclog.store('sync', '{"_id":"12","timestamp":"2026-01-01T00:00:00.000Z"}');
SELECT * FROM synclog.load('sync', E'{"_id":"13","timestamp":"2026-01-01T00:00:00.000Z"}\n{"_id":"14","timestamp":"2026-01-01T00:00:00.000Z"}');
SELECT id FROM audit.sync WHERE id >= '12' AND length(id) < 30 AND id NOT LIKE '_' ORDER BY id;
-- everything goes and comes back
ALTER SCHEMA audit RENAME TO elsewhere;
SELECT synclog.store('sync', '{"_id":"15","timestamp":"2026-01-01T00:00:00.000Z"}');
ALTER SCHEMA elsewhere RENAME TO audit;
SELECT synclog.store('sync', '{"_id":"16","timestamp":"2026-01-01T00:00:00.000Z"}');
SET client_min_messages = warning;
DROP SCHEMA audit CASCADE;
SELECT synclog.create_topics();
SELECT synclog.store('sync', '{"_id":"17","timestamp":"2026-01-01T00:00:00.000Z"}');
DROP EXTENSION synclog CASCADE;
SELECT id FROM audit.sync;
CREATE EXTENSION synclog;
SELECT synclog.create_topics();
SELECT synclog.store('sync', '{"_id":"18","timestamp":"2026-01-01T00:00:00.000Z"}');
SELECT id FROM audit.sync ORDER BY id;
