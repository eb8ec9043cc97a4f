-- The reference implementation's own answers, all of them: what differs is
-- listed with its reason, and nothing else may differ.
\getenv srcdir PG_ABS_SRCDIR
\set file :srcdir '/data/queryfilter.tsv'
CREATE TABLE reference (id text, kind text, filter text, record text, expected text, source text);
COPY reference FROM :'file' WITH (FORMAT csv, DELIMITER E'\t', QUOTE E'\x01', HEADER);

-- a filter, given as text or built of a tree in map form
CREATE FUNCTION build(tree json) RETURNS synclog.queryfilter LANGUAGE plpgsql AS $$
DECLARE
	op text := tree ->> 'operator';
BEGIN
	IF json_typeof(tree) = 'string' THEN
		RETURN tree #>> '{}';
	ELSIF op IN ('and', 'or') THEN
		RETURN CASE op WHEN 'and'
			THEN synclog.filter_and(VARIADIC ARRAY(SELECT build(s) FROM json_array_elements(tree -> 'subfilters') s))
			ELSE synclog.filter_or(VARIADIC ARRAY(SELECT build(s) FROM json_array_elements(tree -> 'subfilters') s))
			END;
	ELSIF op = 'complex' THEN
		RETURN format('%s[%s]', tree ->> 'field', build(tree -> 'subfilter'));
	ELSIF op = '!' THEN
		RETURN synclog.filter_not(build(tree -> 'subfilter'));
	ELSIF op IN ('true', 'false') THEN
		RETURN op;
	ELSIF op = 'pr' THEN
		RETURN (tree ->> 'field') || ' pr';
	END IF;
	RETURN format('%s %s %s', tree ->> 'field', op,
		CASE WHEN json_typeof(tree -> 'value') = 'string'
			THEN '"' || regexp_replace(tree ->> 'value', '(["\\])', '\\\1', 'g') || '"'
			ELSE tree ->> 'value' END);
END $$;

-- what synclog answers to a row, as JSON
CREATE FUNCTION answer(c reference) RETURNS jsonb LANGUAGE plpgsql AS $$
BEGIN
	RETURN CASE c.kind
		WHEN 'parse_ok' THEN synclog.filter_tree(build(c.filter::json))
		WHEN 'parse_error' THEN synclog.filter_tree(build(c.filter::json))
		WHEN 'canonical' THEN to_jsonb(build(c.filter::json)::text)
		WHEN 'pointer' THEN (SELECT coalesce(jsonb_agg(t), '[]') FROM (SELECT replace(regexp_split_to_table(t, '/'), '%2F', '/') t
			FROM ltrim(synclog.filter_tree(((c.filter::json #>> '{}') || ' pr')::synclog.queryfilter) ->> 'field', '/') t WHERE t <> '') x)
		ELSE to_jsonb(synclog.matches(c.record::jsonb, build(c.filter::json), ignore_case => true))
	END;
EXCEPTION WHEN OTHERS THEN
	RETURN jsonb_build_object('error', SQLSTATE);
END $$;

CREATE FUNCTION agrees(c reference, a jsonb) RETURNS boolean LANGUAGE sql AS $$
	SELECT CASE WHEN c.kind = 'parse_error' OR c.expected LIKE '"%Exception"' THEN a ->> 'error' IN ('22P02', '54000')
		WHEN c.expected LIKE '%\u0000%' THEN false
		ELSE a = c.expected::jsonb END
$$;

CREATE TABLE answers AS SELECT c.*, answer(c) AS answer FROM reference c;
SELECT kind, count(*), count(*) FILTER (WHERE agrees((a.id, kind, filter, record, expected, source)::reference, answer)) AS agree
FROM answers a GROUP BY kind ORDER BY kind;

-- the same through the planner, where the filter is a constant: over a document,
-- and over a row that has a column for one member and extra for the others
CREATE TABLE v_and_extra (v jsonb, extra jsonb);
CREATE FUNCTION planned(c reference) RETURNS boolean[] LANGUAGE plpgsql AS $$
DECLARE
	f text := build(c.filter::json);
	document boolean;
	selected boolean;
	in_where boolean;
BEGIN
	EXECUTE format('SELECT synclog.matches($1, %L, true)', f) INTO document USING c.record::jsonb;
	IF jsonb_typeof(c.record::jsonb) <> 'object' OR f ~ '(^|[( ])/[ )]' OR c.id = 'E0100' THEN
		RETURN ARRAY[document];
	END IF;
	DELETE FROM v_and_extra;
	INSERT INTO v_and_extra SELECT c.record::jsonb -> 'v', c.record::jsonb - 'v';
	EXECUTE format('SELECT synclog.matches(t, %L, true) FROM v_and_extra t', f) INTO selected;
	EXECUTE format('SELECT count(*) = 1 FROM v_and_extra t WHERE synclog.matches(t, %L, true)', f) INTO in_where;
	RETURN ARRAY[document, selected, in_where,
		(SELECT synclog.matches(t, f, true) FROM v_and_extra t)];
EXCEPTION WHEN OTHERS THEN
	RAISE NOTICE '% %: %', c.id, c.filter, SQLERRM;
	RETURN NULL;
END $$;
SELECT count(*), count(*) FILTER (WHERE answer::boolean = ALL (planned)) AS agree
FROM (SELECT a.answer, planned((a.id, kind, filter, record, expected, source)::reference) FROM answers a WHERE kind IN ('match', 'nomatch')) x;

-- what differs on purpose, and why
CREATE TABLE on_purpose (id text, reason text);
INSERT INTO on_purpose VALUES
	('D0075', 'a quote right behind an operator: the vendor''s documentation has it'),
	('D0076', 'a quote right behind an operator: the vendor''s documentation has it'),
	('D0088', 'a tab between tokens'),
	('D0177', 'numbers are kept exactly, not as the nearest double'),
	('D0178', 'numbers are kept exactly, not as the nearest double'),
	('Q0004', 'accident of Java: suffix f of a number'),
	('Q0005', 'accident of Java: suffix d of a number'),
	('Q0007', 'accident of Java: digits that are not ASCII'),
	('Q0014', 'PostgreSQL cannot hold U+0000'),
	('Q0015', 'PostgreSQL cannot hold U+0000'),
	('Q0016', 'escapes that are not UTF-8'),
	('Q0019', 'the field with an empty name is printed so that it is read back'),
	('Q0037', 'numbers compare exactly: -0.0 is 0');
SELECT a.id, kind, left(filter, 45) AS filter, left(expected, 45) AS expected, left(answer::text, 45) AS answer, reason
FROM answers a LEFT JOIN on_purpose p ON p.id = a.id
WHERE agrees((a.id, kind, filter, record, expected, source)::reference, answer) IS NOT TRUE
ORDER BY a.id;
SELECT p.id AS differs_no_more FROM on_purpose p JOIN answers a ON a.id = p.id
WHERE agrees((a.id, kind, filter, record, expected, source)::reference, answer);

-- exactly, without ignore_case: only rows with a letter in the other case differ
SELECT a.id, left(filter, 45) AS filter, record, expected, exact
FROM answers a, LATERAL (SELECT synclog.matches(a.record::jsonb, build(a.filter::json))) e(exact)
WHERE kind IN ('match', 'nomatch') AND exact <> (answer = 'true'::jsonb)
ORDER BY a.id;
SELECT count(*) AS same FROM answers a
WHERE kind IN ('match', 'nomatch') AND synclog.matches(a.record::jsonb, build(a.filter::json)) = (answer = 'true'::jsonb);

-- text to filter to text, for all that parses
SELECT count(*), count(*) FILTER (WHERE f::text::synclog.queryfilter = f) AS same
FROM (SELECT build(filter::json) AS f FROM answers WHERE kind <> 'pointer' AND answer ->> 'error' IS NULL) x;

DROP TABLE reference, answers, on_purpose, v_and_extra CASCADE;
DROP FUNCTION build(json);
