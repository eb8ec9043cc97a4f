-- Filters elsewhere than over a plain table: foreign tables, and rows of every other origin.
SET timezone = 'UTC';
CREATE SCHEMA elsewhere;
SET search_path = elsewhere, public;
CREATE TABLE event (gone int, id text COLLATE "C", name text COLLATE "C", note text, n int, big bigint, amount numeric, share float8, active boolean,
	at timestamptz, local timestamp, day date, uid uuid, ip inet, detail jsonb, tags jsonb, plain json, codes text[], extra jsonb);
ALTER TABLE event DROP COLUMN gone;
INSERT INTO event VALUES
	('1', 'abc', 'abc', 5, 5, 5.5, 0.1, true, '2026-11-21Z', '2026-11-21', '2026-11-21', '00000000-0000-0000-0000-000000000001', '10.0.0.1', '{"code": 401, "who": "ann"}', '["a", {"k": "v"}]', '{"x": 1}', '{p}', '{"other": "o"}'),
	('2', 'xbc', '50%', 6, 6, 6, 6, false, '2026-12-21Z', '2026-12-21', '2026-12-21', '00000000-0000-0000-0000-000000000002', '10.0.0.2', '{"code": 200, "who": "bob"}', '["b", {"k": "w"}]', '{"x": 2}', '{q}', NULL),
	('3', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);

-- a server that is this one
CREATE EXTENSION postgres_fdw SCHEMA public;
DO $$
BEGIN
	EXECUTE format('CREATE SERVER loopback FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host %L, port %L, dbname %L)',
		split_part(current_setting('unix_socket_directories'), ',', 1), current_setting('port'), current_database());
END $$;
CREATE USER MAPPING FOR CURRENT_USER SERVER loopback;
CREATE FOREIGN TABLE remote (id text COLLATE "C", name text COLLATE "C", note text, n int, big bigint, amount numeric, share float8, active boolean,
	at timestamptz, local timestamp, day date, uid uuid, ip inet, detail jsonb, tags jsonb, plain json, codes text[], extra jsonb)
	SERVER loopback OPTIONS (schema_name 'elsewhere', table_name 'event');
-- the condition that is sent, and whether one stays here
CREATE FUNCTION sent(query text, OUT remote text, OUT stays boolean) LANGUAGE plpgsql AS $$
DECLARE
	plan json;
BEGIN
	EXECUTE 'EXPLAIN (VERBOSE, COSTS OFF, FORMAT JSON) ' || query INTO plan;
	plan := plan->0->'Plan';
	remote := regexp_replace(plan->>'Remote SQL', '^.* FROM elsewhere\.event( WHERE )?', '');
	stays := (plan->>'Filter') IS NOT NULL;
END $$;
CREATE TABLE shipped (k serial, filter text, folded boolean DEFAULT false);
INSERT INTO shipped (filter) VALUES
	('/name eq "abc"'), ('/note eq "abc"'), ('/name lt "b"'), ('/name le "abc"'), ('/name gt "b"'), ('/name ge "xbc"'), ('/name co "b"'), ('/note co "0%"'), ('/name sw "a"'), ('/name ew "bc"'), ('/name pr'),
	('/name in ''["abc","x"]'''), ('/name eq "abc" or /name eq "y"'), ('/name eq "abc" or /n eq 6'), ('/name eq "abc" and /n eq 5'),
	('/n eq 5'), ('/n gt 5.5'), ('/n in ''[5,7]'''), ('/big le 5'), ('/amount eq 5.5'), ('/share eq 0.1'), ('/active eq true'), ('/active eq false'), ('/active lt true'),
	('/at eq "2026-11-21"'), ('/at ge "2026-12-01T00:00:00Z"'), ('/at sw "2026-11"'), ('/local lt "2026-12"'), ('/day sw "2026-12"'), ('/uid eq "00000000-0000-0000-0000-000000000002"'), ('/ip gt "10.0.0.1"'),
	('/detail/code eq 401'), ('/detail/code gt 300'), ('/detail/who co "n"'), ('/detail/who sw "b"'), ('/detail/who ew "b"'), ('/detail/who pr'), ('/detail/who in ''["ann","x"]'''), ('/tags eq "a"'), ('/tags[k eq "v"]'), ('/tags/1/k eq "w"'), ('/other eq "o"');
INSERT INTO shipped (filter) SELECT format('! (%s)', filter) FROM shipped ORDER BY k;
\a
SELECT filter, s.remote FROM shipped, sent(format('SELECT * FROM remote WHERE synclog.matches(remote, %L)', filter)) s ORDER BY k;
\a
SELECT count(*) AS filters, count(*) FILTER (WHERE s.stays) AS stays, count(*) FILTER (WHERE s.remote = w.remote) AS written_the_same,
	count(*) FILTER (WHERE here.ids IS NOT DISTINCT FROM there.ids) AS same_rows
FROM shipped, sent(format('SELECT * FROM remote WHERE synclog.matches(remote, %L)', filter)) s,
	sent(format('SELECT * FROM remote WHERE %s', synclog.to_sql(filter::synclog.queryfilter, 'remote'))) w,
	LATERAL (SELECT array_agg(id ORDER BY id) AS ids FROM event e WHERE synclog.matches(e, filter::synclog.queryfilter)) here,
	LATERAL (SELECT array_agg(id ORDER BY id) AS ids FROM remote r WHERE synclog.matches(r, filter::synclog.queryfilter)) there;
-- rows of the remote tables with the condition sent
CREATE FUNCTION ids(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	result text;
BEGIN
	EXECUTE format('SELECT string_agg(id, '' '' ORDER BY id) FROM (%s) q(id)', query) INTO result;
	RETURN result;
END $$;
SELECT filter AS differs FROM shipped WHERE ids(format('SELECT id FROM remote WHERE synclog.matches(remote, %L)', filter)) IS DISTINCT FROM ids(format('SELECT id FROM event WHERE synclog.matches(event, %L)', filter));
-- what has no shippable form is asked here; folding is sent where the other server is known to have synclog
\a
SELECT filter, folded, s.* FROM (VALUES ('/at co "11"', false), ('/uid sw "0"', false), ('/plain/x eq 1', false), ('/codes eq "p"', false), ('/name eq "ABC"', true), ('/name eq "abc" and /codes eq "p"', false)) v(filter, folded),
	sent(format('SELECT * FROM remote WHERE synclog.matches(remote, %L, %L)', filter, folded)) s;
ALTER SERVER loopback OPTIONS (ADD extensions 'synclog');
SELECT filter, folded, s.*, ids(format('SELECT id FROM remote WHERE synclog.matches(remote, %L, %L)', filter, folded)) FROM (VALUES ('/at co "11"', false), ('/name eq "ABC"', true), ('! (/name co "B")', true), ('/detail/who eq "ANN"', true)) v(filter, folded),
	sent(format('SELECT * FROM remote WHERE synclog.matches(remote, %L, %L)', filter, folded)) s;
\a

-- other origins of rows: the planner's answer, and the run time's
CREATE VIEW of_view AS SELECT id, name, n, detail, extra FROM event;
CREATE VIEW of_views AS SELECT detail, id AS id, upper(name) AS big_name, n FROM of_view WHERE synclog.matches(of_view, '/n pr') OFFSET 0;
CREATE MATERIALIZED VIEW of_matview AS SELECT extra, n, name, id, detail FROM event;
CREATE TYPE part AS (id text, name text, n int, detail jsonb);
CREATE FUNCTION all_events() RETURNS SETOF event LANGUAGE sql STABLE AS $$ SELECT * FROM event $$;
CREATE FUNCTION all_parts() RETURNS SETOF part LANGUAGE plpgsql AS $$ BEGIN RETURN QUERY SELECT id, name, n, detail FROM event; END $$;
CREATE FUNCTION all_columns() RETURNS TABLE (id text, name text, n int, detail jsonb) LANGUAGE sql VOLATILE AS $$ SELECT id, name, n, detail FROM event $$;
CREATE FUNCTION one_part(e event) RETURNS part LANGUAGE sql IMMUTABLE AS $$ SELECT ROW(e.id, e.name, e.n, e.detail)::part $$;
CREATE FUNCTION one_part_later(e event) RETURNS part LANGUAGE plpgsql VOLATILE AS $$ BEGIN RETURN ROW(e.id, e.name, e.n, e.detail)::part; END $$;
CREATE FUNCTION records() RETURNS SETOF record LANGUAGE sql AS $$ SELECT id, name, n, detail FROM event $$;
CREATE TABLE months (detail jsonb, id text COLLATE "C", gone int, n int, name text COLLATE "C") PARTITION BY LIST (id);
ALTER TABLE months DROP COLUMN gone;
CREATE TABLE month_1 (name text COLLATE "C", n int, gone text, id text COLLATE "C", detail jsonb);
ALTER TABLE month_1 DROP COLUMN gone;
ALTER TABLE months ATTACH PARTITION month_1 FOR VALUES IN ('1');
CREATE FOREIGN TABLE month_2 (n int, detail jsonb, id text COLLATE "C", name text COLLATE "C") SERVER loopback OPTIONS (table_name 'month_2_there');
CREATE TABLE month_2_there (n int, detail jsonb, id text COLLATE "C", name text COLLATE "C");
ALTER TABLE months ATTACH PARTITION month_2 FOR VALUES IN ('2', '3');
INSERT INTO months (id, name, n, detail) SELECT id, name, n, detail FROM event;
CREATE TABLE parent (id text, name text); CREATE TABLE child (n int, detail jsonb) INHERITS (parent);
INSERT INTO child SELECT id, name, n, detail FROM event;
CREATE TABLE queries (k serial, what text, query text);
INSERT INTO queries (what, query) VALUES
	('table', 'SELECT id FROM event x WHERE %s'), ('foreign table', 'SELECT id FROM remote x WHERE %s'),
	('view', 'SELECT id FROM of_view x WHERE %s'), ('view of a view', 'SELECT id FROM of_views x WHERE %s'), ('materialized view', 'SELECT id FROM of_matview x WHERE %s'),
	('CTE', 'WITH x AS (SELECT * FROM event) SELECT id FROM x WHERE %s'), ('CTE, materialized', 'WITH x AS MATERIALIZED (SELECT id, n, detail FROM event) SELECT id FROM x WHERE %s'),
	('CTE, recursive', 'WITH RECURSIVE x(id, n, detail) AS (SELECT id, n, detail FROM event UNION SELECT id, n, detail FROM x WHERE n < 0) SELECT id FROM x WHERE %s'),
	('subquery', 'SELECT id FROM (SELECT detail, n, id FROM event) x WHERE %s'), ('subquery, a fence', 'SELECT id FROM (SELECT detail, n, id FROM event OFFSET 0) x WHERE %s'),
	('subquery, renamed', 'SELECT b FROM (SELECT detail, n, id FROM event) x(detail, n, b) WHERE %s'), ('subquery, of one', 'SELECT (x).id FROM (SELECT e AS x FROM event e) y WHERE %s'), ('subquery, of a record', 'SELECT id FROM (SELECT id, ROW(n, detail) AS r FROM event) y, LATERAL (SELECT (r).*) x(n, detail) WHERE %s'),
	('union all', 'SELECT id FROM (SELECT id, n, detail FROM event WHERE id < ''2'' UNION ALL SELECT id, n, detail FROM remote WHERE id >= ''2'') x WHERE %s'),
	('intersect', 'SELECT id FROM (SELECT id, n, detail FROM event INTERSECT SELECT id, n, detail FROM remote) x WHERE %s'),
	('values', 'SELECT id FROM (VALUES (''1'', 5, ''{"code": 401}''::jsonb), (''2'', 6, NULL)) x(id, n, detail) WHERE %s'),
	('function, inlined', 'SELECT id FROM all_events() x WHERE %s'), ('function of a composite type', 'SELECT id FROM all_parts() x WHERE %s'), ('function with columns', 'SELECT id FROM all_columns() x WHERE %s'),
	('function of records', 'SELECT id FROM records() x(id text, name text, n int, detail jsonb) WHERE %s'), ('function, one of several', 'SELECT id FROM ROWS FROM (all_parts(), generate_series(1, 3)) WITH ORDINALITY x WHERE %s'),
	('json_to_recordset', 'SELECT id FROM jsonb_to_recordset((SELECT jsonb_agg(e) FROM event e)) x(id text, n int, detail jsonb) WHERE %s'),
	('composite of a call', 'SELECT id FROM event e, LATERAL (SELECT one_part(e) AS x) y WHERE %s'), ('composite of a volatile call', 'SELECT id FROM event e, LATERAL (SELECT one_part_later(e) AS x OFFSET 0) y WHERE %s'),
	('join', 'SELECT m.id FROM event x JOIN of_matview m ON x.id = m.id, LATERAL (SELECT x.id || m.id) y WHERE %s'),
	('alias of a join', 'SELECT x.id FROM (event e JOIN (SELECT id AS other FROM event) o ON o.other = e.id) x WHERE %s'),
	('outer join', 'SELECT m.id FROM event m LEFT JOIN event x ON x.id = m.id AND x.n > 0 WHERE %s'), ('outer join, its condition', 'SELECT x.id FROM event m LEFT JOIN event x ON x.id = m.id AND %s'),
	('partitions in other orders', 'SELECT id FROM months x WHERE %s'), ('a partition', 'SELECT id FROM month_1 x WHERE %s'), ('inheritance', 'SELECT id FROM child x WHERE %s'),
	('aggregated', 'SELECT id FROM (SELECT id, max(n) AS n, (array_agg(detail))[1] AS detail FROM event GROUP BY id) x WHERE %s'), ('window', 'SELECT id FROM (SELECT id, n, detail, row_number() OVER () FROM event) x WHERE %s'),
	('exists', 'SELECT id FROM event e WHERE EXISTS (SELECT FROM of_matview x WHERE x.id = e.id AND %s)'), ('a value', 'SELECT CASE WHEN %s THEN id END FROM event x'), ('having', 'SELECT id FROM of_view x GROUP BY x.*, id HAVING %s');
CREATE TABLE of_write AS SELECT * FROM event;
WITH x AS (UPDATE of_write SET n = n RETURNING id, n, detail) SELECT id FROM x WHERE synclog.matches(x, '/n eq 5 and /detail/code eq 401');
DELETE FROM of_write x WHERE synclog.matches(x, '/n eq 5') RETURNING id, synclog.matches(x, '/detail/code eq 401');
SELECT what, ids(format(query, format('synclog.matches(x, %L)', f))) AS found,
	ids(format(query, format('synclog.matches(x, %L)', f))) IS NOT DISTINCT FROM ids(format(query, format('synclog.matches(x, (SELECT %L::synclog.queryfilter))', f))) AS same,
	ids(format(query, format('synclog.matches(x, %L)', g))) AS negated,
	ids(format(query, format('synclog.matches(x, %L)', g))) IS NOT DISTINCT FROM ids(format(query, format('synclog.matches(x, (SELECT %L::synclog.queryfilter))', g))) AS same
FROM queries, (VALUES ('/n eq 5 and /detail/code eq 401', '! (/n eq 5 and /detail/code eq 401)')) v(f, g) ORDER BY k;
-- the planner sees through all of these but the ones listed
CREATE FUNCTION calls(query text) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
	line text;
BEGIN
	FOR line IN EXECUTE 'EXPLAIN (VERBOSE, COSTS OFF) ' || query LOOP
		IF line ~ 'matches\(' THEN
			RETURN true;
		END IF;
	END LOOP;
	RETURN false;
END $$;
SELECT what AS left_to_the_run_time FROM queries WHERE calls(format(query, 'synclog.matches(x, ''/n eq 5 and /detail/code eq 401'')')) ORDER BY k;

SET client_min_messages = warning;
DROP EXTENSION postgres_fdw CASCADE;
DROP SCHEMA elsewhere CASCADE;
