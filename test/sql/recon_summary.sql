-- recon_summary(): a run summed up from its entries, beside what it claims itself
SET client_min_messages = warning; DROP SCHEMA IF EXISTS audit CASCADE; DELETE FROM synclog.topic; RESET client_min_messages; SELECT synclog.create_topics();
SET timezone = 'UTC';
SET datestyle = 'ISO';
SET intervalstyle = 'postgres';
SELECT count(*) FROM synclog.recon_summary();

\set f2 `cat "$PG_ABS_SRCDIR/data/recon.openidm2.jsonl"`
\set f2f `cat "$PG_ABS_SRCDIR/data/recon.openidm2_formatted.jsonl"`
\set f3 `cat "$PG_ABS_SRCDIR/data/recon.openidm3.jsonl"`
\set f3f `cat "$PG_ABS_SRCDIR/data/recon.openidm3_formatted.jsonl"`
\set f4 `cat "$PG_ABS_SRCDIR/data/recon.openidm4.jsonl"`
\set f4r `cat "$PG_ABS_SRCDIR/data/recon.openidm4_repo_readback.jsonl"`
\set responses `cat "$PG_ABS_SRCDIR/data/seeds_responses.jsonl"`

-- every run of every dialect comes out as its server summed it up: the counts
-- of the situations it knows, those of the statuses if it has them, and the
-- progress without totals and links
CREATE TEMP TABLE log (name text, events text);
INSERT INTO log VALUES ('2.x', :'f2'), ('2.x formatted', :'f2f'), ('3.x', :'f3'), ('3.x formatted', :'f3f'), ('4.x', :'f4'), ('4.x from a repository', :'f4r');
INSERT INTO log SELECT 'documentation, line ' || (line::json->>'line'), line::json->>'response'
	FROM regexp_split_to_table(:'responses', E'\n') line WHERE line::jsonb->>'seed' = '004' AND (line::json->>'line')::int IN (17, 165);
CREATE TEMP TABLE summed AS SELECT ''::text AS log, s.* FROM synclog.recon_summary() s;
DO $$
DECLARE
	one record;
BEGIN
	FOR one IN SELECT * FROM log LOOP
		TRUNCATE audit.recon;
		PERFORM synclog.load('recon', one.events);
		INSERT INTO summed SELECT one.name, s.* FROM (SELECT DISTINCT recon_id FROM audit.recon) r, synclog.recon_summary(r.recon_id) s;
	END LOOP;
END $$;
SELECT log, right(recon_id, 4) AS run, entries, agrees, unlogged,
	situation_summary = '{"FOUND_ALREADY_LINKED": 0}' || (claimed->'situationSummary') AS situations,
	status_summary = claimed->'statusSummary' AS statuses,
	progress#>'{source,existing,processed}' = claimed#>'{progress,source,existing,processed}'
		AND progress#>'{target,existing,processed}' = claimed#>'{progress,target,existing,processed}'
		AND progress#>'{target,created}' = claimed#>'{progress,target,created}' AS progress,
	state, claimed->>'state' AS claimed_state, ended - (claimed->>'ended')::timestamptz AS after_ended
FROM summed ORDER BY log, run;
\x on
SELECT * FROM summed WHERE log = 'documentation, line 165';
SELECT recon_id, mapping, user_id, recon_action, state, situation_summary, progress FROM summed WHERE log = '4.x' AND recon_id LIKE '%-212';
\x off

-- a run has what it has
TRUNCATE audit.recon;
CREATE FUNCTION pg_temp.run(name text, events text) RETURNS text LANGUAGE sql AS $$
	SELECT format('%s stored, %s rejected', sum(l.stored), sum(l.rejected))
	FROM regexp_split_to_table(events, '\n') WITH ORDINALITY e(event, n),
		synclog.load('recon', (jsonb_build_object('_id', name || ' ' || n, 'reconId', name, 'mapping', 'm') || event::jsonb)::text) l
$$;
CREATE FUNCTION pg_temp.short(name text, OUT state text, OUT last_event timestamptz, OUT entries bigint, OUT situations jsonb, OUT statuses jsonb, OUT actions jsonb, OUT unlogged jsonb, OUT agrees boolean) LANGUAGE sql AS $$
	SELECT s.state, s.last_event, s.entries, (SELECT jsonb_object_agg(key, value) FROM jsonb_each(s.situation_summary) WHERE value <> '0'), s.status_summary, s.action_summary, s.unlogged, s.agrees
	FROM synclog.recon_summary(name) s
$$;
SELECT pg_temp.run('no summary', $${"timestamp": "2020-01-01T00:00:00Z", "entryType": "start", "message": "Reconciliation initiated by bjensen"}
{"timestamp": "2020-01-01T00:00:01Z", "entryType": "entry", "reconciling": "source", "situation": "ABSENT", "sourceObjectId": "s", "targetObjectId": "t", "action": "CREATE", "status": "SUCCESS"}
{"timestamp": "2020-01-01T00:00:02Z", "entryType": "entry", "reconciling": "source", "situation": "ABSENT", "sourceObjectId": "s", "action": "CREATE", "status": "FAILURE"}$$);
\x on
SELECT * FROM synclog.recon_summary('no summary');
\x off
SELECT stale_after, state FROM unnest(ARRAY['1 hour', '1000 years', NULL, '-1000 years']::interval[]) stale_after, synclog.recon_summary('no summary', stale_after);

-- several starts and summaries: the first start and the last summary count
SELECT pg_temp.run('two summaries', $${"timestamp": "2020-01-02T00:00:03Z", "entryType": "start", "userId": "second"}
{"timestamp": "2020-01-02T00:00:00Z", "entryType": "start", "userId": "first"}
{"timestamp": "2020-01-02T00:00:01Z", "entryType": "entry", "reconciling": "source", "situation": "FOUND", "sourceObjectId": "s", "status": "SUCCESS"}
{"timestamp": "2020-01-02T00:00:09Z", "entryType": "summary", "status": "SUCCESS", "messageDetail": {"situationSummary": {"FOUND": 1}, "state": "SUCCESS"}}
{"timestamp": "2020-01-02T00:00:05Z", "entryType": "summary", "status": "FAILURE", "messageDetail": {"situationSummary": {"FOUND": 7}, "state": "FAILED"}}$$);
SELECT user_id, started, ended, duration, state, claimed, unlogged FROM synclog.recon_summary('two summaries');
SELECT section, event->>'timestamp' AS "timestamp" FROM synclog.recon_entries('two summaries');
SELECT g#>>'{start,userId}' AS start, json_array_length(g->'result') AS results, g#>>'{summary,status}' AS summary FROM synclog.recon_grouped('two summaries') g;

-- entries after the summary count, and are the last event
SELECT pg_temp.run('late', $${"timestamp": "2020-01-03T00:00:00Z", "entryType": "start"}
{"timestamp": "2020-01-03T00:00:02Z", "entryType": "summary", "status": "SUCCESS", "messageDetail": {"situationSummary": {"FOUND": 2}}}
{"timestamp": "2020-01-03T00:00:01Z", "entryType": "entry", "reconciling": "source", "situation": "FOUND", "sourceObjectId": "s", "status": "SUCCESS"}
{"timestamp": "2020-01-03T00:00:05Z", "entryType": "entry", "reconciling": "source", "situation": "FOUND", "sourceObjectId": "t", "status": "SUCCESS"}$$);
SELECT * FROM pg_temp.short('late');
SELECT duration FROM synclog.recon_summary('late');

-- over the end of a month, in two partitions
SELECT pg_temp.run('month', $${"timestamp": "2020-01-31T23:59:59Z", "entryType": "start"}
{"timestamp": "2020-01-31T23:59:59.5Z", "entryType": "entry", "reconciling": "source", "situation": "FOUND", "sourceObjectId": "s", "status": "SUCCESS"}
{"timestamp": "2020-02-01T00:00:00Z", "entryType": "entry", "reconciling": "target", "situation": "UNASSIGNED", "targetObjectId": "t", "status": "SUCCESS"}
{"timestamp": "2020-02-01T00:00:01Z", "entryType": "summary", "status": "SUCCESS", "messageDetail": {"situationSummary": {"FOUND": 1, "UNASSIGNED": 1}}}$$);
SELECT tableoid::regclass, count(*) FROM audit.recon WHERE recon_id = 'month' GROUP BY 1 ORDER BY 1;
SELECT * FROM pg_temp.short('month');
SELECT duration FROM synclog.recon_summary('month');
SELECT section, event->>'timestamp' AS "timestamp" FROM synclog.recon_entries('month');

-- an id that 2.x and 4.x rows share
SELECT pg_temp.run('both', $${"timestamp": "2013-05-14T08:20:41Z", "entryType": "start", "rootActionId": "r", "message": "Reconciliation initiated by openidm-admin"}
{"timestamp": "2013-05-14T08:20:42Z", "entryType": "", "rootActionId": "r", "mapping": null, "reconciling": "source", "situation": "ABSENT", "sourceObjectId": "s", "status": "SUCCESS", "exception": ""}
{"timestamp": "2017-02-28T13:07:20Z", "entryType": "entry", "transactionId": "x", "reconciling": "source", "situation": "ABSENT", "sourceObjectId": "s", "status": "SUCCESS", "linkQualifier": "default"}
{"timestamp": "2017-02-28T13:07:21Z", "entryType": "summary", "transactionId": "x", "userId": "bjensen", "status": "SUCCESS", "messageDetail": {"situationSummary": {"ABSENT": 2}, "state": "SUCCESS"}}$$);
SELECT * FROM pg_temp.short('both');
SELECT section, event->>'timestamp' AS "timestamp" FROM synclog.recon_entries('both');

-- empty runs: all zero; and a start alone
SELECT pg_temp.run('empty', $${"timestamp": "2020-01-04T00:00:00Z", "entryType": "start"}
{"timestamp": "2020-01-04T00:00:01Z", "entryType": "summary", "status": "SUCCESS", "message": "ABSENT: 0 FOUND: 0 ", "messageDetail": null}$$),
	pg_temp.run('start', $${"timestamp": "2020-01-04T00:00:00Z", "entryType": "start"}$$);
SELECT n AS run, s.* FROM unnest(ARRAY['empty', 'start']) n, pg_temp.short(n) s;
SELECT synclog.recon_grouped('start');

-- situations that are none of the servers' eleven, none at all, and phases that do not fit
SELECT pg_temp.run('unknown', $${"timestamp": "2020-01-05T00:00:01Z", "entryType": "entry", "reconciling": "source", "situation": "ALL_GONE", "sourceObjectId": "s", "status": "SUCCESS", "action": "NOREPORT"}
{"timestamp": "2020-01-05T00:00:02Z", "entryType": "entry", "reconciling": "source", "situation": "OF MY \"OWN\"", "sourceObjectId": "s", "status": "odd", "action": "odd"}
{"timestamp": "2020-01-05T00:00:03Z", "entryType": "entry", "reconciling": "source", "situation": null, "sourceObjectId": "s", "status": null}
{"timestamp": "2020-01-05T00:00:04Z", "entryType": "other", "reconciling": "source", "situation": "", "sourceObjectId": "s", "status": ""}
{"timestamp": "2020-01-05T00:00:05Z", "entryType": "entry", "reconciling": "source", "situation": "FOUND"}
{"timestamp": "2020-01-05T00:00:06Z", "entryType": "entry", "reconciling": "target", "situation": "FOUND", "sourceObjectId": "s"}
{"timestamp": "2020-01-05T00:00:07Z", "entryType": "entry", "reconciling": "target", "situation": "MISSING", "targetObjectId": "t", "action": "CREATE"}
{"timestamp": "2020-01-05T00:00:08Z", "situation": "CONFIRMED", "userId": "bjensen"}$$);
SELECT * FROM pg_temp.short('unknown');
-- it has entries only, so that its start is not known
SELECT mapping, started, duration, progress FROM synclog.recon_summary('unknown');

-- start and summary only: what the server did and did not log
SELECT pg_temp.run('quiet', $${"timestamp": "2020-01-06T00:00:00Z", "entryType": "start"}
{"timestamp": "2020-01-06T00:00:01Z", "entryType": "summary", "status": "SUCCESS", "messageDetail": {"state": "SUCCESS", "situationSummary": {"CONFIRMED": 999, "ABSENT": "1", "FOUND": 0, "odd": {}, "none": null}, "statusSummary": {"SUCCESS": 1000, "FAILURE": 0}}}$$);
SELECT * FROM pg_temp.short('quiet');

-- more found than claimed: a situation, a status; fewer is no contradiction
SELECT pg_temp.run(name, format($${"timestamp": "2020-01-07T00:00:00Z", "entryType": "entry", "reconciling": "source", "situation": "FOUND", "sourceObjectId": "s", "status": "FAILURE"}
{"timestamp": "2020-01-07T00:00:01Z", "entryType": "summary", "status": "SUCCESS", "messageDetail": %s, "message": %s}$$, detail, coalesce(to_json(message)::text, 'null')))
FROM (VALUES ('situation', '{"situationSummary": {"ABSENT": 1}}', NULL),
	('status', '{"situationSummary": {"FOUND": 1}, "statusSummary": {"SUCCESS": 1, "FAILURE": 0}}', NULL),
	('statuses only', '{"statusSummary": {"SUCCESS": 5, "FAILURE": 1}}', NULL),
	('fewer', '{"situationSummary": {"FOUND": 3}, "statusSummary": {"SUCCESS": 1, "FAILURE": 2}}', NULL),
	('message', 'null', E'  FOUND: 1\n ABSENT: 4 '),
	('message beside', '{"state": "CANCELED", "progress": {"source": {"existing": {"total": "17"}}}}', 'FOUND: 1 '),
	('no numbers', '{"state": "SUCCESS"}', 'Reconciliation failed: 3 errors'),
	('no claim', 'null', NULL), ('text', '"FOUND: 1"', NULL), ('list', '["situationSummary"]', NULL)) v(name, detail, message);
SELECT n AS run, s.state, s.claimed, s.unlogged, s.agrees, progress->'source' AS source
FROM unnest(ARRAY['situation', 'status', 'statuses only', 'fewer', 'message', 'message beside', 'no numbers', 'no claim', 'text', 'list']) WITH ORDINALITY u(n, k), synclog.recon_summary(n) s ORDER BY k;

-- a summary that says anything at all is taken in, and GET /recon goes on
SELECT l.* FROM (VALUES (1, '{"state": "FAILED", "odd": "\u0000", "situationSummary": {"FOUND": 1}}'), (2, '"{\"state\": \"FAILED\", \"situationSummary\": {\"FOUND\": 1}}"'),
	(3, '5'), (4, '["state", "situationSummary"]'), (5, '{"state": {}, "stage": [], "mapping": null, "started": {}, "ended": "", "progress": 1, "situationSummary": [1], "statusSummary": "?"}'),
	(6, '{"situationSummary": {"a": 999999999999, "b": "9999999999999", "c": 1e300, "d": -1, "e": 1.5, "f": "?"}, "statusSummary": {"SUCCESS": null}}')) v(n, detail),
	synclog.load('recon', format($${"_id": "says %1$s a", "timestamp": "2020-01-07T00:00:00Z", "reconId": "says %1$s", "entryType": "start", "mapping": "m"}
{"_id": "says %1$s b", "timestamp": "2020-01-07T00:00:01Z", "reconId": "says %1$s", "entryType": "summary", "status": "SUCCESS", "messageDetail": %2$s}$$, n, detail)) l;
SELECT n, s.state, left(s.claimed::text, 60) AS claimed, left(s.unlogged::text, 60) AS unlogged, s.agrees, t.entries
FROM generate_series(1, 6) n, synclog.recon_summary('says ' || n) s, synclog.recon_trend() t WHERE t.recon_id = s.recon_id ORDER BY n;
SELECT r->>'_id' AS id, left((r #- '{_id}')::text, 200) AS report
FROM synclog.get('/recon'), jsonb_array_elements(body::jsonb->'reconciliations') r WHERE r->>'_id' LIKE 'says _' ORDER BY 1;

-- a run with a summary has ended, whatever the summary says
SELECT detail, status, synclog.recon_state(detail, status) FROM (VALUES
	('{"state": "SUCCESS", "stage": "COMPLETED_SUCCESS"}'::jsonb, 'SUCCESS'), ('{"state": "FAILED", "stage": "COMPLETED_FAILED"}', 'FAILURE'),
	('{"state": "CANCELED", "stage": "COMPLETED_CANCELED"}', 'SUCCESS'), ('{"state": "ACTIVE", "stage": "COMPLETED_CANCELED"}', 'SUCCESS'), ('{"state": "ACTIVE", "stage": "ACTIVE_CANCELING"}', 'FAILURE'),
	('{"state": "ACTIVE", "stage": "ACTIVE_RECONCILING_TARGET"}', 'SUCCESS'), ('{"state": "ACTIVE"}', 'FAILURE'), ('{"state": "odd"}', 'FAILURE'), (NULL, 'FAILURE'), (NULL, 'SUCCESS'), (NULL, NULL), ('[]', NULL)) v(detail, status);

-- without a start the summary says when it was, in ISO 8601 or not at all
SELECT pg_temp.run('started ' || n, format($${"timestamp": "2020-01-08T00:00:01Z", "entryType": "summary", "messageDetail": {"started": %s, "mapping": "said"}, "mapping": null}$$, to_json(s)))
FROM unnest(ARRAY['2020-01-08T00:00:00.250Z', '2020-01-08T01:00:00+01:00', '2020-01-08', 'now', '2020-02-30T00:00:00Z', '']) WITH ORDINALITY u(s, n);
SELECT mapping, claimed->>'started' AS said, started, duration FROM generate_series(1, 6) n, synclog.recon_summary('started ' || n) ORDER BY n;

-- rows that were not stored by these functions may have no finite time
BEGIN;
INSERT INTO audit.recon (id, "timestamp", recon_id, entry_type) VALUES ('a', '-infinity', 'ever', 'start'), ('b', '2020-01-01Z', 'ever', 'summary'),
	('c', '2020-01-01Z', 'for ever', 'start'), ('d', 'infinity', 'for ever', 'entry');
SELECT s.recon_id, s.state, s.started, s.ended, s.duration, s.last_event, r.duration AS listed, r.last_event
FROM (VALUES ('ever'), ('for ever')) v(id), synclog.recon_summary(v.id) s, synclog.recon_runs() r WHERE r.recon_id = s.recon_id ORDER BY 1;
SELECT status FROM synclog.get('/recon');
SELECT count(*) > 0 AS runs FROM synclog.recon_trend(bucket => '1 day');
ROLLBACK;

-- the one that started last; no rows for a run that nobody knows
SELECT pg_temp.run('newest', $${"timestamp": "2020-02-10T00:00:00Z", "entryType": "start"}
{"timestamp": "2020-02-10T00:00:05Z", "entryType": "entry", "status": "SUCCESS"}$$);
SELECT recon_id, entries FROM synclog.recon_summary();
SELECT count(*) FROM synclog.recon_summary('nobody');

-- how far an active run is: against what the last one like it logged
CREATE FUNCTION pg_temp.ago(seconds float) RETURNS text LANGUAGE sql AS $$ SELECT to_json(synclog.iso8601(clock_timestamp() - seconds * interval '1 second'))::text $$;
SELECT pg_temp.run('failed before', format($${"timestamp": %s, "entryType": "start", "reconAction": "recon", "mapping": "p"}
{"timestamp": %s, "entryType": "entry", "mapping": "p"}
{"timestamp": %s, "entryType": "summary", "status": "FAILURE", "mapping": "p"}$$, pg_temp.ago(7000), pg_temp.ago(6999), pg_temp.ago(6998))),
	pg_temp.run('by id before', format($${"timestamp": %s, "entryType": "start", "reconAction": "reconById", "mapping": "p"}
{"timestamp": %s, "entryType": "entry", "mapping": "p"}
{"timestamp": %s, "entryType": "summary", "status": "SUCCESS", "mapping": "p"}$$, pg_temp.ago(6000), pg_temp.ago(5999), pg_temp.ago(5998))),
	pg_temp.run('before', format($${"timestamp": %1$s, "entryType": "start", "reconAction": "recon", "mapping": "p"}
{"timestamp": %1$s, "entryType": "entry", "mapping": "p"}
{"timestamp": %1$s, "entryType": "entry", "mapping": "p"}
{"timestamp": %1$s, "entryType": "entry", "mapping": "p"}
{"timestamp": %2$s, "entryType": "summary", "status": "SUCCESS", "mapping": "p"}$$, pg_temp.ago(8000), pg_temp.ago(7990))),
	pg_temp.run('active', format($${"timestamp": %s, "entryType": "start", "reconAction": "recon", "mapping": "p"}
{"timestamp": %s, "entryType": "entry", "mapping": "p", "reconciling": "source", "sourceObjectId": "s", "targetObjectId": "t", "situation": "FOUND", "status": "SUCCESS"}$$, pg_temp.ago(4000), pg_temp.ago(10))),
	pg_temp.run('active alone', format($${"timestamp": %s, "entryType": "start", "mapping": "q"}$$, pg_temp.ago(20)));
SELECT state, ended, extract(epoch FROM duration)::int / 100 AS duration, entries, progress, agrees FROM synclog.recon_summary('active');
SELECT state, progress->'percent' AS percent FROM synclog.recon_summary('active alone');
SELECT state, progress ? 'percent' AS percent FROM synclog.recon_summary('active', '5 seconds');
SELECT status, body::json->>'state' AS state, body::json->'progress'->'percent' AS percent, body::json->'situationSummary'->'FOUND' AS found, body::json->>'ended' AS ended
FROM synclog.get('/recon/active');
SELECT r->>'_id' AS id, r->>'state' AS state, r#>'{progress,source,existing,processed}' AS processed
FROM synclog.get('/recon'), json_array_elements(body::json->'reconciliations') r WHERE r->>'mapping' IN ('p', 'q') OR r->>'_id' = 'start';

-- a large run
INSERT INTO audit.recon (id, "timestamp", recon_id, entry_type, reconciling, situation, source_object_id, status, action)
SELECT 'e' || i, '2020-01-20Z'::timestamptz + i * interval '1 ms', 'large', 'entry', 'source', CASE i % 3 WHEN 0 THEN 'FOUND' ELSE 'CONFIRMED' END, 's', 'SUCCESS', 'UPDATE' FROM generate_series(1, 20000) i;
ANALYZE audit.recon;
SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0; SET min_parallel_table_scan_size = 0; SET min_parallel_index_scan_size = 0; SET jit = off;
SELECT entries, situation_summary->'CONFIRMED' AS confirmed, status_summary FROM synclog.recon_summary('large');
-- in parallel: its reader sees rows in workers only
CREATE ROLE regress_synclog_reader;
GRANT USAGE ON SCHEMA audit TO regress_synclog_reader;
GRANT SELECT ON audit.recon TO regress_synclog_reader;
CREATE FUNCTION audit.in_worker() RETURNS boolean LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$ BEGIN RETURN pg_backend_pid() <> current_setting('test.leader')::int; END $$;
CREATE POLICY in_worker ON audit.recon USING (audit.in_worker());
ALTER TABLE audit.recon ENABLE ROW LEVEL SECURITY;
SELECT set_config('test.leader', pg_backend_pid()::text, false) <> '' AS leader;
SET ROLE regress_synclog_reader;
SET parallel_leader_participation = off;
SELECT entries FROM synclog.recon_summary('large');
SET max_parallel_workers_per_gather = 0;
SELECT entries FROM synclog.recon_summary('large');
RESET ROLE;
ALTER TABLE audit.recon DISABLE ROW LEVEL SECURITY;
RESET parallel_leader_participation; RESET max_parallel_workers_per_gather; RESET parallel_setup_cost; RESET parallel_tuple_cost; RESET min_parallel_table_scan_size; RESET min_parallel_index_scan_size; RESET jit;
DROP OWNED BY regress_synclog_reader;
DROP ROLE regress_synclog_reader;

-- it reads as the caller, and needs the topic with its columns
\set VERBOSITY terse
CREATE ROLE regress_synclog_nobody;
SET ROLE regress_synclog_nobody;
SELECT * FROM synclog.recon_summary('large');
RESET ROLE;
DROP ROLE regress_synclog_nobody;
DELETE FROM synclog.topic WHERE name = 'recon';
SELECT * FROM synclog.recon_summary('large');
SELECT * FROM synclog.recon_runs();
SELECT * FROM synclog.recon_trend();
SELECT * FROM synclog.recon_reported();
CREATE TABLE audit."No Recon" (id text NOT NULL, "timestamp" timestamptz NOT NULL, recon_id text);
SET client_min_messages = warning;
SELECT synclog.add_topic('recon', 'audit."No Recon"');
RESET client_min_messages;
SELECT * FROM synclog.recon_summary('large');
-- columns that its table lacks count as NULL
SELECT synclog.store('recon', '{"_id": "e", "timestamp": "2020-01-01T00:00:00Z", "reconId": "few"}');
SELECT recon_id, state, entries, action_summary, agrees FROM synclog.recon_summary('few');
ALTER TABLE audit."No Recon" ADD COLUMN entry_type varchar;
SELECT synclog.store('recon', '{"_id": "z", "timestamp": "2020-01-01T00:00:01Z", "reconId": "few", "entryType": "summary"}');
SELECT recon_id, state, ended FROM synclog.recon_runs();
SELECT runs, entries FROM synclog.recon_trend();
SELECT synclog.recon_reported();
SELECT synclog.recon_html('few') LIKE '%id="timeline"%' AS timeline;
