-- Included by the tests that compare events as they came with events as they
-- are given back.

-- JSON that came as text is compared as the JSON that it is, but stays text
CREATE FUNCTION pg_temp.comparable(event jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
	m record;
BEGIN
	FOR m IN SELECT * FROM jsonb_each(event) WHERE jsonb_typeof(value) = 'string' AND value #>> '{}' ~ '^\s*[[{]' LOOP
		BEGIN
			event := event || jsonb_build_object(m.key, jsonb_build_object('JSON as text', (m.value #>> '{}')::jsonb));
		EXCEPTION WHEN invalid_text_representation THEN
			NULL;				-- a text that only looks like it
		END;
	END LOOP;
	RETURN event;
END $$;
