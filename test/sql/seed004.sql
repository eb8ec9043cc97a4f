-- OpenIDM 2.2, "Querying the Reconciliation Audit Log": each request of the
-- document, as it is printed there, against the events that it describes.
SET client_min_messages = warning; DROP SCHEMA IF EXISTS audit CASCADE; DELETE FROM synclog.topic; RESET client_min_messages; SELECT synclog.create_topics();

\set answers `echo "$PG_ABS_SRCDIR/answers.sql"`
\set events `cat "$PG_ABS_SRCDIR/data/seeds_events.jsonl"`
\set responses `cat "$PG_ABS_SRCDIR/data/seeds_responses.jsonl"`
\set ECHO none
\i :answers
\set ECHO all

-- Its answers, by the lines of the requests.  Those that it prints as a whole:
CREATE TEMP TABLE response AS
	SELECT (line::jsonb->>'line')::int AS line, line::jsonb->'response' AS response
	FROM regexp_split_to_table(:'responses', E'\n') line
	WHERE line::jsonb->>'seed' = '004';
INSERT INTO printed
	SELECT v.line, r.response, '{}'
	FROM (VALUES (13, 17), (161, 165), (280, 285), (452, 457)) v(line, printed_at) JOIN response r ON r.line = v.printed_at;
INSERT INTO printed
	SELECT v.line, e.line::jsonb->'event', '{}'
	FROM (VALUES (132, 136), (378, 382)) v(line, printed_at),
		regexp_split_to_table(:'events', E'\n') e(line)
	WHERE e.line::jsonb->>'seed' = '004' AND (e.line::jsonb->>'line')::int = printed_at;
-- and one that ends inside of the log's last entry:
INSERT INTO printed VALUES (334, '{
  "entries": [
    {
      "rootActionId": "3c098d6f-a5e5-483c-a8ce-82911a10b0a9",
      "action": "create",
      "objectId": "managed/user/bjensen",
      "_rev": "0",
      "_id": "22ef6d20-bd84-4267-9db8-745825a46ad1",
      "timestamp": "2013-05-14T08:20:41.712Z",
      "message": null,
      "activityId": "aa964020-b343-4d23-8e00-745ed4b79f50",
      "parentActionId": "0aaba292-1dd3-4e98-a0e2-04bec9ae5209",
      "requester": "openidm-admin",
      "rev": "0",
      "passwordChanged": true,
      "status": "SUCCESS",
      "before": null,
      "changedFields": [
        "/password"
      ],
      "after": {
        "securityAnswer": {
          "$crypto": {
            "type": "x-simple-encryption",
            "value": {
              "key": "openidm-sym-default",
              "iv": "c6gZKz4sSL2YNTBwwFXIzw==",
              "cipher": "AES/CBC/PKCS5Padding",
              "data": "7FATEBtuLlLfMXGokfLrtJ2rXPEsE1YTIXSoGQCum4w="
            }
          }
        }
      }
    }
  ]
}', '{events,within}');

-- What it asks for and what it prints have different ids.
INSERT INTO substitution VALUES
	(161, '<reconID>', '1ef8e7b6-33dc-4f92-810a-b51913508a68'),
	(280, 'fd2a59df-1fcd-444d-97ca-2c8a7ec6dc6c', '1ef8e7b6-33dc-4f92-810a-b51913508a68'),
	(452, '90ce7473-98c7-4747-bfbb-32bfa3ce5d92', '0aaba292-1dd3-4e98-a0e2-04bec9ae5209');

\pset null '(none)'
-- the log after the first reconciliation, which is stored as the server gave it
SELECT * FROM synclog.load('recon', (SELECT response::text FROM response WHERE line = 17));
SELECT * FROM pg_temp.ask(13, $$http://localhost:8080/openidm/audit/recon$$);
SELECT * FROM pg_temp.ask(132, $$http://localhost:8080/openidm/audit/recon/9f59bb8a-31c6-41af-8f27-02094391ba0c$$);

-- the log after the second one
SELECT * FROM synclog.load('recon', (SELECT response::text FROM response WHERE line = 165));
SELECT * FROM pg_temp.ask(161, $$http://localhost:8080/openidm/audit/recon/?_queryId=audit-by-recon-id&reconId=<reconID>$$);
SELECT * FROM pg_temp.ask(280, $$http://localhost:8080/openidm/audit/recon?_queryId=audit-by-recon-id-situation&situation=
 ABSENT&reconId=fd2a59df-1fcd-444d-97ca-2c8a7ec6dc6c$$);

-- the activity log; the event that the document prints is not its only one
SELECT * FROM synclog.load('activity', (SELECT response::text FROM response WHERE line = 457));
SELECT synclog.store('activity', '{"_id": "first of two", "timestamp": "2013-05-14T08:20:41.000Z", "objectId": "managed/user/scarter", "action": "create", "parentActionId": "p"}');
SELECT * FROM pg_temp.ask(334, $$http://localhost:8080/openidm/audit/activity$$);
SELECT * FROM pg_temp.ask(378, $$http://localhost:8080/openidm/audit/activity/22ef6d20-bd84-4267-9db8-745825a46ad1$$);
SELECT * FROM pg_temp.ask(452, $$http://localhost:8080/openidm/audit/activity?_queryId=audit-by-activity-parent-action&
           parentActionId=90ce7473-98c7-4747-bfbb-32bfa3ce5d92$$);

-- these are the document's seven requests
SELECT count(DISTINCT line) AS requests, array_agg(line ORDER BY n) AS lines FROM request;

-- "To disable entry formatting, include formatted=false": a summary has the
-- members then that it does not need, and a query by reconId is a flat list
SELECT synclog.store('recon', '{"_id": "s", "timestamp": "2013-05-15T00:00:00.000Z", "rootActionId": "r", "reconId": "third", "entryType": "summary", "targetObjectId": null, "situation": null, "status": "SUCCESS"}');
\a\t
SELECT body FROM synclog.get('http://localhost:8080/openidm/audit/recon/s');
SELECT body FROM synclog.get('http://localhost:8080/openidm/audit/recon/s?formatted=false');
SELECT body FROM synclog.get('http://localhost:8080/openidm/audit/recon/?_queryId=audit-by-recon-id&reconId=third');
SELECT body FROM synclog.get('http://localhost:8080/openidm/audit/recon/?_queryId=audit-by-recon-id&reconId=third&formatted=false');
-- an unknown run
SELECT body FROM synclog.get('http://localhost:8080/openidm/audit/recon/?_queryId=audit-by-recon-id&reconId=<reconID>');

-- "For audit logs in the repository, you can define custom queries"
INSERT INTO synclog.named_query (id, topic, filter, sort_keys, answer)
VALUES ('audit-by-target', 'recon', '/targetObjectId eq ${target} and /status eq ${status?}', '-timestamp', 'result');
SELECT url, status, (SELECT string_agg(e->>'sourceObjectId', ' ') FROM json_array_elements(body::json->'result') e) AS sources
FROM unnest(ARRAY['audit/recon?_queryId=audit-by-target&target=managed/user/scarter',
	'audit/recon?_queryId=audit-by-target&target=managed/user/scarter&status=FAILURE',
	'audit/recon?_queryId=audit-by-target']) url, synclog.get(url);
DELETE FROM synclog.named_query WHERE id = 'audit-by-target';
