-- View events: all built-in topics in their common columns, and how it is planned
SET client_min_messages = warning; DROP SCHEMA IF EXISTS audit CASCADE; DELETE FROM synclog.topic; RESET client_min_messages; SELECT synclog.create_topics();
SET timezone = 'UTC';
\set SHOW_CONTEXT never
SELECT attname, atttypid::regtype, attcollation::regcollation, col_description(attrelid, attnum) FROM pg_attribute WHERE attrelid = 'audit.events'::regclass ORDER BY attnum;
-- each dialect
SELECT t.topic, l.* FROM (VALUES
	('recon', '{"_id": "r4", "timestamp": "2024-01-01T00:00:00.000Z", "transactionId": "t", "userId": "u", "sourceObjectId": "s", "targetObjectId": "d", "status": "SUCCESS"}
{"_id": "r4 target", "timestamp": "2024-01-01T00:00:00.001Z", "transactionId": "t", "userId": "u", "targetObjectId": "d", "status": "FAILURE"}
{"_id": "r2", "timestamp": "2024-01-01T00:00:00.002Z", "rootActionId": "root", "sourceObjectId": "s", "status": "SUCCESS"}'),
	('sync', '{"_id": "s4", "timestamp": "2024-01-01T00:00:01.000Z", "transactionId": "t", "userId": "u", "sourceObjectId": "s", "targetObjectId": "d", "status": "SUCCESS"}
{"_id": "s3", "timestamp": "2024-01-01T00:00:01.001Z", "rootActionId": "root", "targetObjectId": "d", "status": "SUCCESS"}'),
	('activity', '{"_id": "a4", "timestamp": "2024-01-01T00:00:02.000Z", "transactionId": "t", "userId": "u", "runAs": "v", "objectId": "o", "status": "SUCCESS"}
{"_id": "a2", "timestamp": "2024-01-01T00:00:02.001Z", "rootActionId": "root", "requester": "u", "objectId": "o", "status": "FAILURE"}'),
	('config', '{"_id": "c4", "timestamp": "2024-01-01T00:00:03.000Z", "transactionId": "t", "userId": "u", "objectId": "o"}'),
	('authentication', '{"_id": "u4", "timestamp": "2024-01-01T00:00:04.000Z", "transactionId": "t", "userId": "u", "principal": ["p", "q"], "result": "FAILED"}
{"_id": "u4 text", "timestamp": "2024-01-01T00:00:04.001Z", "principal": "p", "result": "SUCCESSFUL"}
{"_id": "u4 none", "timestamp": "2024-01-01T00:00:04.002Z", "principal": []}'),
	('access', '{"_id": "x4", "timestamp": "2024-01-01T00:00:05.000Z", "transactionId": "t", "userId": "u", "http": {"request": {"path": "/openidm/x"}}, "response": {"status": "FAILED"}}
{"_id": "x4 whole", "timestamp": "2024-01-01T00:00:05.002Z", "userId": "u", "http": {"request": {"path": "https://idm.example.com:8443/openidm/managed/user/x"}}}
{"_id": "x4 other", "timestamp": "2024-01-01T00:00:05.003Z", "userId": "u", "http": {"request": {"path": "/am/json/users"}}}
{"_id": "x2", "timestamp": "2024-01-01T00:00:05.001Z", "principal": "u", "action": "authenticate", "status": "FAILURE"}')
) t(topic, events), LATERAL synclog.load(topic, events) l;
SELECT * FROM audit.events ORDER BY "timestamp";
SELECT id FROM audit.events WHERE synclog.matches(events, '/userId eq "u" and /outcome eq "FAILURE"') ORDER BY "timestamp";

-- values too long for an index: an object's first 600 characters, a user in the whole event only
SELECT synclog.load('access', jsonb_build_object('_id', 'long', 'timestamp', '2024-02-01T00:00:00.000Z', 'userId', string_agg(md5(i::text), ''), 'http', jsonb_build_object('request', jsonb_build_object('path', string_agg(md5(i::text) || '€', '')))) ::text) FROM generate_series(1, 200) i;
SELECT synclog.load('activity', jsonb_build_object('_id', 'long', 'timestamp', '2024-02-01T00:00:00.001Z', 'requester', string_agg(md5(i::text), ''), 'objectId', string_agg(md5(i::text), '')) ::text) FROM generate_series(1, 200) i;
SELECT topic, user_id, length(object) FROM audit.events WHERE id = 'long' ORDER BY topic;
SELECT length(synclog.read('access', 'long')->>'userId') AS access, length(synclog.read('activity', 'long')->>'requester') AS activity;
-- an index on the beginning of a column of one's own limits nothing
CREATE INDEX ON audit.activity (left(message, 100));
SELECT synclog.load('activity', jsonb_build_object('_id', 'message', 'timestamp', '2024-02-01T00:00:00.002Z', 'message', repeat('x', 5000))::text);
SELECT length(message) FROM audit.activity WHERE id = 'message';

-- plans: three years by month
SELECT t.name, l.stored FROM synclog.topic t, (
	SELECT string_agg(jsonb_build_object('_id', 'e' || i, 'timestamp', to_char('2024-01-01'::timestamp + i * interval '13 hours', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
		'transactionId', 't' || i % 700, 'userId', 'u' || i % 300, 'status', 'SUCCESS', 'sourceObjectId', 'managed/user/' || i, 'targetObjectId', 'system/ldap/account/' || i, 'objectId', 'managed/user/' || i % 200,
		'principal', jsonb_build_array('p' || i % 40), 'http', jsonb_build_object('request', jsonb_build_object('path', '/openidm/managed/user/' || i)))::text, E'\n')
	FROM generate_series(1, 2000) i) e(events), LATERAL synclog.load(t.name, events) l ORDER BY name;
ANALYZE audit.recon, audit.sync, audit.activity, audit.config, audit.authentication, audit.access;
-- what a plan does, in a month that is always there, or with months left out
CREATE FUNCTION planned(query text) RETURNS TABLE (node text, index text, condition text, filter text, n bigint) LANGUAGE plpgsql AS $$
DECLARE
	plan jsonb;
BEGIN
	EXECUTE 'EXPLAIN (FORMAT JSON) ' || query INTO plan;
	RETURN QUERY SELECT s.node, s.index, s.condition, s.filter, count(*)
		FROM jsonb_path_query(plan, 'strict $.**') p CROSS JOIN LATERAL (VALUES (p->>'Node Type',
			regexp_replace(p->>'Index Name', '_(\d{4}_\d\d|before_2000|from_2100)', ''), p->>'Index Cond', p->>'Filter')) s(node, index, condition, filter)
		WHERE p ? 'Node Type' GROUP BY 1, 2, 3, 4 ORDER BY s.node COLLATE "C", s.index COLLATE "C", s.condition COLLATE "C";
END $$;
SET enable_seqscan = off; -- months are small
SET enable_bitmapscan = off;
\a
SELECT * FROM planned($$SELECT * FROM audit.events WHERE "timestamp" >= '2025-03-01' AND "timestamp" < '2025-03-02'$$);
SELECT node, index, condition, filter FROM planned($$SELECT * FROM audit.events WHERE object = 'managed/user/7' AND "timestamp" >= '2025-03-01' AND "timestamp" < '2025-04-01'$$);
SELECT node, index, condition, filter FROM planned($$SELECT * FROM audit.events WHERE object = 'managed/user/7'$$);
SELECT node, index, condition, filter FROM planned($$SELECT * FROM audit.events WHERE user_id = 'u7'$$);
-- the newest, from the end of each month's index
SELECT node, index, condition, filter FROM planned($$SELECT * FROM audit.events ORDER BY "timestamp" DESC LIMIT 10$$);
SELECT node, index, condition, filter FROM planned($$SELECT * FROM audit.events WHERE synclog.matches(events, '/object eq "managed/user/7" and /timestamp sw "2025-03"')$$);
\a
RESET enable_seqscan;
SELECT topic, id FROM audit.events WHERE topic IN ('recon', 'sync') ORDER BY "timestamp" DESC, topic LIMIT 3;
SELECT topic, count(*) FROM audit.events WHERE object = 'managed/user/7' GROUP BY 1 ORDER BY 1;

-- made again, and not where somebody else has prepared it
CREATE OR REPLACE VIEW audit.events WITH (security_invoker = false) AS SELECT 'x'::text COLLATE "C" AS topic, now() AS "timestamp", ''::text COLLATE "C" AS id, ''::text COLLATE "C" AS transaction_id, ''::text COLLATE "C" AS user_id, ''::text COLLATE "C" AS object, ''::text COLLATE "C" AS outcome;
SELECT synclog.create_topics();
SELECT reloptions, obj_description(oid) IS NOT NULL AS comment FROM pg_class WHERE oid = 'audit.events'::regclass;
SELECT count(*) > 10000 AS all FROM audit.events;
CREATE ROLE regress_synclog_prepares;
ALTER VIEW audit.events OWNER TO regress_synclog_prepares;
SELECT synclog.create_topics();
ALTER VIEW audit.events OWNER TO CURRENT_USER;
-- as the caller
GRANT USAGE ON SCHEMA audit TO regress_synclog_prepares;
GRANT SELECT ON audit.events TO regress_synclog_prepares;
SET ROLE regress_synclog_prepares;
SELECT count(*) FROM audit.events;
RESET ROLE;
DROP OWNED BY regress_synclog_prepares;
DROP ROLE regress_synclog_prepares;
DROP VIEW audit.events;
CREATE TABLE audit.events (id text);
SELECT synclog.create_topics();
DROP TABLE audit.events;
DROP FUNCTION planned;
