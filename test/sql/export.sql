-- export_json() and export_csv(): what comes out of each kind of event, bounds,
-- order, errors, and that loading what was exported gives equal events
SET client_min_messages = warning; DROP SCHEMA IF EXISTS audit CASCADE; DELETE FROM synclog.topic; RESET client_min_messages; SELECT synclog.create_topics();
\a\t
SELECT * FROM synclog.load('activity', $$
{"_id": "a", "timestamp": "2020-01-01T00:00:00.000Z", "objectId": "managed/user/a", "operation": "CREATE", "before": null, "after": {"mail": "A@x.org", "n": -10, "tags": ["x", "y", {"deep": 1}]}, "passwordChanged": true, "_rev": "0"}
{"_id": "b", "timestamp": "2020-01-03T00:00:00.000Z", "objectId": "managed/user/b", "operation": "UPDATE", "after": "{\"mail\": \"b@x.org\", \"n\": 9}", "passwordChanged": false, "message": "", "status": null}
{"_id": "c", "timestamp": "2020-01-02T00:00:00.000123Z", "userId": "Jürgen 😀", "after": {"n": null}, "custom": {"k/l": -1, "": " 2 "}, "message": "line 1\nline 2\r\n\ttwo \"quotes\", a comma, C:\\new\\temp", "revision": "\\.", "context": " blanks "}
{"_id": "d", "timestamp": "2020-01-02T00:00:00.000Z", "operation": null, "after": [], "before": "text", "changedFields": ["/mail", "/a,b"], "custom": ["k"], "custom.x": "\"q", "extra": "own", "raw": 1}
$$);
-- what is kept as it came: an unusable timestamp, what text cannot hold, another type, a member twice
SELECT * FROM synclog.load('activity', $$
{"_id": "e", "timestamp": "2020-02-02T00:00:00Z", "passwordChanged": "true", "operation": "first", "after": {"mail": "e\u0000", "n": [ 1, 2 ]}, "custom": {"k/l": 3}, "message": "x\u0000\n", "operation": "=last", "x\"y": "\u00fc\n"}
{"_id": "f", "timestamp": "2020-02-03T00:00:00Z", "after": "{\"mail\": \"f \\\"x\\\"\", \"n\": [{\"o\": -1e3}]}", "message": 1.50, "before": "{no JSON", "status": "\ud83d"}
$$);

-- CSV: a header, and each event as a record
SELECT synclog.export_csv('activity');
-- columns of the caller's choice, called as the caller does
SELECT synclog.export_csv('activity', fields => 'operation, /after/mail ,message,after/n,after/n/0/o,after/tags/2/deep,/after/tags/0');
SELECT synclog.export_csv('activity', fields => '_id,_id,custom/k%2Fl,custom/0,custom.x,extra,raw,x%22y,objectId/x,nothing');
SELECT synclog.export_csv('activity', fields => 'revision');
SELECT synclog.export_csv('activity', fields => '_id,*') = synclog.export_csv('activity', fields => '') AS all LIMIT 1;
-- a filter, bounds without their instants, an order
SELECT synclog.export_csv('activity', '/passwordChanged pr', fields => '_id');
SELECT synclog.export_csv('activity', fields => '_id,timestamp', after => '2020-01-01Z', before => '2020-01-03Z');
SELECT synclog.export_csv('activity', fields => '_id', sort_keys => '-operation,_id');
SELECT synclog.export_csv('activity', fields => '_id', after => '2020-01-01Z', before => '2020-01-01Z');
SELECT synclog.export_csv('activity', NULL, '_id', NULL, NULL, NULL, NULL);

-- JSON Lines
SELECT synclog.export_json('activity');
SELECT synclog.export_json('activity', '/passwordChanged pr', 'after/n', '2019-12-31Z', '2020-01-03Z');
SELECT count(*) FROM synclog.export_json('activity', NULL);
-- whole where query() formats
SELECT synclog.load('recon', '{"_id": "r", "timestamp": "2013-01-01T00:00:00.000Z", "rootActionId": "x", "entryType": "start", "action": null, "status": null}');
SELECT synclog.query('recon');
SELECT synclog.export_json('recon');

-- formulas: whatever a spreadsheet would run, and no numbers
SELECT * FROM synclog.load('sync', $$
{"_id": "=1+1", "timestamp": "2020-01-01T00:00:00.000Z", "userId": "+1", "eventName": "-1", "action": "@SUM(A1)", "mapping": "\t=1", "message": "\r=1", "situation": "\n=1", "status": "=1,\"2\"", "exception": "a=1", "linkQualifier": "'=1", "messageDetail": -1, "-x": -1.5, "=y": "=1"}
{"_id": "＝1", "timestamp": "2020-01-02T00:00:00.000Z", "userId": "＋1", "eventName": "－1", "action": "＠1", "mapping": "£1", "message": " =1", "situation": "", "messageDetail": "=1"}
{"_id": "-raw", "timestamp": "2020-01-03T00:00:00.000Z", "userId": "=\u0000", "action": -1, "eventName": "-1"}
$$);
SELECT synclog.export_csv('sync', fields => '_id,userId,eventName,action,mapping,message,situation,status,exception,linkQualifier,messageDetail,-x,=y,timestamp', guard_formulas => true);
SELECT synclog.export_csv('sync', '/_id eq "=1+1"', fields => '_id,userId,=y');
SELECT synclog.export_csv('sync', '/_id eq "-raw"', guard_formulas => true);

-- tables of one's own: columns of other types, JSON with line breaks, none for other members
CREATE TABLE audit.own ("timestamp" timestamptz, id text, n numeric, list text[], at date, doc json, docs json[], extra text);
SELECT synclog.add_topic('own', 'audit.own');
INSERT INTO audit.own VALUES ('2020-01-01Z', 'x', -1.50, '{a,NULL,"b,c"}', '2020-02-29', E'{"a" : 1,\n\r "b" : "=x\\n"\n}', ARRAY[E'[\n]'::json], '=own');
SELECT synclog.export_csv('own');
SELECT synclog.export_csv('own', fields => 'list/2,at,doc/b,docs/0,extra,n', guard_formulas => true);
SELECT synclog.export_json('own');
CREATE TABLE audit.bare (id text, "timestamp" timestamptz, "mixedCase" varchar(5), b boolean, i2 int2, i4 int4, i8 int8, f8 float8);
SELECT synclog.add_topic('bare', 'audit.bare');
INSERT INTO audit.bare VALUES ('x', '-infinity', '', true, -1, 2, 3, 'NaN'), ('y', 'infinity', NULL, false, NULL, NULL, NULL, 1e-9);
SELECT synclog.export_csv('bare', guard_formulas => true);

-- JSON with blanks before it is the same
INSERT INTO audit.own (id, "timestamp", doc) VALUES ('y', '2020-01-02Z', ' "=1"'), ('z', '2020-01-03Z', E'\nnull');
SELECT synclog.export_csv('own', '/timestamp gt "2020-01-01T00:00:00Z"', fields => '_id,doc', guard_formulas => true);

-- no event, which only a person can have put where one is kept as it came
INSERT INTO audit.sync (id, "timestamp", raw) SELECT 'no event ' || n, '2020-01-04Z', raw
FROM unnest('{" [ 1, \"a\" ]","\"=1\"",7,"null"," {}"}'::json[]) WITH ORDINALITY AS r(raw, n);
SELECT synclog.export_csv('sync', after => '2020-01-03Z', guard_formulas => true);
SELECT synclog.export_json('sync', after => '2020-01-03Z');

-- other products' names for members are those of the columns; what is derived is no member
SELECT synclog.store('sync_run', '{"id": 7, "type": "full-ldap-sync", "timeStamp": "2015-10-16T22:00:00.000+0000"}');
SELECT synclog.export_csv('sync_run', '/id eq 7');
SELECT synclog.export_csv('sync_run', fields => 'id,timeStamp,type,number');
SELECT synclog.export_json('sync_run', fields => 'id,timeStamp');

-- it streams, and bounds are conditions that indexes and months know
\set rows_read `echo "$PG_ABS_SRCDIR/rows_read.sql"`
\i :rows_read
SELECT count(synclog.make_month('audit.recon', m)) FROM generate_series('2020-01-01Z'::timestamptz, '2020-06-01Z', '1 month') m;
INSERT INTO audit.recon (id, "timestamp", entry_type) SELECT 's' || n, '2020-01-01Z'::timestamptz + n * interval '1 hour', 'entry' FROM generate_series(1, 4000) n;
ANALYZE audit.recon;
BEGIN;
SELECT pg_temp.rows_read() AS before \gset
SELECT synclog.export_json('recon', after => '2020-01-01Z') LIMIT 1;
SELECT pg_temp.rows_read() - :before < 500 AS few;
ROLLBACK;
BEGIN;
SELECT pg_temp.rows_read() AS before \gset
SELECT count(*) FROM synclog.export_csv('recon', after => '2020-03-01T00:00:00Z', before => '2020-03-01T05:00:00Z');
SELECT pg_temp.rows_read() - :before;
ROLLBACK;
-- in the middle of a transaction that stores, and past its end
BEGIN;
SELECT synclog.store('config', '{"_id": "before", "timestamp": "2020-01-01T00:00:00.000Z"}');
DECLARE lines CURSOR WITH HOLD FOR SELECT synclog.export_csv('config', fields => '_id');
FETCH 1 FROM lines;
SELECT synclog.store('config', '{"_id": "after", "timestamp": "2020-01-01T00:00:00.000Z"}');
COMMIT;
FETCH ALL FROM lines;
CLOSE lines;

-- what printing an event takes is not kept: here, its names without escapes
SELECT count(synclog.store('access', format('{"_id": "%s", "timestamp": "2020-01-01T00:00:00.000Z", "none": "\u0000", %s}', n, names)))
FROM (SELECT string_agg(format('"\u006e%s": 0', n), ', ') AS names FROM generate_series(1, 5000) n) names, generate_series(1, 5) n;
BEGIN;
DECLARE names CURSOR FOR SELECT synclog.export_csv('access', fields => '_id,n5000');
FETCH 2 FROM names;
SELECT sum(used_bytes) < 100000 AS little FROM pg_backend_memory_contexts WHERE name LIKE 'synclog event%';
ROLLBACK;

-- errors are those of query()
\a\t
SELECT synclog.export_csv('nope');
SELECT synclog.export_json(NULL);
SELECT synclog.export_csv('activity', 'a eq');
SELECT synclog.export_csv('activity', fields => 'a,,b');
SELECT synclog.export_json('bare', fields => 'mixedcase');
SELECT synclog.export_csv('bare', fields => '_id,mixedcase');
SELECT synclog.export_csv('activity', sort_keys => '');
CREATE ROLE regress_synclog_export;
GRANT USAGE ON SCHEMA audit TO regress_synclog_export;
SET ROLE regress_synclog_export;
SELECT synclog.export_csv('config');
SELECT synclog.export_json('config');
RESET ROLE;
DROP OWNED BY regress_synclog_export;
DROP ROLE regress_synclog_export;

-- Loading what was exported gives the same rows, for every sample of each topic.
-- The files of a topic are called so: TOPIC.*.jsonl or *.TOPIC.jsonl; those of
-- other products' documents begin with the product.
DELETE FROM synclog.topic;
SELECT synclog.create_topics('audit_copy');
-- makes the table of a topic the one in a schema
CREATE FUNCTION pg_temp.move_topic(text, schema text) RETURNS void LANGUAGE sql AS
	$$ UPDATE synclog.topic SET relation = format('%I.%I', schema, $1)::regclass WHERE name = $1 $$;
-- late: rows are the same whenever they came
CREATE FUNCTION pg_temp.round_trip(topic text, events text, late boolean DEFAULT false,
	OUT stored bigint, OUT in_raw bigint, OUT several_lines bigint, OUT again bigint, OUT differing text)
LANGUAGE plpgsql AS $$
DECLARE
	lines text[];
BEGIN
	EXECUTE format('TRUNCATE audit.%1$I, audit_copy.%1$I', topic);
	PERFORM pg_temp.move_topic(topic, 'audit');
	SELECT l.stored INTO stored FROM synclog.load(topic, events) l;
	EXECUTE format('SELECT count(raw) FROM audit.%I', topic) INTO in_raw;
	SELECT array_agg(e), count(*) FILTER (WHERE e ~ '[\r\n]') INTO lines, several_lines FROM synclog.export_json(topic) e;
	PERFORM pg_temp.move_topic(topic, 'audit_copy');
	SELECT l.stored INTO again FROM synclog.load(topic, array_to_string(lines, E'\n')) l;
	EXECUTE format('SELECT string_agg(r, E''\n'') FROM (
			(SELECT %1$s FROM audit.%2$I t EXCEPT ALL SELECT %1$s FROM audit_copy.%2$I t) UNION ALL
			(SELECT %1$s FROM audit_copy.%2$I t EXCEPT ALL SELECT %1$s FROM audit.%2$I t)) d(r)',
		CASE WHEN late THEN 'replace(t::text, t."timestamp"::text, ''late'')' ELSE 't::text' END, topic) INTO differing;
END $$;
\set files `cd "$PG_ABS_SRCDIR/data" && for f in *.jsonl aps_entries.json; do echo "# $f"; cat "$f"; done`
CREATE TEMP TABLE sample AS
	SELECT t.name AS topic, f.name AS file, f.events
	FROM (SELECT left(f, strpos(f, E'\n') - 1) AS name, substr(f, strpos(f, E'\n') + 1) AS events
			FROM regexp_split_to_table(substr(:'files', 3), E'\n# ') f) f
		JOIN (SELECT name, name AS part FROM synclog.topic
			UNION ALL VALUES ('sync_run', 'aps_entries'), ('directory_sync', 'code42_sync'), ('provisioning_task', 'paraview_tasks')) t
			ON t.part = ANY (string_to_array(f.name, '.'))
	UNION ALL
	SELECT line::jsonb->>'topic', 'seeds_events.jsonl', string_agg(DISTINCT line::jsonb->>'event', E'\n')
	FROM regexp_split_to_table(:'files', E'\n') line
	WHERE line LIKE '{"seed"%' AND line::jsonb ? 'event'
	GROUP BY 1
	UNION ALL VALUES ('sync_run_line', 'a line', '{"_id": "1-0", "timestamp": "2015-10-16T22:00:00.000Z", "run": "1", "ordinal": 0, "action": "created-user", "message": "Created user: a, b \\n"}');
SELECT topic, file, r.* FROM sample, LATERAL pg_temp.round_trip(topic, events) r
ORDER BY topic, file COLLATE "C";

-- events that columns cannot hold, or not as they came
SELECT * FROM pg_temp.round_trip('activity', $$
{"_id": "1", "timestamp": "2020-02-02T00:00:00.000Z", "after": {"mail": "\u0000", "n": 1}, "custom": {"k": "\ud83d"}}
{"_id": "2", "timestamp": "2020-02-02T02:00:00+02:00", "operation": 1, "passwordChanged": "yes", "after": "[1, 2 ]"}
{"_id": "3", "timestamp": "2020-02-02T00:00:00.000Z", "operation": "x", "operation": null, "n": 1e400, "m": 1.50, "o": 12345678901234567890123456789}
{"_id": 4, "timestamp": "2020-02-02T00:00:00.000Z"}
{"timestamp": "2020-02-02T00:00:00.123456Z", "extra": {"extra": 1}, "raw": null, "form": [], "tenantId": "t", "tenant_id": "u", "id": "i"}
{"_id": "5", "timestamp": "2020-02-02T00:00:00.000Z", "message": "\u0001\u001f\u007f\u2028\u2029\ufeff \\ \" / \b\f\n\r\t", "a\nb": "c\td", "": {"": null}, "before": "", "after": "\"x\"", "changedFields": "a"}
{"_id": "6", "timestamp": "2020-02-02T00:00:00.000Z", "trackingIds": [], "after": {}, "before": [[[]]], "context": null, "unknown": null}
$$);
-- without a usable timestamp they are those of another receipt
SELECT * FROM pg_temp.round_trip('activity', $$
{"_id": "late", "operation": "x"}
{"_id": "later", "timestamp": "yesterday"}
{"_id": "number", "timestamp": 1580601600000}
{"operation": "y"}
{"operation": "y"}
$$, late => true);
SET client_min_messages = warning;
DROP SCHEMA audit_copy CASCADE;
