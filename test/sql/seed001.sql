-- PingIDM 8.1, "Query audit logs over REST": what the document asks, asked
-- through synclog, gives what the document prints.
SET client_min_messages = warning; DROP SCHEMA IF EXISTS audit CASCADE; DELETE FROM synclog.topic; RESET client_min_messages; SELECT synclog.create_topics();

\set events `cat "$PG_ABS_SRCDIR/data/seeds_events.jsonl"`
\set responses `cat "$PG_ABS_SRCDIR/data/seeds_responses.jsonl"`

-- the events that the document prints, and where
CREATE TEMP TABLE printed AS
	SELECT (line::jsonb->>'line')::int AS line, line::jsonb->>'topic' AS topic, line::jsonb->'event' AS event
	FROM regexp_split_to_table(:'events', E'\n') line
	WHERE line::jsonb->>'seed' = '001'
	UNION ALL
	SELECT (line::jsonb->>'line')::int, 'activity', jsonb_array_elements(line::jsonb->'response'->'result')
	FROM regexp_split_to_table(:'responses', E'\n') line
	WHERE line::jsonb->>'seed' = '001'
	UNION ALL
	-- answers of which it prints some fields only
	SELECT 179, 'recon', jsonb_build_object('_id', '49bdb7cb-79a4-429d-856d-a7154005e41a-' || n,
		'mapping', 'systemCsvfileAccounts_managedUser', 'timestamp', t, 'entryType', e)
	FROM (VALUES (182, '2017-02-28T13:07:20.487Z', 'start'), (192, '2017-02-28T13:07:20.934Z', 'entry'),
		(191, '2017-02-28T13:07:20.934Z', 'entry'), (193, '2017-02-28T13:07:20.943Z', 'summary')) v(n, t, e)
	UNION ALL
	SELECT 492, 'authentication', jsonb_build_object('_id', 'c736f1c8-b522-4d18-83d2-9058e3288e3b-' || n, 'result', 'SUCCESSFUL')
	FROM (VALUES (632), (638)) v(n);
SELECT line, topic, count(*) FROM printed GROUP BY 1, 2 ORDER BY 1, 2;

-- what the document says of the others without printing it
CREATE TEMP TABLE unprinted AS
	SELECT * FROM (VALUES
	('recon', '{"_id": "49bdb7cb-79a4-429d-856d-a7154005e41a-193", "transactionId": "49bdb7cb-79a4-429d-856d-a7154005e41a-177",
		"timestamp": "2017-02-28T13:07:20.943Z", "mapping": "systemCsvfileAccounts_managedUser", "entryType": "summary",
		"reconId": "49bdb7cb-79a4-429d-856d-a7154005e41a-177"}'),
	('recon', '{"_id": "another run", "transactionId": "t", "timestamp": "2017-03-01T00:00:00.000Z", "situation": "ABSENT", "reconId": "another"}'),
	('activity', '{"_id": "414a4921-5d9d-4398-bf86-7d5312a9f5d1-144", "transactionId": "414a4921-5d9d-4398-bf86-7d5312a9f5d1-135",
		"timestamp": "2015-11-23T00:18:37.001Z", "objectId": "managed/user/42f8a60e-2019-4110-a10d-7231c3578e2b", "operation": "CREATE"}'),
	('activity', '{"_id": "414a4921-5d9d-4398-bf86-7d5312a9f5d1-145", "transactionId": "414a4921-5d9d-4398-bf86-7d5312a9f5d1-135",
		"timestamp": "2015-11-23T00:18:37.002Z", "objectId": "managed/user/9dce06d4-2fc1-4830-a92b-bd35c2f6bcbb", "operation": "CREATE"}'),
	('authentication', '{"_id": "c736f1c8-b522-4d18-83d2-9058e3288e3b-632", "transactionId": "c736f1c8-b522-4d18-83d2-9058e3288e3b-631",
		"timestamp": "2025-01-10T21:20:00.000Z", "principal": ["johndoe"], "result": "SUCCESSFUL"}'),
	('authentication', '{"_id": "c736f1c8-b522-4d18-83d2-9058e3288e3b-638", "transactionId": "c736f1c8-b522-4d18-83d2-9058e3288e3b-637",
		"timestamp": "2025-01-10T21:21:00.000Z", "principal": ["johndoe"], "result": "SUCCESSFUL"}')
	) v(topic, event);

SELECT t.topic, l.*
FROM (SELECT topic, string_agg(event, E'\n') AS events
	FROM (SELECT topic, event::text FROM printed WHERE event ? 'timestamp' AND event ? 'transactionId'
		UNION SELECT topic, event::jsonb::text FROM unprinted) e
	GROUP BY topic) t, synclog.load(t.topic, t.events) l
ORDER BY topic;

-- The document's requests name other ids than its answers.  Where a request
-- has the first of these, the second is asked for.
CREATE TEMP TABLE substitution AS
	SELECT * FROM (VALUES
	('_id', '414a4921-5d9d-4398-bf86-7d5312a9f5d1-146', '49bdb7cb-79a4-429d-856d-a7154005e41a-192'),
	('reconId', '4261227f-1d44-4042-ba7e-1dcbc6ac96b8', '49bdb7cb-79a4-429d-856d-a7154005e41a-177'),
	('reconId', '414a4921-5d9d-4398-bf86-7d5312a9f5d1-135', '49bdb7cb-79a4-429d-856d-a7154005e41a-177')
	) v(member, requested, answered);

CREATE FUNCTION pg_temp.asked(topic text, request text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	s record;
BEGIN
	FOR s IN SELECT * FROM substitution WHERE asked.topic = 'recon' LOOP
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
-- audit/recon?_queryFilter=true; printed in extract: nothing may be missing
SELECT events, missing FROM pg_temp.compare(ARRAY(SELECT synclog.query('recon', 'true')), 84);
SELECT events, missing FROM pg_temp.compare(ARRAY(SELECT synclog.query('recon', 'true')), 102);
-- audit/recon/<_id>
SELECT * FROM pg_temp.compare(ARRAY[synclog.read('recon', pg_temp.asked('recon', '414a4921-5d9d-4398-bf86-7d5312a9f5d1-146'))], 142);
-- reconId with _fields
SELECT * FROM pg_temp.compare(ARRAY(SELECT synclog.query('recon',
	pg_temp.asked('recon', '/reconId eq "4261227f-1d44-4042-ba7e-1dcbc6ac96b8"'), fields => 'mapping,timestamp,entryType')), 179);
-- reconId and situation, as printed: no blank behind eq
UPDATE printed SET line = 217 WHERE line = 237;
SELECT * FROM pg_temp.compare(ARRAY(SELECT synclog.query('recon',
	pg_temp.asked('recon', '/reconId eq "414a4921-5d9d-4398-bf86-7d5312a9f5d1-135"and situation eq"ABSENT"'))), 217);
-- audit/activity?_queryFilter=true, an extract
SELECT events, missing FROM pg_temp.compare(ARRAY(SELECT synclog.query('activity', 'true')), 282);
-- audit/activity/<_id>; its answer is not printed
SELECT synclog.read('activity', '414a4921-5d9d-4398-bf86-7d5312a9f5d1-145');
-- transactionId with _fields
SELECT * FROM pg_temp.compare(ARRAY(SELECT synclog.query('activity',
	'/transactionId eq "414a4921-5d9d-4398-bf86-7d5312a9f5d1-135"', fields => 'objectId,operation')), 355);
-- audit/sync?_queryFilter=true, an extract
SELECT events, missing FROM pg_temp.compare(ARRAY(SELECT synclog.query('sync', 'true')), 387);
-- audit/sync/<_id>
SELECT * FROM pg_temp.compare(ARRAY[synclog.read('sync', '53709f21-5b83-4ea0-ac35-9af39c3090cf-95')], 417);
-- audit/authentication?_queryFilter=true, an extract
SELECT events, missing FROM pg_temp.compare(ARRAY(SELECT synclog.query('authentication', 'true')), 447);
-- principal, a list, with _fields; the events have no context
SELECT * FROM pg_temp.compare(ARRAY(SELECT synclog.query('authentication',
	'/principal eq "johndoe"', fields => 'context,result')), 492);
-- audit/config?_queryFilter=true, an extract
SELECT events, missing FROM pg_temp.compare(ARRAY(SELECT synclog.query('config', 'true')), 528);

-- order, form and nulls of some answers, to be read
\a\t
SELECT json_agg(e) FROM synclog.query('recon',
	'/reconId eq "49bdb7cb-79a4-429d-856d-a7154005e41a-177"', fields => 'mapping,timestamp,entryType') e;
SELECT synclog.read('config', '414a4921-5d9d-4398-bf86-7d5312a9f5d1-73');
SELECT synclog.read('recon', '49bdb7cb-79a4-429d-856d-a7154005e41a-182');
