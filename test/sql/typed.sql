-- Which literals match a column of each type, and what to_sql says of it.
CREATE TYPE typed_enum AS ENUM ('low', 'mid', 'high');
CREATE DOMAIN typed_int AS integer CHECK (VALUE < 100);
CREATE DOMAIN typed_text AS text COLLATE "C" CHECK (length(VALUE) < 10);
CREATE TABLE typed (t text, v varchar(10), c text COLLATE "C", dt typed_text, bc char(5), nm name, e typed_enum, u uuid, i inet,
	i2 smallint, i4 int, i8 bigint, di typed_int, n numeric, n2 numeric(10, 2), r real, d double precision, b boolean,
	da date, ts timestamp, tz timestamptz, ta text[], ia int[], j json, jb jsonb, ra int4range, iv interval, by bytea);
INSERT INTO typed VALUES ('abc', 'abc', 'abc', 'abc', 'abc', 'abc', 'mid', '00000000-0000-0000-0000-0000000000ab', '10.0.0.1',
	2, 2, 2, 2, 2, 2, 0.1, 0.1, true, '2026-11-21', '2026-11-21', '2026-11-21Z', '{abc,x}', '{2,3}', '"abc"', '[2, "abc", true]', '[1,3)', '1 day', 'abc');
-- the answer of the planner, or its error; the run time and the text must give the same
CREATE FUNCTION answer(f text, folded boolean) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	planned boolean;
	compiled boolean;
	written boolean;
BEGIN
	EXECUTE format('SELECT count(*) > 0 FROM typed WHERE synclog.matches(typed, %L, %L)', f, folded) INTO planned;
	SELECT synclog.matches(x, f::synclog.queryfilter, folded) INTO compiled FROM typed x;
	EXECUTE format('SELECT count(*) > 0 FROM typed WHERE %s', synclog.to_sql(f::synclog.queryfilter, 'typed', ignore_case => folded)) INTO written;
	RETURN CASE WHEN planned <> compiled OR planned <> written THEN 'differs' ELSE planned::text END;
EXCEPTION WHEN OTHERS THEN
	RETURN SQLSTATE;
END $$;
CREATE TABLE literals (n serial, l text);
INSERT INTO literals (l) VALUES ('"abc"'), ('"ABC"'), ('"ab"'), ('"c"'), ('"mid"'), ('"00000000-0000-0000-0000-0000000000ab"'), ('"10.0.0.1"'), ('"2"'), ('"0.1"'), ('2'), ('2.0'), ('0.1'), ('1.999'), ('true'), ('"true"'), ('"2026-11-21"'), ('"2026-11-21T00:00:00.000Z"'), ('"[1,3)"'), ('"1 day"'), ('""');
CREATE VIEW answers AS
	SELECT attnum, attname, op, ord, string_agg(l, ' ' ORDER BY n) FILTER (WHERE a = 'true') AS matches,
		string_agg(DISTINCT a, ' ') FILTER (WHERE a NOT IN ('true', 'false')) AS errors,
		string_agg(l, ' ' ORDER BY n) FILTER (WHERE fa <> a) AS otherwise_ignoring_case
	FROM pg_attribute, unnest('{eq,in,lt,le,gt,ge,co,sw,ew}'::text[]) WITH ORDINALITY o(op, ord), literals,
		format('/%s %s %s', attname, op, CASE op WHEN 'in' THEN format('''[%s]''', l) ELSE l END) f, answer(f, false) a, answer(f, true) fa
	WHERE attrelid = 'typed'::regclass AND attnum > 0 GROUP BY 1, 2, 3, 4;
\a
SELECT attname AS "column", string_agg(op, ' ' ORDER BY ord) AS operators, matches, errors, otherwise_ignoring_case FROM answers GROUP BY attnum, attname, matches, errors, otherwise_ignoring_case ORDER BY attnum, min(ord);
\a
-- presence
SELECT string_agg(attname, ' ' ORDER BY attnum) AS present FROM pg_attribute WHERE attrelid = 'typed'::regclass AND attnum > 0 AND answer(format('/%s pr', attname), false) = 'true' AND answer(format('! (/%s pr)', attname), false) = 'false';
UPDATE typed SET (t, v, c, dt, bc, nm, e, u, i) = ROW (NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
SELECT string_agg(attname, ' ' ORDER BY attnum) AS missing FROM pg_attribute WHERE attrelid = 'typed'::regclass AND attnum > 0 AND answer(format('/%s pr', attname), false) = 'false' AND answer(format('! (/%s pr)', attname), false) = 'true';

-- what the operators are; no number is rounded, nor turns into infinity or zero
SELECT f, regexp_replace(synclog.to_sql(f::synclog.queryfilter, 'typed'), '0{40,}', '0...0') AS sql FROM unnest('{/r eq 0.1,/d eq 0.1,/r gt 1e39,/r eq 1e-50,/d eq 1e-400,/d lt 1e400,/d eq 0,/r eq -0.0e-5,/i4 eq 0.5,/i4 gt 99999999999999999999,/i2 eq 70000,/i8 eq 9223372036854775807,/i8 eq 9223372036854775808,/n eq 0.10,/n2 eq 0.001,/di ge 1000}'::text[]) f;
TRUNCATE typed;
INSERT INTO typed (r, d) VALUES (0, 0), ('infinity', 'infinity'), (1e-45, 5e-324), ('nan', 'nan');
SELECT f, (SELECT string_agg(format('%s/%s', r, d), ' ' ORDER BY r) FROM typed x WHERE synclog.matches(x, f::synclog.queryfilter)) AS rows
FROM unnest('{/r eq 1e39,/d eq 1e400,/r eq 1e-50,/d eq 1e-400,/r gt 1e39,/d gt 1e400,/r le 1e-50,/d le 1e-400,/r eq 1e-45,/d eq 0,/d eq 0.0e-400}'::text[]) f;

-- a literal that is no value of the column's type says so
SELECT 1 FROM typed WHERE synclog.matches(typed, '/e eq "none"');
SELECT 1 FROM typed WHERE synclog.matches(typed, '/b pr and /u in ''["00000000-0000-0000-0000-0000000000ab","x"]''');
SELECT 1 FROM typed WHERE synclog.matches(typed, '/i lt "10.0.0.256"');
SELECT 1 FROM typed WHERE synclog.matches(typed, '/da eq "21.11.2026"');
DROP TABLE typed, literals CASCADE;
DROP FUNCTION answer(text, boolean);
DROP DOMAIN typed_int, typed_text;
DROP TYPE typed_enum;
