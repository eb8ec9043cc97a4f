-- For tests that put a document's requests to synclog.get() and lay the answers
-- beside those that the document prints.

-- A document's request may name other ids than its answer.  At the request of a
-- line, the second is asked for where the first is printed.
CREATE TEMP TABLE substitution (line int, printed text, asked text);

-- What a document prints as answer to the request of a line: "more" names what
-- it cuts off with "...", of the answer's members, the list's events, or inside
-- of the events.
CREATE TEMP TABLE printed (line int, answer jsonb, more text[]);

-- the requests, as they were asked
CREATE TEMP TABLE request (n serial, line int, url text);

-- the document's line breaks inside of URLs, and the blanks behind them, are none
CREATE FUNCTION pg_temp.asked(at int, url text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	s record;
BEGIN
	url := regexp_replace(url, '\n *', '', 'g');
	FOR s IN SELECT * FROM substitution WHERE line = at LOOP
		url := replace(url, s.printed, s.asked);
	END LOOP;
	RETURN url;
END $$;

-- the events of an answer: those of its list, or itself
CREATE FUNCTION pg_temp.events(answer jsonb) RETURNS SETOF jsonb LANGUAGE sql AS $$
	SELECT jsonb_array_elements(CASE WHEN jsonb_typeof(answer->'result') = 'array' THEN answer->'result'
		WHEN jsonb_typeof(answer->'entries') = 'array' THEN answer->'entries'
		ELSE jsonb_build_array(answer) END)
$$;

-- Asks what the document prints at a line.  "members" are those of the answer, in
-- their order; the rest is what there is to see where it is not as printed.
CREATE FUNCTION pg_temp.ask(at int, url text, OUT status int, OUT content_type text, OUT members text, OUT events bigint,
	OUT differing text, OUT missing text, OUT unexpected text)
LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
	body text;
	answer jsonb;
	p printed;
	list bool;
BEGIN
	INSERT INTO request (line, url) VALUES (at, url);
	SELECT g.status, g.content_type, g.body INTO status, content_type, body FROM synclog.get(pg_temp.asked(at, url)) g;
	SELECT * INTO STRICT p FROM printed WHERE line = at;
	answer := body::jsonb;
	list := answer ? 'result' OR answer ? 'entries';
	SELECT CASE WHEN list THEN string_agg(k, ' ') END INTO members FROM json_object_keys(body::json) k;
	SELECT count(*) INTO events FROM pg_temp.events(answer);
	-- members other than the list itself, which differ if that is no array on one side
	SELECT string_agg(format('%s: %s instead of %s', key, a.value, b.value), E'\n' ORDER BY key) INTO differing
	FROM jsonb_each(answer) a FULL JOIN jsonb_each(p.answer) b USING (key)
	WHERE list AND a.value IS DISTINCT FROM b.value
		AND NOT (b.value IS NULL AND 'members' = ANY (p.more))
		AND NOT (key IN ('result', 'entries') AND jsonb_typeof(a.value) = 'array' AND jsonb_typeof(b.value) = 'array');
	WITH a AS (SELECT * FROM pg_temp.events(answer) event),
		b AS (SELECT * FROM pg_temp.events(p.answer) event)
	SELECT CASE WHEN 'within' = ANY (p.more)
			THEN (SELECT string_agg(event::text, E'\n') FROM b WHERE NOT EXISTS (SELECT FROM a WHERE a.event @> b.event))
			ELSE (SELECT string_agg(event::text, E'\n') FROM (TABLE b EXCEPT ALL TABLE a) m) END,
		CASE WHEN NOT 'events' = ANY (p.more)
			THEN (SELECT string_agg(event::text, E'\n') FROM (TABLE a EXCEPT ALL TABLE b) u) END
	INTO missing, unexpected;
END $$;
