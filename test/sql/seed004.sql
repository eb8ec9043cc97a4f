-- OpenIDM 2.2, "Querying the Reconciliation Audit Log": what the document
-- asks, asked through synclog, gives what the document prints.
SET client_min_messages = warning; DROP SCHEMA IF EXISTS audit CASCADE; DELETE FROM synclog.topic; RESET client_min_messages; SELECT synclog.create_topics();

\set events `cat "$PG_ABS_SRCDIR/data/seeds_events.jsonl"`
\set responses `cat "$PG_ABS_SRCDIR/data/seeds_responses.jsonl"`

-- the events that the document prints, and where
CREATE TEMP TABLE printed AS
	SELECT (line::jsonb->>'line')::int AS line, line::jsonb->>'topic' AS topic,
		line::jsonb->>'within' AS section, line::jsonb->'event' AS event
	FROM regexp_split_to_table(:'events', E'\n') line
	WHERE line::jsonb->>'seed' = '004';
CREATE TEMP TABLE response AS
	SELECT (line::jsonb->>'line')::int AS line, line::jsonb->'response' AS response
	FROM regexp_split_to_table(:'responses', E'\n') line
	WHERE line::jsonb->>'seed' = '004';
SELECT line, topic, section, count(*) FROM printed GROUP BY 1, 2, 3 ORDER BY 1, 2, 3;

-- The document's requests name other ids than its answers.  Where a request
-- has the first of these, the second is asked for.
CREATE TEMP TABLE substitution AS
	SELECT * FROM (VALUES
	('reconId', '<reconID>', '1ef8e7b6-33dc-4f92-810a-b51913508a68'),
	('reconId', 'fd2a59df-1fcd-444d-97ca-2c8a7ec6dc6c', '1ef8e7b6-33dc-4f92-810a-b51913508a68'),
	('parentActionId', '90ce7473-98c7-4747-bfbb-32bfa3ce5d92', '0aaba292-1dd3-4e98-a0e2-04bec9ae5209')
	) v(member, requested, answered);

CREATE FUNCTION pg_temp.asked(request text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	s record;
BEGIN
	FOR s IN SELECT * FROM substitution LOOP
		request := replace(request, s.requested, s.answered);
	END LOOP;
	RETURN request;
END $$;

-- an answer beside the one printed at a line, as sets
CREATE FUNCTION pg_temp.compare(answer json[], printed_at int, OUT events bigint, OUT missing text, OUT unexpected text)
LANGUAGE sql AS $$
	WITH a AS (SELECT unnest(answer)::jsonb AS event),
		p AS (SELECT event FROM printed WHERE line = printed_at)
	SELECT (SELECT count(*) FROM a),
		(SELECT string_agg(event::text, E'\n') FROM (TABLE p EXCEPT ALL TABLE a) m),
		(SELECT string_agg(event::text, E'\n') FROM (TABLE a EXCEPT ALL TABLE p) u)
$$;
\pset null '(none)'

-- the log after the first reconciliation: what GET audit/recon answered is
-- loaded as it is, and asked for
SELECT * FROM synclog.load('recon', (SELECT response::text FROM response WHERE line = 17));
SELECT * FROM pg_temp.compare(ARRAY(SELECT synclog.query('recon')), 17);

-- GET audit/recon/<_id>
SELECT * FROM pg_temp.compare(ARRAY[synclog.read('recon', '9f59bb8a-31c6-41af-8f27-02094391ba0c')], 136);

-- _queryId=audit-by-recon-id: start, result and summary, each in its place
SELECT * FROM synclog.load('recon', (SELECT response::text FROM response WHERE line = 165));
SELECT (g.grouped->'start')::jsonb = r.response->'start' AS start,
	(g.grouped->'summary')::jsonb = r.response->'summary' AS summary,
	ARRAY(SELECT json_object_keys(g.grouped)) AS members, c.*
FROM synclog.recon_grouped(pg_temp.asked('<reconID>')) g(grouped), response r,
	pg_temp.compare(ARRAY(SELECT json_array_elements(g.grouped->'result'))
		|| (g.grouped->'start') || (g.grouped->'summary'), 165) c
WHERE r.line = 165;
SELECT e.section, p.section AS printed_in, e.event->>'_id' AS _id
FROM synclog.recon_entries(pg_temp.asked('<reconID>')) WITH ORDINALITY e
	JOIN printed p ON p.event = e.event::jsonb AND p.line = 165
ORDER BY e.ordinality;

-- _queryId=audit-by-recon-id-situation
SELECT * FROM pg_temp.compare(ARRAY(SELECT synclog.query('recon',
	pg_temp.asked('/reconId eq "fd2a59df-1fcd-444d-97ca-2c8a7ec6dc6c" and /situation eq "ABSENT"'))), 285);
SELECT * FROM pg_temp.compare(ARRAY(SELECT event
	FROM synclog.recon_entries(pg_temp.asked('fd2a59df-1fcd-444d-97ca-2c8a7ec6dc6c'), 'ABSENT') WHERE section = 'result'), 285);

-- GET audit/activity, of which the document prints the last entry in part
SELECT * FROM synclog.load('activity', (SELECT response::text FROM response WHERE line = 457));
SELECT * FROM pg_temp.compare(ARRAY(SELECT synclog.query('activity')), 457);
-- GET audit/activity/<_id>
SELECT * FROM pg_temp.compare(ARRAY[synclog.read('activity', '22ef6d20-bd84-4267-9db8-745825a46ad1')], 382);
-- _queryId=audit-by-activity-parent-action
SELECT * FROM pg_temp.compare(ARRAY(SELECT synclog.query('activity',
	pg_temp.asked('/parentActionId eq "90ce7473-98c7-4747-bfbb-32bfa3ce5d92"'))), 457);

-- form and nulls of some answers, to be read
\a\t
SELECT jsonb_pretty(synclog.recon_grouped('1ef8e7b6-33dc-4f92-810a-b51913508a68')::jsonb - 'result');
SELECT synclog.query('recon', '/reconId eq "1ef8e7b6-33dc-4f92-810a-b51913508a68" and /situation eq "ABSENT"');

-- the same events unformatted lack nothing and gain nothing, since the
-- document prints them formatted and they were stored so
SELECT count(*), bool_and(a.event::jsonb = b.event::jsonb)
FROM synclog.recon_entries('1ef8e7b6-33dc-4f92-810a-b51913508a68') a
	JOIN synclog.recon_entries('1ef8e7b6-33dc-4f92-810a-b51913508a68', formatted => false) b
	ON a.event->>'_id' = b.event->>'_id';
