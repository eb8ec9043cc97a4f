-- recon_diff() and recon_repeat_offenders(): runs of a mapping compared, object by object
SET client_min_messages = warning; DROP SCHEMA IF EXISTS audit CASCADE; DELETE FROM synclog.topic; RESET client_min_messages; SELECT synclog.create_topics();
SET timezone = 'UTC';
\set SHOW_CONTEXT never
-- no run at all
SELECT * FROM synclog.recon_diff();

-- an entry in short: run, second, source, target, phase, qualifier, situation, action, status, message
CREATE FUNCTION entries(text) RETURNS text LANGUAGE sql AS $$
	SELECT string_agg(jsonb_strip_nulls(jsonb_build_object('_id', c[1] || '-' || n, 'reconId', c[1], 'mapping', 'hr_user', 'entryType', 'entry',
		'timestamp', format('2026-01-0%sT00:00:%s.000Z', substr(c[1], 2, 1), c[2]), 'sourceObjectId', nullif(c[3], '-'), 'targetObjectId', nullif(c[4], '-'),
		'reconciling', nullif(c[5], '-'), 'linkQualifier', nullif(c[6], '-'), 'situation', nullif(c[7], '-'), 'action', nullif(c[8], '-'), 'status', nullif(c[9], '-'), 'message', c[10]))::text, E'\n')
	FROM regexp_split_to_table($1, '\n') WITH ORDINALITY l(line, n), string_to_array(line, ' ') c $$;
SELECT * FROM synclog.load('recon', $$
{"_id": "s1", "timestamp": "2026-01-01T00:00:00.000Z", "reconId": "r1", "entryType": "start", "mapping": "hr_user", "reconAction": "recon"}
{"_id": "s2", "timestamp": "2026-01-02T00:00:00.000Z", "reconId": "r2", "entryType": "start", "mapping": "hr_user", "reconAction": "reconByQuery"}
{"_id": "e2", "timestamp": "2026-01-02T00:01:00.000Z", "reconId": "r2", "entryType": "summary", "mapping": "hr_user", "status": "SUCCESS", "sourceObjectId": "no entry"}
{"_id": "s3", "timestamp": "2026-01-03T00:00:00.000Z", "reconId": "r3", "entryType": "start", "mapping": "hr_user", "reconAction": "reconById"}
{"_id": "s4", "timestamp": "2026-01-04T00:00:00.000Z", "reconId": "r4", "entryType": "start", "mapping": "user_ldap", "reconAction": "recon"}
{"_id": "s5", "timestamp": "2026-01-05T00:00:00.000Z", "reconId": "r5", "entryType": "start", "mapping": "hr_user"}
{"_id": "s6", "timestamp": "2026-01-06T00:00:00.000Z", "reconId": "r6", "entryType": "start", "mapping": "hr_user", "reconAction": "recon"}
$$);
SELECT * FROM synclog.load('recon', entries('r1 10 hr/same user/same source default CONFIRMED UPDATE SUCCESS
r1 10 hr/old - source - CONFIRMED UPDATE SUCCESS
r1 10 hr/situation user/x source default ABSENT CREATE SUCCESS
r1 10 hr/action user/x source default ABSENT CREATE SUCCESS
r1 10 hr/status user/x source default ABSENT CREATE FAILURE no
r1 10 hr/gone - source default SOURCE_IGNORED REPORT SUCCESS
r1 10 hr/links user/x source one CONFIRMED UPDATE SUCCESS
r1 10 hr/links user/x source two ABSENT CREATE FAILURE no
r1 10 - user/left target - UNASSIGNED EXCEPTION SUCCESS
r1 10 hr/both user/both target - SOURCE_MISSING EXCEPTION SUCCESS
r1 10 hr/twice - source default ABSENT CREATE FAILURE first
r1 11 hr/twice - source default CONFIRMED UPDATE SUCCESS
r1 10 - - source default ABSENT CREATE FAILURE no-id
r2 10 hr/same user/same source default CONFIRMED UPDATE SUCCESS
r2 10 hr/old - - default CONFIRMED UPDATE SUCCESS
r2 10 hr/situation user/x source default CONFIRMED CREATE SUCCESS
r2 10 hr/action user/x source default ABSENT UPDATE SUCCESS
r2 10 hr/status user/x source default ABSENT CREATE FAILURE again
r2 10 hr/new user/x source default ABSENT CREATE SUCCESS
r2 10 hr/links user/x source one CONFIRMED UPDATE SUCCESS
r2 10 hr/links user/x source two ABSENT CREATE FAILURE no
r2 10 - user/left - - UNASSIGNED DELETE SUCCESS
r2 10 hr/both user/both target - SOURCE_MISSING EXCEPTION FAILURE no
r2 11 hr/twice - source default CONFIRMED UPDATE SUCCESS
r2 10 hr/twice - source default ABSENT CREATE SUCCESS
r3 10 hr/same user/same source default CONFIRMED UPDATE FAILURE one
r5 10 hr/status user/x source default ABSENT CREATE SUCCESS
r5 10 hr/links user/x source two ABSENT - FAILURE at-last
r5 10 hr/twice - source default - - FAILURE no'));

-- against the run of the mapping before it; an entry of 2.x is of the default link
SELECT * FROM synclog.recon_diff('r2');
SELECT * FROM synclog.recon_diff('r2', 'r1') EXCEPT SELECT * FROM synclog.recon_diff('r2');
-- the other way round
SELECT object_id, side, change, status_before, status_after FROM synclog.recon_diff('r1', 'r2');
-- nothing differs
SELECT * FROM synclog.recon_diff('r2', 'r2');
-- the newest, of which nothing is known yet, and the one before, which is none of single objects
SELECT change, count(*) FROM synclog.recon_diff() GROUP BY 1;
SELECT object_id, link_qualifier, situation_before, situation_after, change FROM synclog.recon_diff('r5') WHERE side = 'source' AND change <> 'gone';
-- one of single objects, if it is named
SELECT object_id, change, status_before, status_after FROM synclog.recon_diff('r3') WHERE change <> 'gone';
SELECT count(*) FROM synclog.recon_diff('r5', 'r3');
-- a run without its start
DELETE FROM audit.recon WHERE id = 's2';
SELECT count(*) FROM synclog.recon_diff('r2');
SELECT count(*) FROM synclog.recon_diff('r5');
SELECT count(*) FROM synclog.recon_diff('r5', 'r2');
-- what its start does not say, its summary does
SELECT * FROM synclog.load('recon', $$
{"_id": "s8", "timestamp": "2026-01-08T00:00:00.000Z", "reconId": "r8", "entryType": "start"}
{"_id": "e8", "timestamp": "2026-01-08T00:00:09.000Z", "reconId": "r8", "entryType": "summary", "mapping": "hr_user", "status": "SUCCESS"}
{"_id": "e7", "timestamp": "2026-01-07T00:00:09.000Z", "reconId": "r7", "entryType": "summary", "status": "SUCCESS", "messageDetail": {"mapping": "hr_user", "started": "2026-01-07T00:00:00.000Z"}}
$$ || entries('r7 10 hr/new user/x source default ABSENT CREATE SUCCESS
r8 10 hr/new user/x source default CONFIRMED UPDATE SUCCESS'));
SELECT object_id, situation_before, situation_after, change FROM synclog.recon_diff();
SELECT object_id, situation_before, situation_after, change FROM synclog.recon_diff('r7', 'r5') WHERE change <> 'gone';
DELETE FROM audit.recon WHERE recon_id IN ('r7', 'r8');
SELECT * FROM synclog.load('recon', '{"_id": "x", "timestamp": "2026-01-09T00:00:00.000Z", "reconId": "x", "entryType": "start"}');
SELECT * FROM synclog.recon_diff();
DELETE FROM audit.recon WHERE recon_id = 'x';
-- an empty id is none, an empty link the default one
SELECT * FROM synclog.load('recon', $$
{"_id": "r1-empty1", "timestamp": "2026-01-01T00:02:00.000Z", "reconId": "r1", "sourceObjectId": "", "targetObjectId": "t", "linkQualifier": "", "status": "FAILURE"}
{"_id": "r1-empty2", "timestamp": "2026-01-01T00:02:00.000Z", "reconId": "r1", "reconciling": "target", "sourceObjectId": "s", "targetObjectId": "", "status": "FAILURE"}
{"_id": "r1-empty3", "timestamp": "2026-01-01T00:02:00.000Z", "reconId": "r1", "sourceObjectId": "", "targetObjectId": "", "status": "FAILURE"}
{"_id": "r5-empty", "timestamp": "2026-01-05T00:02:00.000Z", "reconId": "r5", "targetObjectId": "t", "status": "FAILURE"}$$);
SELECT object_id, side, change FROM synclog.recon_diff('r5', 'r1') WHERE object_id IN ('s', 't', '');
SELECT objects, sum(count) FROM synclog.failures('2026-01-01T00:02Z', '2026-01-01T00:03Z', false) GROUP BY 1 ORDER BY 1;
DELETE FROM audit.recon WHERE id LIKE '%-empty%';
-- refused
SELECT * FROM synclog.recon_diff('r1');
SELECT * FROM synclog.recon_diff('r4');
SELECT * FROM synclog.recon_diff('none');
SELECT * FROM synclog.recon_diff('r1', 'none');

-- who failed in each of the last runs: r6 has no entries, r3 is none of the mapping
SELECT * FROM synclog.recon_repeat_offenders('hr_user', 1);
SELECT * FROM synclog.recon_repeat_offenders('hr_user', 2);
SELECT * FROM synclog.load('recon', '{"_id": "s2", "timestamp": "2026-01-02T00:00:00.000Z", "reconId": "r2", "entryType": "start", "mapping": "hr_user"}
{"_id": "s2 again", "timestamp": "2026-01-02T00:00:01.000Z", "reconId": "r2", "entryType": "start", "mapping": "hr_user"}');
SELECT * FROM synclog.recon_repeat_offenders('hr_user', 2);
-- there are three
SELECT * FROM synclog.recon_repeat_offenders('hr_user');
SELECT object_id, link_qualifier, runs FROM synclog.recon_repeat_offenders('hr_user', 4);
SELECT count(*) FROM synclog.recon_repeat_offenders('user_ldap');
SELECT count(*) FROM synclog.recon_repeat_offenders('none');
SELECT count(*) FROM synclog.recon_repeat_offenders(NULL);
SELECT count(*) FROM synclog.recon_repeat_offenders('hr_user', NULL);
SELECT * FROM synclog.recon_repeat_offenders('hr_user', 0);

-- as a role that may only read; and one that may not
CREATE ROLE regress_synclog_reader;
GRANT USAGE ON SCHEMA audit TO regress_synclog_reader;
SET ROLE regress_synclog_reader;
SELECT count(*) FROM synclog.recon_diff('r2');
RESET ROLE;
GRANT SELECT ON audit.recon TO regress_synclog_reader;
SET ROLE regress_synclog_reader;
SELECT count(*) FROM synclog.recon_diff('r2');
SELECT count(*) FROM synclog.recon_repeat_offenders('hr_user', 2);
RESET ROLE;
REVOKE ALL ON audit.recon FROM regress_synclog_reader;
REVOKE ALL ON SCHEMA audit FROM regress_synclog_reader;
DROP ROLE regress_synclog_reader;

-- a topic of one's own, in another schema and with fewer columns, of other types
DELETE FROM synclog.topic WHERE name = 'recon';
SELECT * FROM synclog.recon_diff();
SELECT * FROM synclog.recon_repeat_offenders('m');
CREATE SCHEMA "Own logs";
CREATE TABLE "Own logs".recon (id text, "timestamp" timestamptz, recon_id text, entry_type varchar(10), mapping text, source_object_id varchar, situation text);
SELECT synclog.add_topic('recon', '"Own logs".recon');
SELECT * FROM synclog.load('recon', $$
{"_id": "1", "timestamp": "2026-01-01T00:00:00.000Z", "reconId": "a", "entryType": "start", "mapping": "m"}
{"_id": "2", "timestamp": "2026-01-01T00:00:01.000Z", "reconId": "a", "sourceObjectId": "x", "situation": "ABSENT"}
{"_id": "3", "timestamp": "2026-01-02T00:00:00.000Z", "reconId": "b", "entryType": "start", "mapping": "m"}
{"_id": "4", "timestamp": "2026-01-02T00:00:01.000Z", "reconId": "b", "sourceObjectId": "x", "situation": "CONFIRMED"}$$);
SELECT * FROM synclog.recon_diff();
SELECT * FROM synclog.recon_repeat_offenders('m');
-- with collations that differ
ALTER TABLE "Own logs".recon ADD target_object_id text COLLATE "POSIX", ADD reconciling text COLLATE "C", ADD status text COLLATE "POSIX";
UPDATE "Own logs".recon SET target_object_id = 'y', status = 'FAILURE', reconciling = 'target' WHERE source_object_id IS NOT NULL;
SELECT object_id, side, change FROM synclog.recon_diff();
SELECT object_id, side, runs FROM synclog.recon_repeat_offenders('m');
SET client_min_messages = warning;
DROP SCHEMA "Own logs" CASCADE;
DELETE FROM synclog.topic;
DROP FUNCTION entries;
