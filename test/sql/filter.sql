-- The queryfilter type: what it takes, how it comes out, how it says no.

SELECT f AS filter, f::synclog.queryfilter AS canonical
FROM (VALUES
	('/situation eq "ABSENT"'),
	('reconId eq "r-1" and situation eq"ABSENT"'),
	('a pr or b pr and c pr'),
	('!(a pr)and(b pr)'),
	('! a pr'),
	('! (a pr or b pr)'),
	('NOT eq 1 AND b EQ tRuE'),
	(E'a\teq\n1\r\nand b pr'),
	('and eq 1'),
	('a and 5'),
	('/true pr'),
	('true or FALSE'),
	('a/b/ pr'),
	('// pr'),
	('/a//b pr'),
	('/ pr'),
	('/a%2Fb/%7e/c%20d pr'),
	('/naïve/%C3%AF pr'),
	('a eq "say \"hi\" \\ there"'),
	('a eq ''it\''s'''),
	('a eq ""'),
	('a eq 1.50'),
	('a eq -007'),
	('a eq 1e5'),
	('a eq 1.25e-7'),
	('a eq .5'),
	('a eq 1.'),
	('a eq -0'),
	('a eq 12345678901234567890123'),
	('a eq 9999999.5'),
	('a eq 12345678.9'),
	('a eq 0.001'),
	('a eq 0.00012'),
	('a caseIgnoreMatch "x"'),
	('a eq "x\u0000y\n%_;''"'),
	('a ew "z" or a in ''["x",1]'' or a IN "x"'),
	('entries[moduleId eq "LDAP" and result eq "FAILED"]and userId eq "u"'),
	('a[b[c eq 1]or ! (d pr)]or x pr'),
	('a[(b pr or c pr)and ! d pr]'),
	('! a[b pr]'),
	('a[true ] or a[ false]'),
	('/a[0] pr and /a%5B pr and a[0]b[/c%5B0%5D pr]')
) v(f);
SELECT E'a eq "\xff"'::synclog.queryfilter;

-- how it says no: the message, where, and what to do
CREATE FUNCTION complaint(f text, OUT code text, OUT message text, OUT detail text, OUT hint text) LANGUAGE plpgsql AS $$
BEGIN
	PERFORM f::synclog.queryfilter;
	message := 'no complaint';
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS code = RETURNED_SQLSTATE, message = MESSAGE_TEXT,
		detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
END $$;

SELECT f AS filter, code, detail, hint
FROM (VALUES
	(1, ''), (2, '   '), (3, 'a'), (4, 'a eq'), (5, 'a eq null'), (6, 'a = 5'),
	(7, 'a eq 1 and'), (8, '(a pr'), (9, 'a pr)'), (10, 'a pr b pr'),
	(11, 'a eq "x'), (12, 'a eq "x\'), (13, '!!(a pr)'), (14, '"a" eq 1'),
	(15, 'a eq (1)'), (16, 'a{b} pr'), (17, '/a%2 pr'), (18, '/a%00 pr'),
	(19, '/a%ff pr'), (20, 'a eq 1; drop table x'), (21, 'a eq 1.5f'),
	(22, 'a eq 1e999999999'), (23, 'a eq 1e-99999'), (24, 'a x-y 5'),
	(25, 'true and ! '), (26, 'a eq 1 and ü eq “x”'),
	(27, 'a eq ' || repeat('ü', 60)), (28, '()'), (29, 'a[b pr'), (30, 'a[b pr)'), (31, '[b pr]'), (32, 'a[]'), (33, 'a[ ]'), (34, 'a[b pr] eq 1'), (35, 'b pr]')
) v(i, f), complaint(f) ORDER BY i;
SELECT message FROM complaint('a eq null');
SELECT length(message), right(message, 8) FROM complaint(repeat('x', 100000));

-- both sides of each limit
SELECT code, left(message, 60), detail
FROM (VALUES
	(1, repeat('(', 63) || 'a pr' || repeat(')', 63)),
	(2, repeat('(', 64) || 'a pr' || repeat(')', 64)),
	(3, repeat('! (', 63) || 'a pr' || repeat(')', 63)),
	(4, repeat('! (', 64) || 'a pr' || repeat(')', 64)),
	(5, repeat('(', 100000)),
	(12, repeat('a[', 63) || 'b pr' || repeat(']', 63)),
	(13, repeat('a[', 64) || 'b pr' || repeat(']', 64)),
	(14, repeat('a[(', 31) || 'a[true ]' || repeat(')]', 31)),
	(6, 'a eq "' || repeat('x', 2097152 - 8) || '"'),
	(7, 'a eq "' || repeat('x', 2097152) || '"'),
	(8, 'a eq 1' || repeat('0', 131071)),
	(9, 'a eq 1' || repeat('0', 131072)),
	(10, 'a eq 0.' || repeat('0', 16382) || '1'),
	(11, 'a eq 0.' || repeat('0', 16383) || '1')
) v(i, f), complaint(f) ORDER BY i;

-- deep filters come out with fewer parentheses, so that they can be read again
SELECT f = f::text::synclog.queryfilter AS same, length(f::text)
FROM (SELECT (repeat('(a pr or b pr and ', 63) || 'c pr' || repeat(')', 63))::synclog.queryfilter
	UNION ALL SELECT (repeat('a[', 62) || 'a pr and b pr or a[true ]' || repeat(']', 62))::synclog.queryfilter
	UNION ALL SELECT (repeat('! (', 62) || '! (a pr and b pr)' || repeat(')', 62))::synclog.queryfilter) x(f);

-- a megabyte
SELECT length(f::text) > 1000000 AS long, f = f::text::synclog.queryfilter AS same
FROM (SELECT string_agg('/a eq "' || i || '"', ' or ')::synclog.queryfilter FROM generate_series(1, 65000) i) x(f);

-- composing
SELECT synclog.filter_and('a pr', 'b pr or c pr'), synclog.filter_or('a pr', 'b pr and c pr'), synclog.filter_not('a pr');
SELECT synclog.filter_and('a pr'), synclog.filter_or(VARIADIC '{}'), synclog.filter_and(VARIADIC '{}'), synclog.filter_and('a pr', NULL, 'b pr');
SELECT synclog.filter_and(VARIADIC NULL) IS NULL AS null;
SELECT synclog.filter_and('a eq "\") or true or (b eq \""', 'c pr');
DO $$
DECLARE
	f synclog.queryfilter := 'a pr';
BEGIN
	FOR i IN 1..63 LOOP
		f := synclog.filter_not(f);
	END LOOP;
	ASSERT f = f::text::synclog.queryfilter;
	RAISE NOTICE '% characters', length(f::text);
	f := synclog.filter_not(f);
	f := synclog.filter_not(f);
END $$;

-- trees
SELECT synclog.filter_tree('a eq 1.5 and (! (b pr) or c/d co "x\"y") and true');
SELECT synclog.filter_tree('/a%2Fb ge 12345678901234567890');
SELECT synclog.filter_tree('entries[moduleId eq "x" and /b%5B pr] or a in "[1]"');

-- equality, hashing, parameters of drivers
SELECT 'a  pr'::synclog.queryfilter = '(a pr)', 'a pr'::synclog.queryfilter <> 'b pr', 'a pr' = 'A pr'::synclog.queryfilter;
SELECT f, count(*) FROM (VALUES ('a pr'::synclog.queryfilter), ('/a pr'), ('b pr')) v(f) GROUP BY f ORDER BY f::text;
PREPARE of_text(text) AS SELECT synclog.filter_tree($1);
EXECUTE of_text('a pr');
PREPARE of_varchar(varchar) AS SELECT synclog.filter_tree($1);
EXECUTE of_varchar('a pr');
DEALLOCATE ALL;

-- binary
SELECT synclog.queryfilter_send('a pr');
CREATE TABLE saved (f synclog.queryfilter);
INSERT INTO saved VALUES ('a eq "ü\"" or b pr'), (NULL), ('true');
\getenv dir PG_ABS_BUILDDIR
\set file :dir '/results/saved.bin'
COPY saved TO :'file' (FORMAT binary);
CREATE TABLE loaded (LIKE saved);
COPY loaded FROM :'file' (FORMAT binary);
SELECT * FROM loaded EXCEPT SELECT * FROM saved;
SELECT count(*) FROM loaded;
DROP TABLE saved, loaded;

-- folding
SELECT synclog.fold('Straße ÀÉÎ ПРИВЕТ ΣΊΣΥΦΟΣ İIıi ſK 😀'), synclog.fold('{"Key": ["ÄB", 1, {"X": "Y"}]}'::jsonb), synclog.fold('"ABC"'::jsonb), synclog.fold('7'::jsonb);
SELECT synclog.fold(string_agg(chr(c), '')) = string_agg(synclog.fold(chr(c)), '') AS by_character, count(DISTINCT synclog.fold(chr(c))) < count(*) AS folds
FROM generate_series(1, 65535) c WHERE c NOT BETWEEN 55296 AND 57343;

-- every object says what it is for
SELECT pg_describe_object(classid, objid, 0) AS without_comment
FROM pg_depend d
WHERE refclassid = 'pg_extension'::regclass AND deptype = 'e'
	AND refobjid = (SELECT oid FROM pg_extension WHERE extname = 'synclog')
	AND NOT EXISTS (SELECT FROM pg_description c WHERE c.classoid = d.classid AND c.objoid = d.objid AND c.objsubid = 0)
	AND classid <> 'pg_amop'::regclass AND classid <> 'pg_amproc'::regclass
	AND pg_describe_object(classid, objid, 0) !~ '^(type .*\[\]|type synclog\.\w+$)'
ORDER BY 1;
DROP FUNCTION complaint(text);
