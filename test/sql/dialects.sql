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
	SELECT topic, short, c.*
	FROM (SELECT DISTINCT topic FROM expected) t, (VALUES (true), (false)) f(short), LATERAL (
		SELECT 'query' AS way, e::jsonb AS event FROM synclog.query(topic, formatted => short) e
		UNION ALL
		SELECT 'page', jsonb_array_elements(synclog.query_page(topic, formatted => short)::jsonb->'result')
		UNION ALL
		SELECT 'get', jsonb_array_elements(body::jsonb->'result') FROM synclog.get(format('/audit/%s?_queryFilter=true&formatted=%s', topic, short::text))
		UNION ALL
		-- page by page, by a member that not all dialects have
		(WITH RECURSIVE walk(url, page) AS (
			SELECT url, body::jsonb
			FROM format('/audit/%s?_queryFilter=true&formatted=%s&_pageSize=4&_sortKeys=-eventName', topic, short::text) url, synclog.get(url)
			UNION ALL
			SELECT url, body::jsonb
			FROM walk, synclog.get(url || '&_pagedResultsCookie=' || (page->>'pagedResultsCookie'))
			WHERE page->>'pagedResultsCookie' IS NOT NULL)
		SELECT 'pages', jsonb_array_elements(page->'result') FROM walk)
		UNION ALL
		SELECT 'entries', jsonb_array_elements(body::jsonb->'entries') FROM synclog.get(format('/audit/%s?formatted=%s', topic, short::text))
		UNION ALL
		SELECT 'id', body::jsonb FROM expected e, synclog.get(format('/audit/%s/%s?formatted=%s', topic, id, short::text)) WHERE e.topic = t.topic
		UNION ALL
		SELECT 'recon', r.event::jsonb FROM (SELECT DISTINCT whole->>'reconId' AS recon_id FROM expected) i, synclog.recon_entries(recon_id, formatted => short) r
		WHERE topic = 'recon'
	) c;

\set comparable `echo "$PG_ABS_SRCDIR/comparable.sql"`
\i :comparable
CREATE TEMP TABLE compared AS
	SELECT e.topic, e.dialect, e.id, c.short, c.way, e.formatted <> e.whole AS shortened,
		pg_temp.comparable(CASE WHEN short THEN e.formatted ELSE e.whole END) AS expected, pg_temp.comparable(c.event) AS came
	FROM expected e FULL JOIN came c ON c.topic = e.topic AND c.event->>'_id' = e.id;

-- how many come by each way as they should
SELECT topic, dialect, short, count(DISTINCT id) AS events, count(DISTINCT id) FILTER (WHERE shortened) AS shortened,
	count(*) FILTER (WHERE way = 'query') AS query, count(*) FILTER (WHERE way = 'page') AS query_page,
	count(*) FILTER (WHERE way = 'get') AS get, count(*) FILTER (WHERE way = 'pages') AS get_pages, count(*) FILTER (WHERE way = 'entries') AS get_entries,
	count(*) FILTER (WHERE way = 'id') AS get_id, count(*) FILTER (WHERE way = 'recon') AS recon_entries
FROM compared WHERE expected = came
GROUP BY 1, 2, 3 ORDER BY 1, 2, 3 DESC;
-- and what is another, missing, or nobody's
SELECT topic, dialect, short, way, id, k AS member, expected->k AS expected, came->k AS came
FROM compared, jsonb_object_keys(coalesce(expected, '{"_id": null}') || coalesce(came, '{"_id": null}')) k
WHERE expected->k IS DISTINCT FROM came->k
ORDER BY 1, 2, 3, 4, 5, 6;

-- the starts of a run, of each dialect the first, as the servers format them and whole
\a\t
SELECT body FROM (SELECT DISTINCT ON (dialect) dialect, id FROM expected WHERE whole->>'entryType' = 'start' ORDER BY dialect, whole->>'timestamp') s,
	synclog.get('/audit/recon/' || id) ORDER BY dialect;
SELECT body FROM (SELECT DISTINCT ON (dialect) dialect, id FROM expected WHERE whole->>'entryType' = 'start' ORDER BY dialect, whole->>'timestamp') s,
	synclog.get('/audit/recon/' || id || '?formatted=false') ORDER BY dialect;
