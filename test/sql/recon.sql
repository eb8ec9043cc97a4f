-- recon_entries() and recon_grouped(): a run in its three sections
SET client_min_messages = warning; DROP SCHEMA IF EXISTS audit CASCADE; DELETE FROM synclog.topic; RESET client_min_messages; SELECT synclog.create_topics();

\set recon2 `cat "$PG_ABS_SRCDIR/data/recon.openidm2.jsonl"`
\set recon4 `cat "$PG_ABS_SRCDIR/data/recon.openidm4.jsonl"`
SELECT * FROM synclog.load('recon', :'recon2' || E'\n' || :'recon4');

-- every event of a run is in one section, in order
SELECT t.recon_id, count(*), count(*) FILTER (WHERE e.section = 'start') AS start, count(*) FILTER (WHERE e.section = 'result') AS result,
	count(*) FILTER (WHERE e.section = 'summary') AS summary,
	bool_and(e.event::jsonb = synclog.event(t)::jsonb) AS same
FROM audit.recon t LEFT JOIN LATERAL (SELECT * FROM synclog.recon_entries(t.recon_id) e WHERE e.event->>'_id' = t.id) e ON true
GROUP BY 1 ORDER BY 1;
SELECT ordinality, section, event->>'timestamp' AS "timestamp", event->>'entryType' AS entry_type, event->>'situation' AS situation
FROM synclog.recon_entries('ffa2c349-049c-4a73-8124-db51564a954f') WITH ORDINALITY;
-- a situation is asked of results only
SELECT section, event->>'situation' AS situation FROM synclog.recon_entries('ffa2c349-049c-4a73-8124-db51564a954f', 'ABSENT');
SELECT section, event->>'situation' AS situation FROM synclog.recon_entries('ffa2c349-049c-4a73-8124-db51564a954f', 'none');

-- an entry is what is neither start nor summary, whatever its type; ties by _id
\a\t
SELECT * FROM synclog.load('recon', $$
{"_id": "z", "timestamp": "2020-01-01T00:00:00.000Z", "reconId": "r", "entryType": "start"}
{"_id": "y", "timestamp": "2020-01-01T00:00:01.000Z", "reconId": "r", "entryType": "entry", "situation": "ABSENT"}
{"_id": "x", "timestamp": "2020-01-01T00:00:01.000Z", "reconId": "r", "entryType": ""}
{"_id": "w", "timestamp": "2019-12-31T00:00:00.000Z", "reconId": "r", "entryType": null}
{"_id": "v", "timestamp": "2020-01-01T00:00:02.000Z", "reconId": "r"}
{"_id": "u", "timestamp": "2020-01-01T00:00:02.000Z", "reconId": "r", "entryType": "Start", "mapping": "\u0000"}
{"_id": "t", "timestamp": "2020-01-01T00:00:00.000Z", "reconId": "r", "entryType": "summary"}
{"_id": "s", "timestamp": "2020-01-01T00:00:00.000Z", "reconId": "2.x", "entryType": "", "rootActionId": "a", "mapping": null}
{"_id": "q", "timestamp": "2020-01-01T00:00:00.000Z", "reconId": "", "entryType": "start"}
$$);
SELECT * FROM synclog.recon_entries('r');
SELECT synclog.recon_grouped('r');
SELECT * FROM synclog.recon_entries('2.x');
SELECT * FROM synclog.recon_entries('2.x', formatted => false);
SELECT synclog.recon_grouped('2.x');
SELECT synclog.recon_grouped('');
-- several starts and summaries all come out; grouped, the first start and the last summary
SELECT * FROM synclog.load('recon', $$
{"_id": "n", "timestamp": "2020-01-02T00:00:00.000Z", "reconId": "twice", "entryType": "start"}
{"_id": "o", "timestamp": "2020-01-01T00:00:00.000Z", "reconId": "twice", "entryType": "start"}
{"_id": "m", "timestamp": "2020-01-04T00:00:00.000Z", "reconId": "twice", "entryType": "summary"}
{"_id": "p", "timestamp": "2020-01-03T00:00:00.000Z", "reconId": "twice", "entryType": "summary"}
$$);
SELECT section, event->>'_id' FROM synclog.recon_entries('twice');
SELECT synclog.recon_grouped('twice');
-- a run that nobody knows
SELECT synclog.recon_grouped('none');
SELECT count(*) FROM synclog.recon_entries('none');
SELECT count(*) FROM synclog.recon_entries(NULL);
SELECT synclog.recon_grouped(NULL) IS NULL;
-- in the SELECT list it streams
SELECT (synclog.recon_entries('r')).section LIMIT 2;
SELECT synclog.recon_entries('r', 'ABSENT') LIMIT 2;

-- the topic must be there, with its columns
DELETE FROM synclog.topic WHERE name = 'recon';
SELECT synclog.recon_entries('r');
SELECT synclog.recon_grouped('r');
CREATE TABLE audit.no_recon (id text NOT NULL, "timestamp" timestamptz NOT NULL, recon_id text);
SET client_min_messages = warning;
SELECT synclog.add_topic('recon', 'audit.no_recon');
RESET client_min_messages;
SELECT synclog.recon_entries('r');
