-- event(): every dialect's events come back as they came
SET client_min_messages = warning; DROP SCHEMA IF EXISTS audit CASCADE; DELETE FROM synclog.topic; RESET client_min_messages; SELECT synclog.create_topics();

\set comparable `echo "$PG_ABS_SRCDIR/comparable.sql"`
\i :comparable

CREATE FUNCTION pg_temp.round_trip(topic text, events text,
	OUT events_in bigint, OUT stored bigint, OUT same bigint, OUT in_raw bigint, OUT differing text)
LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE format('TRUNCATE audit.%I', topic);
	SELECT l.stored INTO stored FROM synclog.load(topic, events) l;
	CREATE TEMP TABLE came ON COMMIT DROP AS
		SELECT line::jsonb AS event FROM regexp_split_to_table(events, E'\n') line WHERE line <> '';
	EXECUTE format($q$
		SELECT count(c.event), count(*) FILTER (WHERE pg_temp.comparable(c.event) = pg_temp.comparable(g.event)),
			count(*) FILTER (WHERE g.raw),
			string_agg(c.event::text || E'\n' || g.event::text, E'\n') FILTER (WHERE pg_temp.comparable(c.event) <> pg_temp.comparable(g.event))
		FROM came c FULL JOIN (SELECT synclog.event(t, false)::jsonb AS event, raw IS NOT NULL AS raw FROM audit.%I t) g
			ON c.event->>'_id' = g.event->>'_id'$q$, topic)
		INTO events_in, same, in_raw, differing;
	DROP TABLE came;
END $$;

\set recon2 `cat "$PG_ABS_SRCDIR/data/recon.openidm2.jsonl"`
\set recon2f `cat "$PG_ABS_SRCDIR/data/recon.openidm2_formatted.jsonl"`
\set recon3 `cat "$PG_ABS_SRCDIR/data/recon.openidm3.jsonl"`
\set recon3f `cat "$PG_ABS_SRCDIR/data/recon.openidm3_formatted.jsonl"`
\set recon4 `cat "$PG_ABS_SRCDIR/data/recon.openidm4.jsonl"`
\set recon4r `cat "$PG_ABS_SRCDIR/data/recon.openidm4_repo_readback.jsonl"`
\set sync3 `cat "$PG_ABS_SRCDIR/data/sync.openidm3.jsonl"`
\set sync4 `cat "$PG_ABS_SRCDIR/data/sync.openidm4.jsonl"`
\set sync4r `cat "$PG_ABS_SRCDIR/data/sync.openidm4_repo_readback.jsonl"`
\set activity2 `cat "$PG_ABS_SRCDIR/data/activity.openidm2.jsonl"`
\set activity3 `cat "$PG_ABS_SRCDIR/data/activity.openidm3.jsonl"`
\set activity4 `cat "$PG_ABS_SRCDIR/data/activity.openidm4.jsonl"`
\set activity4r `cat "$PG_ABS_SRCDIR/data/activity.openidm4_repo_readback.jsonl"`
\set authentication4 `cat "$PG_ABS_SRCDIR/data/authentication.openidm4.jsonl"`
\set authentication4r `cat "$PG_ABS_SRCDIR/data/authentication.openidm4_repo_readback.jsonl"`
\set config4 `cat "$PG_ABS_SRCDIR/data/config.openidm4.jsonl"`
\set config4r `cat "$PG_ABS_SRCDIR/data/config.openidm4_repo_readback.jsonl"`
\set access2 `cat "$PG_ABS_SRCDIR/data/access.openidm2.jsonl"`
\set access3 `cat "$PG_ABS_SRCDIR/data/access.openidm3.jsonl"`
\set access4 `cat "$PG_ABS_SRCDIR/data/access.openidm4.jsonl"`
\set access4r `cat "$PG_ABS_SRCDIR/data/access.openidm4_repo_readback.jsonl"`

\pset null '(none)'
SELECT 'recon 2.x' AS sample, * FROM pg_temp.round_trip('recon', :'recon2');
SELECT 'recon 2.x formatted' AS sample, * FROM pg_temp.round_trip('recon', :'recon2f');
SELECT 'recon 3.x' AS sample, * FROM pg_temp.round_trip('recon', :'recon3');
SELECT 'recon 3.x formatted' AS sample, * FROM pg_temp.round_trip('recon', :'recon3f');
SELECT 'recon 4.x' AS sample, * FROM pg_temp.round_trip('recon', :'recon4');
SELECT 'recon 4.x repository' AS sample, * FROM pg_temp.round_trip('recon', :'recon4r');
SELECT 'sync 3.x' AS sample, * FROM pg_temp.round_trip('sync', :'sync3');
SELECT 'sync 4.x' AS sample, * FROM pg_temp.round_trip('sync', :'sync4');
SELECT 'sync 4.x repository' AS sample, * FROM pg_temp.round_trip('sync', :'sync4r');
SELECT 'activity 2.x' AS sample, * FROM pg_temp.round_trip('activity', :'activity2');
SELECT 'activity 3.x' AS sample, * FROM pg_temp.round_trip('activity', :'activity3');
SELECT 'activity 4.x' AS sample, * FROM pg_temp.round_trip('activity', :'activity4');
SELECT 'activity 4.x repository' AS sample, * FROM pg_temp.round_trip('activity', :'activity4r');
SELECT 'authentication 4.x' AS sample, * FROM pg_temp.round_trip('authentication', :'authentication4');
SELECT 'authentication 4.x repository' AS sample, * FROM pg_temp.round_trip('authentication', :'authentication4r');
SELECT 'config 4.x' AS sample, * FROM pg_temp.round_trip('config', :'config4');
SELECT 'config 4.x repository' AS sample, * FROM pg_temp.round_trip('config', :'config4r');
SELECT 'access 2.x' AS sample, * FROM pg_temp.round_trip('access', :'access2');
SELECT 'access 3.x' AS sample, * FROM pg_temp.round_trip('access', :'access3');
SELECT 'access 4.x' AS sample, * FROM pg_temp.round_trip('access', :'access4');
SELECT 'access 4.x repository' AS sample, * FROM pg_temp.round_trip('access', :'access4r');

-- formatted: what OpenIDM makes of the events of 2.x and 3.x, and of 4.x nothing
CREATE FUNCTION pg_temp.formats(came text, formatted text, OUT events bigint, OUT same bigint, OUT shorter bigint)
LANGUAGE plpgsql AS $$
BEGIN
	TRUNCATE audit.recon;
	PERFORM synclog.load('recon', came);
	SELECT count(*), count(*) FILTER (WHERE synclog.event(t)::jsonb = f::jsonb),
		count(*) FILTER (WHERE synclog.event(t)::jsonb <> synclog.event(t, false)::jsonb)
		INTO events, same, shorter
	FROM regexp_split_to_table(formatted, E'\n') f
		LEFT JOIN audit.recon t ON t.id = f::jsonb->>'_id';
END $$;
SELECT 'recon 2.x' AS sample, * FROM pg_temp.formats(:'recon2', :'recon2f');
SELECT 'recon 3.x' AS sample, * FROM pg_temp.formats(:'recon3', :'recon3f');
SELECT 'recon 4.x' AS sample, * FROM pg_temp.formats(:'recon4', :'recon4');

\a\t
-- formatting hides nulls only, is found by rootActionId, and reaches into raw
TRUNCATE audit.recon;
SELECT * FROM synclog.load('recon', $$
{"_id": "1", "timestamp": "2013-05-08T07:58:33.296Z", "rootActionId": "a", "entryType": "start", "action": null, "situation": "ABSENT", "mapping": null}
{"_id": "2", "timestamp": "2013-05-08T07:58:33.296Z", "rootActionId": "a", "entryType": "", "action": null, "situation": null, "mapping": null}
{"_id": "3", "timestamp": "2013-05-08T07:58:33.296Z", "rootActionId": "a", "action": null, "mapping": null}
{"_id": "4", "timestamp": "2013-05-08T07:58:33.296Z", "rootActionId": "a", "entryType": "summary", "action": null, "mapping": "m", "n": 12345678901234567890123, "n": 2, "nested": {"action": null}}
{"_id": "5", "timestamp": "2013-05-08T07:58:33.296Z", "rootActionId": null, "entryType": "start", "action": null, "mapping": null}
{"_id": "6", "timestamp": "2013-05-08T07:58:33.296Z", "entryType": "start", "action": null, "mapping": null}
$$);
SELECT synclog.event(t) FROM audit.recon t ORDER BY id;
SELECT synclog.event(t, false) FROM audit.recon t ORDER BY id;
-- a sync event has no entry type
SELECT * FROM synclog.load('sync', '{"_id": "1", "timestamp": "2013-05-08T07:58:33.296Z", "rootActionId": "a", "mapping": null}');
SELECT synclog.event(t) FROM audit.sync t WHERE id = '1';

-- what columns can't tell comes out of raw, in one line
SELECT * FROM synclog.load('recon', $$[{"_id": "u0", "timestamp": "2020-01-01T00:00:00.000Z",
	"message": "nul \u0000",
	"list": [ 1 , "a  b" , { "x" : [ ] } ]}]$$);
SELECT synclog.event(t) FROM audit.recon t WHERE id = 'u0';

-- strings, control characters, extra members, JSON null inside JSON
SELECT * FROM synclog.load('recon', $$
{"_id": "s", "timestamp": "2020-01-01T00:00:00.000Z", "message": "q\" b\\ s/ \b\f\n\r\t\u0001\u001f\u007f é € 😀", "_rev": "0", "form": 1, "messageDetail": {"a": null, "b": [null, {}]}}
{"_id": "e", "timestamp": "2020-01-01T00:00:00.123456Z", "messageDetail": null, "empty": {}, "extra": {"extra": 1}}$$);
SELECT synclog.event(t) FROM audit.recon t WHERE id IN ('s', 'e') ORDER BY id;

-- a partition's row is its topic's, whatever its attribute numbers
TRUNCATE audit.sync;
CREATE TABLE audit.sync_1970 AS SELECT 1 AS dropped, message AS m0, t.* FROM audit.sync t WITH NO DATA;
ALTER TABLE audit.sync_1970 DROP COLUMN dropped, DROP COLUMN m0, ALTER id SET NOT NULL, ALTER "timestamp" SET NOT NULL,
	ALTER tenant_id SET NOT NULL;
ALTER TABLE audit.sync DETACH PARTITION audit.sync_before_2000;
ALTER TABLE audit.sync ATTACH PARTITION audit.sync_1970 FOR VALUES FROM ('1970-01-01') TO ('1971-01-01');
SELECT * FROM synclog.load('sync', '{"_id": "p", "timestamp": "1970-05-05T00:00:00.000Z", "action": null, "messageDetail": "{\"a\": 1}", "message": "m"}');
SELECT synclog.event(t) FROM audit.sync t;
SELECT synclog.event(t) FROM audit.sync_1970 t;

-- long values, compressed and out of line
SELECT * FROM synclog.load('activity', (SELECT jsonb_build_object('_id', 'long', 'timestamp', '2020-01-01T00:00:00.000Z',
	'message', repeat('"quoted" \ ', 20000), 'before', string_agg(md5(i::text), ''), 'after', jsonb_agg(md5(i::text)), 'x', jsonb_agg(i))::text
	FROM generate_series(1, 5000) i));
SELECT length(e->>'message'), e->>'message' = repeat('"quoted" \ ', 20000) AS message, e->>'before' = string_agg(md5(i::text), '') AS before,
	(e->'after')::jsonb = jsonb_agg(md5(i::text)) AS after, (e->'x')::jsonb = jsonb_agg(i) AS x
FROM (SELECT synclog.read('activity', 'long')::jsonb OFFSET 0) r(e), generate_series(1, 5000) i GROUP BY e;
SELECT synclog.query('activity', '/_id eq "long"', fields => 'x/4999,after/0');

-- any other row comes out by the naming rule
CREATE TYPE pg_temp.pair AS (first_name text, n int);
SELECT synclog.event(r) FROM (SELECT 1 AS id, 2::smallint AS small_number, 3::bigint AS big, 1.50 AS numeric_value, 'NaN'::float8 AS nan,
	true AS yes, NULL::text AS missing, ARRAY[1, NULL] AS list, ROW('a', 1)::pg_temp.pair AS a_pair,
	'2020-02-29 12:00:00.5+02'::timestamptz AS at, 'infinity'::timestamptz AS ever, date '2020-02-29' AS day,
	'[1,  2]'::json AS j, '{"a":  1}'::jsonb AS jb, 'x'::name AS "_odd_Name_", 'c'::char(3) AS "a ""quoted"" one", '\x00ff'::bytea AS bytes) r;
SELECT synclog.event(ROW(1, 'a'));
SELECT synclog.event(NULL::audit.recon), synclog.event(r, NULL) FROM audit.recon r LIMIT 1;
-- the settings of the client change nothing of a topic's event
SET timezone = 'Asia/Tokyo'; SET datestyle = 'German';
SELECT synclog.event(t) FROM audit.recon t WHERE id = 'e';
RESET timezone; RESET datestyle;

-- rows that change their shape from call to call
DO $$
DECLARE
	r record;
BEGIN
	FOR i IN 1..2 LOOP
		FOR r IN EXECUTE CASE i WHEN 1 THEN 'SELECT 1 AS id, ''x''::text AS a' ELSE 'SELECT ''y''::text AS id, 2 AS a, true AS b' END LOOP
			RAISE NOTICE '%', synclog.event(r);
		END LOOP;
	END LOOP;
END $$;
SELECT synclog.event(v) FROM (VALUES (ROW(1, 'a')), (ROW(2, 'b'))) x(v);
CREATE TABLE pg_temp.evolving (id int, a text);
INSERT INTO pg_temp.evolving VALUES (1, 'x');
PREPARE p AS SELECT synclog.event(e) FROM pg_temp.evolving e;
EXECUTE p;
ALTER TABLE pg_temp.evolving ADD COLUMN b boolean DEFAULT true, DROP COLUMN a;
EXECUTE p;
