-- get(): paths, parameters, answers and errors
SET client_min_messages = warning; DROP SCHEMA IF EXISTS audit CASCADE; DELETE FROM synclog.topic; RESET client_min_messages; SELECT synclog.create_topics();
\a\t
CREATE FUNCTION pg_temp.without_cookie(body text) RETURNS text LANGUAGE sql AS
	$$ SELECT regexp_replace(body, '("pagedResultsCookie": ?)"[^"]*"', '\1"..."') $$;
SELECT * FROM synclog.load('activity', $$
{"_id": "a", "timestamp": "2020-01-01T00:00:00.000Z", "objectId": "managed/user/a", "operation": "CREATE", "before": null, "after": {"mail": "A@x.org", "n": 1.50, "list": [], "map": {}, "s": "a \"{,}\" \\"}}
{"_id": "b", "timestamp": "2020-01-02T00:00:00.000Z", "objectId": "managed/user/b", "operation": "UPDATE", "message": "1 + 1 = 2 & 100 %"}
{"_id": "c/d e?", "timestamp": "2020-01-02T00:00:00.000Z", "objectId": "managed/user/c", "operation": "é"}
$$);
SELECT * FROM synclog.load('recon', $$
{"_id": "1", "timestamp": "2013-05-14T08:20:41.343Z", "reconId": "old", "rootActionId": "x", "entryType": "start", "mapping": "m", "message": "Reconciliation initiated by openidm-admin", "action": null}
{"_id": "2", "timestamp": "2013-05-14T08:20:41.500Z", "reconId": "old", "rootActionId": "x", "entryType": "", "situation": "ABSENT", "mapping": null}
{"_id": "3", "timestamp": "2013-05-14T08:20:41.783Z", "reconId": "old", "rootActionId": "x", "entryType": "summary", "status": "SUCCESS", "mapping": "m", "messageDetail": {"ended": "2013-05-14T08:20:41.783Z", "started": "2013-05-14T08:20:41.342Z", "stageDescription": "reconciling target entries", "stage": "ACTIVE_RECONCILING_TARGET", "state": "ACTIVE", "mapping": "m"}}
{"_id": "4", "timestamp": "2020-05-14T08:20:41.343Z", "reconId": "running", "entryType": "start", "mapping": "n", "reconAction": "recon"}
{"_id": "5", "timestamp": "2019-05-14T08:20:41.343Z", "reconId": "failed", "entryType": "start", "mapping": "n"}
{"_id": "6", "timestamp": "2019-05-14T08:20:41.345Z", "reconId": "failed", "entryType": "summary", "status": "FAILURE", "mapping": "n", "messageDetail": null}
{"_id": "7", "timestamp": "2018-05-14T08:20:41.345Z", "reconId": "said", "entryType": "summary", "status": "FAILURE", "messageDetail": {"_id": "other", "mapping": "of its own", "state": "CANCELED", "stage": "COMPLETED_CANCELED", "custom": [1], "duration": 7, "progress": {}}}
{"_id": "8", "timestamp": "2018-05-14T08:20:41.345Z", "reconId": null, "entryType": "start"}
$$);

-- with and without scheme, host, context path and a slash at the end
SELECT u, status, content_type, body FROM unnest(ARRAY[
	'http://localhost:8080/openidm/audit/activity/a?_fields=operation',
	'https://idm.example.com/audit/activity/a/?_fields=operation',
	'/openidm/audit/activity/a?_fields=operation',
	'audit/activity/a?_fields=operation#part',
	'/some/audit/activity/a?_fields=operation',
	'//audit/activity/a?_fields=operation']) u, synclog.get(u);
SELECT u, status, body FROM unnest(ARRAY['', '/', 'http://localhost', 'x://y?a', '/audit', '/audit/', '/Audit/activity', '/audit/activity/a/b',
	'/audit/activity//', '/recon/a/b', '/openidm/sync', 'audit', '/recon/audit/activity']) u, synclog.get(u);
SELECT synclog.get(NULL) IS NULL;
-- percent-decoding: plus is a blank in parameters only, the path is split before
SELECT u, status, body FROM unnest(ARRAY[
	'/audit/activity/c%2Fd%20e%3F?_fields=%6fperation',
	'/audit/activity/c%2fd e%3f?_fields= operation , objectId&',
	'/audit/activity/c%2Fd+e%3F',
	'/audit/activity?_queryFilter=message+eq+"1+%2B+1+%3D+2+%26+100+%25"&_fields=message',
	'/audit/activity?&&_queryFilter=message co "1 %2b 1 = 2 %26 100 %25"&_fields=message&x&=',
	'/audit/activity?_queryFilter=operation%20eq%20%22%C3%A9%22&_fields=operation',
	'/audit/activity?_queryFilter=operation eq "é"&_fields=operation']) u, synclog.get(u);
SELECT u, status, body FROM unnest(ARRAY['/audit/activity/100%', '/audit/activity?_queryFilter=%zz', '/audit/activity?a=b&_quer%4', '/audit/%00', '/audit/é%C3?',
	'/audit/activity/%ED%A0%80', '/audit/activity?é=%FF', '/audit/activity?x=1%E2%82&y']) u, synclog.get(u);

-- no query: OpenIDM 2's flat list, paged if asked for
SELECT status, body FROM synclog.get('/openidm/audit/activity?_fields=operation');
SELECT status, body FROM synclog.get('/openidm/audit/activity?_fields=_id&_pageSize=2&_pagedResultsOffset=1&_sortKeys=-_id');
SELECT status, body FROM synclog.get('/openidm/audit/sync');
-- a filter: six members; sort keys, of which a leading blank is a plus
SELECT status, body FROM synclog.get('/audit/activity?_queryFilter=true&_fields=operation&_sortKeys=-timestamp,+_id');
SELECT status, body FROM synclog.get('/audit/activity?_queryFilter=true&_fields=_id&_sortKeys=+timestamp&_sortKeys=-_id');
SELECT status, body FROM synclog.get('/audit/activity?_QUERYFILTER=true&_fields=_id&_fields=operation,after/mail&_fields=');
SELECT status, body FROM synclog.get('/audit/activity?_queryFilter=_id+eq+"none"&_fields=&_sortKeys=');
-- pages: the cookie of one begins the next
SELECT status, pg_temp.without_cookie(body) FROM synclog.get('/audit/activity?_queryFilter=true&_fields=_id&_pageSize=2&_pagedResultsCookie=&_totalPagedResultsPolicy=exact');
SELECT b.status, b.body FROM synclog.get('/audit/activity?_queryFilter=true&_fields=_id&_pageSize=2') a,
	synclog.get('/audit/activity?_queryFilter=true&_fields=_id&_pageSize=2&_totalPagedResultsPolicy=EXACT&_pagedResultsCookie=' || (a.body::json->>'pagedResultsCookie')) b;
SELECT status, body FROM synclog.get('/audit/activity?_queryFilter=true&_fields=_id&_pageSize=0&_pagedResultsOffset=2');
-- formatted
SELECT u, status, body FROM unnest(ARRAY['/audit/recon/1', '/audit/recon/1?formatted=false', '/audit/recon/1?formatted=TRUE',
	'/audit/recon?_queryFilter=_id+eq+"2"', '/audit/recon?_queryFilter=_id+eq+"2"&formatted=false']) u, synclog.get(u);
-- pretty
SELECT status, body FROM synclog.get('/audit/activity/a?_prettyPrint=true');
SELECT status, body FROM synclog.get('/audit/sync?_queryFilter=true&_prettyPrint=True');
SELECT body FROM synclog.get('/audit/activity/b?_prettyPrint=false&_fields=operation');
SELECT count(*), bool_and(a.body::jsonb = b.body::jsonb), bool_and(length(a.body) > length(b.body))
FROM synclog.topic t, synclog.get(format('/audit/%s?_prettyPrint=true', t.name)) a, synclog.get(format('/audit/%s', t.name)) b
WHERE t.name IN ('activity', 'recon');
-- parameters that change nothing, and those of nobody
SELECT status, body FROM synclog.get('/audit/activity/b?_fields=operation&_crestapiversion=1.0&_locale=fr&anything=goes&anything=twice');

-- grouped, flat and paged
SELECT u, status, pg_temp.without_cookie(body) FROM unnest(ARRAY['', '&formatted=false', '&_fields=situation', '&_pageSize=1&_fields=_id', '&_pagedResultsCookie=&_fields=_id', '&_sortKeys=-_id&_fields=_id']) u,
	synclog.get('/audit/recon/?_queryId=audit-by-recon-id&reconId=old' || u);
SELECT status, body FROM synclog.get('/audit/recon?_queryId=audit-by-recon-id&reconId=none');
SELECT status, body FROM synclog.get('/audit/recon?_queryId=audit-by-recon-id&reconId=none&_prettyPrint=true');

-- /recon: newest first, and one of them
SELECT r FROM synclog.get('/openidm/recon'), json_array_elements(body::json->'reconciliations') r;
SELECT status, body FROM synclog.get('/openidm/recon?_fields=state,mapping');
SELECT u, status, body FROM unnest(ARRAY['old', 'running', 'failed?_fields=state,ended', 'said', 'none', '', 'a"b\c', '"%20or%20true']) u, synclog.get('/openidm/recon/' || u);
SELECT synclog.recon_reported(runs => 1);
SELECT count(*) FROM synclog.recon_reported('none');
SELECT synclog.recon_reported(runs => 0);

-- errors
SELECT u, status, body FROM unnest(ARRAY[
	'/audit/nope',
	'/audit/nope/1',
	'/audit/nope?_queryId=query-all',
	'/audit/activity/none',
	'/audit/activity?_queryFilter=',
	'/audit/activity?_queryFilter=operation+eq+"CREATE',
	'/audit/activity?_queryFilter=operation+foo+1',
	'/audit/activity?_queryFilter=timestamp+ge+"yesterday"',
	'/audit/activity?_queryFilter=true&_queryFilter=false',
	'/audit/activity?_queryFilter=true&_queryId=query-all',
	'/audit/activity?_queryId=nope',
	'/audit/activity?_queryId=',
	'/audit/activity?_queryId=audit-by-mapping',
	'/audit/recon?_queryId=audit-by-recon-id',
	'/audit/recon?_queryId=audit-by-recon-id&reconId=a&reconId=b',
	'/audit/activity?_queryExpression=select',
	'/audit/activity?_queryFilter=true&_countOnly=true',
	'/audit/activity?_action=create',
	'/recon/old?_action=cancel',
	'/audit/activity?_queryFilter=true&_fields=a,,b',
	'/audit/activity?_queryFilter=true&_sortKeys=-',
	'/audit/activity?_queryFilter=true&_pageSize=',
	'/audit/activity?_queryFilter=true&_pageSize=-1',
	'/audit/activity?_queryFilter=true&_pageSize=two',
	'/audit/activity?_queryFilter=true&_pageSize=2147483648',
	'/audit/activity?_queryFilter=true&_pagedResultsOffset=99999999999999999999',
	'/audit/activity?_queryFilter=true&_pagedResultsCookie=damaged',
	'/audit/activity?_queryFilter=true&_pagedResultsCookie=x&_pagedResultsOffset=1',
	'/audit/activity?_queryFilter=true&_totalPagedResultsPolicy=SOME',
	'/audit/activity?_queryFilter=true&_prettyPrint=yes',
	'/audit/activity?_queryFilter=true&formatted=',
	'/audit/activity?_queryFilter=true&_unknown=1',
	'/audit/activity?queryFilter=/operation+eq+"CREATE"',
	'/audit/activity/a?_pageSize=1',
	'/audit/activity/a?_queryFilter=true',
	'/recon?_queryFilter=true']) u, synclog.get(u);
-- limits: of filters, and of answers
SELECT status, left(body, 120) FROM synclog.get('/audit/activity?_queryFilter=' || repeat('(', 64) || 'true' || repeat(')', 64));
SELECT status, left(body, 120) FROM synclog.get('/audit/activity?_queryFilter=/after/s+co+"' || repeat('a', 5000) || '"');
SELECT status, left(body, 120) FROM synclog.get('/audit/activity?_fields=' || repeat('a,', 1000) || 'a');
SELECT status, left(body, 150) FROM synclog.get('/audit/activity?' || repeat('&', 8 * 1024 * 1024));
SELECT status, left(body, 150) FROM synclog.get('/audit/activity?' || repeat('_fields=a&', 100000));
SET synclog.max_response = 1;
SELECT * FROM synclog.load('sync', (SELECT string_agg(format('{"_id": "%s", "timestamp": "2020-01-01T00:00:00.000Z"}', i), E'\n') FROM generate_series(1, 30) i));
SELECT u, status, pg_temp.without_cookie(body) FROM unnest(ARRAY['', '?_queryFilter=true', '?_queryFilter=true&_pageSize=2', '?_queryFilter=true&_pageSize=20', '?_queryFilter=true&_pageSize=16&_prettyPrint=true']) u, synclog.get('/audit/sync' || u);
SELECT synclog.store('sync', json_build_object('_id', 'long', 'timestamp', '2020-01-01T00:00:00.000Z', 'message', repeat('x', 2000)));
SELECT synclog.store('recon', json_build_object('_id', 'long', 'timestamp', '2010-01-01T00:00:00.000Z', 'reconId', 'long', 'entryType', 'summary',
	'messageDetail', json_build_object('note', repeat('x', 2000))));
SELECT u, status, left(body, 120) FROM unnest(ARRAY['/audit/sync/long', '/audit/sync/long?_fields=_id', '/recon/long', '/recon/long?_fields=_id']) u, synclog.get(u);
RESET synclog.max_response;

-- after an error the session goes on, in a transaction and a read-only one too
BEGIN READ ONLY;
DECLARE c CURSOR FOR SELECT g.status, g.body FROM unnest(ARRAY['/audit/activity/b?_fields=_id', '/audit/activity?_queryFilter=x', '/audit/activity/a?_fields=_id']) u, synclog.get(u) g;
FETCH 2 FROM c;
SELECT status, body FROM synclog.get('/nowhere');
FETCH ALL FROM c;
COMMIT;

-- a user's topic, which has no column for all
CREATE TABLE audit.door (id text PRIMARY KEY, "timestamp" timestamptz NOT NULL, door_name text);
SELECT synclog.add_topic('door-log', 'audit.door');
SELECT synclog.store('door-log', '{"_id": "d", "timestamp": "2020-01-01T00:00:00.000Z", "doorName": "north"}');
SELECT u, status, body FROM unnest(ARRAY['door-log', 'door%2Dlog?_queryFilter=doorName+sw+"n"', 'door-log/d?_fields=doorName', 'door-log?_queryFilter=dorName+sw+"n"',
	'door-log?_queryFilter=true&_fields=window', 'door-log?_queryFilter=true&_sortKeys=window', 'door-log?_queryId=query-all-ids']) u, synclog.get('/audit/' || u);

-- as who calls; what cancels the statement, or is nobody's fault, is no answer
CREATE ROLE regress_reader;
SET ROLE regress_reader;
SELECT u, status, body FROM unnest(ARRAY['/audit/activity', '/audit/activity/a', '/recon', '/audit/recon?_queryId=audit-by-recon-id&reconId=x']) u, synclog.get(u);
RESET ROLE;
GRANT USAGE ON SCHEMA audit TO regress_reader;
GRANT SELECT ON audit.activity TO regress_reader;
SET ROLE regress_reader;
SELECT u, status, body FROM unnest(ARRAY['/audit/activity?_queryFilter=true&_fields=_id', '/recon']) u, synclog.get(u);
RESET ROLE;
DROP OWNED BY regress_reader;
DROP ROLE regress_reader;
SET statement_timeout = '1ms';
SELECT count(*) FROM generate_series(1, 100000), synclog.get('/audit/activity?_queryFilter=true');
RESET statement_timeout;
ALTER TABLE audit.door RENAME COLUMN "timestamp" TO happened;
SELECT status, body FROM synclog.get('/audit/door-log');
DROP TABLE audit.door CASCADE;
SELECT * FROM synclog.get('/audit/door-log');
-- whatever the caller's search_path
CREATE FUNCTION pg_temp.regexp_replace(text, text, text, text) RETURNS text LANGUAGE sql AS $$ SELECT 'evil' $$;
SET search_path = pg_temp, public;
SELECT status, body FROM synclog.get('/recon/old?_fields=state');
SELECT status, body FROM synclog.get('/audit/recon?_queryId=audit-by-recon-id-situation&reconId=old&situation=ABSENT&_fields=situation');
