-- Columns of other collations: comparisons are the collation's, patterns go by characters.
SELECT NOT EXISTS (SELECT FROM pg_collation WHERE collprovider = 'i') AS without_icu \gset
\if :without_icu
\quit
\endif
CREATE COLLATION any_case (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
CREATE DOMAIN any_case_text AS text COLLATE any_case;
CREATE TABLE collated (id int, plain text, german text COLLATE "de-x-icu", ci text COLLATE any_case, civ varchar(20) COLLATE any_case, d any_case_text);
INSERT INTO collated VALUES (1, 'abc', 'abc', 'abc', 'abc', 'abc'), (2, 'ABC', 'ABC', 'ABC', 'ABC', 'ABC'), (3, 'äbc', 'äbc', 'äbc', 'äbc', 'äbc'), (4, NULL, NULL, NULL, NULL, NULL);
CREATE FUNCTION found(f synclog.queryfilter, folded boolean, OUT planned text, OUT compiled text, OUT written text) LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE format('SELECT string_agg(id::text, '' '' ORDER BY id) FROM collated c WHERE synclog.matches(c, %L, %L)', f, folded) INTO planned;
	SELECT string_agg(id::text, ' ' ORDER BY id) INTO compiled FROM collated c WHERE synclog.matches(c, f, folded);
	EXECUTE format('SELECT string_agg(id::text, '' '' ORDER BY id) FROM collated WHERE %s', synclog.to_sql(f, 'collated', NULL, folded)) INTO written;
END $$;
SELECT c, op, planned AS found, planned IS NOT DISTINCT FROM compiled AND planned IS NOT DISTINCT FROM written AS same, (SELECT planned FROM found(f, true)) AS ignoring_case
FROM unnest('{german,ci,civ,d}'::text[]) c, (VALUES (1, 'eq "abc"'), (2, 'in ''["abc","x"]'''), (3, 'lt "b"'), (4, 'sw "a"'), (5, 'co "b"'), (6, 'ew "c"')) v(n, op), CAST(format('/%s %s', c, op) AS synclog.queryfilter) f, found(f, false) ORDER BY c, n;
SELECT planned FROM found('! (/ci sw "a")', false);
SELECT synclog.to_sql(f::synclog.queryfilter, 'collated', 'c', g) FROM (VALUES ('/ci sw "a" or ! (/civ co "b")', false), ('/ci eq "a" and /german ew "b" and /d ew "c"', false), ('/ci sw "A" and /ci eq "A"', true)) v(f, g);
-- an index of the collation serves what the collation compares
CREATE INDEX ON collated (ci);
SET enable_seqscan = off;
EXPLAIN (COSTS OFF) SELECT id FROM collated c WHERE synclog.matches(c, '/ci eq "abc" and /ci sw "ab"');
RESET enable_seqscan;
DROP TABLE collated CASCADE;
DROP FUNCTION found(synclog.queryfilter, boolean);
DROP DOMAIN any_case_text;
DROP COLLATION any_case;
