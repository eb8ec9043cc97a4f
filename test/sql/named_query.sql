-- queries that are asked for by their id, and templates of filters
SET client_min_messages = warning; DROP SCHEMA IF EXISTS audit CASCADE; DELETE FROM synclog.topic; RESET client_min_messages; SELECT synclog.create_topics();
\set recon3 `cat "$PG_ABS_SRCDIR/data/recon.openidm3.jsonl"`
\set recon4 `cat "$PG_ABS_SRCDIR/data/recon.openidm4.jsonl"`
\set activity2 `cat "$PG_ABS_SRCDIR/data/activity.openidm2.jsonl"`
SELECT * FROM synclog.load('recon', :'recon3' || E'\n' || :'recon4');
SELECT * FROM synclog.load('activity', :'activity2');

-- what is shipped
SELECT id, topic, filter, sort_keys, fields, page_size, answer FROM synclog.named_query ORDER BY id;
\a\t
-- a request's members, and its events in short
CREATE FUNCTION pg_temp.ask(topic text, id text, parameters text DEFAULT '', OUT status int, OUT members text, OUT events text, OUT message text)
	RETURNS SETOF record LANGUAGE sql AS $$
	SELECT g.status, (SELECT string_agg(k, ' ') FROM json_object_keys(g.body::json) k),
		(SELECT string_agg(concat_ws('/', regexp_replace(e->>'_id', '.*-', ''), e->>'entryType', e->>'situation', e->>'operation', e->>'action'), ' ')
			FROM json_array_elements(CASE g.status WHEN 200 THEN g.body::json->'result' ELSE '[]' END) e), g.body::json->>'message'
	FROM synclog.get(format('/openidm/audit/%s?_queryId=%s&%s', ask.topic, ask.id, parameters)) g
$$;
-- a body, whatever cookie is in it
CREATE FUNCTION pg_temp.body(url text) RETURNS text LANGUAGE sql AS
	$$ SELECT regexp_replace(body, '("pagedResultsCookie": ?)"[^"]*"', '\1"..."') FROM synclog.get(url) $$;
\pset null '-'
SELECT * FROM pg_temp.ask('recon', 'query-all', '_pageSize=3');
SELECT * FROM pg_temp.ask('activity', 'query-all');
SELECT pg_temp.body('/audit/recon?_queryId=query-all-ids&_pageSize=2');
SELECT pg_temp.body('/audit/recon?_queryId=query-all-ids&_pageSize=2&_fields=mapping');
SELECT json_array_elements(body::json->'result') FROM synclog.get('/audit/recon?_queryId=get-recons&includeMapping=%25&excludeMapping=');
SELECT p, m.* FROM unnest(ARRAY['', 'includeMapping=systemHrDb_managedUser', 'includeMapping=system%25', 'includeMapping=%25managedUser', 'includeMapping=%25Csv%25',
	'excludeMapping=systemHrDb_managedUser', 'includeMapping=system%25&excludeMapping=%25Csv%25', 'excludeMapping=%25', 'includeMapping=system____b%25']) p,
	pg_temp.ask('recon', 'get-recons', p) m;
-- a run of 4.0, one of 3.0
\set run reconId=0178a256-7990-44bc-b2cd-8bbbb7b88f21-178
SELECT * FROM pg_temp.ask('recon', 'audit-by-recon-id', :'run');
SELECT * FROM pg_temp.ask('recon', 'audit-by-recon-id', :'run' || '&formatted=false');
SELECT * FROM pg_temp.ask('recon', 'audit-by-recon-id-type', :'run' || '&entryType=summary');
SELECT * FROM pg_temp.ask('recon', 'audit-by-recon-id-situation', 'situation=ABSENT&' || :'run');
SELECT * FROM pg_temp.ask('recon', 'audit-by-recon-id-situation', 'situation=ABSENT&_pageSize=1&' || :'run');
SELECT * FROM pg_temp.ask('recon', 'audit-by-mapping', 'mappingName=systemHrDb_managedUser');
SELECT * FROM pg_temp.ask('recon', 'audit-last-recon-for-mapping', 'mapping=systemCsvfileAccounts_managedUser');
SELECT * FROM pg_temp.ask('recon', 'audit-last-recon-for-mapping', 'mapping=systemCsvfileAccounts_managedUser&_pageSize=5');
SELECT * FROM pg_temp.ask('recon', 'audit-by-recon-id-situations-latest', 'situations=ABSENT,FOUND&completed=&' || :'run');
SELECT * FROM pg_temp.ask('recon', 'audit-by-recon-id-situations-latest', 'situations=ABSENT&situations=FOUND&' || :'run');
SELECT * FROM pg_temp.ask('recon', 'audit-by-recon-id-situations-latest', 'situations=&' || :'run');
SELECT * FROM pg_temp.ask('recon', 'audit-by-recon-id-situations-latest', 'situations=ABSENT,FOUND&completed=2017-02-28T13:07:20.600Z&' || :'run');
SELECT * FROM pg_temp.ask('recon', 'audit-by-recon-id-situations-latest', 'situations=ABSENT,FOUND&completed=soon&' || :'run');
SELECT * FROM pg_temp.ask('recon', 'audit-by-recon-id-situations-latest-filtered',
	'situations=ABSENT,FOUND,CONFIRMED&filteredIds=system/csvfile/account/scarter,managed/user/bjensen&' || :'run');
SELECT count(*) FROM audit.activity t, pg_temp.ask('activity', 'audit-by-activity-parent-action', 'parentActionId=' || t.parent_action_id) m WHERE m.events IS NULL;
SELECT * FROM pg_temp.ask('activity', 'audit-by-activity-parent-action');
SELECT * FROM pg_temp.ask('sync', 'audit-by-recon-id', 'reconId=x');

-- what is given is a value, whatever it holds
SELECT * FROM synclog.load('sync', (SELECT string_agg(json_build_object('_id', i::text, 'timestamp', '2020-01-01T00:00:00.000Z', 'message', m)::text, E'\n' ORDER BY i)
	FROM unnest(ARRAY['"', '\', '${x}', '\"', '" or true or /a eq "', E'a\nb', repeat('x', 10000), 'é', 'a,b', '', '%', '100%', '_']) WITH ORDINALITY u(m, i)));
INSERT INTO synclog.named_query (id, topic, filter) VALUES
	('by-message', 'sync', '/message eq ${m}'),
	('by-messages', 'sync', '/message in ${list:m}'),
	('like-message', 'sync', '/message eq ${like:m}'),
	('by-number', NULL, '/extra/n eq ${int:n} or /n eq ${int:n}');
CREATE FUNCTION pg_temp.escaped(value text) RETURNS text LANGUAGE sql AS
	$$ SELECT coalesce(string_agg('%' || upper(substr(encode(convert_to(value, 'UTF8'), 'hex'), 2 * i - 1, 2)), ''), '')
		FROM generate_series(1, octet_length(convert_to(value, 'UTF8'))) i $$;
SELECT t.id, g.members, g.events, g.message FROM audit.sync t, pg_temp.ask('sync', 'by-message', 'm=' || pg_temp.escaped(t.message)) g ORDER BY t.id::int;
SELECT t.id, g.events, g.message FROM audit.sync t, pg_temp.ask('sync', 'by-messages', 'm=' || pg_temp.escaped(t.message) || '&m=nothing') g ORDER BY t.id::int;
SELECT p, g.events, g.message FROM unnest(ARRAY['a', 'x%', '%"', '%tru%', '%', '%%', '', '\%', '100\%', '%\%', '\_', '_', '%_', '\\', '\', 'a%b', '%a%b%', 'a,b', '%é%']) p,
	pg_temp.ask('sync', 'like-message', 'm=' || pg_temp.escaped(p)) g;
SELECT synclog.load('sync', '{"_id": "20", "timestamp": "2020-01-01T00:00:00.000Z", "n": 12345678901234567890}');
SELECT left(p, 30), g.events, g.message FROM unnest(ARRAY['12345678901234567890', '%2B012345678901234567890', '-1', '1.5', '1e3', 'x', '', '%2B-1', '1 or true', repeat('9', 140000)]) p,
	pg_temp.ask('sync', 'by-number', 'n=' || p) g;

-- what may be missing is left out of its and, or, not and brackets
INSERT INTO synclog.named_query (id, filter) VALUES
	('and', '/_id eq "1" and /message eq ${a?}'),
	('or', '/_id eq "1" or /message eq ${a?}'),
	('not', '/_id eq "1" and ! (/message eq ${a?})'),
	('nested', '(/message eq ${a?} or (/message eq ${b?} and ! (/message eq ${c?}))) and /message pr'),
	('complex', '/_id eq "2" or /after/list[name eq ${a?}]'),
	('alone', '/message eq ${a?}'),
	('many', '/_id in ${list:ids?} and /n eq ${int:n?} and /message eq ${like:m?}');
SELECT id, p, g.events, g.message FROM unnest(ARRAY['and', 'or', 'not', 'nested', 'complex', 'alone', 'many']) id, unnest(ARRAY['', 'a=a,b', 'b=\&a=&ids=']) p, pg_temp.ask('sync', id, p) g;

-- a topic's query goes before one for all, a user's before a shipped one
INSERT INTO synclog.named_query (id, topic, filter, sort_keys, fields, page_size, answer) VALUES
	('mine', NULL, 'true', NULL, '_id', 1, 'result'),
	('mine', 'sync', 'true', '-_id', '_id', 2, 'result'),
	('query-all', 'sync', '/_id eq "1"', NULL, '_id', NULL, 'page'),
	('audit-by-mapping', 'recon', '/mapping eq ${mapping}', NULL, NULL, NULL, 'result');
SELECT pg_temp.body('/audit/sync?_queryId=mine');
SELECT pg_temp.body('/audit/recon?_queryId=mine');
SELECT pg_temp.body('/audit/sync?_queryId=mine&_sortKeys=_id&_pageSize=1&_fields=message');
SELECT pg_temp.body('/audit/sync?_queryId=query-all');
SELECT * FROM pg_temp.ask('recon', 'audit-by-mapping', 'mapping=systemHrDb_managedUser');
DELETE FROM synclog.named_query WHERE NOT shipped;
SELECT * FROM pg_temp.ask('recon', 'audit-by-mapping', 'mapping=systemHrDb_managedUser');
SELECT * FROM pg_temp.ask('recon', 'mine');

-- a template that can't be is refused when it is written
\a\t
SELECT synclog.is_filter_template('/a eq ${b} and (/c in ${list:d?} or ! (/e eq ${like:f?}) or /g[h eq ${int:i}]) or /j eq "\${k}"');
SELECT synclog.is_filter_template(NULL);
INSERT INTO synclog.named_query (id, filter) VALUES ('bad', '/a eq');
INSERT INTO synclog.named_query (id, filter) VALUES ('bad', '/a eq "${b}"');
SELECT synclog.is_filter_template('true and /a eq x${b}');
SELECT synclog.is_filter_template('true and /a eq ${b}${c}');
SELECT synclog.is_filter_template('true and /a eq ${}');
SELECT synclog.is_filter_template('true and /a eq ${?}');
SELECT synclog.is_filter_template('true and /a eq ${int:_b}');
SELECT synclog.is_filter_template('true and /a eq ${b');
SELECT synclog.is_filter_template('true and /a eq ${date:b}');
SELECT synclog.is_filter_template('true and /a eq ${int:int:b}');
SELECT synclog.is_filter_template('true and /a eq ${list:b}');
SELECT synclog.is_filter_template('true and /a sw ${like:b}');
SELECT synclog.is_filter_template('/${a} eq 1');
SELECT synclog.is_filter_template('${a}');
SELECT synclog.is_filter_template('');
INSERT INTO synclog.named_query (id, filter, answer) VALUES ('bad', 'true', 'table');
INSERT INTO synclog.named_query (id, filter, page_size) VALUES ('bad', 'true', 0);
INSERT INTO synclog.named_query (id, filter) VALUES ('', 'true');
INSERT INTO synclog.named_query (id, filter) VALUES ('twice', 'true'), ('twice', 'false');
INSERT INTO synclog.named_query (id, filter, sort_keys) VALUES ('bad', 'true', '-timestamp,x y');
INSERT INTO synclog.named_query (id, filter, fields) VALUES ('bad', 'true', 'a,,b');
-- what only a topic can tell is told when it is asked
INSERT INTO synclog.named_query (id, topic, filter, sort_keys) VALUES ('late', 'sync', '/message foo ${m}', '-nobody'), ('later', 'sync', '/timestamp ge ${m}', NULL);
SELECT status, body FROM synclog.get('/audit/sync?_queryId=late&m=1');
SELECT status, body FROM synclog.get('/audit/sync?_queryId=later&m=now');
DELETE FROM synclog.named_query WHERE NOT shipped;
-- everybody may ask, and who may write is said by the owner
CREATE ROLE regress_reader;
SET ROLE regress_reader;
SELECT count(*) FROM synclog.named_query;
INSERT INTO synclog.named_query (id, filter) VALUES ('mine', 'true');
RESET ROLE;
DROP ROLE regress_reader;
