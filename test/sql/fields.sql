-- fields: every sample event cut down by query() and, independently, by jsonb
-- operators; as columns tell it, and as kept in raw, pretty-printed
SET client_min_messages = warning; DROP SCHEMA IF EXISTS audit CASCADE; DELETE FROM synclog.topic; RESET client_min_messages; SELECT synclog.create_topics();

CREATE TEMP TABLE sample (topic text, event jsonb);
\set events `cat "$PG_ABS_SRCDIR"/data/recon.openidm[234].jsonl`
INSERT INTO sample SELECT 'recon', e::jsonb FROM regexp_split_to_table(:'events', E'\n') e;
\set events `cat "$PG_ABS_SRCDIR"/data/sync.openidm[34].jsonl`
INSERT INTO sample SELECT 'sync', e::jsonb FROM regexp_split_to_table(:'events', E'\n') e;
\set events `cat "$PG_ABS_SRCDIR"/data/activity.openidm[4].jsonl`
INSERT INTO sample SELECT 'activity', e::jsonb FROM regexp_split_to_table(:'events', E'\n') e;
\set events `cat "$PG_ABS_SRCDIR"/data/access.openidm[24].jsonl`
INSERT INTO sample SELECT 'access', e::jsonb FROM regexp_split_to_table(:'events', E'\n') e;
\set events `cat "$PG_ABS_SRCDIR"/data/authentication.openidm4.jsonl`
INSERT INTO sample SELECT 'authentication', e::jsonb FROM regexp_split_to_table(:'events', E'\n') e;
\set events `cat "$PG_ABS_SRCDIR"/data/config.openidm4.jsonl`
INSERT INTO sample SELECT 'config', e::jsonb FROM regexp_split_to_table(:'events', E'\n') e;

-- Every pointer to a member, at any depth, of any sample of a topic.  An
-- array is taken whole: what its elements come out as is in test query.
CREATE TEMP TABLE pointer AS
	WITH RECURSIVE p(topic, path, value) AS (
		SELECT topic, ARRAY[key], value FROM sample, jsonb_each(event)
		UNION
		SELECT topic, path || key, m.value
		FROM p, jsonb_each(CASE WHEN jsonb_typeof(p.value) = 'object' THEN p.value END) m)
	SELECT DISTINCT topic, path FROM p;
SELECT topic, count(*), max(cardinality(path)) AS deepest FROM pointer GROUP BY 1 ORDER BY 1;

-- the event with these members only
CREATE FUNCTION pg_temp.cut(event jsonb, paths text[]) RETURNS jsonb LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
	result jsonb := jsonb_build_object('_id', event->'_id');
	path text[];
	pointer text;
BEGIN
	FOREACH pointer IN ARRAY paths LOOP
		path := string_to_array(pointer, '/');
		CONTINUE WHEN event #> path IS NULL;
		FOR i IN 1 .. cardinality(path) - 1 LOOP
			IF result #> path[1:i] IS NULL THEN
				result := jsonb_set(result, path[1:i], '{}');
			END IF;
		END LOOP;
		result := jsonb_set(result, path, event #> path);
	END LOOP;
	RETURN result;
END $$;

-- lists of fields: each pointer alone, and all of a topic in two halves
CREATE TEMP TABLE wanted AS
	SELECT topic, ARRAY[array_to_string(path, '/')] AS paths FROM pointer
	UNION ALL
	SELECT topic, array_agg(array_to_string(path, '/') ORDER BY path)
	FROM (SELECT *, row_number() OVER (PARTITION BY topic ORDER BY path) % 2 AS half FROM pointer) p
	GROUP BY topic, half;

-- zz is in no list: \u0000 in it is what sends an event to raw
CREATE FUNCTION pg_temp.loaded(topic text, raw boolean) RETURNS bigint LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE format('TRUNCATE audit.%I', topic);
	RETURN (SELECT l.stored FROM synclog.load(topic, (SELECT string_agg(CASE WHEN raw
		THEN replace(jsonb_pretty(s.event || '{"zz": "NUL"}'), 'NUL', '\u0000') ELSE s.event::text END, E'\n')
		FROM sample s WHERE s.topic = loaded.topic)) l);
END $$;

CREATE FUNCTION pg_temp.compare(raw boolean) RETURNS TABLE (topic text, stored bigint, in_raw bigint, lists bigint, events bigint, differing bigint, example text)
LANGUAGE plpgsql AS $$
BEGIN
	FOR topic IN SELECT DISTINCT s.topic FROM sample s ORDER BY 1 LOOP
		stored := pg_temp.loaded(topic, raw);
		EXECUTE format('SELECT count(t.raw) FROM audit.%I t', topic) INTO in_raw;
		SELECT count(DISTINCT w.paths), count(*), count(*) FILTER (WHERE e::jsonb <> c),
			min(format('%s of %s is %s', w.paths, c, e)) FILTER (WHERE e::jsonb <> c)
			INTO lists, events, differing, example
		FROM wanted w, synclog.query(w.topic, fields => array_to_string(w.paths, ','), formatted => false) e
			JOIN sample s ON s.event->>'_id' = e->>'_id', pg_temp.cut(s.event, w.paths) c
		WHERE w.topic = compare.topic AND s.topic = compare.topic;
		RETURN NEXT;
	END LOOP;
END $$;
\pset null '(none)'
SELECT * FROM pg_temp.compare(false);
SELECT * FROM pg_temp.compare(true);
