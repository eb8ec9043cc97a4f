-- What people hardly ever write, and what it must then do: the lines of the
-- filter's source that no other test runs (test/check --coverage).
\pset null NULL

-- errors behind a first operand, and of texts with long characters
CREATE FUNCTION error_of(statement text, OUT code text, OUT message text, OUT detail text)
LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE statement;
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS code = RETURNED_SQLSTATE, message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL;
END
$$;
SELECT filter, code, detail
FROM (VALUES ('a pr "x'), ('a "x'), ('"x'), ('! "x'), ('(a pr "x'), ('a[b pr "x'),
	('a eq x' || repeat('ü', 60)), ('a%ffü pr')) AS f(filter),
	error_of(format('SELECT %L::synclog.queryfilter', filter));

-- short to write, too long in canonical form
SELECT code, message, detail FROM error_of(
	$$SELECT ('/' || repeat('ü', 700000) || ' pr')::synclog.queryfilter$$);

-- a binary copy by another version, or of a filter that is none
CREATE TABLE stored (filter synclog.queryfilter);
COPY stored FROM PROGRAM
	$$printf 'PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0\0\1\0\0\0\005\001a pr\377\377'$$ WITH (FORMAT binary);
SELECT * FROM stored;
COPY stored FROM PROGRAM
	$$printf 'PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0\0\1\0\0\0\005\002a pr\377\377'$$ WITH (FORMAT binary);
COPY stored FROM PROGRAM
	$$printf 'PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0\0\1\0\0\0\004\001a p\377\377'$$ WITH (FORMAT binary);

-- characters that a pattern gives a meaning are themselves, in JSON and out of
-- it, in both cases and at both ends
CREATE TABLE special (id text COLLATE "C", t text COLLATE "C", extra jsonb);
INSERT INTO special
SELECT c, 'x' || c || 'y', jsonb_build_object('m', 'x' || c || 'y', 'l', jsonb_build_array('x' || c || 'y'))
FROM regexp_split_to_table('\ ^ $ . | ? * + ( ) [ ] { } % _ " '' / # - &', ' ') AS c;
SELECT field, op, ignore_case, count(*) FILTER (WHERE matches) AS matched,
	count(*) FILTER (WHERE matches <> (r.id = s.id)) AS wrong
FROM special s
	CROSS JOIN unnest(ARRAY['/t', '/m', '/l']) AS field
	CROSS JOIN unnest(ARRAY['co', 'sw', 'ew', 'eq']) AS op
	CROSS JOIN (VALUES (false), (true)) AS v(ignore_case)
	CROSS JOIN special r
	CROSS JOIN LATERAL synclog.matches(r, format('%s %s "%s"', field, op,
		regexp_replace(CASE op WHEN 'co' THEN s.id WHEN 'sw' THEN 'x' || s.id
			WHEN 'ew' THEN s.id || 'y' ELSE s.t END, '["\\]', '\\\&'))::synclog.queryfilter, ignore_case) AS matches
GROUP BY field, op, ignore_case
ORDER BY field, op, ignore_case;

-- digits that are no index of an array, since none is that long
SELECT synclog.matches('{"a": {"99999999999": 1, "2147483648": 2}}'::jsonb, filter)
FROM (VALUES ('/a/99999999999 eq 1'::synclog.queryfilter), ('/a/2147483648 eq 2'),
	('/a/2147483647 pr')) AS f(filter);

-- NULL arguments of calls that the planner leaves alone
CREATE TABLE call (filter synclog.queryfilter, ignore_case boolean);
INSERT INTO call VALUES ('a pr', NULL), (NULL, false), ('a pr', false);
SELECT filter, ignore_case, synclog.matches('{"a": 1}'::jsonb, filter, ignore_case) AS document,
	synclog.matches(row('b pr', true)::call, filter, ignore_case) AS row
FROM call WHERE filter IS NULL OR ignore_case IS NULL;

-- a relation without rows of its own, and one that is gone
CREATE INDEX call_index ON call (ignore_case);
SELECT synclog.to_sql('a pr', 'call_index');
SELECT synclog.to_sql('a pr', 0::regclass);

-- literals of another kind than their column
CREATE TABLE kinds (id text COLLATE "C", "timestamp" timestamptz, uid uuid, ip inet);
INSERT INTO kinds VALUES ('1', '2026-11-21 10:00Z', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', '10.0.0.1');
SELECT filter, synclog.matches(kinds, filter), synclog.to_sql(filter, 'kinds')
FROM kinds, (VALUES ('/timestamp sw "soon"'::synclog.queryfilter), ('! (/timestamp sw "soon")'),
	('/timestamp sw 5'), ('/uid eq 5'), ('/uid lt true'), ('/ip eq 5')) AS f(filter);

-- rows that are parts of others, of another type, or of a nameless one
CREATE DOMAIN call_domain AS call;
CREATE TABLE heir (more int) INHERITS (kinds);
INSERT INTO heir SELECT *, 7 FROM kinds;
CREATE TABLE whole (part kinds, again call_domain);
INSERT INTO whole SELECT kinds, row('b pr', true)::call FROM ONLY kinds;
EXPLAIN (COSTS OFF) SELECT * FROM whole WHERE synclog.matches(part, '/_id eq "1"');
EXPLAIN (COSTS OFF) SELECT * FROM whole WHERE synclog.matches(again, '/ignoreCase eq true');
EXPLAIN (COSTS OFF) SELECT * FROM heir WHERE synclog.matches(heir::kinds, '/_id eq "1"');
SELECT count(*) FILTER (WHERE synclog.matches(part, '/_id eq "1"')) AS part,
	count(*) FILTER (WHERE synclog.matches(again, '/ignoreCase eq true')) AS again,
	(SELECT count(*) FROM heir WHERE synclog.matches(heir::kinds, '/_id eq "1"')) AS heir
FROM whole;
SELECT id FROM (SELECT id FROM kinds ORDER BY uid) s WHERE synclog.matches(s, '/_id eq "1"');
EXPLAIN (COSTS OFF) SELECT id FROM (SELECT id FROM kinds ORDER BY uid LIMIT 1) s WHERE synclog.matches(s, '/_id eq "1"');

-- documents that may differ from one look to the next are looked at once
EXPLAIN (COSTS OFF, VERBOSE) SELECT 1 WHERE synclog.matches(to_jsonb(random()), '/ eq 1 or / eq 2');
SELECT count(*) FROM kinds WHERE synclog.matches((SELECT to_jsonb(k) FROM ONLY kinds k), '/id eq "1"');
