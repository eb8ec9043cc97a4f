-- events in: what is stored, what comes back, what is rejected
SET client_min_messages = warning; DROP SCHEMA IF EXISTS audit CASCADE; DELETE FROM synclog.topic; RESET client_min_messages; SELECT synclog.create_topics();
SET timezone = 'UTC';
SET datestyle = 'ISO';

-- what comes back of an event, and whether its text was needed for that
CREATE FUNCTION pg_temp.back(topic text, event text) RETURNS TABLE (id text, needed_text boolean, back text)
LANGUAGE plpgsql AS $$
BEGIN
	id := synclog.store(topic, event);
	RETURN QUERY EXECUTE format('SELECT t.id, t.raw IS NOT NULL, synclog.event(t)::text FROM audit.%I t WHERE t.id = $1', topic) USING id;
END $$;

-- null, absent, and members that have no column
SELECT (synclog.event_row(NULL::audit.recon, '{"_id": "a", "timestamp": "2026-01-02T03:04:05.678Z", "situation": null, "_rev": "1", "tenantId": "x", "extra": [1], "form": 2, "raw": {"a": null}}')).*;
SELECT * FROM pg_temp.back('recon', '{"_id": "a", "timestamp": "2026-01-02T03:04:05.678Z", "situation": null, "_rev": "1", "tenantId": "x", "extra": [1], "form": 2, "raw": {"a": null}}');
-- JSON as such, and JSON text
SELECT before, after, form, raw FROM synclog.event_row(NULL::audit.activity, '{"_id": "a", "timestamp": "2026-01-02T03:04:05.678Z", "before": "{\"mail\": \"x\\ny\"}", "after": {"mail": "z"}, "changedFields": "[\"/mail\"]"}');
SELECT * FROM pg_temp.back('activity', '{"_id": "json", "timestamp": "2026-01-02T03:04:05.678Z", "before": "{\"mail\": \"x\\ny\"}", "after": {"mail": "z"}, "changedFields": "[\"/mail\"]"}');
SELECT * FROM pg_temp.back('activity', '{"_id": "odd", "timestamp": "2026-01-02T03:04:05.678Z", "before": "", "after": "{no json", "changedFields": 7, "message": ""}');
-- timestamps: finer digits, other spellings, none that can be used
SELECT e, t."timestamp", t.raw IS NOT NULL AS needed_text, t."timestamp" > now() - interval '1 hour' AS received
FROM unnest(ARRAY['"2026-01-02T03:04:05.678Z"', '"2026-01-02T03:04:05.678901Z"', '"2026-01-02T03:04:05Z"', '"2026-01-02T05:04:05.678+02:00"',
	'"2026-01-02T03:04:05.6789012Z"', '"0001-01-01T00:00:00.000Z"', '"9999-12-31T23:59:59.999Z"']) e,
	synclog.event_row(NULL::audit.recon, format('{"_id": "a", "timestamp": %s}', e)) t;
SELECT e, t.raw, t."timestamp" > now() - interval '1 hour' AS received
FROM unnest(ARRAY['"now"', '"01/02/2026"', '1767323045678', 'null', '""', '["x"]', '"2026-02-30T00:00:00.000Z"']) e,
	synclog.event_row(NULL::audit.recon, format('{"_id": "a", "timestamp": %s}', e)) t;
-- values of another type than their column's
SELECT e, t.message, t.raw FROM unnest(ARRAY['7', '1.50', '1e3', 'true', '["one"]', '["one", "two"]', '[]', '{"a": 1}', '"\u00e4\ud83d\ude00"']) e,
	synclog.event_row(NULL::audit.activity, format('{"_id": "a", "timestamp": "2026-01-02T03:04:05.678Z", "message": %s}', e)) t;
SELECT e, t.password_changed, t.raw FROM unnest(ARRAY['true', 'false', '"true"', '"no"', '1', 'null']) e,
	synclog.event_row(NULL::audit.activity, format('{"_id": "a", "timestamp": "2026-01-02T03:04:05.678Z", "passwordChanged": %s}', e)) t;
-- what json-c or jsonb would change
SELECT e, t.after, t.raw FROM unnest(ARRAY['1', '-1', '1.10', '12345678901234567890123', '-9223372036854775808', '[18446744073709551616]',
	'0.1', '-0', '-0.0', '1e5', '1E-5', '1e50', '1e999999', '{"a": 1, "a": 2}', '"\ud800"', '"a\u0000b"', '"\ud800\u0041\ud83d\ude00"', '{"a\u0000b": 1}', '"\\u0000"', '"\/"']) e,
	synclog.event_row(NULL::audit.activity, format('{"_id": "a", "timestamp": "2026-01-02T03:04:05.678Z", "after": %s}', e)) t;
SELECT t.id, t.message, t.extra, t.raw FROM unnest(ARRAY['{"_id": "a", "message": "x\u0000y", "timestamp": "2026-01-02T03:04:05.678Z"}',
	'{"_id": "a", "message\u0000": "x", "timestamp": "2026-01-02T03:04:05.678Z"}', '{"_id": "a", "_id": "b", "timestamp": "2026-01-02T03:04:05.678Z"}',
	'{"_id": "a", "n": 123456789012345678901234567890, "timestamp": "2026-01-02T03:04:05.678Z"}',
	'{"_id": "a", "message": 123456789012345678901234567890, "timestamp": "2026-01-02T03:04:05.678Z"}',
	'{"_id": "a", "message": "\udc00", "m": 1e99999, "timestamp": "2026-01-02T03:04:05.678Z"}',
	'{"_id": 12, "timestamp": "2026-01-02T03:04:05.678Z"}', '{"_id": null, "timestamp": "2026-01-02T03:04:05.678Z"}']) e, synclog.event_row(NULL::audit.activity, e) t;
-- a text that would break an index stands where only the event shows it; object ids and mappings do not mind
SELECT length(t.id), length(t.recon_id), length(t.raw::text), length(t.mapping)
FROM synclog.event_row(NULL::audit.recon, format('{"_id": "a", "timestamp": "2026-01-02T03:04:05.678Z", "reconId": "%s", "mapping": "%s"}', repeat('r', 3000), repeat('m', 10000))) t;

-- the same event again, other content, and events without _id or timestamp
SELECT * FROM synclog.load('recon', '{"_id":"d","timestamp":"2026-01-02T03:04:05.678Z","status":"SUCCESS"}
{"timestamp":"2026-01-02T03:04:05.678Z", "_id":"d", "status" : "SUCCESS"}
{"_id":"d","timestamp":"2026-01-02T03:04:05.678Z","status":"FAILURE"}
{"_id":"d","timestamp":"2026-02-02T03:04:05.678Z","status":"FAILURE"}
{"_id":"e","status":"SUCCESS"}
{"timestamp":"2026-01-02T03:04:05.678Z","status":"SUCCESS"}
{"status":"SUCCESS", "timestamp":"2026-01-02T03:04:05.678Z"}
{"timestamp":"2026-01-02T03:04:05.678Z","status":"FAILURE","exception":"\u0000"}
{"timestamp":"2026-01-02T03:04:05.678Z"}
{}');
SELECT id, "timestamp" > now() - interval '1 hour' AS received, status, raw FROM audit.recon WHERE id <> 'a' ORDER BY id, "timestamp";
SELECT topic, reason, event FROM audit.rejected;
-- once more: nothing new but the conflict
SELECT * FROM synclog.load('recon', '{"_id":"d","timestamp":"2026-01-02T03:04:05.678Z","status":"SUCCESS"}
{"timestamp":"2026-01-02T03:04:05.678Z", "_id":"d", "status" : "SUCCESS"}
{"_id":"d","timestamp":"2026-01-02T03:04:05.678Z","status":"FAILURE"}
{"_id":"d","timestamp":"2026-02-02T03:04:05.678Z","status":"FAILURE"}
{"_id":"e","status":"SUCCESS"}
{"timestamp":"2026-01-02T03:04:05.678Z","status":"SUCCESS"}
{"status":"SUCCESS", "timestamp":"2026-01-02T03:04:05.678Z"}
{"timestamp":"2026-01-02T03:04:05.678Z","status":"FAILURE","exception":"\u0000"}
{"timestamp":"2026-01-02T03:04:05.678Z"}
{}');
SELECT synclog.store('recon', '{"_id":"d","timestamp":"2026-01-02T03:04:05.678Z","status":"CONFLICT"}'::json);
SELECT synclog.store('recon', '{"_id":"d","timestamp":"2026-01-02T03:04:05.678Z","status":"SUCCESS"}'::jsonb);
SELECT reason, event FROM audit.rejected ORDER BY received_at;

-- what store refuses
SELECT synclog.store('recon', '[1]');
SELECT synclog.store('recon', '"x"');
SELECT synclog.store('recon', 'null');
SELECT synclog.store('recon', '');
SELECT synclog.store('recon', '{"_id": "x", }');
SELECT synclog.store('recon', '{"_id": ''x''}');
SELECT synclog.store('recon', '{"_id": NaN}');
SELECT synclog.store('recon', repeat('[', 100000));
SELECT synclog.store('recon', '{"a":' || repeat('[', 511) || repeat(']', 511) || '}') IS NOT NULL AS stored;
SELECT synclog.store('recon', '{"a":' || repeat('[', 512) || repeat(']', 512) || '}');
SELECT synclog.store('recon', '{"result": [{"_id": "x"}]}');
SELECT synclog.store('recon', format('{"_id": "%s"}', repeat('x', 1001)));
SELECT length(synclog.store('recon', format('{"_id": "%s"}', repeat('x', 1000))));
SELECT synclog.store('no such topic', '{}');
SELECT synclog.store(NULL, '{}'::text);
-- errors that are caught leave nothing behind
DO $$
DECLARE
	id text;
BEGIN
	FOR i IN 1..50 LOOP
		BEGIN
			id := synclog.store('recon', '[1]');
		EXCEPTION WHEN invalid_parameter_value THEN
		END;
	END LOOP;
	RAISE NOTICE '%', (SELECT count(*) < 10 FROM pg_backend_memory_contexts WHERE name = 'synclog ingest');
END $$;

-- what load takes: lines, with broken ones in between
TRUNCATE audit.recon, audit.rejected;
SELECT * FROM synclog.load('recon', E'\n{"_id":"1"}\r\n\n  {"_id":"2"}  \n{"_id":"3", "a": \n{"_id":"4"}\n{"_id":"5", "a": "x\n{"_id":"6"}\nnonsense\n[1, 2]\n"string"\n{"_id":"7"} {"_id":"8"}\n{"_id":"9", "a": {"b": [\n{"_id":"10"}\n{"_id":"11"}');
SELECT id FROM audit.recon ORDER BY length(id), id;
SELECT reason, event FROM audit.rejected ORDER BY received_at;
-- lists, over lines or not, and objects over several lines
TRUNCATE audit.recon, audit.rejected;
SELECT * FROM synclog.load('recon', '[{"_id":"1"},{"_id":"2"},
	{"_id":"3",
	 "message": "a, b]"} , 4, {"_id": "5"
	}]
{
  "_id": "6",
  "messageDetail": {
     "a": [ { "b": 1 }, { "c": 2 } ]
  }
}
[ ]
[{"_id":"7"}, {"_id":"8",}, {"_id":"9"}]');
SELECT id, message, message_detail FROM audit.recon ORDER BY id;
SELECT reason, event FROM audit.rejected ORDER BY received_at;
-- brackets that nothing has opened
SELECT * FROM synclog.load('recon', E'[{"_id":"a1"}, }, {"_id":"a2"}]\n]\n}\n[{"_id":"a3"}, ]}\n{"_id":"a4"}');
SELECT reason, event FROM audit.rejected ORDER BY received_at DESC LIMIT 4;
-- a list that does not end
SELECT * FROM synclog.load('recon', E'[{"_id":"10"},\n{"_id":"11"},\n{"_id":"12"');
SELECT reason, event FROM audit.rejected ORDER BY received_at DESC LIMIT 1;
-- responses
TRUNCATE audit.recon, audit.rejected;
SELECT * FROM synclog.load('recon', '{"result":[{"_id":"1"},{"_id":"2"}],"resultCount":2,"pagedResultsCookie":null}');
SELECT * FROM synclog.load('recon', '{
  "start": {"_id": "3", "entryType": "start"},
  "result": [ {"_id": "4", "entryType": ""} ],
  "summary": {"_id": "5", "entryType": "summary"}
}');
SELECT * FROM synclog.load('recon', '{"entries":[{"_id":"6"}]} ');
SELECT * FROM synclog.load('recon', '{"start":null,"result":[],"summary":null}');
SELECT id, entry_type FROM audit.recon ORDER BY id;
-- an authentication event has both members and is an event
SELECT * FROM synclog.load('authentication', '{"_id":"7","entries":[{"moduleId":"x"}],"result":"SUCCESSFUL"}');
SELECT id, entries, result FROM audit.authentication;
SELECT * FROM synclog.load('recon', '');

-- 100,000 events, and again
TRUNCATE audit.recon, audit.rejected;
CREATE TEMP TABLE many AS SELECT string_agg(format('{"_id": "%s", "timestamp": "2026-03-%sT00:00:00.000Z", "situation": "%s"}', i, 10 + i % 20, i % 7), E'\n') || E'\nbroken\n' AS events FROM generate_series(1, 100000) i;
SELECT l.* FROM many, synclog.load('recon', events) l;
SELECT l.* FROM many, synclog.load('recon', events) l;
SELECT count(*), count(DISTINCT situation) FROM audit.recon;

-- every month finds its partition
SELECT l.* FROM (SELECT string_agg(format('{"_id": "%s", "timestamp": "%s"}', y * 100 + m, synclog.iso8601(make_timestamptz(y, m, 1, 0, 0, 0, 'UTC') - i * interval '1 ms')), E'\n') AS events
	FROM generate_series(2013, 2026) y, generate_series(1, 12) m, generate_series(0, 1) i) e, synclog.load('access', events) l;
SELECT count(*), count(DISTINCT tableoid), min("timestamp"), max("timestamp") FROM audit.access;
SELECT count(*) FROM audit.access WHERE tableoid::regclass::text <> 'audit.access_' || to_char("timestamp", 'YYYY_MM');
SELECT * FROM synclog.load('access', '{"_id":"old","timestamp":"1970-01-01T00:00:00.000Z"}
{"_id":"new","timestamp":"2222-01-01T00:00:00.000Z"}');
SELECT id, tableoid::regclass FROM audit.access WHERE id IN ('old', 'new') ORDER BY id;

-- long values are stored and found
SELECT * FROM synclog.load('sync', format('{"_id":"dn","timestamp":"2026-03-01T00:00:00.000Z","sourceObjectId":"%s","targetObjectId":"%1$s","mapping":"%2$s","transactionId":"%2$s"}',
	(SELECT string_agg(md5(i::text), ',ou=') FROM generate_series(1, 300) i), (SELECT string_agg(md5(i::text), '_') FROM generate_series(1, 310) i)));
SELECT id, length(source_object_id), length(mapping) FROM audit.sync
WHERE source_object_id = (SELECT string_agg(md5(i::text), ',ou=') FROM generate_series(1, 300) i) AND mapping = (SELECT string_agg(md5(i::text), '_') FROM generate_series(1, 310) i);

-- strings survive \copy in and psql out
TRUNCATE audit.recon;
\copy audit.recon_json FROM STDIN WITH (FORMAT csv, QUOTE E'\x01', DELIMITER E'\x02')
{"_id":"1","timestamp":"2026-03-01T00:00:00.000Z","userId":"CORP\\bjensen","message":"tab\tnewline\nquote\"slash\/backslash\\ a\\tb ' '' $x$ \u0001 \u007f"}
{"_id":"2","timestamp":"2026-03-01T00:00:00.000Z","userId":"\\\\server\\n","message":"a,b;c|d \\. NULL \\N"}
\.
SELECT user_id, message FROM audit.recon ORDER BY id;
\pset format unaligned
\pset tuples_only on
SELECT event FROM audit.recon_json ORDER BY event::jsonb->>'_id';
\copy (SELECT event FROM audit.recon_json ORDER BY event::jsonb->>'_id') TO STDOUT WITH (FORMAT csv, QUOTE E'\x01', DELIMITER E'\x02')
\pset format aligned
\pset tuples_only off
INSERT INTO audit.recon_json VALUES ('{"_id":"4","timestamp":"2027-03-01T00:00:00.000Z"}'), ('{"_id":"3","timestamp":"2028-03-01T00:00:00.000Z"}');
INSERT INTO audit.recon_json VALUES ('broken');
INSERT INTO audit.recon_json VALUES (NULL);
SELECT id FROM audit.recon ORDER BY id;

-- files of the server's
SELECT * FROM synclog.load_file('recon', '/nonexistent/file');
SELECT * FROM synclog.load_file('recon', 'base');
CREATE ROLE regress_synclog_writer;
GRANT USAGE ON SCHEMA audit TO regress_synclog_writer;
GRANT INSERT ON audit.recon, audit.rejected, audit.recon_json TO regress_synclog_writer;
SET ROLE regress_synclog_writer;
SELECT * FROM synclog.load_file('recon', 'postgresql.conf');
-- a role that may only write: duplicates and conflicts are all the same to it
SELECT * FROM synclog.load('recon', '{"_id":"4","timestamp":"2027-03-01T00:00:00.000Z"}
{"_id":"4","timestamp":"2027-03-01T00:00:00.000Z","status":"CONFLICT"}
{"_id":"w","timestamp":"2031-03-01T00:00:00.000Z"}
broken');
SELECT synclog.store('recon', '{"_id":"v","timestamp":"2032-03-01T00:00:00.000Z"}');
INSERT INTO audit.recon_json VALUES ('{"_id":"u","timestamp":"2033-03-01T00:00:00.000Z"}');
SELECT * FROM audit.recon;
SELECT synclog.store('sync', '{"_id":"v"}');
RESET ROLE;
SELECT id FROM audit.recon WHERE "timestamp" > '2030-01-01' ORDER BY id;
SELECT DISTINCT relowner::regrole = current_user::regrole AS mine FROM pg_class WHERE relnamespace = 'audit'::regnamespace;
DROP OWNED BY regress_synclog_writer;
DROP ROLE regress_synclog_writer;

-- the tenant of the session in a column of another type
CREATE TABLE audit.answers (id text, "timestamp" timestamptz, tenant_id boolean);
SELECT synclog.add_topic('answers', 'audit.answers');
SET synclog.tenant_id = 'yes';
SELECT synclog.store('answers', '{"_id": "1", "timestamp": "2026-01-01T00:00:00.000Z"}');
SET synclog.tenant_id = 'beta';
SELECT synclog.store('answers', '{"_id": "2", "timestamp": "2026-01-01T00:00:00.000Z"}');
RESET synclog.tenant_id;
SELECT id, tenant_id FROM audit.answers;
