-- Code42, "Export Sync Log data": each request of the document, as it is printed
-- there, and what it says of their parameters.  It prints no answer: the samples
-- have the columns that it names for sorting, in an order that is inferred.
SET client_min_messages = warning; DROP SCHEMA IF EXISTS audit CASCADE; DELETE FROM synclog.topic; RESET client_min_messages; SELECT synclog.create_topics();
SET timezone = 'Asia/Kolkata';
SET datestyle = 'German';
\set jsonl `cat "$PG_ABS_SRCDIR/data/code42_sync.jsonl"`
\set csv `cat "$PG_ABS_SRCDIR/data/code42_sync.csv"`
\set csv_file `echo "$PG_ABS_SRCDIR/data/code42_sync.csv"`
SELECT * FROM synclog.load('directory_sync', :'jsonl');
-- the values of a member in an answer
CREATE FUNCTION pg_temp.list(body text, member text DEFAULT 'username') RETURNS text LANGUAGE sql AS $$
	SELECT coalesce(string_agg(coalesce(split_part(e ->> member, '@', 1), '-'), ' ' ORDER BY i), 'none')
	FROM json_array_elements(body::json) WITH ORDINALITY u(e, i)
$$;

-- CSV: curl -X GET 'https://<RequestURL>/api/v3/DirectorySyncLog/csv?...'
SELECT status, content_type, body = :'csv' || E'\n' AS as_exported FROM synclog.get('https://<RequestURL>/api/v3/DirectorySyncLog/csv');
SELECT body FROM synclog.get('https://<RequestURL>/api/v3/DirectorySyncLog/csv');
SELECT status, content_type, body FROM synclog.get($$https://<RequestURL>/api/v3/DirectorySyncLog/csv?eventOccurredAfter=<yyyy-MM-dd'T'HH:mm:ss.SSSZ>&eventOccurredBefore=<yyyy-MM-dd'T'HH:mm:ss.SSSZ>$$);
-- "For example": the page has lost what stands before the first T; alone, and
-- behind the beginning that it must have had
\set example '\'T\'12:00:00.0600Z&eventOccurredBefore=2021-06-01\'T\'12:00:00.0600Z'
SELECT status, body::json ->> 'message' AS message FROM synclog.get(:'example');
SELECT status, body FROM synclog.get('https://<RequestURL>/api/v3/DirectorySyncLog/csv?eventOccurredAfter=2021-05-01' || :'example');
-- both bounds are exclusive, and 60 thousandths of a second are the sample's first event
SELECT status, body FROM synclog.get($$https://<RequestURL>/api/v3/DirectorySyncLog/csv?eventOccurredAfter=2021-06-01'T'12:00:00.0600Z&eventOccurredBefore=2021-06-01'T'12:05:00.0000Z$$);
SELECT status, body FROM synclog.get($$https://<RequestURL>/api/v3/DirectorySyncLog/csv?eventOccurredAfter=2021-06-01'T'12:00:00.0590Z&eventOccurredBefore=2021-06-01'T'12:00:00.0610Z$$);

-- JSON: "run the command without /csv"
SELECT status, content_type, body = '[' || replace(replace(replace(:'jsonl', '": "', '":"'), '", "', '","'), E'}\n', '},') || ']' AS as_stored
FROM synclog.get('https://<RequestURL>/api/v3/DirectorySyncLog');
\set example '\'T\'12:00:00.0600Z&eventOccurredBefore=2021-06-01\'T\'12:00:00.0600Z&sortColumn=action&sortDirection=asc&page[number]=1&page[size]=100'
SELECT status, body::json ->> 'message' AS message FROM synclog.get(:'example');
SELECT status, content_type, body FROM synclog.get('https://<RequestURL>/api/v3/DirectorySyncLog?eventOccurredAfter=2021-05-01' || :'example');
\a \t
SELECT body FROM synclog.get($$https://<RequestURL>/api/v3/DirectorySyncLog?eventOccurredAfter=2021-06-01'T'12:00:00.0600Z&eventOccurredBefore=2021-06-02'T'12:00:00.0600Z&sortColumn=action&sortDirection=asc&page[number]=1&page[size]=3$$);
\a \t
-- "Valid values are action, field, logEventTimeStamp, newValue, oldValue, providerName, and username", "asc and desc"
SELECT c AS column, d AS direction, pg_temp.list(body, c) AS values, pg_temp.list(body) AS usernames
FROM unnest('{action,field,logEventTimeStamp,newValue,oldValue,providerName,username}'::text[]) WITH ORDINALITY u(c, i),
	unnest('{asc,desc}'::text[]) d, synclog.get(format('/api/v3/DirectorySyncLog?sortColumn=%s&sortDirection=%s', c, d))
WHERE c <> 'logEventTimeStamp' ORDER BY i, d;
SELECT u, pg_temp.list(body) FROM unnest('{"",sortDirection=asc,sortColumn=logEventTimeStamp,sortDirection=desc,sortColumn=logEventTimeStamp&sortDirection=desc}'::text[]) u,
	synclog.get('/api/v3/DirectorySyncLog?' || u);
-- "page[number]: The number of pages to request. page[size]: Number of events to return per page."
SELECT u, status, pg_temp.list(body) FROM unnest(ARRAY['page[number]=1&page[size]=3', 'page[number]=2&page[size]=3', 'page%5Bnumber%5D=4&page%5Bsize%5D=3', 'page%5bnumber%5d=5&page%5bsize%5d=3',
	'page[size]=3', 'page[number]=1', 'page[number]=2', 'page[size]=2&sortDirection=desc', 'page[number]=2147483647&page[size]=2147483647', 'PAGE[SIZE]=1']) u,
	synclog.get('/api/v3/DirectorySyncLog?' || u);
SELECT string_agg(body, '' ORDER BY n) FROM generate_series(1, 4) n, synclog.get(format('/c42api/v3/DirectorySyncLog/csv?sortColumn=oldValue&page[number]=%s&page[size]=3', n));

-- instants as they may be written; a plus in a URL is a blank
SELECT u, status, CASE status WHEN 200 THEN pg_temp.list(body) ELSE body END AS body FROM unnest(ARRAY[
	$$2021-06-02'T'00:00:01.0Z$$, '2021-06-02%27T%2700:00:01.000000Z', '2021-06-02T00:00:01Z', '2021-06-02T00:00:01.000000000Z',
	'2021-06-02T02:00:01.000%2B0200', '2021-06-02T02:00:01.000+0200', '2021-06-02T02:00:01.000 0200', '2021-06-02T02:00:01.000+02:00', '2021-06-01T20:30:01.000-0330', '2021-06-02T00:00:01.000-0000',
	'2021-06-02T00:00:00.999999999Z', '2021-06-02T00:00:01.000000001Z', '2021-06-02T00:00:01.000001Z',
	'9999-12-31T23:59:59.999999999Z',
	'', '2021-06-02', '2021-06-02T00:00:01.000', '2021-06-02 00:00:01.000Z', '2021-06-02T00:00:01.Z', '2021-06-02T00:00:01.0000000000Z', '2021-06-02T00:00:01,5Z', '2021-06-02T00:00Z', '2021-06-02T24:00:00.000Z',
	'2021-02-29T00:00:00.000Z', '2021-06-02T00:00:01.000Zulu', '2021-06-02T00:00:01.000+2', '2021-06-02T00:00:01.000+1800', '2021-06-02T00:00:01.000  0200', '2021-06-02''T00:00:01.000Z', '2021-06-02T''00:00:01.000Z',
	'yesterday', 'infinity', '1622592001000']) u, synclog.get('/api/v3/DirectorySyncLog?eventOccurredAfter=' || u);
-- finer than a microsecond
SELECT count(synclog.store('directory_sync', json_build_object('logEventTimeStamp', t, 'username', t)))
FROM unnest('{2020-01-01T12:00:00.060Z,2020-01-01T12:00:00.060001Z,2020-01-01T12:00:00.060002Z}'::text[]) t;
SELECT u, pg_temp.list(body) FROM unnest(ARRAY['After=2020-01-01T12:00:00.059999999', 'After=2020-01-01T12:00:00.060000000', 'After=2020-01-01T12:00:00.060000001', 'After=2020-01-01T12:00:00.060000999', 'After=2020-01-01T12:00:00.060001000', 'After=2020-01-01T12:00:00.060001001']) u,
	synclog.get(format('/DirectorySyncLog?eventOccurred%sZ&eventOccurredBefore=2020-02-01T00:00:00.0Z', u));
SELECT u, pg_temp.list(body) FROM unnest(ARRAY['2020-01-01T12:00:00.0600000', '2020-01-01T12:00:00.060000001', '2020-01-01T12:00:00.060001000', '2020-01-01T12:00:00.060001001', '2020-01-01T12:00:00.060002001']) u,
	synclog.get(format('/DirectorySyncLog?eventOccurredBefore=%sZ', u));
DELETE FROM audit.directory_sync WHERE "timestamp" < '2021-01-01';

-- what is wrong, with what is right
\a \t
SELECT u, status, content_type, body FROM unnest(ARRAY[
	'?sortColumn=user', '?sortColumn=', '?sortColumn=Action', '?sortColumn=_id', '?sortDirection=up', '?sortDirection=', '?sortDirection=ASC',
	'?page[number]=0', '?page[number]=-1', '?page[number]=first', '?page[size]=0', '?page[size]=', '?page[size]=2147483648', '/csv?page[size]=1.5',
	'?page=1', '?pageSize=10', '?pgNum=1', '?_pageSize=10', '?_queryFilter=true', '?_prettyPrint=true', '/csv?eventoccured=1', '?page[size]=1&page[size]=2',
	'?eventOccurredAfter=2021-06-01T00:00:00.0Z&eventOccurredAfter=2021-06-02T00:00:00.0Z', '/csv?eventOccurredBefore=2021-06-31T00:00:00.000Z']) u,
	synclog.get('/api/v3/DirectorySyncLog' || u);
\a \t
SELECT u, status, body::json ->> 'message' AS message FROM unnest('{/json,/csv/1}'::text[]) u, synclog.get('/api/v3/DirectorySyncLog' || u);
-- nothing is an answer too, and so are bounds that exclude each other
SELECT u, status, content_type, body FROM unnest(ARRAY['', '/csv']) p, unnest(ARRAY['?eventOccurredAfter=2030-01-01T00:00:00.0Z', '?eventOccurredAfter=2021-06-02T00:00:00.0Z&eventOccurredBefore=2021-06-01T00:00:00.0Z']) q, concat(p, q) u,
	synclog.get('/api/v3/DirectorySyncLog' || u);

-- What get() gives is loaded as the same events, and so is the console's file;
-- its empty values are empty strings.
SELECT * FROM synclog.load('directory_sync', (SELECT body FROM synclog.get('/api/v3/DirectorySyncLog')));
CREATE TEMP TABLE sync_log ("logEventTimeStamp" text, "providerName" text, username text, action text, field text, "oldValue" text, "newValue" text);
\set copy '\\copy sync_log FROM ' :'csv_file' ' WITH (FORMAT csv, HEADER match, FORCE_NOT_NULL (field, "oldValue", "newValue"))'
:copy
SELECT l.* FROM (SELECT string_agg(row_to_json(s)::text, E'\n') FROM sync_log s) x(events), synclog.load('directory_sync', events) l;
CREATE TABLE audit.stored AS SELECT * FROM audit.directory_sync;
DELETE FROM audit.directory_sync;
SELECT l.* FROM (SELECT string_agg(row_to_json(s)::text, E'\n') FROM sync_log s) x(events), synclog.load('directory_sync', events) l;
SELECT count(*) AS equal FROM (SELECT d::text FROM audit.directory_sync d INTERSECT SELECT s::text FROM audit.stored s) e;
DROP TABLE audit.stored;

-- odd events: members as they came, in the order of the log, those that are
-- missing left out, those that it does not have too
DELETE FROM audit.directory_sync;
SELECT * FROM synclog.load('directory_sync', $$
{"newValue": "new", "oldValue": null, "action": "A", "logEventTimeStamp": "2021-07-01T00:00:00Z", "note": "extra"}
{"_id": "its own", "timestamp": "2021-07-01T00:00:01.0001Z", "username": "b", "oldValue": 5, "newValue": {"a": [1, 2], "b": "x,y"}, "field": true}
{"logEventTimeStamp": "2021-07-01T02:00:02.000+0200", "username": "nul \u0000", "oldValue": "half \ud800", "newValue": "a\tb\\c \u00e9"}
{"logEventTimeStamp": "2021-07-01T00:00:03.123456789Z", "action": "first", "action": "last", "newValue": "=1+1", "oldValue": " a "}
{"logEventTimeStamp": "2021-07-01T00:00:03.5Z", "timestamp": "2021-07-01T00:00:04Z", "username": "both"}
$$);
\a \t
SELECT e FROM synclog.get('/api/v3/DirectorySyncLog'), json_array_elements(body::json) e;
\a \t
SELECT body FROM synclog.get('/api/v3/DirectorySyncLog/csv');
SELECT e ->> 'username' FROM synclog.directory_sync_log('2021-07-01T00:00:01Z', '2021-07-01T00:00:02Z') e;

-- ties, and what is missing: text goes by its bytes
DELETE FROM audit.directory_sync;
SELECT count(synclog.store('directory_sync', json_build_object('_id', id, 'logEventTimeStamp', '2021-08-0' || day || 'T00:00:00Z', 'username', id || day, 'action', action)))
FROM (VALUES ('a', 2, 'X'), ('b', 1, 'X'), ('B', 1, 'X'), ('ä', 1, 'X'), ('c', 1, 'x'), ('d', 1, ''), ('e', 1, NULL), ('f', 1, 'Ä')) v(id, day, action);
SELECT synclog.store('directory_sync', '{"_id": "g", "logEventTimeStamp": "2021-08-01T00:00:00Z", "username": "g1"}');
SELECT u, pg_temp.list(body) FROM unnest(ARRAY['', 'sortDirection=desc', 'sortColumn=action', 'sortColumn=action&sortDirection=desc', 'sortColumn=providerName', 'sortColumn=providerName&sortDirection=desc']) u,
	synclog.get('/api/v3/DirectorySyncLog?' || u);

-- the same in SQL, NULL is what is left out
SELECT string_agg(e ->> 'username', ' ') FROM synclog.directory_sync_log(NULL, NULL, NULL, NULL, NULL, NULL) e;
SELECT string_agg(e ->> 'username', ' ') FROM synclog.directory_sync_log('2021-08-01T00:00:00Z') e;
SELECT string_agg(e ->> 'username', ' ') FROM synclog.directory_sync_log(before => '2021-08-02T00:00:00Z', sort_column => 'username', sort_direction => 'desc', page_number => 2, page_size => 3) e;
SELECT count(*) FROM synclog.directory_sync_log(page_number => 1);
SELECT count(*) FROM synclog.directory_sync_log('-infinity', 'infinity', page_number => 2147483647, page_size => 2147483647);
SELECT count(*) FROM synclog.directory_sync_log(sort_column => 'timestamp');
SELECT count(*) FROM synclog.directory_sync_log(sort_direction => 'desc; --');
SELECT count(*) FROM synclog.directory_sync_log(page_number => 0);
SELECT count(*) FROM synclog.directory_sync_log(page_size => -1);
SELECT synclog.directory_sync_entry('{}', '2021-08-01T00:00:00Z'), synclog.directory_sync_entry(NULL, now()), synclog.directory_sync_entry('{}', NULL);
-- what is no object has none of the members
SELECT DISTINCT synclog.directory_sync_entry(event, '2021-08-01T00:00:00Z')::text
FROM unnest('{7,"null","\"\"","\"field\"","[\"field\"]","[\"field\", \"x\"]"," [ {} ] "}'::json[]) event;
-- a hundred events are a page of JSON, all of them a file of CSV
SELECT count(synclog.store('directory_sync', json_build_object('logEventTimeStamp', synclog.iso8601('2021-09-01Z'::timestamptz + i * interval '1 hour'), 'username', i))) FROM generate_series(1, 1000) i;
SELECT u, json_array_length(body::json) FROM unnest(ARRAY['', '?page[number]=2', '?page[number]=11', '?page[size]=2000']) u, synclog.get('/api/v3/DirectorySyncLog' || u);
SELECT u, regexp_count(body, E'\r\n') FROM unnest(ARRAY['', '?page[number]=2', '?page[size]=2000']) u, synclog.get('/api/v3/DirectorySyncLog/csv' || u);

-- the bounds reach the planner: which months are looked at
CREATE FUNCTION pg_temp.looked_at(url text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	before CONSTANT jsonb := jsonb_object_agg(relname, coalesce(seq_scan, 0) + coalesce(idx_scan, 0)) FROM pg_stat_xact_user_tables WHERE schemaname = 'audit';
BEGIN
	PERFORM synclog.get(url);
	RETURN (SELECT string_agg(relname, ' ' ORDER BY relname) FROM pg_stat_xact_user_tables
		WHERE schemaname = 'audit' AND coalesce(seq_scan, 0) + coalesce(idx_scan, 0) > (before ->> relname)::bigint);
END $$;
BEGIN;
SELECT u, pg_temp.looked_at('/api/v3/DirectorySyncLog' || u) FROM unnest(ARRAY[
	'?eventOccurredAfter=2021-08-01T00:00:00.0Z&eventOccurredBefore=2021-08-31T00:00:00.0Z',
	'?eventOccurredAfter=2021-09-01T00:00:00.0Z&eventOccurredBefore=2021-09-02T00:00:00.0Z&sortColumn=action',
	'/csv?eventOccurredAfter=2021-08-31T23:59:59.9Z&eventOccurredBefore=2021-09-01T00:00:00.000000001Z',
	'/csv?eventOccurredBefore=1999-06-01T00:00:00.000Z']) u;
COMMIT;

-- limits and rights
SET synclog.max_response = 1;
SELECT u, status, body FROM unnest(ARRAY['', '/csv']) u, synclog.get('/api/v3/DirectorySyncLog' || u);
RESET synclog.max_response;
CREATE ROLE regress_reader;
SET ROLE regress_reader;
SELECT status, body FROM synclog.get('/api/v3/DirectorySyncLog');
RESET ROLE;
GRANT USAGE ON SCHEMA audit TO regress_reader;
GRANT SELECT ON audit.directory_sync TO regress_reader;
SET ROLE regress_reader;
SELECT status, left(body, 60) FROM synclog.get('/api/v3/DirectorySyncLog?page[size]=1');
RESET ROLE;
DROP OWNED BY regress_reader;
DROP ROLE regress_reader;
-- whatever the caller's search_path
CREATE FUNCTION pg_temp.concat(text, text) RETURNS text LANGUAGE sql AS $$ SELECT 'evil' $$;
SET search_path = pg_temp, public;
SELECT status, left(body, 60) FROM synclog.get('/api/v3/DirectorySyncLog?page[size]=1');
RESET search_path;
DELETE FROM synclog.topic WHERE name = 'directory_sync';
SELECT status, body::json ->> 'message' AS message FROM synclog.get('/api/v3/DirectorySyncLog/csv');
-- a table of one's own may have rows without an instant, or without anything
CREATE TABLE audit.own (id text, "timestamp" timestamptz, provider_name text, username text, action text, field text, old_value text, new_value text, tenant_id text);
SELECT synclog.add_topic('directory_sync', 'audit.own');
INSERT INTO audit.own (id, username) VALUES ('1', 'u'), ('2', NULL);
SELECT body FROM unnest(ARRAY['', '/csv']) u, synclog.get('/api/v3/DirectorySyncLog' || u);
