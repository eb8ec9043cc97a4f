-- What test/bench/run measures.  :folder is one that the server may write to,
-- :entries how many entries the runs have that are listed.
\set events :folder/events.jsonl
\set columns :folder/columns.copy
\pset footer off
SET client_min_messages = warning;
CREATE EXTENSION synclog;
SELECT synclog.create_topics() \g /dev/null

CREATE SCHEMA bench;
CREATE TABLE bench.result (
	ordinal int GENERATED ALWAYS AS IDENTITY,
	measurement text,
	unit text,
	synclog float8,
	plain float8
);

-- 100,000 entries of ten recons, one every 20 seconds
COPY (
	SELECT json_build_object(
		'_id', format('8f34a2c1-5d0b-4f27-9d8e-1b5a7c90e4d2-%s', n),
		'transactionId', format('8f34a2c1-5d0b-4f27-9d8e-1b5a7c90e4d2-t%s', n / 10000),
		'timestamp', to_char(timestamp '2026-11-01' + n * interval '20 s',
			'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
		'eventName', 'recon',
		'userId', format('user%s', n % 10000),
		'action', (ARRAY['CREATE', 'UPDATE', 'UPDATE', 'EXCEPTION'])[1 + n % 4],
		'exception', NULL,
		'linkQualifier', 'default',
		'mapping', 'systemLdapAccounts_managedUser',
		'message', CASE WHEN n % 4 = 3
			THEN format('Target does not support attribute a%s', n % 50) END,
		'messageDetail', CASE WHEN n % 4 = 3
			THEN json_build_object('attribute', format('a%s', n % 50)) END,
		'situation', (ARRAY['ABSENT', 'CONFIRMED', 'FOUND', 'AMBIGUOUS'])[1 + n % 4],
		'sourceObjectId', format('system/ldap/account/uid=user%s,ou=People,dc=example,dc=com', n),
		'status', CASE WHEN n % 4 = 3 THEN 'FAILURE' ELSE 'SUCCESS' END,
		'targetObjectId', format('managed/user/%s', md5(n::text)::uuid),
		'reconciling', 'source',
		'ambiguousTargetObjectIds', '',
		'entryType', 'entry',
		'reconId', format('8f34a2c1-5d0b-4f27-9d8e-1b5a7c90e4d2-r%s', n / 10000))
	FROM generate_series(0, 99999) AS n
) TO :'events' WITH (FORMAT csv, QUOTE E'\x01', DELIMITER E'\x02');

-- Milliseconds that a statement takes.
CREATE FUNCTION bench.elapsed(statement text) RETURNS float8
LANGUAGE plpgsql AS $$
DECLARE
	began timestamptz := clock_timestamp();
BEGIN
	EXECUTE statement;
	RETURN extract(epoch FROM clock_timestamp() - began) * 1000;
END
$$;

-- Milliseconds that the planner says it takes for a query.
CREATE FUNCTION bench.planned(query text) RETURNS float8
LANGUAGE plpgsql AS $$
DECLARE
	plan json;
BEGIN
	EXECUTE 'EXPLAIN (SUMMARY, FORMAT json) ' || query INTO plan;
	RETURN plan->0->>'Planning Time';
END
$$;

-- Notes the medians of two things that are measured by turns, so that what
-- else the machine does meets both; each is an expression that measures.
CREATE FUNCTION bench.compare(measurement text, unit text, rounds int,
	synclog text, plain text, scale float8 DEFAULT 1) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
	ours float8[];
	theirs float8[];
	ms float8;
BEGIN
	-- round 0 warms caches
	FOR i IN 0 .. rounds LOOP
		EXECUTE 'SELECT ' || synclog INTO ms;
		IF i > 0 THEN ours := ours || ms; END IF;
		EXECUTE 'SELECT ' || plain INTO ms;
		IF i > 0 THEN theirs := theirs || ms; END IF;
	END LOOP;
	INSERT INTO bench.result (measurement, unit, synclog, plain)
	SELECT measurement, unit,
		(SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY x) FROM unnest(ours) x) * scale,
		(SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY x) FROM unnest(theirs) x) * scale;
END
$$;

-- Loading: JSON Lines against COPY of the same rows already split into columns,
-- into the same table with the same indexes.
CREATE FUNCTION bench.load(statement text) RETURNS float8
LANGUAGE plpgsql AS $$
DECLARE
	ms float8;
BEGIN
	TRUNCATE audit.recon;
	ms := bench.elapsed(statement);
	IF (SELECT count(*) FROM audit.recon) <> 100000 THEN
		RAISE 'stored % of 100000 events', (SELECT count(*) FROM audit.recon);
	END IF;
	RETURN ms;
END
$$;

SELECT synclog.load_file('recon', :'events') \g /dev/null
COPY (SELECT * FROM audit.recon) TO :'columns';
SELECT bench.compare(
	'load(), JSON Lines / COPY of columns: 100,000 events', 'ms', 3,
	format('bench.load(%L)', format(
		'SELECT synclog.load(%L, pg_read_file(%L))', 'recon', :'events')),
	format('bench.load(%L)', format('COPY audit.recon FROM %L', :'columns')))
\g /dev/null
SELECT bench.compare(
	'load_file(), the same', 'ms', 3,
	format('bench.load(%L)', format(
		'SELECT synclog.load_file(%L, %L)', 'recon', :'events')),
	format('bench.load(%L)', format('COPY audit.recon FROM %L', :'columns')))
\g /dev/null
VACUUM ANALYZE audit.recon;

-- Reading: events as JSON against rows as JSON, whose nulls are members too.
-- Both are made and measured outside the query that fetches them.
CREATE FUNCTION bench.json(query text) RETURNS float8
LANGUAGE sql AS $$
	SELECT bench.elapsed(format('SELECT sum(length(j::text)) FROM (%s OFFSET 0) AS q (j)', query))
$$;

SELECT bench.compare('query() / row_to_json: 100,000 events', 'ms', 7,
	'bench.json($$ SELECT synclog.query(''recon'') $$)',
	'bench.json($$ SELECT row_to_json(t) FROM audit.recon t ORDER BY timestamp, id $$)')
\g /dev/null
SELECT bench.compare('event() / row_to_json: 100,000 events in no order', 'ms', 7,
	'bench.json($$ SELECT synclog.event(t) FROM audit.recon t $$)',
	'bench.json($$ SELECT row_to_json(t) FROM audit.recon t $$)')
\g /dev/null

-- The filters, and the clauses that a person would write for them.
CREATE TABLE bench.filter (name text, filter text, clause text);
INSERT INTO bench.filter VALUES
	('eq', '/reconId eq "8f34a2c1-5d0b-4f27-9d8e-1b5a7c90e4d2-r3"',
	 'recon_id = ''8f34a2c1-5d0b-4f27-9d8e-1b5a7c90e4d2-r3'''),
	('three terms', '/reconId eq "8f34a2c1-5d0b-4f27-9d8e-1b5a7c90e4d2-r3" and '
	 '/situation eq "ABSENT" and /entryType eq "entry"',
	 'recon_id = ''8f34a2c1-5d0b-4f27-9d8e-1b5a7c90e4d2-r3'' AND situation = ''ABSENT'' '
	 'AND entry_type = ''entry'''),
	('four terms', '/reconId eq "8f34a2c1-5d0b-4f27-9d8e-1b5a7c90e4d2-r3" and '
	 '/situation eq "ABSENT" and /timestamp ge "2026-11-08" and /timestamp lt "2026-11-09"',
	 'recon_id = ''8f34a2c1-5d0b-4f27-9d8e-1b5a7c90e4d2-r3'' AND situation = ''ABSENT'' '
	 'AND timestamp >= ''2026-11-08 00:00:00Z'' AND timestamp < ''2026-11-09 00:00:00Z'''),
	('co', '/message co "attribute a7"', 'message LIKE ''%attribute a7%'''),
	('JSON path', '/messageDetail/attribute eq "a7"',
	 'message_detail @@ ''strict (exists($."attribute" ? (@ == "a7")) || '
	 'exists($."attribute"[*] ? (@ == "a7")))''');

-- Planning: the planner's own time, and the whole statement with its parsing.
SELECT bench.compare(format('planning, %s', name), 'µs', 300,
		format('bench.planned(%L)', format(
			'SELECT * FROM audit.recon WHERE synclog.matches(recon, %L)', filter)),
		format('bench.planned(%L)', 'SELECT * FROM audit.recon WHERE ' || clause),
		1000)
FROM bench.filter \g /dev/null
SELECT bench.compare(format('parsing and planning, %s', name), 'µs', 300,
		format('bench.elapsed(%L)', format(
			'EXPLAIN SELECT * FROM audit.recon WHERE synclog.matches(recon, %L)', filter)),
		format('bench.elapsed(%L)', 'EXPLAIN SELECT * FROM audit.recon WHERE ' || clause),
		1000)
FROM bench.filter \g /dev/null

-- Running: matches() called for every row, since the filter is not known when
-- the plan is made, against the clause in the plan; both read all rows.
SET enable_indexscan = off;
SET enable_indexonlyscan = off;
SET enable_bitmapscan = off;
SET plan_cache_mode = force_generic_plan;
PREPARE generic(synclog.queryfilter) AS
	SELECT count(*) FROM audit.recon WHERE synclog.matches(recon, $1);
SELECT bench.compare(format('run time per row, %s', name), 'µs', 7,
		format('bench.elapsed(%L)', format('EXECUTE generic(%L)', filter)),
		format('bench.elapsed(%L)', 'SELECT count(*) FROM audit.recon WHERE ' || clause),
		1000 / 100000.0)
FROM bench.filter \g /dev/null

-- The same over a million rows of an ordinary table, and what memory the
-- backend holds when it has read them: the subquery runs after the last row,
-- while the query still has all that it took.
CREATE UNLOGGED TABLE bench.million AS
SELECT id, timestamp, recon_id, entry_type, situation, message, message_detail
FROM audit.recon, generate_series(1, 10);
VACUUM ANALYZE bench.million;
PREPARE million(synclog.queryfilter) AS
	SELECT count(*) FROM bench.million WHERE synclog.matches(million, $1);
SELECT bench.compare(format('run time per row of 1,000,000, %s', name), 'µs', 3,
		format('bench.elapsed(%L)', format('EXECUTE million(%L)', filter)),
		format('bench.elapsed(%L)', 'SELECT count(*) FROM bench.million WHERE ' || clause),
		1000 / 1000000.0)
FROM bench.filter \g /dev/null

-- Bytes that the backend holds at the end of a query that counts, given all
-- that follows its FROM.
CREATE FUNCTION bench.held(relation text) RETURNS float8
LANGUAGE plpgsql AS $$
DECLARE
	rows bigint;
	bytes float8;
BEGIN
	EXECUTE 'SELECT count(*), (SELECT sum(total_bytes) FROM pg_backend_memory_contexts) FROM '
		|| relation INTO rows, bytes;
	RETURN bytes;
END
$$;

-- the filter is no constant here: the planner cannot know it
SELECT bench.compare(format('memory held after %s rows, %s', rows, name), 'kB', 3,
		format('bench.held(%L)', format('(SELECT * FROM bench.million LIMIT %s) million '
			'WHERE synclog.matches(million, (SELECT f.filter::synclog.queryfilter '
			'FROM bench.filter f WHERE name = %L))', rows, name)),
		format('bench.held(%L)', format('(SELECT * FROM bench.million LIMIT %s) million WHERE %s',
			rows, clause)),
		1 / 1024.0)
FROM bench.filter, (VALUES (1000), (1000000)) AS v(rows)
WHERE name IN ('three terms', 'JSON path')
ORDER BY name, rows \g /dev/null

-- Reading filters: ten megabytes of distinct texts of one size, terms joined by
-- and, less what it takes to read and write them as text.
CREATE TABLE bench.source (size int, filter text);
ALTER TABLE bench.source ALTER filter SET STORAGE EXTERNAL;
INSERT INTO bench.source
SELECT size, (SELECT string_agg(format('/recId eq "r%s"', to_char(n * 43691::bigint + k, 'FM0000000')),
		' and ' ORDER BY k) FROM generate_series(1, greatest(size / 25, 1)) AS k)
FROM (VALUES (20), (1000), (100000), (1000000)) AS v(size), generate_series(1, 10000000 / size) AS n;
VACUUM ANALYZE bench.source;

-- Megabytes a second.
CREATE FUNCTION bench.throughput(size int) RETURNS float8
LANGUAGE plpgsql AS $$
DECLARE
	query text := 'SELECT count(%s) FROM bench.source WHERE size = ' || size;
	bytes bigint := (SELECT sum(octet_length(s.filter)) FROM bench.source s
		WHERE s.size = throughput.size);
	plain float8;
BEGIN
	plain := bench.elapsed(format(query, 'textin(textout(filter))'));
	RETURN bytes / 1000 / (bench.elapsed(format(query, 'filter::synclog.queryfilter')) - plain);
END
$$;

INSERT INTO bench.result (measurement, unit, synclog)
SELECT format('reading filters of %s bytes', size), 'MB/s',
	percentile_cont(0.5) WITHIN GROUP (ORDER BY bench.throughput(size))
FROM (SELECT DISTINCT size FROM bench.source) s, generate_series(1, 5)
GROUP BY size
ORDER BY size;

-- A million events: the same in ten months, each of one of three tenants.
RESET ALL;
SELECT synclog.make_month('audit.recon', timestamptz '2026-11-01Z' - m * interval '1 month')
FROM generate_series(1, 9) AS m \g /dev/null
SELECT string_agg(quote_ident(attname), ', ') AS others
FROM pg_attribute
WHERE attrelid = 'audit.recon'::regclass AND NOT attisdropped
	AND attnum > 0 AND attname NOT IN ('id', 'timestamp', 'tenant_id') \gset
CREATE UNLOGGED TABLE bench.november AS SELECT * FROM audit.recon;
TRUNCATE audit.recon;
INSERT INTO audit.recon (id, timestamp, tenant_id, :others)
SELECT id || '-' || m, timestamp - m * interval '1 month',
	CASE WHEN part < 1 THEN 'small' WHEN part < 31 THEN 'middle' ELSE 'large' END, :others
FROM bench.november, generate_series(0, 9) AS m, LATERAL (SELECT substring(user_id FROM '[0-9]{1,2}$')::int) AS p(part)
ORDER BY 2;
DROP TABLE bench.november;
VACUUM ANALYZE audit.recon;

-- Rows a second of a query, in the form in which a client gets them.
CREATE FUNCTION bench.rate(query text) RETURNS float8
LANGUAGE plpgsql AS $$
DECLARE
	began timestamptz := clock_timestamp();
	n bigint;
BEGIN
	EXECUTE format('COPY (%s) TO %L', query, '/dev/null');
	GET DIAGNOSTICS n = ROW_COUNT;
	RETURN n / extract(epoch FROM clock_timestamp() - began);
END
$$;

-- Export: files of all events, against one of all columns.
SELECT bench.compare(format('%s() / COPY of columns: 1,000,000 events', name), 'rows/s', 3,
	format('bench.rate(%L)', format('SELECT synclog.%I(%L)', name, 'recon')),
	'bench.rate($$ SELECT * FROM audit.recon $$)')
FROM (VALUES ('export_json'), ('export_csv')) AS v(name) \g /dev/null

-- Milliseconds until a query gives its first row.
CREATE FUNCTION bench.first_row(query text) RETURNS float8
LANGUAGE plpgsql AS $$
DECLARE
	began timestamptz := clock_timestamp();
	rows refcursor;
	ms float8;
BEGIN
	OPEN rows FOR EXECUTE query;
	MOVE NEXT FROM rows;
	ms := extract(epoch FROM clock_timestamp() - began) * 1000;
	CLOSE rows;
	RETURN ms;
END
$$;

SELECT bench.compare(format('first of 1,000,000 events / of %s', name), 'ms', 100,
	'bench.first_row(''SELECT synclog.query($$recon$$)'')', format('bench.first_row(%L)', query))
FROM (VALUES
	('SELECT *', 'SELECT * FROM audit.recon'),
	('the same in order', 'SELECT * FROM audit.recon ORDER BY timestamp, id')) AS v(name, query) \g /dev/null

-- Pages: the last one of a question against its first one, by cookie and by
-- LIMIT and OFFSET.
CREATE TABLE bench.walk (name text, filter text, clause text, sort_keys text, keys text, pages int, cookie text);
INSERT INTO bench.walk VALUES
	('all events', 'true', 'true', 'timestamp', 'timestamp, id', 10000),
	('of a situation, newest first', '/situation eq "ABSENT"', 'situation = ''ABSENT''',
	 '-timestamp', 'timestamp DESC, id DESC', 2500),
	('of a run, newest first', '/reconId eq "8f34a2c1-5d0b-4f27-9d8e-1b5a7c90e4d2-r3"',
	 'recon_id = ''8f34a2c1-5d0b-4f27-9d8e-1b5a7c90e4d2-r3''',
	 '-timestamp', 'timestamp DESC, id DESC', 1000);

-- The cookie of the last page of 100 events; the way there is in longer pages.
CREATE FUNCTION bench.last_cookie(walk bench.walk) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
	page json;
	cookie text;
BEGIN
	FOR i IN 1 .. 100 LOOP
		page := synclog.query_page('recon', walk.filter, fields => '_id',
			sort_keys => walk.sort_keys, page_size => walk.pages - 1, cookie => cookie);
		cookie := page ->> 'pagedResultsCookie';
	END LOOP;
	RETURN cookie;
END
$$;
UPDATE bench.walk SET cookie = bench.last_cookie(walk);

SELECT bench.compare(format('query_page(): page %s / page 1, %s', pages, name), 'ms', 100,
	format('bench.elapsed(%L)', last), format('bench.elapsed(%L)', first))
FROM bench.walk,
	format('SELECT length(synclog.query_page(%L, %L, sort_keys => %L, page_size => 100)::text)',
		'recon', filter, sort_keys) AS first,
	format('SELECT length(synclog.query_page(%L, %L, sort_keys => %L, page_size => 100, cookie => %L)::text)',
		'recon', filter, sort_keys, cookie) AS last
\g /dev/null
SELECT bench.compare(format('LIMIT, OFFSET: page %s / page 1, %s', pages, name), 'ms', 3,
	format('bench.elapsed(%L)', format(page, clause, keys, (pages - 1) * 100)),
	format('bench.elapsed(%L)', format(page, clause, keys, 0)))
FROM bench.walk, (VALUES (
	'SELECT json_agg(t) FROM (SELECT * FROM audit.recon WHERE %s ORDER BY %s LIMIT 100 OFFSET %s) t')) AS v(page)
\g /dev/null

SELECT bench.compare('query_page(): total_policy ESTIMATE / NONE', 'ms', 100,
	'bench.elapsed($$SELECT length(synclog.query_page(''recon'', page_size => 100, total_policy => ''ESTIMATE'')::text)$$)',
	'bench.elapsed($$SELECT length(synclog.query_page(''recon'', page_size => 100)::text)$$)')
\g /dev/null
SELECT bench.compare('get() / query_page(): 100 events', 'ms', 100,
	'bench.elapsed($$SELECT length(body) FROM synclog.get(''/audit/recon?_queryFilter=true&_pageSize=100'')$$)',
	'bench.elapsed($$SELECT length(synclog.query_page(''recon'', page_size => 100)::text)$$)')
\g /dev/null

\ir tenants.sql
\ir recon.sql

\echo medians, PostgreSQL :SERVER_VERSION_NAME, 100,000 events in the table if not said otherwise
SELECT measurement, unit, round(synclog::numeric, 2) AS synclog,
	round(plain::numeric, 2) AS plain, round((synclog / plain)::numeric, 2) AS ratio,
	round((synclog - plain)::numeric, 2) AS difference
FROM bench.result
ORDER BY ordinal;
