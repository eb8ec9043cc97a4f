-- PingIDM 8.1, "Query audit logs over REST": each request of the document, as
-- it is printed there, against the events that the document describes.
SET client_min_messages = warning; DROP SCHEMA IF EXISTS audit CASCADE; DELETE FROM synclog.topic; RESET client_min_messages; SELECT synclog.create_topics();

\set answers `echo "$PG_ABS_SRCDIR/answers.sql"`
\set events `cat "$PG_ABS_SRCDIR/data/seeds_events.jsonl"`
\set responses `cat "$PG_ABS_SRCDIR/data/seeds_responses.jsonl"`
\set ECHO none
\i :answers
\set ECHO all

-- the events that the document prints, and where
CREATE TEMP TABLE event AS
	SELECT (line::jsonb->>'line')::int AS line, line::jsonb->>'topic' AS topic, line::jsonb->'event' AS event
	FROM regexp_split_to_table(:'events', E'\n') line
	WHERE line::jsonb->>'seed' = '001';
-- what it says of others without printing them, or prints in part
INSERT INTO event VALUES
	(NULL, 'recon', '{"_id": "49bdb7cb-79a4-429d-856d-a7154005e41a-193", "transactionId": "49bdb7cb-79a4-429d-856d-a7154005e41a-177",
		"timestamp": "2017-02-28T13:07:20.943Z", "mapping": "systemCsvfileAccounts_managedUser", "entryType": "summary",
		"reconId": "49bdb7cb-79a4-429d-856d-a7154005e41a-177"}'),
	(NULL, 'recon', '{"_id": "another run", "transactionId": "t", "timestamp": "2017-03-01T00:00:00.000Z", "situation": "ABSENT", "reconId": "another"}'),
	(NULL, 'activity', '{"_id": "414a4921-5d9d-4398-bf86-7d5312a9f5d1-144", "transactionId": "414a4921-5d9d-4398-bf86-7d5312a9f5d1-135",
		"timestamp": "2015-11-23T00:18:37.001Z", "objectId": "managed/user/42f8a60e-2019-4110-a10d-7231c3578e2b", "operation": "CREATE"}'),
	(336, 'activity', '{"_id": "414a4921-5d9d-4398-bf86-7d5312a9f5d1-145", "transactionId": "414a4921-5d9d-4398-bf86-7d5312a9f5d1-135",
		"timestamp": "2015-11-23T00:18:37.002Z", "objectId": "managed/user/9dce06d4-2fc1-4830-a92b-bd35c2f6bcbb", "operation": "CREATE"}'),
	(NULL, 'sync', '{"_id": "another sync", "transactionId": "t", "timestamp": "2015-11-23T05:08:00.000Z"}'),
	(NULL, 'authentication', '{"_id": "c736f1c8-b522-4d18-83d2-9058e3288e3b-632", "transactionId": "c736f1c8-b522-4d18-83d2-9058e3288e3b-631",
		"timestamp": "2025-01-10T21:20:00.000Z", "principal": ["johndoe"], "result": "SUCCESSFUL"}'),
	(NULL, 'authentication', '{"_id": "c736f1c8-b522-4d18-83d2-9058e3288e3b-638", "transactionId": "c736f1c8-b522-4d18-83d2-9058e3288e3b-637",
		"timestamp": "2025-01-10T21:21:00.000Z", "principal": ["johndoe"], "result": "SUCCESSFUL"}'),
	(NULL, 'config', '{"_id": "second of three", "transactionId": "t", "timestamp": "2015-11-23T00:19:00.000Z"}'),
	(NULL, 'config', '{"_id": "third of three", "transactionId": "t", "timestamp": "2015-11-23T00:20:00.000Z"}');
SELECT t.topic, l.*
FROM (SELECT topic, string_agg(event::text, E'\n') AS events
	FROM (SELECT DISTINCT topic, event FROM event) e
	GROUP BY topic) t, synclog.load(t.topic, t.events) l
ORDER BY topic;

-- Its answers, by the lines of the requests.  It prints the events at the lines
-- named here, and cuts off what the last column says.
INSERT INTO printed
	SELECT v.line, members || jsonb_build_object('result', (SELECT jsonb_agg(event) FROM event e WHERE e.line = ANY (v.events))), more
	FROM (VALUES
	(76, '{}'::jsonb, '{84,102}'::int[], '{members,events}'::text[]),
	(214, '{}', '{217,237}', '{members}'),
	(274, '{}', '{282}', '{members,events}'),
	(385, '{}', '{387}', '{members,events}'),
	(445, '{}', '{447}', '{members,events}'),
	(521, '{"resultCount": 3, "pagedResultsCookie": null, "totalPagedResultsPolicy": "NONE", "totalPagedResults": -1, "remainingPagedResults": -1}',
		'{528}', '{events}')
	) v(line, members, events, more);
INSERT INTO printed
	SELECT v.line, e.event, '{}'
	FROM (VALUES (136, 142), (416, 417), (336, 336)) v(line, printed_at) JOIN event e ON e.line = v.printed_at;
INSERT INTO printed
	SELECT 349, line::jsonb->'response', '{}'
	FROM regexp_split_to_table(:'responses', E'\n') line
	WHERE line::jsonb->>'seed' = '001';
INSERT INTO printed VALUES
	(174, '{"result": [
		{"_id": "49bdb7cb-79a4-429d-856d-a7154005e41a-182", "mapping": "systemCsvfileAccounts_managedUser",
			"timestamp": "2017-02-28T13:07:20.487Z", "entryType": "start"},
		{"_id": "49bdb7cb-79a4-429d-856d-a7154005e41a-192", "mapping": "systemCsvfileAccounts_managedUser",
			"timestamp": "2017-02-28T13:07:20.934Z", "entryType": "entry"},
		{"_id": "49bdb7cb-79a4-429d-856d-a7154005e41a-191", "mapping": "systemCsvfileAccounts_managedUser",
			"timestamp": "2017-02-28T13:07:20.934Z", "entryType": "entry"},
		{"_id": "49bdb7cb-79a4-429d-856d-a7154005e41a-193", "mapping": "systemCsvfileAccounts_managedUser",
			"timestamp": "2017-02-28T13:07:20.943Z", "entryType": "summary"}]}', '{members}'),
	(492, '{"result": [
		{"_id": "c736f1c8-b522-4d18-83d2-9058e3288e3b-632", "result": "SUCCESSFUL"},
		{"_id": "c736f1c8-b522-4d18-83d2-9058e3288e3b-638", "result": "SUCCESSFUL"}]}', '{members,events}');

-- What it asks for and what it prints have different ids.
INSERT INTO substitution VALUES
	(136, '414a4921-5d9d-4398-bf86-7d5312a9f5d1-146', '49bdb7cb-79a4-429d-856d-a7154005e41a-192'),
	(174, '4261227f-1d44-4042-ba7e-1dcbc6ac96b8', '49bdb7cb-79a4-429d-856d-a7154005e41a-177'),
	(214, '414a4921-5d9d-4398-bf86-7d5312a9f5d1-135', '49bdb7cb-79a4-429d-856d-a7154005e41a-177');

\pset null '(none)'
-- the reconciliation audit log
SELECT * FROM pg_temp.ask(76, $$http://localhost:8080/openidm/audit/recon?_queryFilter=true$$);
SELECT * FROM pg_temp.ask(136, $$http://localhost:8080/openidm/audit/recon/414a4921-5d9d-4398-bf86-7d5312a9f5d1-146$$);
SELECT * FROM pg_temp.ask(174, $$http://localhost:8080/openidm/audit/recon?_queryFilter=/reconId+eq+"4261227f-1d44-4042-ba7e-1dcbc6ac96b8"&_fields=mapping,timestamp,entryType$$);
SELECT * FROM pg_temp.ask(214, $$http://localhost:8080/openidm/audit/recon?_queryFilter=/reconId+eq+"414a4921-5d9d-4398-bf86-7d5312a9f5d1-135"and+situation+eq"ABSENT"$$);

-- the activity audit log; what is asked at 336 has no answer printed, so that
-- it is the event as it was stored
SELECT * FROM pg_temp.ask(274, $$http://localhost:8080/openidm/audit/activity?_queryFilter=true$$);
SELECT * FROM pg_temp.ask(336, $$http://localhost:8080/openidm/audit/activity/414a4921-5d9d-4398-bf86-7d5312a9f5d1-145$$);
SELECT * FROM pg_temp.ask(349, $$http://localhost:8080/openidm/audit/activity?_queryFilter=/transactionId+eq+"414a4921-5d9d-4398-bf86-7d5312a9f5d1-135"&_fields=objectId,operation$$);

-- the synchronization audit log
SELECT * FROM pg_temp.ask(385, $$http://localhost:8080/openidm/audit/sync?_queryFilter=true$$);
SELECT * FROM pg_temp.ask(416, $$http://localhost:8080/openidm/audit/sync/53709f21-5b83-4ea0-ac35-9af39c3090cf-95$$);

-- the authentication audit log; the events have no context
SELECT * FROM pg_temp.ask(445, $$http://localhost:8080/openidm/audit/authentication?_queryFilter=true$$);
SELECT * FROM pg_temp.ask(492, $$http://localhost:8080/openidm/audit/authentication?_queryFilter=/principal+eq+"johndoe"&_fields=context,result$$);

-- the configuration audit log
SELECT * FROM pg_temp.ask(521, $$http://localhost:8080/openidm/audit/config?_queryFilter=true$$);

-- these are the document's twelve requests
SELECT count(DISTINCT line) AS requests, array_agg(line ORDER BY n) AS lines FROM request;

-- some answers, to be read
\a\t
SELECT body FROM synclog.get(pg_temp.asked(174, (SELECT url FROM request WHERE line = 174)));
SELECT body FROM synclog.get(pg_temp.asked(349, (SELECT url FROM request WHERE line = 349)));
SELECT body FROM synclog.get(pg_temp.asked(136, (SELECT url FROM request WHERE line = 136)));
-- the id that the document asks for is none of its events
SELECT * FROM synclog.get((SELECT url FROM request WHERE line = 136));
