-- query_page(): CREST's envelope, cookies, totals, and walks over all pages
SET client_min_messages = warning; DROP SCHEMA IF EXISTS audit CASCADE; DELETE FROM synclog.topic; RESET client_min_messages; SELECT synclog.create_topics();
\a\t
SELECT * FROM synclog.load('activity', (SELECT string_agg(format('{"_id": "%s", "timestamp": "2020-01-0%sT00:00:00.000Z", "operation": "%s"}', chr(96 + i), (i + 1) / 2, CASE WHEN i % 2 = 0 THEN 'CREATE' ELSE 'UPDATE' END), E'\n') FROM generate_series(1, 7) i));
-- what differs from server to server is left out: cookies, estimates
CREATE FUNCTION pg_temp.shown(page json) RETURNS text LANGUAGE sql AS
	$$ SELECT regexp_replace(regexp_replace(page::text, '(pagedResultsCookie":)"[A-Za-z0-9_-]+"', '\1"..."'), '(ESTIMATE","totalPagedResults":)\d+', '\1...') $$;

-- all in one answer, nothing, and a page
SELECT synclog.query_page('activity', fields => '_id');
SELECT synclog.query_page('activity', '/operation eq "none"');
SELECT synclog.query_page('activity', page_size => 2) AS page \gset
SELECT pg_temp.shown(:'page'), :'page'::json->>'pagedResultsCookie' AS cookie \gset p
\echo :pshown
SELECT synclog.query_page('activity', page_size => 4, fields => 'operation', formatted => false, cookie => :'pcookie') AS page \gset
SELECT pg_temp.shown(:'page');
SELECT synclog.query_page('activity', fields => '_id', cookie => :'page'::json->>'pagedResultsCookie');
-- the last page is known to be the last, also where it is full
SELECT synclog.query_page('activity', '/operation eq "CREATE"', '_id', page_size => 3);
-- a part of the order is the same order
SELECT pg_temp.shown(synclog.query_page('activity', 'true', '_id', keys, 2, cookie => :'pcookie')) FROM unnest('{timestamp,"timestamp,_id"," timestamp, +_id,timestamp",/timestamp}'::text[]) keys;
-- an empty cookie is none, as clients send it
SELECT pg_temp.shown(synclog.query_page('activity', 'true', '_id', page_size => 2, cookie => ''));
-- NULL is the default, of a filter and of ignore_case nothing
SELECT synclog.query_page('activity', 'true', NULL, NULL, NULL, NULL, false, NULL, NULL, NULL)::jsonb = synclog.query_page('activity')::jsonb;
SELECT synclog.query_page('activity', NULL, total_policy => 'EXACT', page_size => 3);
SELECT synclog.query_page('activity', ignore_case => NULL, total_policy => 'EXACT', page_size => 3);
-- offset
SELECT pg_temp.shown(synclog.query_page('activity', fields => '_id', page_offset => 2, page_size => 2, total_policy => 'EXACT'));
SELECT synclog.query_page('activity', fields => '_id', page_offset => 5, total_policy => 'EXACT');
SELECT synclog.query_page('activity', fields => '_id', page_offset => 7, page_size => 2, total_policy => 'EXACT');

-- totals
SET client_min_messages = warning;
ANALYZE audit.activity;
RESET client_min_messages;
SELECT pg_temp.shown(synclog.query_page('activity', filter, '_id', page_size => size, total_policy => policy))
FROM unnest('{none,Estimate,EXACT}'::text[]) WITH ORDINALITY policies(policy, n), unnest(ARRAY['true', '/operation eq "CREATE"']::synclog.queryfilter[]) filter, (VALUES (NULL), (2)) sizes(size)
ORDER BY n, filter::text, size;
SELECT pg_temp.shown(synclog.query_page('activity', 'true', '_id', page_size => 3, cookie => :'pcookie', total_policy => policy)) FROM unnest('{ESTIMATE,EXACT}'::text[]) policy;
-- an estimate is that of EXPLAIN
CREATE FUNCTION pg_temp.estimate(filter synclog.queryfilter, OUT rows int) LANGUAGE plpgsql AS $$
DECLARE
	plan json;
BEGIN
	EXECUTE format('EXPLAIN (FORMAT JSON) SELECT id FROM audit.activity a WHERE synclog.matches(a, %L)', filter) INTO plan;
	rows := plan->0->'Plan'->>'Plan Rows';
END $$;
SELECT filter, (synclog.query_page('activity', filter, page_size => 1, total_policy => 'ESTIMATE')->>'totalPagedResults')::int = pg_temp.estimate(filter) AS same
FROM unnest(ARRAY['true', '/operation eq "CREATE"', '/_id eq "a" or /_id eq "b"']::synclog.queryfilter[]) filter;
-- exact ones are of the page's own snapshot, and of what the caller may see
BEGIN ISOLATION LEVEL REPEATABLE READ;
SELECT synclog.query_page('activity', fields => '_id', page_size => 6, page_offset => 1, total_policy => 'EXACT');
ROLLBACK;
CREATE ROLE regress_synclog_reader;
GRANT USAGE ON SCHEMA audit TO regress_synclog_reader;
SET ROLE regress_synclog_reader;
SELECT synclog.query_page('activity');
RESET ROLE;
GRANT SELECT ON audit.activity TO regress_synclog_reader;
ALTER TABLE audit.activity ENABLE ROW LEVEL SECURITY;
CREATE POLICY others ON audit.activity USING (id > 'b');
SET ROLE regress_synclog_reader;
SELECT pg_temp.shown(synclog.query_page('activity', fields => '_id', page_size => 2, cookie => :'pcookie', total_policy => 'EXACT'));
RESET ROLE;
ALTER TABLE audit.activity DISABLE ROW LEVEL SECURITY;
DROP OWNED BY regress_synclog_reader;
DROP ROLE regress_synclog_reader;

-- errors
\a\t
SELECT synclog.query_page('nope');
SELECT synclog.query_page(NULL);
SELECT synclog.query_page('activity', 'a eq');
SELECT synclog.query_page('activity', page_size => 0);
SELECT synclog.query_page('activity', page_size => -1);
SELECT synclog.query_page('activity', page_offset => -1);
SELECT synclog.query_page('activity', sort_keys => '/');
SELECT synclog.query_page('activity', total_policy => 'SOME');
SELECT synclog.query_page('activity', page_size => 2, page_offset => 2, cookie => :'pcookie');
-- cookies that are none of ours: a server's, an alphabet's, empty ones
SELECT synclog.query_page('activity', page_size => 2, cookie => '50');
SELECT synclog.query_page('activity', page_size => 2, cookie => 'ä');
SELECT synclog.query_page('activity', page_size => 2, cookie => ' ');
SELECT synclog.query_page('activity', page_size => 2, cookie => 'AAAAAA');
-- cookies of another query
SELECT synclog.query_page('sync', page_size => 2, cookie => :'pcookie');
SELECT synclog.query_page('activity', '/operation eq "CREATE"', page_size => 2, cookie => :'pcookie');
SELECT synclog.query_page('activity', page_size => 2, ignore_case => true, cookie => :'pcookie');
SELECT synclog.query_page('activity', page_size => 2, sort_keys => '-timestamp', cookie => :'pcookie');
SELECT synclog.query_page('activity', page_size => 2, sort_keys => '_id', cookie => :'pcookie');
-- whatever is changed in a cookie, cut off or added is noticed
CREATE FUNCTION pg_temp.refused(cookie text) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
	PERFORM synclog.query_page('activity', page_size => 2, cookie => cookie);
	RETURN false;
EXCEPTION WHEN invalid_parameter_value THEN
	RETURN sqlerrm = 'invalid cookie';
END $$;
SELECT count(*) > 100 AS many, bool_and(pg_temp.refused(overlay(:'pcookie' PLACING c FROM i))) AS changed FROM generate_series(1, length(:'pcookie') - 1) i, unnest('{A,_,+,=}'::text[]) c WHERE substr(:'pcookie', i, 1) <> c;
SELECT bool_and(pg_temp.refused(left(:'pcookie', i))) AS cut FROM generate_series(1, length(:'pcookie') - 1) i;
SELECT bool_and(pg_temp.refused(:'pcookie' || c)) AS added FROM unnest('{A,AA,AAAA,=,==," ",%3D}'::text[]) c;
SELECT synclog.query_page('activity', page_size => 2, cookie => repeat('A', 23000000));
-- a cookie holds under any settings, here those of a session far away
SET DateStyle = 'SQL, DMY'; SET TimeZone = 'America/Caracas';
SELECT synclog.query_page('activity', fields => '_id', page_size => 2, page_offset => 4)->>'pagedResultsCookie' AS cookie \gset
RESET DateStyle; SET TimeZone = 'Asia/Tokyo';
SELECT synclog.query_page('activity', fields => '_id', page_size => 2, cookie => :'cookie')->'result';
RESET TimeZone;
-- as a prepared statement, with the cookie as parameter of unknown and other types
PREPARE page AS SELECT synclog.query_page('activity', fields => '_id', page_size => $1, cookie => $2)->'result';
EXECUTE page(1, :'cookie');
EXECUTE page(2, NULL);
PREPARE typed(bpchar) AS SELECT synclog.query_page('activity', fields => '_id', page_size => 1, cookie => $1)->'result';
EXECUTE typed(:'cookie');

-- all pages one after the other are the query, at once and in every order
CREATE FUNCTION pg_temp.walk(topic text, filter synclog.queryfilter, keys text, size int) RETURNS text[] LANGUAGE plpgsql AS $$
DECLARE
	cookie text;
	page json;
	seen text[] := '{}';
	n int;
BEGIN
	LOOP
		page := synclog.query_page(topic, filter, sort_keys => keys, page_size => size, cookie => cookie);
		n := json_array_length(page->'result');
		cookie := page->>'pagedResultsCookie';
		seen := seen || ARRAY(SELECT e::text FROM json_array_elements(page->'result') e);
		IF n <> (page->>'resultCount')::int OR n > size OR n < size AND cookie IS NOT NULL OR n = 0 AND seen <> '{}' OR cardinality(seen) > 10000 THEN
			RAISE EXCEPTION 'page % of % %', page, keys, size;
		END IF;
		EXIT WHEN cookie IS NULL;
	END LOOP;
	RETURN seen;
END $$;
-- what differs, and how much was compared
CREATE FUNCTION pg_temp.walks(topic text, all_keys text[], sizes int[], filter synclog.queryfilter DEFAULT 'true', OUT walks bigint, OUT events bigint, OUT differ text) LANGUAGE sql AS $$
	SELECT count(*), sum(cardinality(whole)), string_agg(format('%s by %s: %s', keys, size, walked), E'\n') FILTER (WHERE walked <> whole)
	FROM unnest(all_keys) keys, CAST(ARRAY(SELECT e::text FROM synclog.query(topic, filter, sort_keys => keys) e) AS text[]) whole,
		unnest(sizes) size, pg_temp.walk(topic, filter, keys, size) walked
$$;
-- few values and many NULLs, in three months, of two tenants
SELECT count(synclog.make_month('audit.sync', month)) FROM generate_series(timestamptz '2020-02-01Z', '2020-03-01Z', '1 month') month;
INSERT INTO audit.sync (id, "timestamp", mapping, status, message, message_detail, tenant_id, extra)
SELECT format('e%s', i % 13), timestamptz '2020-02-27Z' + i % 4 * interval '1 day 0.001 s', nullif(i % 3, 0), (ARRAY['a', 'B', 'ä', '', NULL])[1 + i % 5], i,
	(ARRAY['{"n": 1}', '{"n": 1.0}', '{"n": null}', '{"n": "1"}', '{"n": [2]}', '{"n": {"x": true}}', '[3]', NULL, 'null', '{"n": "\" \\ ''"}'])[1 + i % 10]::jsonb,
	CASE WHEN i % 7 < 2 THEN 't' ELSE '' END, (ARRAY['{"k": 5}', '{"k": false, "a/b": 2}', NULL])[1 + i % 3]::jsonb
FROM generate_series(1, 40) i ON CONFLICT DO NOTHING;
SELECT count(*), count(DISTINCT "timestamp") AS instants, count(mapping) AS mappings, count(status) AS status, count(DISTINCT tenant_id) AS tenants FROM audit.sync;
SELECT * FROM pg_temp.walks('sync', '{timestamp,-timestamp,"timestamp,-_id","-timestamp,_id",_id,-_id,mapping,-mapping,"mapping,-status","-mapping,status,-timestamp",status,-status,
	/messageDetail/n,-/messageDetail/n,messageDetail,-messageDetail,messageDetail/n/x,"-k,mapping",k,/a%2Fb,nothing,-nothing,"nothing,-timestamp","message,-_id",-mapping/x,"timestamp,timestamp","-timestamp,timestamp",
	"mapping,-_id,timestamp","-messageDetail/n,_id,-timestamp"}', '{1}');
SELECT * FROM pg_temp.walks('sync', '{timestamp,"-mapping,status,-timestamp"}', '{2,3,4,5,6,7,39,40,41,2147483647}');
SELECT * FROM pg_temp.walks('sync', '{timestamp,-timestamp,-status}', '{1,3}', '/mapping pr and ! (/messageDetail/n eq 1)');

-- a limit for what is built as one value
SET synclog.max_response = '1kB';
SELECT length(synclog.query_page('sync', fields => '_id', page_size => 9)::text) < 1024 AS fits;
SELECT synclog.query_page('sync');
SELECT synclog.query_page('sync', page_size => 50, total_policy => 'EXACT');
SELECT count(*) FROM synclog.query('sync');
\set VERBOSITY sqlstate
SET synclog.max_response = 0;
SET synclog.max_response = '1GB';
\set VERBOSITY default
RESET synclog.max_response;
SHOW synclog.max_response;

-- a table of one's own: no tenant, no extra, columns that may be NULL, types and collations of all kinds
SET client_min_messages = warning;
CREATE EXTENSION citext SCHEMA public;
SELECT EXISTS (SELECT FROM pg_collation WHERE collprovider = 'i') AS with_icu \gset
\if :with_icu
CREATE COLLATION audit.any_case (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
\else
CREATE COLLATION audit.any_case FROM "C";
\endif
CREATE TYPE audit.mood AS ENUM ('sad', 'ok', 'happy');
CREATE DOMAIN audit.small AS int CHECK (VALUE < 100);
CREATE DOMAIN audit.temper AS audit.mood;
CREATE TYPE audit.pair AS (a numeric, b text);
CREATE TABLE audit.own (id text, "timestamp" timestamptz, num numeric, f4 float4, f8 float8, mood audit.mood, small audit.small, pair audit.pair, folded text COLLATE audit.any_case, ci public.citext,
	varying varchar(9), padded char(5), day date, span interval, cash money, uuid uuid, bytes bytea, list int[], costs numeric(5,2)[], temper audit.temper, temperament audit.temper NOT NULL, names name, net inet, period tstzrange, bits varbit, class regclass, doc json, docb jsonb, place point, flag boolean NOT NULL);
SELECT synclog.add_topic('own', 'audit.own');
RESET client_min_messages;
INSERT INTO audit.own
SELECT nullif('i' || i, 'i13'), nullif((ARRAY['2020-01-01Z', '-infinity', 'infinity', '0044-03-15 12:00Z BC', '2020-01-01 00:00:00.000001Z'])[1 + i % 5]::timestamptz, 'infinity'), (ARRAY['NaN', '1.0', '1.00', 'Infinity', '-Infinity', NULL, '1e-30'])[1 + i % 7]::numeric,
	(ARRAY['NaN', '0.1', '0.30000001', '-0', '0', '-Infinity', NULL])[1 + i % 7]::float4, (ARRAY['NaN', '0.1', '0.30000000000000004', '-0', '0', '1e-310', NULL])[1 + i % 7]::float8,
	(ARRAY['sad', 'ok', 'happy', NULL])[1 + i % 4]::audit.mood, nullif(i % 4, 0), CASE WHEN i % 5 > 0 THEN ROW(i % 3, nullif(i % 2, 0))::audit.pair END, (ARRAY['a', 'A', 'B', 'b', NULL])[1 + i % 5], (ARRAY['a', 'A', 'B', 'b', NULL])[1 + i % 5],
	(ARRAY['a ', 'a', '', NULL])[1 + i % 4], (ARRAY['a ', 'a', '', NULL])[1 + i % 4], (ARRAY['infinity', '2020-02-03', '-infinity', NULL])[1 + i % 4]::date, (ARRAY['1 day', '24 hours', '-1 mon 3 days', NULL])[1 + i % 4]::interval, nullif(i % 3, 0) * 1.5::numeric::money,
	md5((i % 5)::text)::uuid, (ARRAY['\x00', '\xff41', '\x', NULL])[1 + i % 4]::bytea, (ARRAY['{1,2}', '{1,NULL}', '{}', NULL])[1 + i % 4]::int[], (ARRAY['{1.5}', '{NaN}', NULL])[1 + i % 3]::numeric[],
	(ARRAY['sad', 'ok', 'happy', NULL])[1 + i % 4]::audit.mood, (ARRAY['sad', 'ok', 'happy'])[1 + i % 3]::audit.mood, (ARRAY['x y', 'X"', '\', NULL])[1 + i % 4]::name, (ARRAY['10.0.0.1', '10.0.0.0/8', '::1', NULL])[1 + i % 4]::inet,
	(ARRAY['empty', '[2020-01-01Z,)', '(,2020-01-01Z]', NULL])[1 + i % 4]::tstzrange, (ARRAY['1', '10', '', NULL])[1 + i % 4]::varbit, (ARRAY['audit.own', 'pg_class', NULL])[1 + i % 3]::regclass,
	(ARRAY['{"k": 1}', '"x"', 'null', NULL])[1 + i % 4]::json, (ARRAY['{"k": 1}', '"x"', 'null', NULL])[1 + i % 4]::jsonb, CASE WHEN i % 3 > 0 THEN point(i % 2, 1) END, i % 2 = 0
FROM generate_series(1, 20) i;
SET DateStyle = 'SQL, DMY'; SET IntervalStyle = 'sql_standard'; SET extra_float_digits = -4; SET bytea_output = 'escape'; SET array_nulls = off;
SELECT column_name, w.walks, w.events, w.differ FROM information_schema.columns, CAST(CASE column_name WHEN 'id' THEN '_id' ELSE column_name END AS text) member,
	pg_temp.walks('own', ARRAY[member || ',-flag', '-' || member, '-flag,' || member], '{1}') w
WHERE table_schema = 'audit' AND table_name = 'own' ORDER BY ordinal_position;
RESET DateStyle; RESET IntervalStyle; RESET extra_float_digits; RESET bytea_output; RESET array_nulls;
SELECT * FROM pg_temp.walks('own', '{doc/k,-docb/k,"-doc,num","list/0,-pair/a"}', '{1,7}');
-- also where a column is NULL against its constraint, which 18 can leave so
SELECT current_setting('server_version_num')::int >= 180000 AS not_valid \gset
\if :not_valid
ALTER TABLE audit.own ADD CONSTRAINT num_is_there NOT NULL num NOT VALID;
\endif
SELECT * FROM pg_temp.walks('own', '{-num,"flag,-num"}', '{1,7}');
SELECT json_agg(e->'num') FROM synclog.query('own', fields => 'num', sort_keys => '-num', page_size => 2) e;
-- also where indexes do it
CREATE INDEX ON audit.own (num, id, "timestamp");
CREATE INDEX ON audit.own (folded DESC NULLS LAST, id DESC NULLS LAST, "timestamp" DESC NULLS LAST);
SET enable_seqscan = off; SET enable_sort = off; SET jit = off;
SELECT * FROM pg_temp.walks('own', '{num,-num,folded,-folded}', '{1,7}');
RESET enable_seqscan; RESET enable_sort; RESET jit;
-- a cookie of a column that has another type by now is another query's, of one that is gone an error
SELECT synclog.query_page('own', page_size => 2, sort_keys => 'small')->>'pagedResultsCookie' AS cookie \gset
ALTER TABLE audit.own ALTER small TYPE text;
SELECT synclog.query_page('own', page_size => 2, sort_keys => 'small', cookie => :'cookie');
ALTER TABLE audit.own DROP small;
SELECT synclog.query_page('own', page_size => 2, sort_keys => 'small', cookie => :'cookie');
-- nor can a cookie be of any size
INSERT INTO audit.own (id, varying, num, flag, temperament, bits) VALUES ('large', 'large', 1, true, 'ok', repeat('1', 20000000)::varbit);
SELECT synclog.query_page('own', '/varying eq "a" or /varying eq "large"', '_id', '-bits', page_size => 1);
-- nobody keeps a foreign table from having NULL in a column that it calls NOT NULL
SET client_min_messages = warning;
CREATE EXTENSION file_fdw SCHEMA public;
CREATE SERVER files FOREIGN DATA WRAPPER file_fdw;
CREATE FOREIGN TABLE audit.far (id text NOT NULL, "timestamp" timestamptz NOT NULL, n int NOT NULL) SERVER files OPTIONS (program 'printf "a,2020-01-01Z,1\nb,2020-01-02Z,\nc,2020-01-03Z,\n"', format 'csv');
SELECT synclog.add_topic('far', 'audit.far');
RESET client_min_messages;
SELECT * FROM pg_temp.walks('far', '{timestamp,-timestamp,_id}', '{1,2}');
SELECT synclog.query_page('far', 'true', '_id', 'n', 2, total_policy => 'EXACT');
SET client_min_messages = warning;
DROP EXTENSION file_fdw CASCADE;
RESET client_min_messages;
-- many keys
SELECT synclog.query_page('sync', page_size => 1, sort_keys => string_agg('k' || i, ',-'))->>'pagedResultsCookie' AS cookie, string_agg('k' || i, ',-') AS keys FROM generate_series(1, 100) i \gset
SELECT synclog.query_page('sync', page_size => 1, sort_keys => :'keys', cookie => :'cookie')->'resultCount' AS count;

-- the events of the samples in random orders
DELETE FROM audit.activity; DELETE FROM audit.sync;
\getenv srcdir PG_ABS_SRCDIR
SELECT name, load.stored FROM unnest('{recon.openidm2,recon.openidm4,activity.openidm3,activity.openidm4,sync.openidm4,access.openidm4,authentication.openidm4,config.openidm4}'::text[]) name,
	synclog.load_file(split_part(name, '.', 1), format('%s/data/%s.jsonl', :'srcdir', name)) load;
SELECT setseed(0.25);
WITH pointers AS (
	SELECT DISTINCT topic, pointer
	FROM unnest('{recon,activity,sync,access,authentication,config}'::text[]) topic, synclog.query(topic) e, json_each(e) m,
		LATERAL (SELECT m.key UNION ALL SELECT m.key || '/' || n.key FROM jsonb_each(CASE jsonb_typeof(m.value::jsonb) WHEN 'object' THEN m.value::jsonb ELSE '{}' END) n) p(pointer)
	WHERE pointer !~ '[^A-Za-z0-9_/]'
	ORDER BY 1, 2
), orders AS (
	SELECT topic, n, string_agg((ARRAY['', '+', '-'])[1 + floor(random() * 3)] || pointer, ',') AS keys
	FROM (SELECT topic, pointer, row_number() OVER (PARTITION BY topic ORDER BY random()) / 2 AS n FROM pointers) p GROUP BY 1, 2
)
SELECT topic, count(*) > 5 AS orders, sum(w.walks) > 10 AS walks, string_agg(w.differ, E'\n') AS differ
FROM orders, pg_temp.walks(topic, ARRAY[keys], ARRAY[3 + n::int % 5, 100]) w GROUP BY 1 ORDER BY 1;

-- only the columns asked for are read: a large one that is not stays where it is
SELECT load.stored FROM synclog.load('activity', (SELECT string_agg(format('{"_id": "large %s", "timestamp": "2021-01-01T00:00:00.000Z", "objectId": "o", "before": {"m": %s}, "after": {"m": %s}}', i, m, m), E'\n')
	FROM generate_series(1, 3) i, LATERAL (SELECT to_json(string_agg(md5((i * j)::text), '')) m FROM generate_series(1, 20000) j) j)) load;
CREATE FUNCTION pg_temp.blocks(query text, OUT blocks int) LANGUAGE plpgsql AS $$
DECLARE
	plan json;
BEGIN
	EXECUTE query;
	EXECUTE 'EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) ' || query INTO plan;
	blocks := (plan->0->'Plan'->>'Shared Hit Blocks')::int + (plan->0->'Plan'->>'Shared Read Blocks')::int;
END $$;
SELECT fields, pg_temp.blocks(format($$SELECT synclog.%s('activity', '/objectId eq "o"', %L)$$, f, fields)) > 150 AS read_all
FROM unnest('{query,query_page}'::text[]) f, unnest('{_id,"objectId,timestamp",after,/before/m}'::text[]) fields;

-- a page deep inside reads no more than the first one, also among events of one instant
INSERT INTO audit.sync (id, "timestamp") SELECT 'd' || to_char(i, 'FM00000'), timestamptz '2020-03-02Z' + CASE WHEN i > 10000 THEN i * interval '1 min' ELSE '0' END FROM generate_series(1, 20000) i;
SET client_min_messages = warning;
VACUUM ANALYZE audit.sync;
RESET client_min_messages;
SELECT keys, place, pg_temp.blocks(format($$SELECT synclog.query_page('sync', 'true', '_id', %L, 10, cookie => %L)$$, keys, cookie)) < 40 AS few
FROM unnest('{timestamp,-timestamp,"-timestamp,-_id","timestamp,-_id"}'::text[]) keys, unnest('{0,5000,9995,15000}'::int[]) place,
	CAST(CASE WHEN place > 0 THEN synclog.query_page('sync', 'true', '_id', keys, 10, place)->>'pagedResultsCookie' END AS text) cookie;
-- nor by an indexed key that some events lack
SET client_min_messages = warning;
CREATE TABLE audit.counted (id text NOT NULL, "timestamp" timestamptz NOT NULL, n int);
SELECT synclog.add_topic('counted', 'audit.counted');
INSERT INTO audit.counted SELECT 'c' || i, '2020-01-01Z', nullif(i / 7, 1000) FROM generate_series(1, 20000) i;
CREATE INDEX ON audit.counted (n, id, "timestamp");
VACUUM ANALYZE audit.counted;
RESET client_min_messages;
SELECT place, pg_temp.blocks(format($$SELECT synclog.query_page('counted', 'true', '_id', 'n', 10, cookie => %L)$$, cookie)) < 20 AS few
FROM unnest('{0,10000,15000,19991}'::int[]) place, CAST(CASE WHEN place > 0 THEN synclog.query_page('counted', 'true', '_id', 'n', 5, place)->>'pagedResultsCookie' END AS text) cookie;
-- up to 17, a table that inherits may have NULL where its parent must not
CREATE TABLE audit.heir () INHERITS (audit.counted);
INSERT INTO audit.heir SELECT 'h' || i, '2020-01-01Z', 2900 FROM generate_series(1, 3) i;
DO $$
BEGIN
	ALTER TABLE audit.heir ALTER id DROP NOT NULL;
	UPDATE audit.heir SET id = NULL WHERE id = 'h2';
EXCEPTION WHEN OTHERS THEN
	NULL;
END $$;
SELECT * FROM pg_temp.walks('counted', '{_id,-_id,"n,-_id"}', '{1}', '/n ge 2855');
-- nor is a run's last page by way of the runs that came after it
SET client_min_messages = warning;
TRUNCATE audit.recon;
INSERT INTO audit.recon (id, "timestamp", recon_id, entry_type)
	SELECT run || '-' || n, timestamptz '1999-01-01Z' + run * interval '1 day' + n * interval '1 ms', 'r-' || run, 'entry'
	FROM generate_series(1, 3) run, generate_series(1, 10000) n;
VACUUM ANALYZE audit.recon;
RESET client_min_messages;
SELECT run, pg_temp.blocks(format($$SELECT synclog.query_page('recon', '/reconId eq "r-%s"', '_id', '-timestamp', 10)$$, run)) < 80 AS few
FROM generate_series(1, 3) run;
