-- What the servers' own clients ask for (the administration console, the
-- reconciliation service, the scripts of its pages), each as a URL, beside what
-- hand-written SQL finds in the samples.
SET client_min_messages = warning; DROP SCHEMA IF EXISTS audit CASCADE; DELETE FROM synclog.topic; RESET client_min_messages; SELECT synclog.create_topics();

\set recon `cat "$PG_ABS_SRCDIR"/data/recon.openidm[234].jsonl`
\set formatted `cat "$PG_ABS_SRCDIR"/data/recon.openidm[23]_formatted.jsonl`
\set sync `cat "$PG_ABS_SRCDIR"/data/sync.openidm[34].jsonl`
\set activity `cat "$PG_ABS_SRCDIR"/data/activity.openidm[234].jsonl`
\set authentication `cat "$PG_ABS_SRCDIR"/data/authentication.openidm4.jsonl`
\set config `cat "$PG_ABS_SRCDIR"/data/config.openidm4.jsonl`
\set access `cat "$PG_ABS_SRCDIR"/data/access.openidm[24].jsonl`

-- The samples as they are, "formatted" where the servers make another event of
-- it unless the URL says formatted=false.
CREATE TEMP TABLE sample AS
	SELECT topic, e.event, coalesce(f.event, e.event) AS formatted
	FROM (VALUES ('recon', :'recon'), ('sync', :'sync'), ('activity', :'activity'), ('authentication', :'authentication'),
			('config', :'config'), ('access', :'access')) v(topic, events),
		LATERAL (SELECT line::jsonb AS event FROM regexp_split_to_table(events, E'\n+') line WHERE line <> '') e
		LEFT JOIN (SELECT line::jsonb AS event FROM regexp_split_to_table(:'formatted', E'\n+') line WHERE line <> '') f
			ON f.event->>'_id' = e.event->>'_id';
SELECT t.topic, l.*
FROM (SELECT topic, string_agg(event::text, E'\n') AS events FROM sample GROUP BY topic) t, synclog.load(t.topic, t.events) l
ORDER BY topic;

-- An answer beside the events that it should have, in their order: "form" is
-- "page" for CREST's six members in their order, and "counts" are four of them
-- and whether there is a cookie; "differing" are the events of which one side
-- only has them, and "in_order" is false where the order alone is another.
CREATE FUNCTION pg_temp.ask(url text, expected jsonb[], OUT status int, OUT form text, OUT counts text, OUT events int, OUT differing text, OUT in_order bool)
LANGUAGE plpgsql AS $$
DECLARE
	body text;
	doc json;
	answer jsonb[];
BEGIN
	SELECT g.status, g.body INTO status, body FROM synclog.get(url) g;
	doc := body;
	form := array_to_string(ARRAY(SELECT json_object_keys(doc)), ' ');
	IF form = 'result resultCount pagedResultsCookie totalPagedResultsPolicy totalPagedResults remainingPagedResults' THEN
		form := 'page';
		counts := concat_ws(' ', doc->>'resultCount', doc->>'totalPagedResultsPolicy', doc->>'totalPagedResults', doc->>'remainingPagedResults',
			CASE WHEN doc->>'pagedResultsCookie' IS NULL THEN 'end' ELSE 'cookie' END);
	END IF;
	IF json_typeof(doc->'result') = 'array' THEN
		answer := ARRAY(SELECT e::jsonb FROM json_array_elements(doc->'result') e);
	ELSE
		form := 'one';
		answer := ARRAY[doc::jsonb];
	END IF;
	events := cardinality(answer);
	SELECT string_agg(coalesce('answered: ' || a::text, 'expected: ' || b::text), E'\n') INTO differing
	FROM unnest(answer) a FULL JOIN unnest(expected) b ON a = b
	WHERE a IS NULL OR b IS NULL;
	in_order := answer = expected;
END $$;
\pset null '(none)'

-- The reconciliation service: the summary of a run, and its newest runs.
SELECT * FROM pg_temp.ask('/audit/recon?_queryFilter=%28/reconId%20eq%20%220178a256-7990-44bc-b2cd-8bbbb7b88f21-178%22%20and%20/entryType%20eq%20%22summary%22%29&formatted=false',
	ARRAY(SELECT event FROM sample WHERE event->>'reconId' = '0178a256-7990-44bc-b2cd-8bbbb7b88f21-178' AND event->>'entryType' = 'summary'));
SELECT * FROM pg_temp.ask('/openidm/recon/0178a256-7990-44bc-b2cd-8bbbb7b88f21-178',
	ARRAY(SELECT event->'messageDetail' FROM sample WHERE event->>'reconId' = '0178a256-7990-44bc-b2cd-8bbbb7b88f21-178' AND event->>'entryType' = 'summary'));
SELECT status, r->>'_id' AS _id, r->>'mapping' AS mapping, r->>'state' AS state, r->>'stage' AS stage, r->>'ended' AS ended
FROM synclog.get('/openidm/recon') g, json_array_elements(g.body::json->'reconciliations') r;

-- one that has not ended: the console waits while "ended" is an empty string
BEGIN;
SELECT synclog.store('recon', '{"_id": "still running", "timestamp": "2026-01-01T00:00:00.000Z", "reconId": "running", "mapping": "m", "entryType": "start", "reconAction": "recon"}');
SELECT status, jsonb_pretty(body::jsonb) FROM synclog.get('/openidm/recon/running');
SELECT body::json #>> '{reconciliations,0,_id}' AS newest FROM synclog.get('/openidm/recon');
ROLLBACK;

-- The page of a mapping: its last start that was not for one object, and the run.
SELECT * FROM pg_temp.ask('/openidm/audit/recon?_queryFilter=%2FentryType%20eq%20%22start%22%20AND%20!(%2FreconAction%20eq%20%22reconById%22)%20AND%20%2Fmapping%20eq%20%22systemCsvfileAccounts_managedUser%22&_sortKeys=-timestamp&_pageSize=1&formatted=false',
	ARRAY(SELECT event FROM sample WHERE event->>'entryType' = 'start' AND event->>'reconAction' IS DISTINCT FROM 'reconById'
		AND event->>'mapping' = 'systemCsvfileAccounts_managedUser' ORDER BY event->>'timestamp' DESC LIMIT 1));
SELECT * FROM pg_temp.ask('audit/recon?_queryId=audit-last-recon-for-mapping&mapping=systemCsvfileAccounts_managedUser',
	ARRAY(SELECT event FROM sample WHERE event->>'entryType' = 'start' AND event->>'reconAction' IS DISTINCT FROM 'reconById'
		AND event->>'mapping' = 'systemCsvfileAccounts_managedUser' ORDER BY event->>'timestamp' DESC LIMIT 1));
-- one that has no reconAction yet
SELECT * FROM pg_temp.ask('audit/recon?_queryId=audit-last-recon-for-mapping&mapping=systemXmlfileAccounts_managedUser',
	ARRAY(SELECT formatted FROM sample WHERE event->>'entryType' = 'start' AND event->>'mapping' = 'systemXmlfileAccounts_managedUser'));
SELECT * FROM pg_temp.ask('audit/recon?_queryId=audit-last-recon-for-mapping&mapping=none', '{}');

-- The page of a run's results: situations, newest first, by pages of at most 50;
-- orderBy and orderByDir come along.
SELECT * FROM pg_temp.ask('/openidm/audit/recon?_queryFilter=reconId%20eq%20%220178a256-7990-44bc-b2cd-8bbbb7b88f21-178%22%20and%20(situation%20eq%20%22ABSENT%22%20or%20situation%20eq%20%22FOUND%22%20or%20situation%20eq%20%22CONFIRMED%22)&_sortKeys=-timestamp&_pageSize=50',
	ARRAY(SELECT event FROM sample WHERE event->>'reconId' = '0178a256-7990-44bc-b2cd-8bbbb7b88f21-178'
		AND event->>'situation' IN ('ABSENT', 'FOUND', 'CONFIRMED') ORDER BY event->>'timestamp' DESC));
CREATE TEMP VIEW situations AS
	SELECT event FROM sample WHERE event->>'reconId' = 'cfa341bd-d140-43fa-a291-df99bea35afe' AND event->>'timestamp' <= '2014-12-01T03:00:00.427Z'
		AND event->>'situation' IN ('ABSENT', 'FOUND', 'CONFIRMED') ORDER BY event->>'timestamp' DESC;
\set run 'openidm/repo/audit/recon?_queryId=audit-by-recon-id-situations-latest&reconId=cfa341bd-d140-43fa-a291-df99bea35afe&formatted=false&orderBy=sourceObjectId&orderByDir=asc'
SELECT * FROM pg_temp.ask(:'run' || '&situations=ABSENT,FOUND,CONFIRMED&completed=2014-12-01T03:00:00.427Z&_pageSize=3&_pagedResultsOffset=0',
	ARRAY(SELECT event FROM situations LIMIT 3));
SELECT * FROM pg_temp.ask(:'run' || '&situations=ABSENT,FOUND,CONFIRMED&completed=2014-12-01T03:00:00.427Z&_pageSize=3&_pagedResultsOffset=3',
	ARRAY(SELECT event FROM situations LIMIT 3 OFFSET 3));
-- of a run that has not ended
SELECT * FROM pg_temp.ask(:'run' || '&situations=ABSENT,FOUND,CONFIRMED&completed=&_pageSize=50&_pagedResultsOffset=0',
	ARRAY(SELECT event FROM situations));
-- until an earlier time, one situation, and none
SELECT * FROM pg_temp.ask(:'run' || '&situations=CONFIRMED&completed=2014-12-01T03:00:00.137Z',
	ARRAY(SELECT event FROM situations WHERE event->>'situation' = 'CONFIRMED' AND event->>'timestamp' <= '2014-12-01T03:00:00.137Z'));
SELECT * FROM pg_temp.ask(:'run' || '&situations=&completed=', '{}');
-- with the ids that a search for accounts has found
SELECT * FROM pg_temp.ask(replace(:'run', 'latest', 'latest-filtered') || '&situations=ABSENT,FOUND,CONFIRMED&completed=&filteredIds=NOOP,system/ldap/account/jdoe,managed/user/mmueller',
	ARRAY(SELECT event FROM situations WHERE event->>'sourceObjectId' = 'system/ldap/account/jdoe' OR event->>'targetObjectId' = 'managed/user/mmueller'));

-- What came after the end of a run; an object of a run, once with a quote in its
-- id as the console does not escape it, and once escaped.
SELECT * FROM pg_temp.ask('http://localhost:8080/openidm/audit/recon?_queryFilter=reconId%20eq%20%220178a256-7990-44bc-b2cd-8bbbb7b88f21-178%22%20and%20!(entryType%20eq%20%22summary%22)%20and%20timestamp%20gt%20%222017-02-28T13%3A07%3A20.900Z%22',
	ARRAY(SELECT event FROM sample WHERE event->>'reconId' = '0178a256-7990-44bc-b2cd-8bbbb7b88f21-178'
		AND event->>'entryType' IS DISTINCT FROM 'summary' AND event->>'timestamp' > '2017-02-28T13:07:20.900Z' ORDER BY event->>'timestamp'));
SELECT * FROM pg_temp.ask('/openidm/audit/recon?_queryFilter=reconId%20eq%20%220178a256-7990-44bc-b2cd-8bbbb7b88f21-178%22%20and%20sourceObjectId%20eq%20%22system%2Fcsvfile%2Faccount%2Fbjensen%22',
	ARRAY(SELECT event FROM sample WHERE event->>'reconId' = '0178a256-7990-44bc-b2cd-8bbbb7b88f21-178' AND event->>'sourceObjectId' = 'system/csvfile/account/bjensen'));
SELECT * FROM synclog.get('/openidm/audit/recon?_queryFilter=reconId%20eq%20%220178a256-7990-44bc-b2cd-8bbbb7b88f21-178%22%20and%20sourceObjectId%20eq%20%22system%2Fcsvfile%2Faccount%2Fo''connor%20%22jr%22%22');
SELECT * FROM pg_temp.ask('/openidm/audit/recon?_queryFilter=reconId%20eq%20%220178a256-7990-44bc-b2cd-8bbbb7b88f21-178%22%20and%20sourceObjectId%20eq%20%22system%2Fcsvfile%2Faccount%2Fo''connor%20%5C%22jr%5C%22%22',
	ARRAY(SELECT event FROM sample WHERE event->>'reconId' = '0178a256-7990-44bc-b2cd-8bbbb7b88f21-178' AND event->>'sourceObjectId' = 'system/csvfile/account/o''connor "jr"'));
SELECT * FROM pg_temp.ask('/openidm/audit/recon?_queryFilter=/sourceObjectId+eq+%22system/csvfile/account/mm%C3%BCller%22',
	ARRAY(SELECT event FROM sample WHERE event->>'sourceObjectId' = 'system/csvfile/account/mmüller'));

-- The dashboard: the times of a month's events of one kind.
SELECT * FROM pg_temp.ask('/openidm/audit/authentication?_queryFilter=timestamp+gt+"2015-11-01"+and+timestamp+lt+"2015-12-01"+and+result+eq+"FAILED"&_fields=timestamp',
	ARRAY(SELECT jsonb_build_object('_id', event->'_id', 'timestamp', event->'timestamp') FROM sample
		WHERE topic = 'authentication' AND event->>'timestamp' ^@ '2015-11' AND event->>'result' = 'FAILED' ORDER BY event->>'timestamp'));
SELECT * FROM pg_temp.ask('/openidm/audit/authentication?_queryFilter=timestamp+gt+"2015-11-23"+and+timestamp+lt+"2015-11-23T00:30"&_fields=timestamp',
	ARRAY(SELECT jsonb_build_object('_id', event->'_id', 'timestamp', event->'timestamp') FROM sample
		WHERE topic = 'authentication' AND event->>'timestamp' < '2015-11-23T00:30' ORDER BY event->>'timestamp'));

-- By transaction, by principal, which is a list, by object; the pages of the last.
SELECT topic, a.*
FROM (SELECT DISTINCT ON (topic) topic, event->>'transactionId' AS tid FROM sample WHERE event ? 'transactionId' ORDER BY topic, event->>'timestamp') t,
	pg_temp.ask(format('/openidm/audit/%s?_queryFilter=/transactionId+eq+"%s"', topic, tid),
		ARRAY(SELECT formatted FROM sample s WHERE s.topic = t.topic AND event->>'transactionId' = tid ORDER BY event->>'timestamp')) a
ORDER BY topic;
SELECT * FROM pg_temp.ask('/openidm/audit/authentication?_queryFilter=/principal+eq+%22o''connor%22',
	ARRAY(SELECT event FROM sample WHERE topic = 'authentication' AND event->'principal' ? 'o''connor'));
SELECT * FROM pg_temp.ask('/openidm/audit/activity?_queryFilter=/objectId+sw+%22managed/user%22&_sortKeys=-timestamp,%2B_id&_pageSize=5&_totalPagedResultsPolicy=EXACT',
	ARRAY(SELECT event FROM sample WHERE topic = 'activity' AND event->>'objectId' ^@ 'managed/user' ORDER BY event->>'timestamp' DESC, event->>'_id' LIMIT 5));
-- a plus that is not encoded arrives as a blank, and means a plus
SELECT * FROM pg_temp.ask('/openidm/audit/config?_queryFilter=/objectId+eq+%22provisioner.openicf/csvfile%22&_sortKeys=+operation,-timestamp',
	ARRAY(SELECT event FROM sample WHERE topic = 'config' AND event->>'objectId' = 'provisioner.openicf/csvfile' ORDER BY event->>'operation', event->>'timestamp' DESC));
SELECT * FROM pg_temp.ask('/openidm/audit/access?_queryFilter=/http/request/method+eq+"GET"',
	ARRAY(SELECT event FROM sample WHERE topic = 'access' AND event #>> '{http,request,method}' = 'GET' ORDER BY event->>'timestamp'));

-- Every queryId, with its parameters; envelopes only where pages are asked for.
SELECT topic, a.*
FROM (VALUES ('recon'), ('sync'), ('activity'), ('authentication'), ('config'), ('access')) t(topic),
	pg_temp.ask('/openidm/audit/' || topic || '?_queryId=query-all&formatted=false',
		ARRAY(SELECT event FROM sample s WHERE s.topic = t.topic ORDER BY event->>'timestamp', event->>'_id')) a;
SELECT topic, a.*
FROM (VALUES ('recon'), ('sync'), ('activity'), ('authentication'), ('config'), ('access')) t(topic),
	pg_temp.ask('/openidm/audit/' || topic || '?_queryId=query-all-ids',
		ARRAY(SELECT jsonb_build_object('_id', event->'_id') FROM sample s WHERE s.topic = t.topic ORDER BY event->>'timestamp', event->>'_id')) a;

CREATE TEMP VIEW run AS
	SELECT event, formatted FROM sample WHERE topic = 'recon' AND event->>'reconId' = 'ffa2c349-049c-4a73-8124-db51564a954f' ORDER BY event->>'timestamp';
\set run 'openidm/audit/recon?_queryId=audit-by-recon-id&reconId=ffa2c349-049c-4a73-8124-db51564a954f'
SELECT * FROM pg_temp.ask(:'run', ARRAY(SELECT formatted FROM run WHERE event->>'entryType' NOT IN ('start', 'summary')));
SELECT body::jsonb->'start' = (SELECT formatted FROM run WHERE event->>'entryType' = 'start') AS start,
	body::jsonb->'summary' = (SELECT formatted FROM run WHERE event->>'entryType' = 'summary') AS summary
FROM synclog.get(:'run');
SELECT * FROM pg_temp.ask(:'run' || '&formatted=false', ARRAY(SELECT event FROM run));
SELECT * FROM pg_temp.ask(:'run' || '&_pageSize=4', ARRAY(SELECT formatted FROM run LIMIT 4));
SELECT * FROM pg_temp.ask(:'run' || '&formatted=false&_pageSize=4&_pagedResultsOffset=4', ARRAY(SELECT event FROM run LIMIT 4 OFFSET 4));
SELECT * FROM pg_temp.ask(replace(:'run', 'recon-id', 'recon-id-type') || '&entryType=start', ARRAY(SELECT formatted FROM run WHERE event->>'entryType' = 'start'));
SELECT * FROM pg_temp.ask(replace(:'run', 'recon-id', 'recon-id-type') || '&entryType=', ARRAY(SELECT formatted FROM run WHERE event->>'entryType' = ''));
SELECT * FROM pg_temp.ask(replace(:'run', 'recon-id', 'recon-id-situation') || '&situation=CONFIRMED', ARRAY(SELECT formatted FROM run WHERE event->>'situation' = 'CONFIRMED'));
SELECT * FROM pg_temp.ask(replace(:'run', 'recon-id', 'recon-id-situation') || '&situation=CONFIRMED&formatted=false&_pageSize=1', ARRAY(SELECT event FROM run WHERE event->>'situation' = 'CONFIRMED' LIMIT 1));

SELECT topic, a.*
FROM (VALUES ('recon', 'systemCsvfileAccounts_managedUser'), ('recon', 'systemXmlfileAccounts_managedUser'), ('recon', 'system%')) t(topic, mapping),
	pg_temp.ask('/openidm/audit/' || topic || '?_queryId=audit-by-mapping&mappingName=' || replace(mapping, '%', '%25'),
		ARRAY(SELECT formatted FROM sample s WHERE s.topic = t.topic AND event->>'mapping' = t.mapping ORDER BY event->>'timestamp', event->>'_id')) a;
SELECT a.*
FROM (SELECT event FROM sample WHERE event ? 'parentActionId' ORDER BY event->>'timestamp' DESC LIMIT 1) s,
	pg_temp.ask('/openidm/audit/activity?_queryId=audit-by-activity-parent-action&parentActionId=' || (event->>'parentActionId'), ARRAY[event]) a;

-- runs, newest first, of mappings that are like one pattern and not like another
CREATE TEMP VIEW summary AS
	SELECT event->>'mapping' AS mapping, jsonb_object_agg(key, value) FILTER (WHERE key IN ('_id', 'reconId', 'timestamp', 'mapping', 'message')) AS fields
	FROM sample, jsonb_each(event)
	WHERE topic = 'recon' AND event->>'entryType' = 'summary' GROUP BY event ORDER BY event->>'timestamp' DESC;
SELECT include, exclude, a.*
FROM (VALUES ('%', ''), ('system%', ''), ('%', 'system%'), ('%Csv%', 'none'), ('%managedUser', 'systemLdapAccounts_managedUser'), ('%', '%')) v(include, exclude),
	pg_temp.ask(format('openidm/audit/recon?_queryId=get-recons&includeMapping=%s&excludeMapping=%s', replace(include, '%', '%25'), replace(exclude, '%', '%25')),
		ARRAY(SELECT fields FROM summary WHERE mapping LIKE include AND mapping NOT LIKE exclude)) a;
SELECT policy, a.*
FROM unnest(ARRAY['NONE', 'estimate', 'Exact']) policy,
	pg_temp.ask('openidm/audit/recon?_queryId=get-recons&includeMapping=%25&excludeMapping=&_pageSize=2&_totalPagedResultsPolicy=' || policy,
		ARRAY(SELECT fields FROM summary LIMIT 2)) a
WHERE policy <> 'estimate' OR a.counts !~ '^2 ESTIMATE [0-9]+ -1 cookie$';

-- a second page, by the cookie of the first, and the last one
SELECT p.*
FROM synclog.get('openidm/audit/recon?_queryId=get-recons&includeMapping=%25&excludeMapping=&_pageSize=4') first,
	pg_temp.ask('openidm/audit/recon?_queryId=get-recons&includeMapping=%25&excludeMapping=&_pageSize=4&_pagedResultsCookie=' || (first.body::json->>'pagedResultsCookie'),
		ARRAY(SELECT fields FROM summary OFFSET 4)) p;

-- what is asked for and is not there
SELECT url, status, left(body, 300) AS body
FROM unnest(ARRAY['/openidm/audit/recon/none', '/openidm/recon/none', '/openidm/audit/none?_queryFilter=true', '/openidm/audit/recon?_queryId=none',
	'/openidm/audit/recon?_queryId=audit-by-recon-id', '/openidm/audit/recon?_queryFilter=none+eq', '/openidm/config/sync']) url, synclog.get(url);
