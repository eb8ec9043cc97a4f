-- failures() and recon_failures(): what failed, by cause
SET client_min_messages = warning; DROP SCHEMA IF EXISTS audit CASCADE; DELETE FROM synclog.topic; RESET client_min_messages; SELECT synclog.create_topics();
SET timezone = 'UTC';
\set SHOW_CONTEXT never
-- what is left of a message
SELECT message, synclog.failure_cause(NULL, message) AS cause FROM unnest(ARRAY[
	'Object managed/user/92517749-8e78-471d-b4d8-703aed8fcbc2 not found.',
	'managed/user/bjensen/roles/7 and repo/internal/user/openidm-admin: gone',
	'system/ldap/account/uid=jdoe,ou=People,dc=example,dc=com does not exist',
	'No such entry cn=Jensen\, Barbara, ou=People, dc=example: does not exist',
	'id 0178a256-7990-44bc-b2cd-8bbbb7b88f21-184, (0178a256-7990-44bc-b2cd-8bbbb7b88f21)',
	'Connection to 10.0.0.5:1389 timed out after 5000ms at 2026-11-21T10:15:00.000Z',
	'0:0:0:0:0:0:0:1, ::1 and [fe80::1%eth0] refused; 12.5% of 1,000, -3',
	'Value ''o''connor'' of "x y" for <b.jensen@example.org> isn''t the user''s id',
	'timeout=30 in Object@1a2b3c4d, deadbeef01 and 0x1F',
	'java.lang.NullPointerException, x::y, SHA256, address1, decade, a/b, managed/user, system/x',
	'duplicate key value violates unique constraint "u" Detail: Key (realm, userName)=(alpha, jdoe) already exists.', 'f(x)=(1', '=()',
	'Target does not support attribute employeeType. Root cause: employeeType',
	E'  two\n\tlines\t', 'it''s "open and ''never closed', 'é1 Größe 7 ''é''', ' ', '', '=', 'a=', '1', '"', '''', 'a@b', '@', '::', 'x=1,y=', '\', 'a=\'
]) message;
SELECT synclog.failure_cause(NULL, repeat('é', 1000)) = repeat('é', 500) AS cut, length(synclog.failure_cause(repeat('x', 2000))) AS no_class;
-- the class is the exception's first line's
SELECT synclog.failure_cause(exception, message, otherwise, ids) FROM (VALUES
	(E'org.forgerock.json.resource.ConflictException: Target 12: x\n\tat a.b(C.java:214)\nCaused by: x', NULL, 'CREATE failed', NULL::text[]),
	(E'org.forgerock.json.resource.ConflictException: Target 12\r\n\tat a', 'Object "x"', NULL, NULL),
	(E'org.forgerock.X$Y\n\tat a', ' ', 'CREATE failed', NULL),
	('something broke: 12', '', 'CREATE failed', NULL),
	('404', 'Object nobody not found, nobody1 neither', NULL, '{http://x.org/y/nobody,NULL,""}'),
	('404', NULL, NULL, NULL), ('404', NULL, 'READ failed', NULL),
	(NULL, 'system/csv/account/o''connor "jr" is gone; o''connor "jr" as well', NULL, ARRAY['system/csv/account/o''connor "jr"']),
	(NULL, 'be in a', NULL, '{be,a,in}'), (NULL, 'smith of smithfield', NULL, '{smith}'),
	('', '', 'otherwise 1', NULL), (NULL, NULL, NULL, '{}'), (':', NULL, NULL, NULL), (': x', NULL, NULL, NULL)
) c(exception, message, otherwise, ids);

-- all dialects
\set recon2 `cat "$PG_ABS_SRCDIR/data/recon.openidm2.jsonl"`
\set recon3 `cat "$PG_ABS_SRCDIR/data/recon.openidm3.jsonl"`
\set recon4 `cat "$PG_ABS_SRCDIR/data/recon.openidm4.jsonl"`
\set sync3 `cat "$PG_ABS_SRCDIR/data/sync.openidm3.jsonl"`
\set sync4 `cat "$PG_ABS_SRCDIR/data/sync.openidm4.jsonl"`
\set activity2 `cat "$PG_ABS_SRCDIR/data/activity.openidm2.jsonl"`
\set activity3 `cat "$PG_ABS_SRCDIR/data/activity.openidm3.jsonl"`
\set activity4 `cat "$PG_ABS_SRCDIR/data/activity.openidm4.jsonl"`
\set authentication4 `cat "$PG_ABS_SRCDIR/data/authentication.openidm4.jsonl"`
\set access2 `cat "$PG_ABS_SRCDIR/data/access.openidm2.jsonl"`
\set access3 `cat "$PG_ABS_SRCDIR/data/access.openidm3.jsonl"`
\set access4 `cat "$PG_ABS_SRCDIR/data/access.openidm4.jsonl"`
\set config4 `cat "$PG_ABS_SRCDIR/data/config.openidm4.jsonl"`
SELECT t.topic, l.* FROM (VALUES ('recon', :'recon2' || E'\n' || :'recon3' || E'\n' || :'recon4'), ('sync', :'sync3' || E'\n' || :'sync4'),
	('activity', :'activity2' || E'\n' || :'activity3' || E'\n' || :'activity4'), ('authentication', :'authentication4'),
	('access', :'access2' || E'\n' || :'access3' || E'\n' || :'access4'), ('config', :'config4')) t(topic, events), LATERAL synclog.load(topic, events) l;
SELECT topic, cause, count, first, last, objects FROM synclog.failures(NULL);
SELECT count(*) FROM synclog.failures();
-- from the one instant to before the other
SELECT topic, cause, count, first, objects, id FROM synclog.failures('2015-11-23 00:20:11.597', '2015-11-23 00:27:57.541', false);
SELECT count(*) FROM synclog.failures('2015-11-23 00:20:11.598', '2015-11-23 00:27:57.542', false);
-- one by one they are as many
SELECT sum(count) = (SELECT count(*) FROM synclog.failures(NULL, grouped => false)) AS same FROM synclog.failures(NULL, NULL, NULL);
-- as the server's repository gives them back
\set recon `cat "$PG_ABS_SRCDIR/data/recon.openidm4_repo_readback.jsonl"`
\set sync `cat "$PG_ABS_SRCDIR/data/sync.openidm4_repo_readback.jsonl"`
\set activity `cat "$PG_ABS_SRCDIR/data/activity.openidm4_repo_readback.jsonl"`
\set authentication `cat "$PG_ABS_SRCDIR/data/authentication.openidm4_repo_readback.jsonl"`
\set access `cat "$PG_ABS_SRCDIR/data/access.openidm4_repo_readback.jsonl"`
CREATE TABLE came AS SELECT * FROM synclog.failures('2015-01-01', grouped => false);
DELETE FROM audit.recon; DELETE FROM audit.sync; DELETE FROM audit.activity; DELETE FROM audit.authentication; DELETE FROM audit.access;
SELECT sum(stored) FROM (VALUES ('recon', :'recon'), ('sync', :'sync'), ('activity', :'activity'), ('authentication', :'authentication'), ('access', :'access')) t(topic, events), LATERAL synclog.load(topic, events) l;
SELECT count(*), count(*) FILTER (WHERE c = f) AS same FROM came c FULL JOIN synclog.failures('2015-01-01', grouped => false) f USING (topic, id);

-- who fails alike is in one group, and examples are few
SELECT synclog.load('sync', string_agg(jsonb_build_object('_id', 'f' || i, 'timestamp', '2026-02-0' || i, 'status', 'FAILURE', 'sourceObjectId', 'managed/user/u' || i % 7,
	'exception', E'a.b.NotFoundException: x\n\tat c' || i, 'message', format('Object managed/user/u%s has no %s', i % 7, CASE WHEN i = 9 THEN 'manager' ELSE 'mail' END))::text, E'\n')) FROM generate_series(1, 9) i;
SELECT synclog.load('authentication', $$
{"_id": "1", "timestamp": "2026-02-01", "result": "FAILED", "principal": ["a"], "entries": [{"moduleId": "JwtSession", "result": "FAILED", "reason": {}}, {"moduleId": "STATIC_USER", "result": "FAILED", "reason": {"message": "account a1b2 is locked"}}, {"moduleId": "PASSTHROUGH", "result": "FAILED"}]}
{"_id": "2", "timestamp": "2026-02-01", "result": "FAILED", "principal": "b", "entries": [{"moduleId": "A", "result": "SUCCESSFUL"}, {"moduleId": "B", "result": "FAILED", "reason": "Expired"}]}
{"_id": "3", "timestamp": "2026-02-01", "result": "FAILED", "principal": [], "entries": [{"moduleId": "B", "result": "FAILED", "reason": {"code": 17}}]}
{"_id": "4", "timestamp": "2026-02-01", "result": "FAILED", "entries": "none"}
{"_id": "5", "timestamp": "2026-02-01", "result": "FAILED", "entries": [1, null, {}]}
{"_id": "6", "timestamp": "2026-02-01", "result": "SUCCESSFUL", "entries": [{"moduleId": "B", "result": "FAILED"}]}$$);
SELECT synclog.load('access', $$
{"_id": "1", "timestamp": "2026-02-01", "response": {"status": "FAILED", "statusCode": 503, "detail": {"code": 503, "reason": "Service Unavailable", "message": "no connector 7"}}}
{"_id": "2", "timestamp": "2026-02-01", "response": {"status": "FAILED", "statusCode": "401", "detail": null}, "request": {"operation": "query"}}
{"_id": "3", "timestamp": "2026-02-01", "response": {"status": "FAILED"}}
{"_id": "4", "timestamp": "2026-02-01", "response": "FAILED"}$$);
SELECT topic, cause, count, first, objects FROM synclog.failures('2026-02-01', '2026-03-01') ORDER BY topic, count DESC, cause;

-- a run's
SELECT * FROM synclog.recon_failures('0178a256-7990-44bc-b2cd-8bbbb7b88f21-178');
SELECT * FROM synclog.recon_failures('0178a256-7990-44bc-b2cd-8bbbb7b88f21-212');
-- the newest: it failed as a whole
SELECT * FROM synclog.recon_failures();
SELECT synclog.load('recon', $$
{"_id": "1", "timestamp": "2026-03-01T00:00:00.000Z", "reconId": "new", "entryType": "start"}
{"_id": "2", "timestamp": "2026-03-01T00:00:01.000Z", "reconId": "new", "entryType": "entry", "status": "FAILURE", "situation": "ABSENT", "action": "CREATE", "sourceObjectId": "b"}
{"_id": "3", "timestamp": "2026-03-01T00:00:02.000Z", "reconId": "new", "entryType": "entry", "status": "FAILURE", "situation": "FOUND", "action": "CREATE", "sourceObjectId": "a", "targetObjectId": "c"}
{"_id": "4", "timestamp": "2026-03-01T00:00:03.000Z", "reconId": "new", "entryType": "entry", "status": "FAILURE", "situation": "UNASSIGNED", "reconciling": "target", "action": "DELETE", "sourceObjectId": "a", "targetObjectId": "c"}
{"_id": "5", "timestamp": "2026-03-01T00:00:04.000Z", "reconId": "new", "entryType": "entry", "status": "FAILURE"}
{"_id": "6", "timestamp": "2026-03-01T00:00:05.000Z", "reconId": "new", "entryType": "summary", "status": "FAILURE", "message": "ABSENT: 1 "}$$);
SELECT * FROM synclog.recon_failures() ORDER BY cause;
SELECT * FROM synclog.recon_failures('none');
-- the newest is the one that recon_summary() takes, also if its start is missing
SELECT synclog.load('recon', $$
{"_id": "7", "timestamp": "2026-03-02T00:00:01.000Z", "reconId": "newer", "entryType": "entry", "status": "FAILURE", "situation": "ABSENT", "action": "CREATE", "sourceObjectId": "b"}
{"_id": "8", "timestamp": "2026-03-02T00:00:02.000Z", "reconId": "newer", "entryType": "summary", "status": "SUCCESS", "messageDetail": {"started": "2026-03-02T00:00:00.000Z"}}$$);
SELECT s.recon_id, f.* FROM synclog.recon_summary() s, synclog.recon_failures() f;
DELETE FROM audit.recon WHERE recon_id = 'newer';

-- topics of one's own, with the columns that they have; tables that are gone
CREATE TABLE audit.door (id varchar, "timestamp" timestamptz, status text, message varchar(50), extra jsonb);
CREATE TABLE audit.gone (id text, "timestamp" timestamptz);
ALTER TABLE audit.door ALTER id TYPE text;
SELECT synclog.add_topic('door', 'audit.door'), synclog.add_topic('gone', 'audit.gone');
SELECT synclog.load('door', '{"_id": "1", "timestamp": "2026-04-01", "status": "FAILURE", "message": "door 7 is stuck", "objectId": "x"}
{"_id": "2", "timestamp": "2026-04-01", "status": "FAILURE"}
{"_id": "3", "timestamp": "2026-04-01", "status": "open"}');
SELECT * FROM synclog.failures('2026-04-01', '2026-05-01') ORDER BY cause;
SET client_min_messages = warning;
DROP TABLE audit.gone CASCADE;
RESET client_min_messages;
SELECT count(*) FROM synclog.failures('2026-04-01', '2026-05-01');
-- a topic that one may not read
CREATE ROLE regress_synclog_reader;
GRANT USAGE ON SCHEMA audit TO regress_synclog_reader;
GRANT SELECT ON audit.recon TO regress_synclog_reader;
SET ROLE regress_synclog_reader;
SELECT count(*) FROM synclog.recon_failures();
\set VERBOSITY sqlstate
SELECT count(*) FROM synclog.failures();
\set VERBOSITY default
RESET ROLE;
DROP OWNED BY regress_synclog_reader;
DROP ROLE regress_synclog_reader;
-- no topic
DELETE FROM synclog.topic;
SELECT count(*) FROM synclog.failures(NULL);
SELECT count(*) FROM synclog.recon_failures();
DROP TABLE came, audit.door CASCADE;
