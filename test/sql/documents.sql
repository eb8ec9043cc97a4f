-- Events as other products' documents have them: their names for _id and
-- timestamp, at load and in filters; and generated columns, which are derived.
SET client_min_messages = warning; DROP SCHEMA IF EXISTS audit CASCADE; DELETE FROM synclog.topic; RESET client_min_messages; SELECT synclog.create_topics();
SET timezone = 'America/St_Johns';
\set aps `cat "$PG_ABS_SRCDIR/data/aps_entries.json"`
\set code42 `cat "$PG_ABS_SRCDIR/data/code42_sync.jsonl"`
\set paraview `cat "$PG_ABS_SRCDIR/data/paraview_tasks.jsonl"`
\a\t

-- samples, once, twice, and as they would be had they come with our names
SELECT * FROM synclog.load('sync_run', :'aps');
SELECT * FROM synclog.load('sync_run', :'aps');
SELECT * FROM synclog.load('sync_run', '{"_id": "1", "type": "initial-ldap-sync", "timestamp": "2015-10-16T22:00:00.000Z"}');
SELECT * FROM synclog.load('directory_sync', :'code42');
SELECT * FROM synclog.load('directory_sync', :'code42');
SELECT * FROM synclog.load('directory_sync', replace(:'code42', 'logEventTimeStamp', 'timestamp'));
SELECT * FROM synclog.load('provisioning_task', :'paraview');
SELECT * FROM synclog.load('provisioning_task', :'paraview');
SELECT * FROM synclog.load('provisioning_task', replace(:'paraview', 'startTime', 'timestamp'));
SELECT synclog.query('sync_run');
SELECT synclog.query('directory_sync', page_size => 1);
SELECT synclog.query('provisioning_task', page_size => 1);
-- columns tell all of it
SELECT count(*), count(raw), count(form) FROM audit.sync_run;
SELECT count(*), count(raw), count(form), count(extra) FROM audit.directory_sync;
SELECT count(*), count(raw), count(form) FROM audit.provisioning_task;
-- each is what its document has
SELECT count(*) FROM jsonb_array_elements(:'aps') d JOIN audit.sync_run r ON r.id = d->>'id'
	AND synclog.event(r)::jsonb = jsonb_build_object('_id', d->>'id', 'type', d->'type', 'timestamp', replace(d->>'timeStamp', '+0000', 'Z'));
SELECT count(*) FROM regexp_split_to_table(rtrim(:'code42', E'\n'), E'\n') d JOIN audit.directory_sync r
	ON synclog.event(r)::jsonb - '_id' = d::jsonb - 'logEventTimeStamp' || jsonb_build_object('timestamp', d::jsonb->'logEventTimeStamp');
SELECT count(*) FROM regexp_split_to_table(rtrim(:'paraview', E'\n'), E'\n') d JOIN audit.provisioning_task r
	ON synclog.event(r)::jsonb - '_id' = d::jsonb - 'startTime' || jsonb_build_object('timestamp', d::jsonb->'startTime');

-- filters, sort keys and fields by both names
SELECT f, synclog.query('sync_run', f::synclog.queryfilter, fields => '_id') FROM (VALUES (1, 'id eq 1'), (2, '_id eq "1"'), (3, 'id eq "1"'), (4, '_id eq 1'), (5, 'number eq 1'),
	(6, 'id gt 1 and ! (id ge 3)'), (7, 'id in ''[1,4]'''), (8, 'timeStamp gt "2015-10-17T06:00:00.000+0000"'), (9, 'timestamp gt "2015-10-17T06:00:00.000Z"'), (10, 'timeStamp sw "2015-10-16"')) f(n, f) ORDER BY n;
SELECT synclog.query('sync_run', sort_keys => '-id', fields => 'timeStamp', page_size => 2);
SELECT synclog.query('sync_run', sort_keys => '-timeStamp', fields => 'id, /timestamp, timeStamp', page_size => 1);
SELECT synclog.query('directory_sync', 'logEventTimeStamp ge "2021-06-02T00:00:03Z"', fields => '/logEventTimeStamp,action') ->> 'timestamp';
SELECT synclog.query('provisioning_task', 'startTime lt "2024-02-29T08:01:00Z"', fields => 'startTime,taskId') ->> 'timestamp';
SELECT (synclog.get('/audit/sync_run?_queryFilter=id+ge+3&_sortKeys=-id&_fields=timeStamp')).body::jsonb->'result';
-- pages by a derived column
SELECT synclog.query_page('sync_run', sort_keys => 'id', page_size => 3)::jsonb->>'pagedResultsCookie' AS cookie \gset
SELECT synclog.query_page('sync_run', sort_keys => 'id', page_size => 3, cookie => :'cookie')::jsonb->'result';
-- a document is asked for the members that it has
SELECT synclog.matches('{"id": 1}'::jsonb, 'id eq 1'), synclog.matches('{"_id": "1"}'::jsonb, 'id eq 1'), synclog.matches('{"timestamp": "2015"}'::jsonb, 'timeStamp pr');

-- the SQL that filters mean, and their plans
SELECT f, synclog.to_sql(f::synclog.queryfilter, r::regclass) FROM (VALUES (1, 'audit.sync_run', 'id eq 1 or timeStamp pr'), (2, 'audit.sync_run_line', 'id eq "1" or timeStamp pr'), (3, 'audit.sync_run_json', 'event pr'),
	(4, 'audit.directory_sync', 'id eq "1" or logEventTimeStamp pr'), (5, 'audit.directory_sync', 'timeStamp pr'), (6, 'audit.provisioning_task', 'startTime pr'), (7, 'audit.provisioning_task', 'id pr'), (8, 'audit.sync_run_2015_10', 'id eq 1')) f(n, r, f) ORDER BY n;
SELECT f.* FROM synclog.filter_fields('audit.sync_run') f;
SELECT f.* FROM synclog.filter_fields('audit.directory_sync') f WHERE field ~ 'id|[sS]tamp';
SELECT f.* FROM synclog.filter_fields('audit.provisioning_task') f WHERE field ~ 'id|[sS]tamp|Time';
SET enable_seqscan = off;
EXPLAIN (COSTS OFF) SELECT FROM audit.sync_run WHERE synclog.matches(sync_run, 'timeStamp ge "2015-10-01" and timeStamp lt "2015-11-01"');
EXPLAIN (COSTS OFF) SELECT FROM audit.sync_run WHERE synclog.matches(sync_run, 'timestamp ge "2015-10-01" and timestamp lt "2015-11-01"');
EXPLAIN (COSTS OFF) SELECT FROM audit.sync_run WHERE synclog.matches(sync_run, 'timeStamp sw "2015-10" and id eq 3') AND tenant_id = '';
EXPLAIN (COSTS OFF) SELECT FROM audit.directory_sync WHERE synclog.matches(directory_sync, 'logEventTimeStamp sw "2021-06" and id eq "x"');
EXPLAIN (COSTS OFF) SELECT FROM audit.provisioning_task WHERE synclog.matches(provisioning_task, 'startTime sw "2024-02" and taskId eq "T0001"');
RESET enable_seqscan;
-- where the planner does not know the filter
SELECT r.id, f FROM audit.sync_run r, (VALUES ('id eq 1'), ('timeStamp ge "2015-10-18"')) f(f) WHERE synclog.matches(r, f::synclog.queryfilter) ORDER BY 1;

-- odd values, which are what they would be as _id and timestamp; lists and one response
TRUNCATE audit.sync_run;
CREATE TEMP TABLE odd (n int GENERATED ALWAYS AS IDENTITY, ours text, theirs text GENERATED ALWAYS AS (replace(replace(ours, '"_id"', '"id"'), '"timestamp"', '"timeStamp"')) STORED);
INSERT INTO odd (ours) SELECT format('{"_id":%s,"timestamp":"2016-01-01T00:00:00.000Z","type":"%s"}', v, n)
	FROM unnest(ARRAY['null', '{}', '1.5', '1e3', '-0', '-0.5', '""', 'true', '[7]', '"a"', '"\u0061b"', '"\ud800"', '"\u0000"']) WITH ORDINALITY u(v, n);
INSERT INTO odd (ours) SELECT format('{"_id":"t%s","timestamp":%s}', n, v)
	FROM unnest(ARRAY['null', '{}', '1445032800000', '""', '"garbage"', 'true', '"2016-01-01T00:00:00.1234567Z"', '"2016-02-30"', '"now"']) WITH ORDINALITY u(v, n);
INSERT INTO odd (ours) VALUES ('{"_id":"twice","_id":"twice 2","timestamp":"2016-01-01T00:00:00.000Z"}');
CREATE TEMP TABLE came AS SELECT r FROM audit.sync_run r;
SELECT * FROM synclog.load('sync_run', (SELECT string_agg(ours, E'\n' ORDER BY n) FROM odd));
WITH gone AS (DELETE FROM audit.sync_run r RETURNING r) INSERT INTO came SELECT r FROM gone;
SELECT * FROM synclog.load('sync_run', (SELECT string_agg(theirs, E'\n' ORDER BY n) FROM odd));
SELECT count(*) FILTER (WHERE s *= c.r) AS same, count(*) FILTER (WHERE s.timestamp > '2026-01-01Z' AND synclog.event(s)::text = synclog.event(c.r)::text) AS late
	FROM audit.sync_run s LEFT JOIN came c ON (c.r).id = s.id;
SELECT id, number, raw FROM audit.sync_run ORDER BY id COLLATE "C";
-- integers of any size; every instant
TRUNCATE audit.sync_run;
SELECT * FROM synclog.load('sync_run', $$
{"id":0,"timeStamp":"2016-01-01"}
{"id":-1,"timeStamp":"2016-01-01T01:00:00.000+0100"}
{"id":999999999999999999,"timeStamp":"2015-12-31T19:00:00-05:00"}
{"id":1000000000000000000,"timeStamp":"2016-01-01 00:00:00"}
{"id":1000000000000000000000000000000,"timeStamp":"2016-01-01T00:00:00.000000000Z"}
{ "type" : "spaced" , "id" : 19 , "timeStamp" : "2016-01-01T00:00:00.1234560Z" }
[{"id":20,"timeStamp":"2016-01-01T00:00Z"}, {"id":21,"timeStamp":"+012016-01-01T00:00Z"}]
{"result":[{"id":22,"timeStamp":"2016-01-01T00:00Z"}]}
{"\u0069d":23,"time\u0053tamp":"2016-01-01T00:00Z","nested":{"id":1,"timeStamp":"2015"},"list":[{"id":1}]}
{"id":28,"timeStamp":"2016-01-01T00:00:00.000\u002b0000"}
{"id":28,"timeStamp":"2016-01-01T00:00:00.000+0000"}$$);
SELECT number, raw, synclog.event(r) FROM audit.sync_run r ORDER BY length(id), id;
SELECT synclog.store('sync_run', '{"id":24,"timeStamp":"2016-01-01T00:00Z"}'), synclog.store('sync_run', '{"id":24,"timeStamp":"2016-01-01T00:00Z"}'::json), synclog.store('sync_run', '{"id":24,"timeStamp":"2016-01-01T00:00Z"}'::jsonb);
INSERT INTO audit.sync_run_json VALUES ('{"id":25,"timeStamp":"2016-01-01T00:00Z"}');
SELECT event FROM audit.sync_run_json WHERE event LIKE '%"25"%';
SELECT synclog.read('sync_run', '25');
SELECT (synclog.event_row(NULL::audit.sync_run_line, '{"id":7,"timeStamp":"2016-01-01T00:00:00.000+0000","run":"1","ordinal":2}')).*;

-- with both names the document's is one more member, which filters do not reach
TRUNCATE audit.sync_run;
SELECT * FROM synclog.load('sync_run', $$
{"id":8,"_id":"eight","timeStamp":"2016-01-02","timestamp":"2016-01-03T00:00:00.000Z","number":"VIII"}
{"id":9,"\u005fid":"nine","timestamp":null,"timeStamp":"2016-01-02"}$$);
SELECT id, number, extra, form FROM audit.sync_run ORDER BY id;
SELECT synclog.query('sync_run', 'id pr or number pr');
SELECT synclog.query('sync_run', '_id eq "eight" and timeStamp eq "2016-01-03"');
SELECT synclog.query('sync_run', '_id eq "eight"', fields => 'number');
SELECT synclog.query('sync_run', '_id eq "eight"', fields => 'id,timeStamp');
-- an event comes back, and the same again is a duplicate
SELECT l.* FROM (SELECT string_agg(event, E'\n') AS events FROM audit.sync_run_json WHERE event LIKE '%eight%') e, synclog.load('sync_run', events) l;

-- what is rejected is kept as it came
SELECT * FROM synclog.load('sync_run', $$
{"id": 31, "timeStamp": "2016-01-02"}
{"id": 31, "timeStamp": "2016-01-02", "type": "other"}
{"id": 31, "timeStamp": "2016-01-02", "headers": {"Cookie": "secret"}}
{"id": 32, "timeStamp": "2016-01-02", }
[1]
$$ || format('{"id":"%s","timeStamp":"2016-01-02"}', repeat('x', 1001)));
SELECT reason, left(event, 80) AS event FROM audit.rejected ORDER BY received_at, 1, 2;

-- generated columns: of a topic's row they are no members, but filters reach them
ALTER TABLE audit.sync_run_line ADD COLUMN about text COLLATE "C" GENERATED ALWAYS AS (split_part(message, ' ', 1)) STORED;
SELECT * FROM synclog.load('sync_run_line', '{"_id":"1","timestamp":"2016-01-01T00:00:00.000Z","run":"1","ordinal":1,"message":"created group","about":null,"more":true}
{"_id":"2","timestamp":"2016-01-01T00:00:00.000Z","run":"1","ordinal":2,"message":"deleted group","about":["x"]}');
SELECT id, about, extra FROM audit.sync_run_line ORDER BY id;
SELECT synclog.event(l) FROM audit.sync_run_line l ORDER BY id;
SELECT synclog.event(l) FROM audit.sync_run_line_2016_01 l ORDER BY id;
SELECT event FROM audit.sync_run_line_json ORDER BY 1;
SELECT synclog.query('sync_run_line', 'about eq "deleted"', sort_keys => '-about');
SELECT synclog.query('sync_run_line', sort_keys => '-about', fields => 'about');
SELECT f.* FROM synclog.filter_fields('audit.sync_run_line') f WHERE field = '/about';
-- rows of views and subqueries do not tell them, and those of other tables keep them
CREATE TEMP VIEW lines AS SELECT id, about FROM audit.sync_run_line;
SELECT synclog.event(l) FROM lines l ORDER BY id;
CREATE TEMP TABLE doubled (id text, n int, twice int GENERATED ALWAYS AS (2 * n) STORED);
INSERT INTO doubled VALUES ('a', 2);
SELECT synclog.event(d) FROM doubled d;

-- rows of anybody's with such columns, and one that has a column of the name
CREATE SCHEMA documents;
CREATE VIEW documents.runs AS SELECT type, number, "timestamp" FROM audit.sync_run;
SELECT synclog.to_sql('id eq 1 and timeStamp pr', 'documents.runs');
-- but not of what has no events
CREATE VIEW documents.orders AS SELECT type, number FROM audit.sync_run;
SELECT synclog.to_sql('id eq 1', 'documents.orders');
CREATE TABLE documents.own (id text, "timestamp" timestamptz, task_id text, application text, start_time timestamptz);
SELECT synclog.add_topic('own', 'documents.own');
SELECT synclog.store('own', '{"_id":"1","timestamp":"2016-01-01T00:00:00.000Z","startTime":"2016-01-01T00:00:01.000Z"}');
SELECT synclog.query('own', fields => 'startTime');
SELECT synclog.to_sql('startTime pr', 'documents.own');
SELECT field FROM synclog.filter_fields('documents.own');
ALTER TABLE documents.own DROP COLUMN start_time;
SELECT synclog.store('own', '{"_id":"2","startTime":"2016-01-01T00:00:02.000+0000"}');
SELECT synclog.query('own', 'startTime eq "2016-01-01T00:00:02Z"');
SELECT synclog.query('own', 'startTim pr');

-- topics of IDM servers know no such names
SELECT synclog.store('recon', '{"id":1,"_id":"a","timeStamp":"2016","timestamp":"2016-01-01T00:00:00.000Z","startTime":1}');
SELECT synclog.query('recon');
SELECT synclog.to_sql('timeStamp pr', 'audit.recon');

DROP SCHEMA documents CASCADE;
DELETE FROM synclog.topic WHERE name = 'own';
