-- recon_runs() and recon_trend(): the runs, from their start and summary events
SET client_min_messages = warning; DROP SCHEMA IF EXISTS audit CASCADE; DELETE FROM synclog.topic; RESET client_min_messages; SELECT synclog.create_topics();
SET timezone = 'UTC';
SET datestyle = 'ISO';
SET intervalstyle = 'postgres';
SELECT count(*) FROM synclog.recon_runs();
SELECT count(*) FROM synclog.recon_trend();

\set f2 `cat "$PG_ABS_SRCDIR/data/recon.openidm2.jsonl"`
\set f3 `cat "$PG_ABS_SRCDIR/data/recon.openidm3.jsonl"`
\set f4 `cat "$PG_ABS_SRCDIR/data/recon.openidm4.jsonl"`
SELECT * FROM synclog.load('recon', :'f2' || E'\n' || :'f3' || E'\n' || :'f4');
-- one row a run, newest first, as recon_summary() has it
SELECT right(recon_id, 4) AS run, mapping, user_id, recon_action, state, started, ended, duration, last_event FROM synclog.recon_runs();
SELECT count(*), bool_and((r.recon_id, r.mapping, r.user_id, r.recon_action, r.state, r.started, r.ended, r.duration, r.last_event, r.claimed)
	IS NOT DISTINCT FROM (s.recon_id, s.mapping, s.user_id, s.recon_action, s.state, s.started, s.ended, s.duration, s.last_event, s.claimed)) AS same
FROM synclog.recon_runs() r, synclog.recon_summary(r.recon_id) s;
SELECT (SELECT recon_id FROM synclog.recon_summary()) = (SELECT recon_id FROM synclog.recon_runs() LIMIT 1) AS newest;

-- other runs: without a summary, without a start, of both twice, of entries only
SELECT * FROM synclog.load('recon', format($$
{"_id": "a1", "timestamp": "2018-01-01T00:00:00.000Z", "reconId": "dead", "entryType": "start", "mapping": "m", "message": "Reconciliation initiated by o'neil, \"jr\""}
{"_id": "a2", "timestamp": "2018-01-01T00:00:01.000Z", "reconId": "dead", "entryType": "entry", "mapping": "m", "situation": "ABSENT", "status": "FAILURE"}
{"_id": "b1", "timestamp": "2018-01-01T00:00:00.000Z", "reconId": "same instant", "entryType": "start", "mapping": "m"}
{"_id": "b2", "timestamp": "2018-01-01T00:00:05.000Z", "reconId": "same instant", "entryType": "summary", "mapping": "m", "status": "FAILURE", "message": "ABSENT: 2 ", "messageDetail": null}
{"_id": "c1", "timestamp": "2018-02-01T00:00:09.000Z", "reconId": "no start", "entryType": "summary", "mapping": "m", "userId": "u", "reconAction": "recon", "status": "SUCCESS", "messageDetail": {"started": "2018-02-01T00:00:00.000Z", "state": "CANCELED"}}
{"_id": "d1", "timestamp": "2018-03-01T00:00:00.000Z", "reconId": "no time", "entryType": "summary", "mapping": "m"}
{"_id": "e1", "timestamp": "2018-04-01T00:00:01.000Z", "reconId": "twice", "entryType": "start", "mapping": "m", "userId": "second"}
{"_id": "e0", "timestamp": "2018-04-01T00:00:00.000Z", "reconId": "twice", "entryType": "start", "mapping": "m", "userId": "first"}
{"_id": "e3", "timestamp": "2018-04-01T00:00:09.000Z", "reconId": "twice", "entryType": "summary", "mapping": "m", "messageDetail": {"state": "SUCCESS"}}
{"_id": "e2", "timestamp": "2018-04-01T00:00:05.000Z", "reconId": "twice", "entryType": "summary", "mapping": "m", "messageDetail": {"state": "FAILED"}}
{"_id": "f1", "timestamp": "2018-05-01T00:00:00.000Z", "reconId": "entries only", "entryType": "entry", "mapping": "m"}
{"_id": "g1", "timestamp": "2018-05-01T00:00:00.000Z", "entryType": "start", "mapping": "m"}
{"_id": "h1", "timestamp": %s, "reconId": "now", "entryType": "start", "mapping": "m"}
{"_id": "h2", "timestamp": %s, "reconId": "now", "entryType": "entry", "mapping": "m", "reconciling": "source", "sourceObjectId": "s", "situation": "FOUND", "status": "SUCCESS"}
$$, to_json(synclog.iso8601(now() - interval '10 hours')), to_json(synclog.iso8601(now() - interval '10 seconds'))));
SELECT recon_id, user_id, state, started, ended, duration, last_event, claimed FROM synclog.recon_runs('/mapping eq "m" and ! (/reconId eq "now")');
-- a run is active while it has events
SELECT recon_id, state, ended, date_trunc('minute', duration) AS duration, now() - last_event < '1 hour' AS last_event, claimed FROM synclog.recon_runs('/reconId eq "now"');
SELECT stale_after, state, last_event IS NOT NULL AS known FROM unnest(ARRAY['1 hour', '5 seconds', '1000 years', NULL]::interval[]) stale_after, synclog.recon_runs('/reconId eq "now"', stale_after => stale_after);
SELECT stale_after, state, last_event FROM unnest(ARRAY['1 hour', '1000 years', NULL]::interval[]) stale_after, synclog.recon_runs('/reconId eq "dead"', stale_after => stale_after);

-- filters are on the columns of the row
SELECT f, (SELECT string_agg(right(recon_id, 12), ', ') FROM synclog.recon_runs(f::synclog.queryfilter)) AS runs
FROM unnest(ARRAY['/mapping eq "m" and /state eq "UNFINISHED"', '/state eq "ACTIVE"', '/state eq "CANCELED" or /state eq "FAILED"', '/started sw "2018-04"', '! (/started pr)', '/ended lt "2014"',
	'/claimed/statusSummary/FAILURE gt 0', '/claimed/situationSummary/ABSENT ge 2 and ! (/userId eq "openidm-admin")', '/reconAction eq "reconById"', '/userId co "neil"', 'true and /mapping eq "none"', 'false']) f;
SELECT count(*) FROM synclog.recon_runs(NULL);
SELECT count(*) FROM synclog.recon_runs('/reconID eq "x"');

-- pages: no run twice, none left out, whatever comes meanwhile
CREATE FUNCTION pg_temp.walk(filter synclog.queryfilter, size int, meanwhile text DEFAULT 'SELECT') RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
	cookie text := '';
	run record;
	n int;
BEGIN
	LOOP
		n := 0;
		FOR run IN SELECT * FROM synclog.recon_runs(filter, size, cookie) LOOP
			n := n + 1;
			cookie := run.cookie;
			RETURN NEXT run.recon_id;
		END LOOP;
		EXIT WHEN n < size;
		EXECUTE meanwhile;
	END LOOP;
END $$;
SELECT size, count(*), array_agg(w.run ORDER BY w.n) = (SELECT array_agg(recon_id) FROM synclog.recon_runs()) AS same
FROM generate_series(1, 15) size, pg_temp.walk('true', size) WITH ORDINALITY w(run, n) GROUP BY 1 ORDER BY 1;
SELECT array_agg(w) FROM pg_temp.walk('/mapping eq "m"', 2) w;
BEGIN;
SELECT count(*), count(DISTINCT w) FROM pg_temp.walk('true', 3, $$INSERT INTO audit.recon (id, "timestamp", recon_id, entry_type) VALUES (gen_random_uuid(), now(), gen_random_uuid(), 'start')$$) w;
ROLLBACK;
-- a cookie is of one filter, and nothing else
SELECT cookie AS first FROM synclog.recon_runs('/mapping pr', 1) \gset
SELECT right(recon_id, 4) AS run FROM synclog.recon_runs('(/mapping pr)', 1, :'first');
SELECT recon_id FROM synclog.recon_runs('true', 1, :'first');
SELECT recon_id FROM synclog.recon_runs('/mapping pr', 1, left(:'first', -1));
SELECT recon_id FROM synclog.recon_runs('/mapping pr', 1, 'no cookie');
SELECT synclog.query_page('recon', '/mapping pr', page_size => 1, cookie => :'first');
SELECT synclog.query_page('recon', '/mapping pr', page_size => 1)->>'pagedResultsCookie' AS other \gset
SELECT recon_id FROM synclog.recon_runs('/mapping pr', 1, :'other');
SELECT recon_id FROM synclog.recon_runs(page_size => 0);
SELECT count(*) FROM synclog.recon_runs(page_size => NULL, cookie => NULL);

-- only start and summary events are read
SELECT count(*) FROM synclog.load('recon', (SELECT string_agg(format('{"_id": "x%1$s", "timestamp": "2018-06-%2$sT00:00:0%3$s.000Z", "reconId": "x%2$s", "entryType": "%4$s", "mapping": "x", "status": "SUCCESS"%5$s}',
	i, 10 + i / 100, i % 100 / 34, CASE i % 100 WHEN 0 THEN 'start' WHEN 99 THEN 'summary' ELSE 'entry' END,
	CASE i % 100 WHEN 99 THEN ', "messageDetail": {"state": "SUCCESS", "situationSummary": {"FOUND": 98}, "statusSummary": {"SUCCESS": 98}}' ELSE '' END), E'\n')
	FROM generate_series(0, 1999) i));
VACUUM ANALYZE audit.recon;
\set rows_read `echo "$PG_ABS_SRCDIR/rows_read.sql"`
\i :rows_read
BEGIN;
SELECT pg_temp.rows_read() AS before \gset
SELECT count(*) FROM synclog.recon_runs('/mapping eq "x"');
SELECT pg_temp.rows_read() - :before < 500 AS few_rows, pg_temp.rows_read() AS before \gset
SELECT :'few_rows' AS few_rows;
SELECT count(*) FROM synclog.recon_trend('x');
SELECT pg_temp.rows_read() - :before < 500 AS few_rows, pg_temp.rows_read() AS before \gset
SELECT :'few_rows' AS few_rows;
SELECT json_array_length(body::json->'reconciliations') AS runs FROM synclog.get('/recon');
SELECT pg_temp.rows_read() - :before < 1000 AS few_rows, pg_temp.rows_read() AS before \gset
SELECT :'few_rows' AS few_rows;
SELECT entries FROM synclog.recon_summary('x15');
SELECT pg_temp.rows_read() - :before >= 98 AS entries_read \gset
SELECT :'entries_read' AS entries_read;
COMMIT;
-- and by their index, also what asks for starts or summaries alone
SET enable_seqscan = off; SET enable_bitmapscan = off;
EXPLAIN (COSTS OFF) SELECT id FROM audit.recon_2018_06 t WHERE entry_type IN ('start', 'summary') AND recon_id IS NOT NULL;
EXPLAIN (COSTS OFF) SELECT id FROM audit.recon_2018_06 t WHERE synclog.matches(t, '/entryType eq "start" and /mapping eq "x"') ORDER BY "timestamp" DESC LIMIT 1;
EXPLAIN (COSTS OFF) SELECT id FROM audit.recon_2018_06 t WHERE synclog.matches(t, '/entryType eq "summary"') ORDER BY "timestamp" DESC LIMIT 1;
RESET enable_seqscan; RESET enable_bitmapscan;

-- trends: a row a run, or an interval from Monday
SELECT started, recon_id, runs, entries, situation_summary->'FOUND' AS found, status_summary, mean_duration, entries_per_second FROM synclog.recon_trend('x') LIMIT 2;
SELECT started, recon_id, runs, entries, situation_summary->'FOUND' AS found, status_summary, mean_duration, entries_per_second FROM synclog.recon_trend('x', '1 week');
SELECT started, runs, entries, situation_summary, status_summary, mean_duration, entries_per_second FROM synclog.recon_trend('systemCsvfileAccounts_managedUser', '1 day');
-- from the entries, where nothing is claimed
SELECT started > '2020-01-01' AS now, started - CASE WHEN recon_id = 'now' THEN started - '2020-01-01Z'::timestamptz ELSE '0' END AS started, recon_id, entries, situation_summary->'ABSENT' AS absent, situation_summary->'FOUND' AS found, status_summary, date_trunc('minute', mean_duration) AS mean_duration
FROM synclog.recon_trend('m');
SELECT sum(runs), count(*) FILTER (WHERE started IS NULL) AS unknown FROM synclog.recon_trend(bucket => '7 days');
SELECT count(*) FROM synclog.recon_trend('nobody');
\set VERBOSITY terse
SELECT * FROM synclog.recon_trend(bucket => '1 month');
SELECT * FROM synclog.recon_trend(bucket => '0');
