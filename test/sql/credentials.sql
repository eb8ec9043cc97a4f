-- credentials in headers and cookies are replaced before anything is stored
SET client_min_messages = warning; DROP SCHEMA IF EXISTS audit CASCADE; DELETE FROM synclog.topic; RESET client_min_messages; SELECT synclog.create_topics();

-- every form: strings, lists, objects; names in any case, escaped; JSON text; any place
SELECT (synclog.event_row(NULL::audit.access, e)).http, (synclog.event_row(NULL::audit.access, e)).extra, (synclog.event_row(NULL::audit.access, e)).raw
FROM unnest(ARRAY[
	'{"_id": "1", "timestamp": "2026-01-01T00:00:00.000Z", "http": {"request": {"headers": {"host": ["h"], "Authorization": ["Basic czNjcjN0"], "cookie": "session=czNjcjN0", "X-OpenIDM-Password": ["czNjcjN0", "czNjcjN0"]}, "cookies": {"Authorization": "czNjcjN0", "theme": "dark"}}, "response": {"headers": {"SET-COOKIE": ["session=czNjcjN0"]}}}}',
	'{"_id": "1", "timestamp": "2026-01-01T00:00:00.000Z", "http": {"request": {"Headers": {"\u0041uthorization": "Basic czNjcjN0", "authorization2": "kept", "X-OpenIDM-Username": "kept"}}}}',
	'{"_id": "1", "timestamp": "2026-01-01T00:00:00.000Z", "http": {"request": {"headers": {"Authorization": {"a": ["czNjcjN0", {"czNjcjN0": 1}]}, "Cookie": 424242, "Set-Cookie": null}}}}',
	'{"_id": "1", "timestamp": "2026-01-01T00:00:00.000Z", "http": {"request": {"headers": [{"Authorization": "czNjcjN0"}, {"host": "h"}]}, "authorization": "kept"}}',
	'{"_id": "1", "timestamp": "2026-01-01T00:00:00.000Z", "http": "{\"request\": {\"headers\": {\"Authorization\": [\"Basic czNjcjN0\"], \"host\": [\"h\"]}}}"}',
	'{"_id": "1", "timestamp": "2026-01-01T00:00:00.000Z", "http": {"request": {"headers": "{\"Authorization\": \"Basic czNjcjN0\"}", "cookies": "Cookie: session=czNjcjN0"}}}',
	'{"_id": "1", "timestamp": "2026-01-01T00:00:00.000Z", "http": {"request": {"headers": "{\"Authorization\": \"Basic czNjcjN0\""}}}',
	'{"_id": "1", "timestamp": "2026-01-01T00:00:00.000Z", "http": "{\"request\": \"{\\\"headers\\\": {\\\"Cookie\\\": \\\"czNjcjN0\\\"}}\"}"}',
	'{"_id": "1", "timestamp": "2026-01-01T00:00:00.000Z", "headers": {"Authorization": "czNjcjN0"}, "cookies": {"cookie": "czNjcjN0"}, "requestHeaders": {"Authorization": "czNjcjN0"}}',
	'{"_id": "1", "timestamp": "2026-01-01T00:00:00.000Z", "headers": {"Authorization": "czNjcjN0", "Authorization": "czNjcjN0"}, "x": "\u0000"}',
	'{"_id": "1", "timestamp": "2026-01-01T00:00:00.000Z", "http": "{\"x\": \"{\\\"headers\\\": {\\\"\\\\u0041uthorization\\\": \\\"czNjcjN0\\\"}}\"}"}',
	'{"_id": "1", "timestamp": "2026-01-01T00:00:00.000Z", "headers": ["Host: h", "Vary: Cookie", "authorization : Basic czNjcjN0"]}',
	'{"_id": "1", "timestamp": "2026-01-01T00:00:00.000Z", "detail": "the authorization of the user \"a\" failed", "Authorization": "no header"}'
]) e;
SELECT (synclog.event_row(NULL::audit.activity, '{"_id": "1", "timestamp": "2026-01-01T00:00:00.000Z", "message": "{\"headers\": {\"Authorization\": \"czNjcjN0\"}}"}')).message;

-- names of the administrator's own
SET synclog.secret_headers = 'X-Api-Key, "session-jwt",,';
SELECT t.http FROM synclog.event_row(NULL::audit.access, '{"_id": "1", "timestamp": "2026-01-01T00:00:00.000Z", "http": {"request": {"headers": {"x-api-key": ["czNjcjN0"], "Authorization": ["czNjcjN0"]}, "cookies": {"session-jwt": "czNjcjN0", "theme": "dark"}}}}') t;
RESET synclog.secret_headers;
CREATE ROLE regress_synclog_user;
SET ROLE regress_synclog_user;
SET synclog.secret_headers = '';
RESET ROLE;
DROP ROLE regress_synclog_user;

-- rejected texts: replaced where they are JSON, not kept where they are none
SELECT * FROM synclog.load('access', '{"_id": "1", "http": {"request": {"headers": {"Authorization": "czNjcjN0", "host": "h"}}}
{"_id": "2", "timestamp": "2026-01-01T00:00:00.000Z", "http": {"request": {"headers": {"Authorization": "czNjcjN0"}}}}
{"_id": "2", "timestamp": "2026-01-01T00:00:00.000Z", "http": {"request": {"headers": {"Authorization": "czNjcjN0", "host": "h"}}}}
[{"headers": {"Cookie": "czNjcjN0"}}, 1]
["headers", {"headers": {"Cookie": "czNjcjN0"}}]
COOKIE: czNjcjN0
\u0041uthorization: czNjcjN0
{"_id": "3", "a": }');
SELECT reason, event FROM audit.rejected ORDER BY received_at;
SELECT count(*) FROM (SELECT a::text FROM audit.access a UNION ALL SELECT r::text FROM audit.rejected r) t(t) WHERE t LIKE '%czNjcjN0%';
SELECT synclog.store('access', '{"headers": {"Cookie": "czNjcjN0"}');
INSERT INTO audit.access_json VALUES ('{"headers": {"Cookie": "czNjcjN0"}');
-- a broken event over several lines: what follows the name is not kept either
SELECT * FROM synclog.load('access', '{
  "headers": {
    "Authorization": [
       "czNjcjN0",
       "czNjcjN0"
  "a": 1
}
{"_id": "4"}
"a\":{\"Cookie"
:"czNjcjN0"}
{"_id": "5"}
"kept"');
SELECT reason, event FROM audit.rejected ORDER BY received_at OFFSET 7;
