-- Events of 2.x, 3.x, 4.x, of a 4.x server's repository and of PingIDM side by
-- side in one table: whatever way they are asked for, each has its own shape.
SET client_min_messages = warning; DROP SCHEMA IF EXISTS audit CASCADE; DELETE FROM synclog.topic; RESET client_min_messages; SELECT synclog.create_topics();

-- each file's events behind a line that says whose they are
\set files `cd "$PG_ABS_SRCDIR/data" && for f in *.openidm*.jsonl; do echo "# $f"; cat "$f"; done`
\set ping `cat "$PG_ABS_SRCDIR/data/seeds_events.jsonl"`

-- The repository gives the events of the 4.x files back, with the same ids: here
-- they are another server's.
CREATE TEMP TABLE sample AS
	SELECT split_part(name, '.', 1) AS topic, split_part(name, '.', 2) AS dialect, r.event,
		r.event->>'_id' AS id
	FROM (SELECT left(f, strpos(f, E'\n') - 1) AS name, regexp_split_to_table(f, E'\n+') AS line
			FROM regexp_split_to_table(substr(:'files', 3), E'\n# ') f) l,
		LATERAL (SELECT CASE WHEN name LIKE '%readback%' THEN regexp_replace(line, '"(_id|reconId|transactionId)": "([^"]{36}-)', '"\1": "r-\2', 'g') ELSE line END::jsonb AS event
			WHERE line LIKE '{%') r
	UNION ALL
	SELECT DISTINCT line::jsonb->>'topic', 'pingidm', line::jsonb->'event', line::jsonb->'event'->>'_id'
	FROM regexp_split_to_table(:'ping', E'\n+') line
	WHERE line LIKE '{%' AND line::jsonb->>'seed' = '001';
-- what the servers of 2.x and 3.x make of their events, with formatted=true
CREATE TEMP TABLE expected AS
	SELECT s.topic, s.dialect, s.id, s.event AS whole, coalesce(f.event, s.event) AS formatted
	FROM sample s LEFT JOIN sample f ON f.id = s.id AND f.dialect LIKE '%\_formatted'
	WHERE s.dialect NOT LIKE '%\_formatted';
SELECT topic, dialects, l.*
FROM (SELECT topic, string_agg(DISTINCT dialect, ' ') AS dialects, string_agg(whole::text, E'\n' ORDER BY md5(id)) AS events FROM expected GROUP BY topic) t,
	synclog.load(topic, events) l
ORDER BY topic;

-- each event as it comes by each way
CREATE TEMP TABLE came AS
	SELECT topic, formatted, c.*
	FROM (SELECT DISTINCT topic FROM expected) t, (VALUES (true), (false)) f(formatted), LATERAL (
		SELECT 'query' AS way, e::jsonb AS event FROM synclog.query(topic, formatted => formatted) e
		UNION ALL
		SELECT 'page', json_array_elements(synclog.query_page(topic, formatted => formatted)->'result')
		UNION ALL
		SELECT 'get', json_array_elements(body::json->'result') FROM synclog.get(format('/audit/%s?_queryFilter=true&formatted=%s', topic, formatted))
		UNION ALL
		SELECT 'entries', json_array_elements(body::json->'entries') FROM synclog.get(format('/audit/%s?formatted=%s', topic, formatted))
		UNION ALL
		SELECT 'id', body::json FROM expected e, synclog.get(format('/audit/%s/%s?formatted=%s', topic, id, formatted)) WHERE e.topic = t.topic
		UNION ALL
		SELECT 'recon', r.event FROM (SELECT DISTINCT whole->>'reconId' AS recon_id FROM expected) i, synclog.recon_entries(recon_id, formatted => formatted) r
		WHERE topic = 'recon'
	) c;

-- JSON that came as text is compared as the JSON that it is, but stays text
CREATE FUNCTION pg_temp.comparable(event jsonb) RETURNS jsonb LANGUAGE sql AS $$
	SELECT jsonb_object_agg(key, CASE WHEN jsonb_typeof(value) = 'string' AND value #>> '{}' ~ '^\s*[[{].*[]}]\s*$'
		THEN jsonb_build_object('JSON as text', (value #>> '{}')::jsonb) ELSE value END)
	FROM jsonb_each(event)
$$;

-- how many come by each way as they should
SELECT e.topic, e.dialect, c.formatted, count(DISTINCT e.id) AS events, count(DISTINCT e.id) FILTER (WHERE e.formatted <> e.whole) AS shortened,
	count(*) FILTER (WHERE way = 'query' AND same) AS query, count(*) FILTER (WHERE way = 'page' AND same) AS query_page,
	count(*) FILTER (WHERE way = 'get' AND same) AS get, count(*) FILTER (WHERE way = 'entries' AND same) AS get_entries,
	count(*) FILTER (WHERE way = 'id' AND same) AS get_id, count(*) FILTER (WHERE way = 'recon' AND same) AS recon_entries
FROM expected e LEFT JOIN came c ON c.topic = e.topic AND c.event->>'_id' = e.id,
	LATERAL (SELECT pg_temp.comparable(c.event) = pg_temp.comparable(CASE WHEN c.formatted THEN e.formatted ELSE e.whole END) AS same) s
GROUP BY 1, 2, 3 ORDER BY 1, 2, 3 DESC;
-- which differ, and how many come that are nobody's
\pset null '(none)'
SELECT e.dialect, c.topic, c.way, c.formatted, k AS member, e.whole->k AS was, c.event->k AS came
FROM expected e JOIN came c ON c.topic = e.topic AND c.event->>'_id' = e.id, jsonb_object_keys(e.whole || c.event) k,
	LATERAL (SELECT CASE WHEN c.formatted THEN e.formatted ELSE e.whole END) x(e)
WHERE pg_temp.comparable(c.event)->k IS DISTINCT FROM pg_temp.comparable(x.e)->k
ORDER BY 1, 2, 3, 4, 5;
SELECT count(*) FROM came c WHERE NOT EXISTS (SELECT FROM expected e WHERE e.topic = c.topic AND e.id = c.event->>'_id');

-- the starts of a run, of each dialect the first, as the servers format them and whole
\a\t
SELECT body FROM (SELECT DISTINCT ON (dialect) dialect, id FROM expected WHERE whole->>'entryType' = 'start' ORDER BY dialect, whole->>'timestamp') s,
	synclog.get('/audit/recon/' || id) ORDER BY dialect;
SELECT body FROM (SELECT DISTINCT ON (dialect) dialect, id FROM expected WHERE whole->>'entryType' = 'start' ORDER BY dialect, whole->>'timestamp') s,
	synclog.get('/audit/recon/' || id || '?formatted=false') ORDER BY dialect;
