\echo Use "CREATE EXTENSION synclog" to load this file. \quit

-- made here and not by the control file, so that nobody can prepare it
CREATE SCHEMA synclog;
COMMENT ON SCHEMA synclog IS 'synclog: functions, types and the topic catalog';
GRANT USAGE ON SCHEMA synclog TO PUBLIC;

------------------------------------------------------------------------------
-- filter: the queryfilter type, matches, to_sql
------------------------------------------------------------------------------

CREATE TYPE synclog.queryfilter;

CREATE FUNCTION synclog.queryfilter_in(cstring) RETURNS synclog.queryfilter
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
CREATE FUNCTION synclog.queryfilter_out(synclog.queryfilter) RETURNS cstring
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
CREATE FUNCTION synclog.queryfilter_recv(internal) RETURNS synclog.queryfilter
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
CREATE FUNCTION synclog.queryfilter_send(synclog.queryfilter) RETURNS bytea
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';

CREATE TYPE synclog.queryfilter (
	INPUT = synclog.queryfilter_in,
	OUTPUT = synclog.queryfilter_out,
	RECEIVE = synclog.queryfilter_recv,
	SEND = synclog.queryfilter_send,
	LIKE = pg_catalog.text,
	STORAGE = extended
);

COMMENT ON TYPE synclog.queryfilter IS
'a CREST query filter, validated: /situation eq "ABSENT" and ! (/status eq "SUCCESS"); comes out in the reference''s canonical form, which is read back as the same filter';
COMMENT ON FUNCTION synclog.queryfilter_in(cstring) IS
'input of queryfilter; error 22P02 with the byte where the text is wrong, 54000 over a limit (63 nested parentheses, 2 MB)';
COMMENT ON FUNCTION synclog.queryfilter_out(synclog.queryfilter) IS
'output of queryfilter: its canonical text';
COMMENT ON FUNCTION synclog.queryfilter_recv(internal) IS
'binary input of queryfilter: a version byte (1) and the text, parsed as any other';
COMMENT ON FUNCTION synclog.queryfilter_send(synclog.queryfilter) IS
'binary output of queryfilter: a version byte (1) and the canonical text';

-- a queryfilter is its canonical text, so equal filters are equal bytes
CREATE FUNCTION synclog.queryfilter_eq(synclog.queryfilter, synclog.queryfilter) RETURNS boolean
	LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF AS 'byteaeq';
CREATE FUNCTION synclog.queryfilter_ne(synclog.queryfilter, synclog.queryfilter) RETURNS boolean
	LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF AS 'byteane';
CREATE FUNCTION synclog.queryfilter_hash(synclog.queryfilter) RETURNS integer
	LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'hashvarlena';
CREATE FUNCTION synclog.queryfilter_hash_extended(synclog.queryfilter, bigint) RETURNS bigint
	LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'hashvarlenaextended';

COMMENT ON FUNCTION synclog.queryfilter_eq(synclog.queryfilter, synclog.queryfilter) IS
'whether two filters have the same canonical text';
COMMENT ON FUNCTION synclog.queryfilter_ne(synclog.queryfilter, synclog.queryfilter) IS
'whether two filters have different canonical texts';
COMMENT ON FUNCTION synclog.queryfilter_hash(synclog.queryfilter) IS
'hash of a filter''s canonical text';
COMMENT ON FUNCTION synclog.queryfilter_hash_extended(synclog.queryfilter, bigint) IS
'hash of a filter''s canonical text with a seed';

-- in pg_catalog, or f = g would need schema synclog in the search_path
CREATE OPERATOR pg_catalog.= (
	FUNCTION = synclog.queryfilter_eq,
	LEFTARG = synclog.queryfilter, RIGHTARG = synclog.queryfilter,
	COMMUTATOR = OPERATOR(pg_catalog.=), NEGATOR = OPERATOR(pg_catalog.<>),
	RESTRICT = pg_catalog.eqsel, JOIN = pg_catalog.eqjoinsel, HASHES
);
CREATE OPERATOR pg_catalog.<> (
	FUNCTION = synclog.queryfilter_ne,
	LEFTARG = synclog.queryfilter, RIGHTARG = synclog.queryfilter,
	COMMUTATOR = OPERATOR(pg_catalog.<>), NEGATOR = OPERATOR(pg_catalog.=),
	RESTRICT = pg_catalog.neqsel, JOIN = pg_catalog.neqjoinsel
);
COMMENT ON OPERATOR pg_catalog.= (synclog.queryfilter, synclog.queryfilter) IS 'equal filters';
COMMENT ON OPERATOR pg_catalog.<> (synclog.queryfilter, synclog.queryfilter) IS 'different filters';

-- DISTINCT and GROUP BY on a table of saved searches
CREATE OPERATOR CLASS synclog.queryfilter_ops
	DEFAULT FOR TYPE synclog.queryfilter USING hash AS
	OPERATOR 1 pg_catalog.=,
	FUNCTION 1 synclog.queryfilter_hash(synclog.queryfilter),
	FUNCTION 2 synclog.queryfilter_hash_extended(synclog.queryfilter, bigint);
COMMENT ON OPERATOR CLASS synclog.queryfilter_ops USING hash IS 'hashing of filters';
COMMENT ON OPERATOR FAMILY synclog.queryfilter_ops USING hash IS 'hashing of filters';

-- implicit, so that a driver's text and varchar parameters resolve
CREATE CAST (text AS synclog.queryfilter) WITH INOUT AS IMPLICIT;
CREATE CAST (varchar AS synclog.queryfilter) WITH INOUT AS IMPLICIT;
CREATE CAST (synclog.queryfilter AS text) WITHOUT FUNCTION AS ASSIGNMENT;
COMMENT ON CAST (text AS synclog.queryfilter) IS 'parses the filter';
COMMENT ON CAST (varchar AS synclog.queryfilter) IS 'parses the filter';
COMMENT ON CAST (synclog.queryfilter AS text) IS 'the filter''s canonical text';

CREATE FUNCTION synclog.filter_and(VARIADIC filters synclog.queryfilter[]) RETURNS synclog.queryfilter
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
CREATE FUNCTION synclog.filter_or(VARIADIC filters synclog.queryfilter[]) RETURNS synclog.queryfilter
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
CREATE FUNCTION synclog.filter_not(filter synclog.queryfilter) RETURNS synclog.queryfilter
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
CREATE FUNCTION synclog.filter_tree(filter synclog.queryfilter) RETURNS jsonb
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';

COMMENT ON FUNCTION synclog.filter_and(synclog.queryfilter[]) IS
'the filter that asks for all of these; NULLs are left out, none of them is true; error 54000 if it would be nested more than 63 levels deep';
COMMENT ON FUNCTION synclog.filter_or(synclog.queryfilter[]) IS
'the filter that asks for any of these; NULLs are left out, none of them is false; error 54000 if it would be nested more than 63 levels deep';
COMMENT ON FUNCTION synclog.filter_not(synclog.queryfilter) IS
'the filter that asks for the contrary; error 54000 if it would be nested more than 63 levels deep';
COMMENT ON FUNCTION synclog.filter_tree(synclog.queryfilter) IS
'the filter as a tree, in the reference''s map form: {"operator":"eq","field":"/a","value":1}, {"operator":"and","subfilters":[...]}, {"operator":"!","subfilter":...}, {"operator":"complex","field":"/a","subfilter":...} for /a[...]';

-- it tells of its argument by its result alone, so that filters with ignore_case keep their index under a policy
CREATE FUNCTION synclog.fold(value text) RETURNS text
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF AS 'MODULE_PATHNAME', 'fold_text';
CREATE FUNCTION synclog.fold(value jsonb) RETURNS jsonb
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'fold_jsonb';
CREATE FUNCTION synclog.iso8601(instant timestamptz) RETURNS text
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';

COMMENT ON FUNCTION synclog.fold(text) IS
'the text with its case folded as the reference does: each character of the Basic Multilingual Plane by its simple upper-case and then lower-case mapping, whatever the locale, and of texts above 512 MB those of ASCII alone; an index on it serves filters with ignore_case, also under row-level security';
COMMENT ON FUNCTION synclog.fold(jsonb) IS
'the value with the case of its strings folded, never that of its keys';
COMMENT ON FUNCTION synclog.iso8601(timestamptz) IS
'the instant as events have it: ISO 8601 in UTC with milliseconds, finer digits only where there are any';

CREATE FUNCTION synclog.matches_support(internal) RETURNS internal
	LANGUAGE c STRICT AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION synclog.matches_support(internal) IS
'planner support of matches: a constant filter is planned as the SQL that it means';

-- not STRICT: a NULL row is a row whose fields are all missing.  The cost keeps
-- a prepared statement with a filter for a parameter from turning generic.
CREATE FUNCTION synclog.matches(row_value record, filter synclog.queryfilter, ignore_case boolean DEFAULT false) RETURNS boolean
	LANGUAGE c STABLE PARALLEL SAFE COST 100 SUPPORT synclog.matches_support
	AS 'MODULE_PATHNAME', 'matches_record';
CREATE FUNCTION synclog.matches(document jsonb, filter synclog.queryfilter, ignore_case boolean DEFAULT false) RETURNS boolean
	LANGUAGE c STABLE PARALLEL SAFE COST 100 SUPPORT synclog.matches_support
	AS 'MODULE_PATHNAME', 'matches_document';
CREATE FUNCTION synclog.matches(document json, filter synclog.queryfilter, ignore_case boolean DEFAULT false) RETURNS boolean
	LANGUAGE c STABLE PARALLEL SAFE COST 100 SUPPORT synclog.matches_support
	AS 'MODULE_PATHNAME', 'matches_document';
CREATE FUNCTION synclog.matches(document text, filter synclog.queryfilter, ignore_case boolean DEFAULT false) RETURNS boolean
	LANGUAGE c STABLE PARALLEL SAFE COST 100 SUPPORT synclog.matches_support
	AS 'MODULE_PATHNAME', 'matches_document';

COMMENT ON FUNCTION synclog.matches(record, synclog.queryfilter, boolean) IS
'whether a row satisfies the filter: true or false, NULL only for a NULL filter or ignore_case; /sourceObjectId is column source_object_id, /_id is column id, any other member is sought in column extra; the names that documents of other products have for _id and "timestamp" mean these, see synclog.store(text, text), but /id of a run of a synchronization is column number; errors: 42703 for a field that the row cannot have, 42883 for an unknown operator, 22007 for a literal that is no timestamp, 22P02 for one that is no value of the column or no list; the meaning is the reference''s in-memory one, with exact strings unless ignore_case';
COMMENT ON FUNCTION synclog.matches(jsonb, synclog.queryfilter, boolean) IS
'whether a JSON event satisfies the filter; see matches(record, queryfilter, boolean)';
COMMENT ON FUNCTION synclog.matches(json, synclog.queryfilter, boolean) IS
'whether a JSON event satisfies the filter; see matches(record, queryfilter, boolean); error where the value is no jsonb';
COMMENT ON FUNCTION synclog.matches(text, synclog.queryfilter, boolean) IS
'whether a JSON event, as text, satisfies the filter; see matches(record, queryfilter, boolean); error where the text is no jsonb';

CREATE FUNCTION synclog.to_sql(filter synclog.queryfilter, relation regclass, alias text DEFAULT NULL, ignore_case boolean DEFAULT false) RETURNS text
	LANGUAGE c STABLE PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION synclog.to_sql(synclog.queryfilter, regclass, text, boolean) IS
'the filter as the text of a SQL condition on the relation, its columns qualified by alias if that is given; the text means the same under any settings but standard_conforming_strings = off (and, for co, sw and ew on columns whose text form follows settings, such as interval and bytea, those), and stands in a WHERE, where NULL does as false; NULL if an argument other than alias is; errors as for matches';

CREATE FUNCTION synclog.filter_fields(relation regclass, OUT field text, OUT type text, OUT resolves_to text) RETURNS SETOF record
	LANGUAGE c STABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION synclog.filter_fields(regclass) IS
'the fields that a filter can use on a table or view, in column order: the pointer, the column''s type, and the column; one that ends with /... stands for every path inside a column that holds JSON, a list or a row, and "/..." alone for all other members, sought in column extra, without which they are errors (42703); before that the names that documents of other products have for columns; no rows if the relation is NULL, error 42P01 if it does not exist and 42809 if it has no rows';

------------------------------------------------------------------------------
-- topic: the catalog of topics and their tables
------------------------------------------------------------------------------

CREATE TABLE synclog.topic (
	name text COLLATE "C" PRIMARY KEY CHECK (name <> ''),
	relation regclass NOT NULL UNIQUE,
	version text,
	retention interval
);
COMMENT ON TABLE synclog.topic IS
'The topics: which table each log is. synclog.create_topics() and synclog.add_topic() write it; registering needs INSERT on it, which the extension''s owner grants.';
COMMENT ON COLUMN synclog.topic.name IS 'the topic, as in synclog.store(topic, event)';
COMMENT ON COLUMN synclog.topic.relation IS 'the table that holds its events';
COMMENT ON COLUMN synclog.topic.version IS 'the version of synclog that laid the table out; NULL for a table of the user''s own';
COMMENT ON COLUMN synclog.topic.retention IS 'how long events are kept; NULL: for ever';
GRANT SELECT ON synclog.topic TO PUBLIC;
SELECT pg_catalog.pg_extension_config_dump('synclog.topic', '');

CREATE FUNCTION synclog.topic_table(topic text) RETURNS regclass
	LANGUAGE c STABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION synclog.topic_table(text) IS
'the table of a topic, for functions that ask it in SQL; errors 42704 for an unknown topic and 42P01 if its table is gone; NULL for NULL';

CREATE FUNCTION synclog.topic_rows(topic text, columns text[]) RETURNS text
	LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	relation CONSTANT regclass := synclog.topic_table(topic);
BEGIN
	RETURN (SELECT format('(SELECT %s FROM %s)', string_agg(CASE
				WHEN a.attname IS NULL THEN format('NULL::%s AS %I', w.type, w.name)
				WHEN a.atttypid = to_regtype(w.type) THEN quote_ident(w.name)
				WHEN w.type = 'jsonb' THEN format('to_jsonb(%1$I) AS %1$I', w.name)
				ELSE format('%1$I::%2$s AS %1$I', w.name, w.type)
			END, ', ' ORDER BY w.i), relation)
		FROM (SELECT split_part(c, ':', 1), coalesce(nullif(split_part(c, ':', 2), ''), 'text'), i
				FROM unnest(ARRAY['id', 'timestamp:timestamptz'] || columns) WITH ORDINALITY u(c, i)) w(name, type, i)
			LEFT JOIN pg_attribute a ON a.attrelid = relation AND a.attname = w.name AND NOT a.attisdropped);
END $$;
COMMENT ON FUNCTION synclog.topic_rows(text, text[]) IS
'The text of a subquery that gives the rows of a topic with columns id, "timestamp" and those named, as name or name:type, NULL where the topic''s table lacks one. Errors as those of synclog.topic_table(). Functions that ask several topics, or one that may be a table of the user''s own, build their queries on it.';

CREATE FUNCTION synclog.make_month(relation regclass, instant timestamptz) RETURNS void
	AS 'MODULE_PATHNAME', 'synclog_make_month' LANGUAGE C VOLATILE STRICT;
COMMENT ON FUNCTION synclog.make_month(regclass, timestamptz) IS
'Makes the partition that an event of the instant needs, if the table is partitioned by ranges of one timestamptz and has none: the month in UTC, as far as no other partition reaches into it. Error 42501 unless the caller has the privileges of the table''s owner. Storing events does the same by itself, for everybody who may store.';

CREATE FUNCTION synclog.topic_facts(relation regclass, OUT events bigint, OUT size bigint,
		OUT oldest timestamptz, OUT newest timestamptz)
	LANGUAGE plpgsql STABLE STRICT SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	small boolean;
	readable boolean;
BEGIN
	SELECT sum(pg_total_relation_size(c.oid)), sum(c.reltuples) FILTER (WHERE c.reltuples >= 0)
		INTO size, events
		FROM pg_class c
		WHERE c.oid = relation AND c.relkind <> 'p' OR
			c.oid IN (SELECT p.relid FROM pg_partition_tree(relation) p WHERE p.isleaf);
	small := size < 32 * 1024 * 1024;
	-- these speak of what others see
	IF row_security_active(relation) THEN
		size := NULL;
		events := NULL;
	END IF;
	SELECT has_table_privilege(c.oid, 'SELECT') AND has_schema_privilege(c.relnamespace, 'USAGE')
		INTO readable FROM pg_class c WHERE c.oid = relation;
	IF readable THEN
		EXECUTE format('SELECT min("timestamp"), max("timestamp") FROM %s', relation)
			INTO oldest, newest;
		-- counting a small table is cheap, and its statistics are often missing
		IF small THEN
			EXECUTE format('SELECT count(*) FROM %s', relation) INTO events;
		END IF;
	END IF;
END $$;
COMMENT ON FUNCTION synclog.topic_facts(regclass) IS
'What view synclog.topics says of a topic''s table: events (counted below 32 MB, PostgreSQL''s estimate above and where the caller may not read), size in bytes with indexes, and the oldest and the newest event''s time, NULL where the caller may not read. Where row-level security binds the caller, events is NULL above 32 MB and size is NULL.';

CREATE VIEW synclog.topics WITH (security_invoker = true) AS
	SELECT t.name, t.relation, t.version, f.events, f.size, f.oldest, f.newest, t.retention
	FROM synclog.topic t CROSS JOIN LATERAL synclog.topic_facts(t.relation) f;
COMMENT ON VIEW synclog.topics IS
'The topics with what is in their tables: events (an estimate for large tables), size in bytes, oldest and newest; see synclog.topic_facts().';
GRANT SELECT ON synclog.topics TO PUBLIC;

CREATE FUNCTION synclog.create_json_view(topic text, relation regclass) RETURNS void
	LANGUAGE plpgsql VOLATILE STRICT SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	view text := (SELECT format('%I.%I', n.nspname, topic || '_json')
		FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = relation);
BEGIN
	EXECUTE format('CREATE OR REPLACE VIEW %s WITH (security_invoker = true) AS
		SELECT synclog.event(t.*, false)::text AS event FROM %s t', view, relation);
	EXECUTE format('CREATE OR REPLACE TRIGGER json_insert INSTEAD OF INSERT ON %s
		FOR EACH ROW EXECUTE FUNCTION synclog.json_insert(%L)', view, topic);
	EXECUTE format('COMMENT ON VIEW %s IS %L', view, format(
		'The events of topic %s as JSON. INSERT and COPY store events; JSON Lines need WITH (FORMAT csv, QUOTE E''\x01'', DELIMITER E''\x02'').', topic));
	EXECUTE format('COMMENT ON COLUMN %s.event IS %L', view, 'the event, one JSON object');
	EXECUTE format('COMMENT ON TRIGGER json_insert ON %s IS %L', view, 'stores the row as synclog.store() does');
END $$;
COMMENT ON FUNCTION synclog.create_json_view(text, regclass) IS
'Makes view <topic>_json beside a topic''s table: one column event, with an INSTEAD OF INSERT trigger that stores events. synclog.create_topics() and synclog.add_topic() call it.';

CREATE FUNCTION synclog.register_topic(name text, relation regclass, version text) RETURNS void
	LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	known synclog.topic;
BEGIN
	PERFORM synclog.lock_tenants();
	SELECT * INTO known FROM synclog.topic t WHERE t.name = register_topic.name;
	IF NOT FOUND THEN
		IF EXISTS (SELECT FROM synclog.topic t WHERE t.relation = register_topic.relation) THEN
			RAISE EXCEPTION USING ERRCODE = 'duplicate_object',
				MESSAGE = format('table %s is a topic already', relation);
		END IF;
		INSERT INTO synclog.topic (name, relation, version) VALUES (name, relation, version);
	ELSIF known.relation <> relation AND EXISTS (SELECT FROM pg_class c WHERE c.oid = known.relation) THEN
		RAISE EXCEPTION USING ERRCODE = 'duplicate_object',
			MESSAGE = format('topic "%s" exists already', name),
			DETAIL = format('Its table is %s.', known.relation);
	ELSIF known.relation <> relation OR known.version IS DISTINCT FROM version THEN
		UPDATE synclog.topic t SET relation = register_topic.relation, version = register_topic.version
			WHERE t.name = register_topic.name;
	END IF;
END $$;
COMMENT ON FUNCTION synclog.register_topic(text, regclass, text) IS
'Enters a topic into synclog.topic, or its new table if the old one is gone. Errors: 42710 if the name or the table is taken; 42501 without INSERT (UPDATE for a change) on synclog.topic. synclog.create_topics() and synclog.add_topic() call it.';

CREATE FUNCTION synclog.add_topic(name text, relation regclass) RETURNS void
	LANGUAGE plpgsql VOLATILE STRICT SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	schema regnamespace := (SELECT c.relnamespace FROM pg_class c WHERE c.oid = relation);
BEGIN
	IF name !~ '^[A-Za-z][A-Za-z0-9_-]*$' OR octet_length(name) > 58 THEN
		RAISE EXCEPTION USING ERRCODE = 'invalid_name',
			MESSAGE = format('"%s" cannot be the name of a topic', name),
			HINT = 'A name starts with a letter and has up to 58 letters, digits, "_" and "-".';
	END IF;
	IF NOT EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = relation
			AND a.attname = 'id' AND a.atttypid = 'text'::regtype AND NOT a.attisdropped) OR
		NOT EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = relation
			AND a.attname = 'timestamp' AND a.atttypid = 'timestamptz'::regtype AND NOT a.attisdropped) OR
		NOT EXISTS (SELECT FROM pg_class c WHERE c.oid = relation AND c.relkind IN ('r', 'p', 'f')) THEN
		RAISE EXCEPTION USING ERRCODE = 'wrong_object_type',
			MESSAGE = format('%s cannot hold events', relation),
			HINT = 'A topic''s table has a column id of type text and a column "timestamp" of type timestamp with time zone.';
	END IF;
	IF NOT (SELECT pg_has_role(c.relowner, 'USAGE') FROM pg_class c WHERE c.oid = relation) THEN
		RAISE EXCEPTION USING ERRCODE = 'insufficient_privilege',
			MESSAGE = format('table %s belongs to another role', relation),
			HINT = 'SET ROLE to the owner, in whose name months will be made.';
	END IF;
	PERFORM synclog.register_topic(name, relation, NULL);
	IF has_schema_privilege(schema, 'CREATE') THEN
		PERFORM synclog.create_json_view(name, relation);
	ELSE
		RAISE NOTICE USING MESSAGE = format('view %I.%I is not made', schema::text, name || '_json'),
			DETAIL = 'You may not create objects in the schema of the table.';
	END IF;
	IF synclog.tenants_enabled() THEN
		PERFORM synclog.apply_tenants(ARRAY[relation]);
	END IF;
END $$;
COMMENT ON FUNCTION synclog.add_topic(text, regclass) IS
'Registers a table of the caller''s choice as a topic and makes its view <topic>_json. The table follows the naming rule: _id is column id, a camelCase member is the snake_case column; it has columns id text and "timestamp" timestamptz, the others are up to its owner, extra jsonb among them for members without a column. Errors: 42602 for a bad name, 42809 for a table that cannot hold events, 42710 if the name or the table is taken, 42501 if the table belongs to another role or without INSERT on synclog.topic.';

CREATE FUNCTION synclog.request_object() RETURNS text
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
	RETURN 'left(regexp_replace(http #>> ''{request,path}'', ''^.*?/openidm/'', ''''), 600) COLLATE "C"';
COMMENT ON FUNCTION synclog.request_object() IS
'The text of the expression that gives what a request is about, managed/user/x of http://localhost:8080/openidm/managed/user/x, or its whole path where that is of another kind; its first 600 characters, as the index has them. synclog.built_in_topics(), create_events_view(), failed_rows(), topics_sql() and history_sql() call it.';

CREATE FUNCTION synclog.sync_run_line_derived() RETURNS text[]
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	-- searching for words is ten times faster than regular expressions, and there are a million lines
	SELECT array_agg(format('%s:text COLLATE "C" GENERATED ALWAYS AS (%s) STORED', d.name,
		replace(replace(d.expression, '{kind}', $kind$
			CASE split_part(message, ' ', 2)
				WHEN 'user' THEN CASE WHEN split_part(message, ' ', 1) IN ('created', 'updated', 'deleted', 'deactivated')
					AND {line} LIKE '% user _% (email=%' AND split_part({line}, ' (email=', -1) LIKE '%) (dn=%)' THEN 'user' END
				WHEN 'group' THEN CASE
					WHEN split_part(message, ' ', 1) IN ('created', 'removed', 'deleted')
						AND {line} LIKE '% group membership of user _% for group _%' THEN 'membership'
					WHEN split_part(message, ' ', 1) IN ('created', 'updated', 'deleted')
						AND {line} LIKE '% group _%' THEN 'group' END
				WHEN 'capability' THEN CASE WHEN split_part(message, ' ', 1) || split_part(message, ' ', 4) IN ('addedto', 'removedfrom')
					AND split_part(message, ' ', 5) IN ('user', 'group') AND split_part({line}, ' ', 6) <> '' THEN 'capability' END
			END$kind$), '{line}', 'rtrim(message, chr(13))')) ORDER BY d.place)
	FROM (VALUES
		(1, 'object_kind', '{kind}'),
		(2, 'name', $name$CASE {kind}
			WHEN 'user' THEN substr(left({line}, -(length(split_part({line}, ' (email=', -1)) + 8)), strpos(message, ' user ') + 6)
			WHEN 'group' THEN substr({line}, strpos(message, ' group ') + 7) END$name$),
		(3, 'mail', $mail$CASE {kind}
			WHEN 'user' THEN nullif(split_part(split_part(message, ' (email=', -1), ') (dn=', 1), 'null') END$mail$),
		(4, 'dn', $dn$CASE {kind}
			WHEN 'user' THEN nullif(left(substr(split_part({line}, ' (email=', -1), strpos(split_part(message, ' (email=', -1), ') (dn=') + 6), -1), 'null')
			WHEN 'membership' THEN split_part(substr(message, strpos(message, ' user ') + 6), ' for group ', 1)
			WHEN 'capability' THEN CASE split_part(message, ' ', 5) WHEN 'user' THEN substr({line}, strpos(message, ' user ') + 6) END END$dn$),
		(5, 'group_name', $group$CASE {kind}
			WHEN 'group' THEN substr({line}, strpos(message, ' group ') + 7)
			WHEN 'membership' THEN substr({line}, strpos(message, ' for group ') + 11)
			WHEN 'capability' THEN CASE split_part(message, ' ', 5) WHEN 'group' THEN substr({line}, strpos(message, ' group ') + 7) END END$group$),
		(6, 'capability', $capability$CASE {kind} WHEN 'capability' THEN split_part(message, ' ', 3) END$capability$)
	) d(place, name, expression);
END;
COMMENT ON FUNCTION synclog.sync_run_line_derived() IS
'The columns of topic sync_run_line that are derived from the message, as synclog.built_in_topics(), which calls it, has columns: object_kind (user, group, membership, capability), name of a user or group, mail and dn of a user, group_name and capability wherever a message names one; NULL where it does not, for "null", and for messages that are not known. The messages are those of Alfresco Process Services: created, updated, deleted, deactivated user NAME (email=MAIL) (dn=DN); created, updated, deleted group NAME; created, removed, deleted group membership of user DN for group NAME; added capability NAME to and removed capability NAME from user DN or group NAME; of these its documentation shows those with created and added. Names may hold blanks, colons and parentheses.';

CREATE FUNCTION synclog.either(a text, b text) RETURNS text
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
	RETURN format('CASE WHEN %1$s IS NOT NULL THEN %1$s ELSE %2$s END', a, b);
COMMENT ON FUNCTION synclog.either(text, text) IS
'The text of the expression that is coalesce(a, b), in a form that row-level security does not take for leaky, so that an index on it serves who is bound by a policy too. synclog.built_in_topics() and create_events_view() call it.';

CREATE FUNCTION synclog.built_in_topics(OUT topic text, OUT about text, OUT columns text[], OUT indexes text[])
	RETURNS SETOF record LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	-- a column without a type is text
	SELECT t.topic, t.about,
		string_to_array('transaction_id event_name user_id tracking_ids:jsonb ' || t.columns, ' '),
		ARRAY['hash (id)', 'btree (transaction_id)'] || t.indexes
	FROM (VALUES
		('recon', 'Reconciliations: a start, an entry for each object, a summary',
			'action exception link_qualifier mapping message message_detail:jsonb situation source_object_id status target_object_id reconciling ambiguous_target_object_ids recon_action entry_type recon_id root_action_id action_id',
			ARRAY['btree (recon_id, "timestamp")', 'hash (source_object_id)', 'hash (target_object_id)',
				'btree ("timestamp") WHERE entry_type IN (''start'', ''summary'')',
				'btree (recon_id) WHERE entry_type IN (''start'', ''summary'')',
				'btree (user_id)', format('hash ((%s))', synclog.either('source_object_id', 'target_object_id')),
				'hash (root_action_id) WHERE root_action_id IS NOT NULL', 'hash (action_id) WHERE action_id IS NOT NULL']),
		('sync', 'Synchronizations of single objects',
			'action exception link_qualifier mapping message message_detail:jsonb situation source_object_id status target_object_id root_action_id action_id',
			ARRAY['hash (source_object_id)', 'hash (target_object_id)',
				'btree (user_id)', format('hash ((%s))', synclog.either('source_object_id', 'target_object_id')),
				'hash (root_action_id) WHERE root_action_id IS NOT NULL', 'hash (action_id) WHERE action_id IS NOT NULL']),
		('activity', 'Changes of objects, with what was before and after',
			'run_as object_id operation before:jsonb after:jsonb changed_fields:jsonb revision message status password_changed:boolean provider context action activity_id parent_action_id root_action_id requester rev',
			ARRAY['hash (object_id)', 'hash (split_part(object_id, ''/'', -1))',
				'hash (coalesce(after ->> ''userName'', before ->> ''userName''))', format('btree ((%s))', synclog.either('user_id', 'requester')),
				'hash (root_action_id) WHERE root_action_id IS NOT NULL', 'hash (parent_action_id) WHERE parent_action_id IS NOT NULL',
				'hash (activity_id) WHERE activity_id IS NOT NULL']),
		('config', 'Changes of the configuration',
			'run_as object_id operation before:jsonb after:jsonb changed_fields:jsonb revision',
			ARRAY['hash (object_id)', 'btree (user_id)']),
		('authentication', 'Logins',
			'principal:jsonb context:jsonb entries:jsonb result provider method',
			ARRAY['gin (principal jsonb_path_ops)', 'btree (user_id)', 'btree ((left(principal ->> 0, 600) COLLATE "C"))']),
		('access', 'Requests',
			'server:jsonb client:jsonb request:jsonb http:jsonb response:jsonb roles:jsonb action ip principal status',
			ARRAY[format('btree ((%s))', synclog.either('user_id', 'principal')), format('btree ((%s))', synclog.request_object()),
				'hash (principal) WHERE principal IS NOT NULL'])
	) t(topic, about, columns, indexes)
	UNION ALL
	-- what other products log; generated columns are derived and no members
	SELECT t.topic, t.about, string_to_array(t.columns, ' ') || t.generated, ARRAY['hash (id)'] || t.indexes
	FROM (VALUES
		('sync_run', 'Runs of a synchronization with directories, of Alfresco Process Services',
			'type status',
			ARRAY['number:bigint GENERATED ALWAYS AS (CASE WHEN id ~ ''^(0|[1-9][0-9]{0,17})$'' THEN CAST(id AS bigint) END) STORED'],
			ARRAY['btree (tenant_id, number)']),
		('sync_run_line', 'The log files of such runs, line by line',
			'run ordinal:integer action message',
			synclog.sync_run_line_derived(),
			ARRAY['btree (run, ordinal)', 'hash (dn) WHERE dn IS NOT NULL']),
		('directory_sync', 'Provisioning of users, of Code42',
			'provider_name username action field old_value new_value',
			'{}',
			ARRAY['btree (username)']),
		('provisioning_task', 'Tasks that provision accounts to applications, of ParaView IAM',
			'task_id application object_type action source source_no:integer status parameters:jsonb request:jsonb response:jsonb operation_log:jsonb permission_bindings:jsonb permission_unbindings:jsonb confirmed_by note retry_of retried_by',
			'{}',
			ARRAY['btree (task_id, "timestamp")', 'hash (retry_of) WHERE retry_of IS NOT NULL'])
	) t(topic, about, columns, generated, indexes);
END;
COMMENT ON FUNCTION synclog.built_in_topics() IS
'The built-in topics as synclog.create_topics() makes them: the columns of every event and those of the topic, in order, as name or name:type, and the indexes. The columns are the members of all dialects of the servers'' events, and what is derived from them: those whose type says GENERATED.';

CREATE FUNCTION synclog.create_topic(schema name, topic text, columns text[]) RETURNS regclass
	LANGUAGE plpgsql VOLATILE STRICT SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	relation text := format('%I.%I', schema, topic);
	partition text;
	bounds text;
BEGIN
	EXECUTE format('CREATE TABLE %s (id text COLLATE "C" NOT NULL, "timestamp" timestamptz NOT NULL, %s,
			tenant_id text COLLATE "C" NOT NULL DEFAULT '''', extra jsonb, form bigint, raw json)
		PARTITION BY RANGE ("timestamp")', relation,
		(SELECT string_agg(format('%I %s', split_part(c, ':', 1),
				coalesce(substring(c FROM ':(.*)'), 'text COLLATE "C"')), ', ' ORDER BY i)
			FROM unnest(columns) WITH ORDINALITY AS u(c, i)));
	-- what has an absurd date has a place, and no partition is a default one
	FOR partition, bounds IN VALUES
		(format('%I.%I', schema, topic || '_before_2000'), 'FROM (MINVALUE) TO (''2000-01-01T00:00:00Z'')'),
		(format('%I.%I', schema, topic || '_from_2100'), 'FROM (''2100-01-01T00:00:00Z'') TO (MAXVALUE)')
	LOOP
		EXECUTE format('CREATE TABLE %s PARTITION OF %s FOR VALUES %s', partition, relation, bounds);
		EXECUTE format('CREATE UNIQUE INDEX ON %s ("timestamp", id, tenant_id)', partition);
	END LOOP;
	RETURN relation::regclass;
END $$;
COMMENT ON FUNCTION synclog.create_topic(name, text, text[]) IS
'Makes the table of a built-in topic with its two outer partitions. synclog.create_topics() calls it.';

CREATE FUNCTION synclog.add_missing_columns(relation regclass, columns text[]) RETURNS void
	LANGUAGE plpgsql VOLATILE STRICT SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	column_name text;
	column_type text;
	added text[] := '{}';
	members text[] := '{}';
BEGIN
	FOR column_name, column_type IN
		SELECT split_part(c, ':', 1), coalesce(substring(c FROM ':(.*)'), 'text COLLATE "C"')
			FROM unnest(columns) WITH ORDINALITY AS u(c, i) ORDER BY i
	LOOP
		CONTINUE WHEN EXISTS (SELECT FROM pg_attribute a
			WHERE a.attrelid = relation AND a.attname = column_name AND NOT a.attisdropped);
		EXECUTE format('ALTER TABLE %s ADD COLUMN %I %s', relation, column_name, column_type);
		CONTINUE WHEN column_type LIKE '% GENERATED %';
		added := added || quote_ident(column_name);
		members := members || (SELECT string_agg(CASE i WHEN 1 THEN part ELSE initcap(part) END, '' ORDER BY i)
			FROM unnest(string_to_array(column_name, '_')) WITH ORDINALITY AS u(part, i));
	END LOOP;
	-- until now these members were in extra
	IF added <> '{}' THEN
		EXECUTE format('UPDATE %1$s t SET (%2$s, extra, form, raw) = (SELECT %2$s, extra, form, raw
				FROM synclog.event_row(NULL::%1$s, synclog.event(t, false)::text))
			WHERE t.extra ?| $1', relation, array_to_string(added, ', '))
			USING members;
	END IF;
END $$;
COMMENT ON FUNCTION synclog.add_missing_columns(regclass, text[]) IS
'Adds the columns that a built-in topic''s table does not have yet, and moves the values of their members there from column extra. Columns are as in synclog.built_in_topics(). Nothing else of the table is rewritten, but all of it where a generated column is added. synclog.create_topics() calls it.';

CREATE FUNCTION synclog.create_events_view(schema name) RETURNS void
	LANGUAGE plpgsql VOLATILE STRICT SET search_path = pg_catalog, pg_temp AS $$
BEGIN
	-- no arm has conditions of its own, which would keep it from being read in the order of time
	EXECUTE format('CREATE OR REPLACE VIEW %I.events WITH (security_invoker = true) AS %s', schema, (
		SELECT string_agg(format('SELECT %L::text COLLATE "C" AS topic, t."timestamp", t.id, %s AS transaction_id,
				%s AS user_id, %s AS object, %s AS outcome FROM %I.%I t', a.topic, a.transaction_id, a.user_id,
				a.object, a.outcome, schema, a.topic), ' UNION ALL ')
		FROM (VALUES
			('recon', 'coalesce(t.transaction_id, t.root_action_id)', 't.user_id',
				synclog.either('t.source_object_id', 't.target_object_id'), 't.status'),
			('sync', 'coalesce(t.transaction_id, t.root_action_id)', 't.user_id',
				synclog.either('t.source_object_id', 't.target_object_id'), 't.status'),
			('activity', 'coalesce(t.transaction_id, t.root_action_id)', synclog.either('t.user_id', 't.requester'),
				't.object_id', 't.status'),
			('config', 't.transaction_id', 't.user_id', 't.object_id', 'NULL::text COLLATE "C"'),
			('authentication', 't.transaction_id', 't.user_id', 'left(t.principal ->> 0, 600) COLLATE "C"', 't.result'),
			('access', 't.transaction_id', synclog.either('t.user_id', 't.principal'),
				synclog.request_object(),
				'coalesce((t.response ->> ''status'') COLLATE "C", t.status)')
		) a(topic, transaction_id, user_id, object, outcome)));
	EXECUTE format('COMMENT ON VIEW %I.events IS %L', schema,
		'The events of all topics of IDM servers, in the columns that all of them have.');
	EXECUTE (SELECT string_agg(format('COMMENT ON COLUMN %I.events.%I IS %L', schema, c.name, c.about), ';')
		FROM (VALUES
			('topic', 'the topic, whose table is the one of the same name'),
			('timestamp', 'when it happened'),
			('id', 'the event''s _id'),
			('transaction_id', 'the transaction; in events of 2.x the root action; no index serves it here, but synclog.transaction_history() has its own'),
			('user_id', 'who caused it; in events of 2.x the requester of a change, the principal of a request'),
			('object', 'what it is about: the id of the source or else of the target (recon, sync), or of the object (activity, config), the first principal (authentication), the path of the request behind /openidm/ (access); of these two the first 600 characters'),
			('outcome', 'SUCCESS, FAILURE (recon, sync, activity, access of 2.x), SUCCESSFUL, FAILED (authentication, access)')
		) c(name, about));
END $$;
COMMENT ON FUNCTION synclog.create_events_view(name) IS
'Makes view events, all topics of IDM servers in their common columns, in the schema of their tables. synclog.create_topics() calls it.';

CREATE FUNCTION synclog.create_run_sequence(schema name) RETURNS void
	LANGUAGE plpgsql VOLATILE STRICT SET search_path = pg_catalog, pg_temp AS $$
BEGIN
	IF pg_get_serial_sequence(format('%I.sync_run', schema), 'id') IS NULL THEN
		EXECUTE format('CREATE SEQUENCE %1$I.sync_run_id_seq AS bigint MAXVALUE 999999999999999999 OWNED BY %1$I.sync_run.id', schema);
		EXECUTE format('COMMENT ON SEQUENCE %I.sync_run_id_seq IS %L', schema, 'The numbers of runs that synclog.sync_run_load() stores.');
	END IF;
END $$;
COMMENT ON FUNCTION synclog.create_run_sequence(name) IS
'Makes the sequence of the numbers of runs, which belongs to table sync_run of the schema. synclog.create_topics() calls it.';

CREATE FUNCTION synclog.create_topics(schema name DEFAULT 'audit') RETURNS void
	LANGUAGE plpgsql VOLATILE STRICT SET search_path = pg_catalog, pg_temp SET client_min_messages = warning AS $$
DECLARE
	me CONSTANT oid := (SELECT r.oid FROM pg_roles r WHERE r.rolname = current_user);
	release CONSTANT text := (SELECT e.extversion FROM pg_extension e WHERE e.extname = 'synclog');
	this_month CONSTANT timestamp := date_trunc('month', now() AT TIME ZONE 'UTC');
	built_in record;
	index text;
	relation regclass;
	foreign_name text;
BEGIN
	IF to_regnamespace(quote_ident(schema)) IS NULL THEN
		EXECUTE format('CREATE SCHEMA %I', schema);
		EXECUTE format('COMMENT ON SCHEMA %I IS %L', schema, 'Logs of identity management, one table a topic; see synclog.topics.');
	END IF;

	-- what somebody else has prepared may do what its owner likes
	SELECT format('schema %I', n.nspname) INTO foreign_name FROM pg_namespace n
		WHERE n.nspname = schema AND n.nspowner <> me;
	IF foreign_name IS NULL THEN
		SELECT format('table %I.%I', n.nspname, c.relname) INTO foreign_name
			FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
			WHERE n.nspname = schema AND c.relowner <> me AND (c.relname IN ('rejected', 'events', 'provisioning_tasks', 'sync_run_id_seq') OR EXISTS (
				SELECT FROM synclog.built_in_topics() b WHERE c.relname IN (b.topic, b.topic || '_json')));
	END IF;
	IF foreign_name IS NOT NULL THEN
		RAISE EXCEPTION USING ERRCODE = 'insufficient_privilege',
			MESSAGE = format('%s belongs to another role', foreign_name),
			HINT = 'Choose another schema, or SET ROLE to the owner.';
	END IF;

	EXECUTE format('CREATE TABLE IF NOT EXISTS %I.rejected (topic text COLLATE "C" NOT NULL,
		received_at timestamptz NOT NULL DEFAULT now(), reason text NOT NULL, event text)', schema);
	EXECUTE format('COMMENT ON TABLE %I.rejected IS %L', schema, 'What synclog.load() could not store, with the reason; event is NULL where it may hold credentials.');

	FOR built_in IN SELECT * FROM synclog.built_in_topics() LOOP
		relation := to_regclass(format('%I.%I', schema, built_in.topic));
		IF relation IS NULL THEN
			relation := synclog.create_topic(schema, built_in.topic, built_in.columns);
			FOR i IN 0..3 LOOP
				PERFORM synclog.make_month(relation, (this_month + i * interval '1 month') AT TIME ZONE 'UTC');
			END LOOP;
		ELSIF NOT EXISTS (SELECT FROM pg_class c WHERE c.oid = relation AND c.relkind = 'p') THEN
			RAISE EXCEPTION USING ERRCODE = 'wrong_object_type',
				MESSAGE = format('%s is no partitioned table', relation),
				HINT = 'Choose another schema, or rename it.';
		ELSE
			PERFORM synclog.add_missing_columns(relation, built_in.columns);
			FOR i IN 0..3 LOOP
				PERFORM synclog.make_month(relation, (this_month + i * interval '1 month') AT TIME ZONE 'UTC');
			END LOOP;
		END IF;
		FOREACH index IN ARRAY built_in.indexes LOOP
			EXECUTE format('CREATE INDEX IF NOT EXISTS %I ON %s USING %s',
				rtrim(regexp_replace(format('%s %s', built_in.topic, substring(index FROM '\((.*)')), '[^a-z_0-9]+', '_', 'g'), '_') || '_idx',
				relation, index);
		END LOOP;
		EXECUTE format('COMMENT ON TABLE %s IS %L', relation, built_in.about || '; a topic of synclog.');
		EXECUTE format('COMMENT ON COLUMN %s.tenant_id IS %L', relation, 'whose event it is; no part of the event');
		EXECUTE format('COMMENT ON COLUMN %s.extra IS %L', relation, 'members of the event that have no column');
		EXECUTE format('COMMENT ON COLUMN %s.form IS %L', relation, 'two bits a column, 2 * (attnum - 1) and the next: the member was null; the JSON value came as text');
		EXECUTE format('COMMENT ON COLUMN %s.raw IS %L', relation, 'the event as it came, where the columns cannot give it back exactly');
		PERFORM synclog.create_json_view(built_in.topic, relation);
		PERFORM synclog.register_topic(built_in.topic, relation, release);
	END LOOP;
	PERFORM synclog.create_events_view(schema);
	PERFORM synclog.create_tasks_view(schema);
	PERFORM synclog.create_run_sequence(schema);
	PERFORM synclog.add_rejected_tenant(format('%I.rejected', schema)::regclass);
	IF synclog.tenants_enabled() THEN
		PERFORM synclog.apply_tenants(ARRAY(SELECT to_regclass(format('%I.%I', schema, b.topic)) FROM synclog.built_in_topics() b));
	END IF;
END $$;
COMMENT ON FUNCTION synclog.create_topics(name) IS
'Creates the tables of the built-in topics (synclog.built_in_topics()), their _json views, view events over those of IDM servers, view provisioning_tasks and table rejected in a schema, which is made if absent, and registers the topics. The tables are ordinary ones of the caller''s, partitioned by month, with the current and the next three months; other months are made when events need them. Called again it brings what is there to the installed version: missing columns, indexes, views. Errors: 42501 if the schema or a table in it belongs to another role, 42710 if a topic has another table already, 42809 if a name is taken by something else.';

------------------------------------------------------------------------------
-- event_in: store, load, the _json views
------------------------------------------------------------------------------

CREATE FUNCTION synclog.store(topic text, event text) RETURNS text
	AS 'MODULE_PATHNAME', 'synclog_store' LANGUAGE C VOLATILE STRICT;
CREATE FUNCTION synclog.store(topic text, event json) RETURNS text
	AS 'MODULE_PATHNAME', 'synclog_store' LANGUAGE C VOLATILE STRICT;
CREATE FUNCTION synclog.store(topic text, event jsonb) RETURNS text
	LANGUAGE sql VOLATILE STRICT
	BEGIN ATOMIC SELECT synclog.store($1, $2::text); END;
COMMENT ON FUNCTION synclog.store(text, text) IS
'Stores one event, a JSON object, in its topic''s table and gives its _id; an event without _id gets one that follows from its content. An equal event again changes nothing; other content under the same _id and timestamp goes to table rejected. An event without a usable timestamp is stored at the time of receipt. Values of Authorization, Cookie, Set-Cookie, X-OpenIDM-Password and of setting synclog.secret_headers in headers and cookies are replaced by ***. In rows of other products'' layouts, known by their columns, an event without _id or timestamp is stored as if it had come with them under the names of those products'' documents: with number and type (sync_run) or run and ordinal (sync_run_line) id and timeStamp, with provider_name and username (directory_sync) id and logEventTimeStamp, with task_id and application (provisioning_task) startTime; an integer becomes an _id''s text, an ISO 8601 instant UTC. Errors: 22023 for what is no event, 42704 for no topic, 42501 without INSERT on the table.';
COMMENT ON FUNCTION synclog.store(text, json) IS 'Stores one event; see synclog.store(text, text).';
COMMENT ON FUNCTION synclog.store(text, jsonb) IS 'Stores one event; see synclog.store(text, text).';

CREATE FUNCTION synclog.load(topic text, events text, OUT stored bigint, OUT duplicates bigint, OUT rejected bigint)
	AS 'MODULE_PATHNAME', 'synclog_load' LANGUAGE C VOLATILE STRICT;
COMMENT ON FUNCTION synclog.load(text, text) IS
'Stores many events: JSON Lines, lists, and responses of a server, that is objects without _id, timestamp, transactionId and eventName whose result or entries is a list of objects, with their start and summary. Gives how many were stored, were there already, and were rejected. What cannot be stored goes to table rejected of the topic''s schema, with the reason, and loading goes on; text that is no JSON is kept unless it names a header that is secret. Errors: 42704 for no topic, 42501 without INSERT on the tables. Events are as for synclog.store().';

CREATE FUNCTION synclog.load_file(topic text, path text, OUT stored bigint, OUT duplicates bigint, OUT rejected bigint)
	AS 'MODULE_PATHNAME', 'synclog_load_file' LANGUAGE C VOLATILE STRICT;
COMMENT ON FUNCTION synclog.load_file(text, text) IS
'Stores the events of a file of the server''s, of any size, as synclog.load() does. Needs the privileges of pg_read_server_files. Errors: as synclog.load(); 42501 without that role; 58P01 if there is no such file.';

CREATE FUNCTION synclog.json_insert() RETURNS trigger
	AS 'MODULE_PATHNAME', 'synclog_json_insert' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION synclog.json_insert() IS
'Trigger of the _json views: stores the inserted row''s event in the topic that is the trigger''s argument, as synclog.store() does, with its errors; 22004 for NULL.';

CREATE FUNCTION synclog.event_row(row_type anyelement, event text) RETURNS anyelement
	AS 'MODULE_PATHNAME', 'synclog_event_row' LANGUAGE C VOLATILE CALLED ON NULL INPUT;
COMMENT ON FUNCTION synclog.event_row(anyelement, text) IS
'Gives the row that an event would be in a table, without storing it: synclog.event_row(NULL::audit.recon, ''{"_id":...}''). NULL for a NULL event. Errors: 22023 for what is no event, 42809 if the first argument is no row of a table that can hold events.';

------------------------------------------------------------------------------
-- event_out: event
------------------------------------------------------------------------------

CREATE FUNCTION synclog.event(row_value record, formatted boolean DEFAULT true) RETURNS json
	LANGUAGE c STABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'event_record';
COMMENT ON FUNCTION synclog.event(record, boolean) IS
'a row as its event: a topic''s row as it was stored, members with their values and nulls; a partition''s row like its topic''s; any other row by the naming rule (column source_object_id is sourceObjectId, id is _id), NULL columns left out. Generated columns of a topic''s row are derived from the event and no part of it; the row of a view or a subquery does not tell them from others. formatted concerns recon rows of 2.x and 3.x, those with rootActionId, as OpenIDM 2.2 does: start and summary leave out actionId, action, ambiguousTargetObjectIds, reconciling, situation, sourceObjectId and targetObjectId, entries leave out mapping, each only where it is null, also in an event kept in column raw. NULL if an argument is';

------------------------------------------------------------------------------
-- query: read, and the events that match a filter
------------------------------------------------------------------------------

CREATE FUNCTION synclog.read(topic text, id text) RETURNS json
	LANGUAGE c STABLE STRICT PARALLEL RESTRICTED AS 'MODULE_PATHNAME', 'read_event';
COMMENT ON FUNCTION synclog.read(text, text) IS
'one event of a topic, formatted, as GET /audit/<topic>/<_id> gives it; NULL if there is none; the newest, if several have the _id; error 42704 for an unknown topic';

CREATE FUNCTION synclog.query(topic text, filter synclog.queryfilter DEFAULT 'true',
	fields text DEFAULT NULL, sort_keys text DEFAULT NULL,
	page_size integer DEFAULT NULL, page_offset integer DEFAULT 0,
	ignore_case boolean DEFAULT false, formatted boolean DEFAULT true)
	RETURNS SETOF json
	LANGUAGE c STABLE PARALLEL RESTRICTED COST 1000 ROWS 1000 AS 'MODULE_PATHNAME', 'query_topic';
COMMENT ON FUNCTION synclog.query(text, synclog.queryfilter, text, text, integer, integer, boolean, boolean) IS
'the events of a topic that match a filter, as GET /audit/<topic>?_queryFilter gives them. fields: "mapping,/after/mail" gives these members and _id, of an array the elements named by their number, what an event lacks is left out, a name that documents have for a member gives the member under the name that it is stored as; NULL or * is everything. sort_keys: "-timestamp,+_id", any fields, values inside JSON in the order of jsonb, missing and null ones last in either direction, ties broken by _id, then "timestamp", then the tenant, in the direction of the last key; NULL is timestamp,_id. page_size and page_offset: how many, and after how many; NULL is all. ignore_case: as for matches. formatted: as for event. SELECT synclog.query(...) streams from the first row; a NULL filter or ignore_case gives no events. Errors: 42704 for an unknown topic, 42703 for a field that it cannot have, 54000 for more than 1000 fields or 100 sort keys, 22004 for a NULL topic, 22023 for other wrong arguments, those of matches';

CREATE FUNCTION synclog.query_page(topic text, filter synclog.queryfilter DEFAULT 'true',
	fields text DEFAULT NULL, sort_keys text DEFAULT NULL,
	page_size integer DEFAULT NULL, page_offset integer DEFAULT 0,
	ignore_case boolean DEFAULT false, formatted boolean DEFAULT true,
	cookie text DEFAULT NULL, total_policy text DEFAULT 'NONE')
	RETURNS json
	LANGUAGE c STABLE PARALLEL RESTRICTED COST 1000 AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION synclog.query_page(text, synclog.queryfilter, text, text, integer, integer, boolean, boolean, text, text) IS
'a page of the events of a topic that match a filter, in CREST''s envelope: result, resultCount, pagedResultsCookie, totalPagedResultsPolicy, totalPagedResults, remainingPagedResults. The first eight arguments and the order are those of query. cookie: the last page''s pagedResultsCookie; NULL or empty is the first page; its query must be the same, while fields, page_size, formatted and total_policy may change. pagedResultsCookie is null on the last page, and where page_size is NULL: that is all in one answer. From page to page no event is repeated and none skipped, whatever is stored or dropped meanwhile; events of one''s own table count as one if they share _id, timestamp and tenant_id. total_policy, in any case: NONE; ESTIMATE, the planner''s, unknown where row-level security binds the caller; EXACT, which counts; what is unknown is -1, remainingPagedResults but for EXACT. Errors: those of query; 22023 for a cookie that is damaged or of another query, for one together with page_offset, for an unknown policy; 53400 for an answer above synclog.max_response, 54000 for sort keys that take more than 16 MB in a cookie, 23502 for a page that ends at a NULL of a column declared NOT NULL, as a foreign table can have';

------------------------------------------------------------------------------
-- export: the events that match a filter, for files
------------------------------------------------------------------------------

CREATE FUNCTION synclog.export_json(topic text, filter synclog.queryfilter DEFAULT 'true',
	fields text DEFAULT NULL, after timestamptz DEFAULT NULL, before timestamptz DEFAULT NULL,
	sort_keys text DEFAULT NULL)
	RETURNS SETOF text
	LANGUAGE c STABLE PARALLEL RESTRICTED COST 1000 ROWS 1000 AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION synclog.export_json(text, synclog.queryfilter, text, timestamptz, timestamptz, text) IS
'the events of a topic that match a filter, as JSON Lines: each on one line, whole as with formatted => false, so that synclog.load() reads equal events back. Not part of events are their tenants and the times of receipt of those without a usable timestamp. fields and sort_keys: as for query; events cut down to fields have _id always. after and before: exclusive bounds of "timestamp"; NULL is no bound. SELECT synclog.export_json(...) streams from the first row; a NULL filter gives no events. Errors: those of query';

CREATE FUNCTION synclog.export_csv(topic text, filter synclog.queryfilter DEFAULT 'true',
	fields text DEFAULT NULL, after timestamptz DEFAULT NULL, before timestamptz DEFAULT NULL,
	sort_keys text DEFAULT NULL, guard_formulas boolean DEFAULT false)
	RETURNS SETOF text
	LANGUAGE c STABLE PARALLEL RESTRICTED COST 1000 ROWS 1000 AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION synclog.export_csv(text, synclog.queryfilter, text, timestamptz, timestamptz, text, boolean) IS
'the events of a topic that match a filter, as CSV (RFC 4180): a row with the header, then one for each event; a row has no line terminator of its own, but values may have line breaks, between quotes. fields: "mapping,/after/mail" gives these columns, which are called as they are written; NULL or * gives one for each member that has a column in the topic''s table, in that order, and last, as extra, a JSON object with all other members (and with all but the last of several of one name). Values are those of the event: strings as they are (as JSON writes them where text cannot hold them: \u0000, half a character, one that the database''s encoding lacks), numbers, true and false as in JSON, instants in ISO 8601, objects and lists as JSON without blanks, missing and null as nothing, an empty string as "", so that COPY (FORMAT csv, HEADER) tells them apart. guard_formulas: an apostrophe before strings and names of columns that begin with = + - @, one of these in full width, tab or line break, which spreadsheets take for formulas; numbers stay numbers; NULL is false. after, before, sort_keys, a NULL filter and errors: as for export_json';

------------------------------------------------------------------------------
-- recon: reconciliations, grouped
------------------------------------------------------------------------------

CREATE FUNCTION synclog.recon_entries(recon_id text, situation text DEFAULT NULL,
	formatted boolean DEFAULT true, OUT section text, OUT event json)
	RETURNS SETOF record
	LANGUAGE c STABLE PARALLEL RESTRICTED COST 1000 ROWS 1000 AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION synclog.recon_entries(text, text, boolean) IS
'the events of a reconciliation in topic recon: section start, then result, then summary, each with all its events by timestamp and _id, however many there are; an entry of any other type, none and "" among them, is a result. situation: only results with it, start and summary all the same. formatted: as for event. No rows if the run is unknown or recon_id is NULL; error 42704 if there is no topic recon';

CREATE FUNCTION synclog.recon_grouped(recon_id text) RETURNS json
	LANGUAGE c STABLE STRICT PARALLEL RESTRICTED COST 1000 AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION synclog.recon_grouped(text) IS
'a reconciliation in one object, {"start":...,"result":[...],"summary":...}, as OpenIDM 2.2 answers the query audit-by-recon-id; start and summary are null and result is empty where there are none; of several starts it has the first and of several summaries the last, by timestamp and _id; the events are those of recon_entries, formatted; NULL for NULL';

CREATE FUNCTION synclog.instant(iso8601 text) RETURNS timestamptz
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION synclog.instant(text) IS
'the instant that an event''s member means, in ISO 8601, without a zone in UTC; NULL for any other text. synclog.recon_heads() calls it.';

CREATE FUNCTION synclog.recon_state(message_detail jsonb, status text) RETURNS text
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT CASE
		WHEN message_detail ->> 'stage' IN ('COMPLETED_CANCELED', 'ACTIVE_CANCELING') THEN 'CANCELED'
		WHEN message_detail ->> 'state' IN ('SUCCESS', 'FAILED', 'CANCELED') THEN message_detail ->> 'state'
		WHEN status = 'FAILURE' THEN 'FAILED'
		ELSE 'SUCCESS'
	END;
END;
COMMENT ON FUNCTION synclog.recon_state(jsonb, text) IS
'the state of a reconciliation whose summary has this messageDetail and status: CANCELED by the stage, or the state that messageDetail names; SUCCESS or FAILED by the status where it names none or ACTIVE, since OpenIDM 2.2 writes it before the end. synclog.recon_heads() calls it.';

CREATE FUNCTION synclog.recon_count(value text) RETURNS bigint
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	-- not \d, which has the digits of other scripts in databases of ICU; and no sum of these is out of range
	SELECT CASE WHEN value ~ '^[0-9]{1,12}$' THEN value::bigint ELSE 0 END;
END;
COMMENT ON FUNCTION synclog.recon_count(text) IS
'the count that a member of a situationSummary or statusSummary says, be it a number or a string; 0 for what is none, below 0, or above 12 digits. synclog.recon_message(), recon_difference(), recon_total(), recon_trend() and ranked() call it.';

CREATE FUNCTION synclog.recon_message(message text) RETURNS jsonb
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT jsonb_build_object('situationSummary', jsonb_object_agg(m[1], synclog.recon_count(m[2])))
	FROM regexp_matches(message, '([A-Z_]+):\s*([0-9]+)', 'g') m;
END;
COMMENT ON FUNCTION synclog.recon_message(text) IS
'a summary''s message, "ABSENT: 2 CONFIRMED: 0 " in any order, as a situationSummary. synclog.recon_claim() calls it.';

CREATE FUNCTION synclog.recon_claim(message_detail jsonb, message text) RETURNS jsonb
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT CASE
		WHEN jsonb_typeof(message_detail) = 'object' AND message_detail ? 'situationSummary' THEN message_detail
		WHEN message ~ '^\s*([A-Z_]+:\s*[0-9]{1,12}\s*)+$'
			THEN CASE jsonb_typeof(message_detail) WHEN 'object' THEN message_detail ELSE '{}' END || synclog.recon_message(message)
		WHEN jsonb_typeof(message_detail) = 'object' THEN message_detail
	END;
END;
COMMENT ON FUNCTION synclog.recon_claim(jsonb, text) IS
'what a summary event says of its run: messageDetail, with situationSummary from the message where it lacks one; NULL where there is neither. synclog.recon_heads() calls it.';

CREATE FUNCTION synclog.recon_heads(run text DEFAULT NULL, OUT recon_id text, OUT mapping text, OUT user_id text,
		OUT recon_action text, OUT state text, OUT started timestamptz, OUT ended timestamptz, OUT claimed jsonb)
	RETURNS SETOF record
	LANGUAGE plpgsql STABLE PARALLEL SAFE COST 10000 ROWS 1000 SET search_path = pg_catalog, pg_temp AS $$
BEGIN
	RETURN QUERY EXECUTE format($query$
		WITH event AS MATERIALIZED (
			SELECT t.recon_id, t.entry_type, t."timestamp", t.id, t.mapping, t.user_id, t.recon_action, t.message,
				t.message_detail, t.status
			FROM %s t WHERE t.entry_type IN ('start', 'summary') AND t.recon_id IS NOT NULL AND ($1 IS NULL OR t.recon_id = $1)
		), start AS (
			SELECT DISTINCT ON (e.recon_id) * FROM event e
			WHERE e.entry_type = 'start' ORDER BY e.recon_id, e."timestamp", e.id
		), summary AS (
			SELECT DISTINCT ON (e.recon_id) *, synclog.recon_claim(e.message_detail, e.message) AS claimed FROM event e
			WHERE e.entry_type = 'summary' ORDER BY e.recon_id, e."timestamp" DESC, e.id DESC
		)
		SELECT recon_id, coalesce(a.mapping, z.mapping, z.claimed ->> 'mapping'),
			coalesce(a.user_id, z.user_id, substring(a.message FROM '^Reconciliation initiated by (.+)$')),
			coalesce(a.recon_action, z.recon_action),
			CASE z.entry_type WHEN 'summary' THEN synclog.recon_state(z.message_detail, z.status) END,
			coalesce(a."timestamp", synclog.instant(z.claimed ->> 'started')),
			z."timestamp", z.claimed
		FROM start a FULL JOIN summary z USING (recon_id)$query$,
			synclog.topic_rows('recon', '{recon_id,entry_type,mapping,user_id,recon_action,message,message_detail:jsonb,status}'))
		USING run;
END $$;
COMMENT ON FUNCTION synclog.recon_heads(text) IS
'what the start and summary events say of one reconciliation, or of all with NULL: one row a run, in no order; state is NULL without a summary. Of several starts the first counts and of several summaries the last, by timestamp and _id; started is the start''s timestamp, else what the summary says. Entries are not read, and a column that the topic''s table lacks is NULL. synclog.recon_listed(), recon_summary(), recon_diff(), recon_repeat_offenders() and recon_failures() call it; errors as theirs.';

CREATE FUNCTION synclog.recon_listed(run text, stale_after interval, OUT recon_id text, OUT mapping text, OUT user_id text,
		OUT recon_action text, OUT state text, OUT started timestamptz, OUT ended timestamptz,
		OUT duration interval, OUT last_event timestamptz, OUT claimed jsonb)
	RETURNS SETOF record
	LANGUAGE plpgsql STABLE PARALLEL SAFE COST 10000 ROWS 1000 SET search_path = pg_catalog, pg_temp AS $$
BEGIN
	RETURN QUERY EXECUTE format($query$
		SELECT h.recon_id, h.mapping, h.user_id, h.recon_action,
			coalesce(h.state, CASE WHEN e.last_event < now() - $2 THEN 'UNFINISHED' ELSE 'ACTIVE' END),
			h.started, h.ended, CASE WHEN isfinite(h.started) AND isfinite(e.last_event) THEN e.last_event - h.started END,
			e.last_event, h.claimed
		FROM synclog.recon_heads($1) h
			-- of a run with a summary nothing is read, of another one the newest event, by index
			CROSS JOIN LATERAL (SELECT coalesce(h.ended, (SELECT max(t."timestamp") FROM %s t
				WHERE t.recon_id = h.recon_id AND h.state IS NULL))) e(last_event)$query$,
		synclog.topic_rows('recon', '{recon_id}')) USING run, stale_after;
END $$;
COMMENT ON FUNCTION synclog.recon_listed(text, interval) IS
'one reconciliation, or all with NULL, with the columns of synclog.recon_runs(), in no order. Of a run without a summary the newest event is sought, by index; no other entries are read. synclog.recon_runs(), synclog.recon_trend() and synclog.recon_reported() call it; errors as theirs.';

CREATE FUNCTION synclog.recon_situations() RETURNS text[]
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT '{ABSENT,AMBIGUOUS,CONFIRMED,FOUND,FOUND_ALREADY_LINKED,MISSING,SOURCE_IGNORED,SOURCE_MISSING,TARGET_IGNORED,UNASSIGNED,UNQUALIFIED}'::text[];
END;
COMMENT ON FUNCTION synclog.recon_situations() IS
'the situations that the servers'' summaries always have. synclog.recon_summary() and synclog.recon_trend() call it.';

CREATE FUNCTION synclog.recon_counts(names text[], counts bigint[], always text[] DEFAULT '{}') RETURNS jsonb
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT coalesce(jsonb_object_agg(s.name, s.n), '{}')
	FROM (
		SELECT c.name, sum(c.n) AS n
		FROM (SELECT * FROM unnest(names, counts) UNION ALL SELECT a, 0 FROM unnest(always) a) c(name, n)
		WHERE c.name <> ''
		GROUP BY c.name
	) s;
END;
COMMENT ON FUNCTION synclog.recon_counts(text[], bigint[], text[]) IS
'counts by name as an object, {"ABSENT":2,...}: of the same name they are added, the names that are always there have 0 at least, and what has no name is left out. synclog.recon_summary() and synclog.recon_trend() call it.';

CREATE FUNCTION synclog.recon_difference(claimed jsonb, found jsonb) RETURNS jsonb
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT coalesce(jsonb_object_agg(d.name, d.n) FILTER (WHERE d.n <> 0), '{}')
	FROM (
		SELECT n.key AS name, sum(n.sign * synclog.recon_count(n.value)) AS n
		FROM (SELECT c.key, c.value, 1 FROM jsonb_each_text(CASE jsonb_typeof(claimed) WHEN 'object' THEN claimed END) c
			UNION ALL SELECT f.key, f.value, -1 FROM jsonb_each_text(found) f) n(key, value, sign)
		GROUP BY n.key
	) d
	HAVING jsonb_typeof(claimed) = 'object';
END;
COMMENT ON FUNCTION synclog.recon_difference(jsonb, jsonb) IS
'claimed counts minus found ones, by name, where they differ; a name that one side lacks, or that has no number there, counts 0; NULL where nothing is claimed. synclog.recon_summary() calls it.';

CREATE FUNCTION synclog.recon_summarize(run text, stale_after interval, OUT recon_id text, OUT mapping text, OUT user_id text,
		OUT recon_action text, OUT state text, OUT started timestamptz, OUT ended timestamptz, OUT duration interval,
		OUT last_event timestamptz, OUT entries bigint, OUT situation_summary jsonb, OUT status_summary jsonb,
		OUT action_summary jsonb, OUT progress jsonb, OUT claimed jsonb, OUT unlogged jsonb, OUT agrees boolean)
	RETURNS SETOF record
	LANGUAGE plpgsql STABLE PARALLEL SAFE COST 100000 ROWS 1 SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	events CONSTANT text := synclog.topic_rows('recon',
		'{recon_id,entry_type,mapping,user_id,reconciling,situation,status,action,source_object_id,target_object_id}');
	head record;
	sums record;
	expected bigint;
BEGIN
	IF run IS NULL THEN
		RETURN;
	END IF;
	recon_id := run;
	SELECT h.* INTO head FROM synclog.recon_heads(run) h;
	-- the grouping is what reads the entries; the rest works on its few rows
	EXECUTE format($query$
		WITH cell AS MATERIALIZED (
			SELECT t.entry_type, t.reconciling, t.situation, t.status, t.action, count(*) AS n,
				count(t.source_object_id) AS sources, count(t.target_object_id) AS targets, max(t."timestamp") AS last_event
			FROM %s t WHERE t.recon_id = $1 GROUP BY 1, 2, 3, 4, 5
		), entry AS MATERIALIZED (
			SELECT * FROM cell c WHERE (c.entry_type IN ('start', 'summary')) IS NOT TRUE
		)
		SELECT (SELECT max(c.last_event) FROM cell c) AS last_event, coalesce(sum(e.n), 0)::bigint AS entries,
			synclog.recon_counts(array_agg(e.situation),
				array_agg(CASE e.reconciling WHEN 'source' THEN e.sources WHEN 'target' THEN e.targets ELSE e.n END),
				synclog.recon_situations()) AS situations,
			synclog.recon_counts(array_agg(e.status), array_agg(e.n), '{SUCCESS,FAILURE}') AS statuses,
			synclog.recon_counts(array_agg(e.action), array_agg(e.n)) AS actions,
			coalesce(sum(e.sources), 0) AS sources,
			coalesce(sum(e.targets) FILTER (WHERE e.action = 'CREATE'), 0) AS created,
			coalesce(sum(e.targets) FILTER (WHERE e.action IS DISTINCT FROM 'CREATE'), 0) AS targets
		FROM entry e$query$, events) INTO sums USING recon_id;
	IF sums.last_event IS NULL THEN
		RETURN;
	END IF;

	mapping := head.mapping;
	user_id := head.user_id;
	recon_action := head.recon_action;
	IF head.recon_id IS NULL THEN
		EXECUTE format('SELECT t.mapping, t.user_id FROM %s t WHERE t.recon_id = $1 AND t.mapping IS NOT NULL LIMIT 1', events)
			INTO mapping, user_id USING recon_id;
	END IF;
	state := coalesce(head.state, CASE WHEN sums.last_event < now() - stale_after THEN 'UNFINISHED' ELSE 'ACTIVE' END);
	started := head.started;
	ended := head.ended;
	last_event := sums.last_event;
	duration := CASE WHEN isfinite(started) AND isfinite(coalesce(ended, last_event)) THEN coalesce(ended, last_event) - started END;
	entries := sums.entries;
	situation_summary := sums.situations;
	status_summary := sums.statuses;
	action_summary := sums.actions;
	claimed := head.claimed;
	unlogged := synclog.recon_difference(claimed -> 'situationSummary', situation_summary);
	-- more was found than the server says it did
	SELECT NOT bool_or(jsonb_path_exists(d.difference, '$.* ? (@ < 0)')) INTO agrees
		FROM (VALUES (unlogged), (synclog.recon_difference(claimed -> 'statusSummary', status_summary))) d(difference);

	SELECT jsonb_build_object(
			'source', jsonb_build_object('existing', jsonb_build_object('processed', sums.sources, 'total', t.source)),
			'target', jsonb_build_object('existing', jsonb_build_object('processed', sums.targets, 'total', t.target),
				'created', sums.created),
			'links', jsonb_build_object('existing', jsonb_build_object('processed', NULL, 'total', t.links), 'created', NULL))
		INTO progress
		FROM (SELECT coalesce(claimed #> '{progress,source,existing,total}', '"?"') AS source,
			coalesce(claimed #> '{progress,target,existing,total}', '"?"') AS target,
			coalesce(claimed #> '{progress,links,existing,total}', '"?"') AS links) t;
	IF state = 'ACTIVE' THEN
		-- what the mapping's last run logged is the best guess of what this one will
		EXECUTE format('SELECT count(*) FROM %s t
				WHERE t.recon_id = $1 AND (t.entry_type IN (''start'', ''summary'')) IS NOT TRUE', events)
			INTO expected USING (
				SELECT h.recon_id FROM synclog.recon_heads() h
				WHERE h.mapping = head.mapping AND h.recon_action IS NOT DISTINCT FROM head.recon_action
					AND h.started < head.started AND h.state = 'SUCCESS'
				ORDER BY h.started DESC, h.recon_id COLLATE "C" DESC LIMIT 1);
		progress := progress || jsonb_build_object('expected', nullif(expected, 0),
			'percent', round(100.0 * entries / nullif(expected, 0), 1));
	END IF;
	RETURN NEXT;
END $$;
COMMENT ON FUNCTION synclog.recon_summarize(text, interval) IS
'what synclog.recon_summary() gives of a run; no row for NULL. That and synclog.recon_trend() and synclog.recon_reported() call it.';

CREATE FUNCTION synclog.recon_summary(recon_id text DEFAULT NULL, stale_after interval DEFAULT '1 hour')
	RETURNS TABLE (recon_id text, mapping text, user_id text,
		recon_action text, state text, started timestamptz, ended timestamptz, duration interval,
		last_event timestamptz, entries bigint, situation_summary jsonb, status_summary jsonb,
		action_summary jsonb, progress jsonb, claimed jsonb, unlogged jsonb, agrees boolean)
	LANGUAGE sql STABLE PARALLEL SAFE COST 100000 ROWS 1
BEGIN ATOMIC
	SELECT * FROM synclog.recon_summarize(coalesce($1,
		(SELECT h.recon_id FROM synclog.recon_heads() h ORDER BY h.started DESC NULLS LAST, h.recon_id COLLATE "C" DESC LIMIT 1)), $2);
END;
COMMENT ON FUNCTION synclog.recon_summary(text, interval) IS
'a reconciliation summed up from its entries in topic recon, one row, none if it is unknown. recon_id: which; NULL is the one that started last. state: SUCCESS, FAILED or CANCELED by the summary event (the last, if there are several); without one ACTIVE, or UNFINISHED when the last event is older than stale_after (NULL: never). started, ended: when the (first) start and the summary are; without a start what the summary says; ended is NULL without a summary, and duration then lasts until last_event. entries: those that are neither start nor summary. situation_summary counts entries of the source phase that have a source, of the target phase that have a target, and of no phase, the servers'' eleven situations and any other that occurred; status_summary and action_summary count entries. progress is the servers'' object: processed and created counted, what entries do not tell null, totals as the summary says, else "?"; while a run is ACTIVE also expected, the entries of the last successful run of the mapping before it with the same reconAction, and percent of it. claimed: the summary event''s own numbers (messageDetail, or its message); unlogged: claimed minus counted situations where they differ, NULL without a claim: servers count what they do not log; agrees: false if more was counted of a situation or a status than is claimed, NULL without a claim. A column that the topic''s table lacks counts as NULL in every event. Errors: 42704 without topic recon, 42501 without SELECT on its table';

CREATE FUNCTION synclog.recon_cookie(filter synclog.queryfilter, started timestamptz, recon_id text) RETURNS text
	LANGUAGE c STABLE PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION synclog.recon_cookie(synclog.queryfilter, timestamptz, text) IS
'the cookie after a run in the list of those that match a filter. synclog.recon_runs() calls it.';

CREATE FUNCTION synclog.page_size(page_size integer) RETURNS integer
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'checked_page_size';
COMMENT ON FUNCTION synclog.page_size(integer) IS
'a page size as it is; error 22023 if it is below 1. synclog.recon_runs() and synclog.recon_reported() call it.';

CREATE FUNCTION synclog.recon_page(filter synclog.queryfilter, cookie text,
		OUT is_first boolean, OUT started timestamptz, OUT recon_id text)
	LANGUAGE c STABLE PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION synclog.recon_page(synclog.queryfilter, text) IS
'after which run a page of the list begins. Error 22023 for a cookie that is damaged or of another filter. synclog.recon_runs() calls it.';

CREATE FUNCTION synclog.recon_runs(filter synclog.queryfilter DEFAULT 'true', page_size integer DEFAULT NULL,
		cookie text DEFAULT NULL, stale_after interval DEFAULT '1 hour')
	RETURNS TABLE (recon_id text, mapping text, user_id text, recon_action text, state text, started timestamptz,
		ended timestamptz, duration interval, last_event timestamptz, claimed jsonb, cookie text)
	LANGUAGE sql STABLE PARALLEL SAFE COST 10000 ROWS 1000
BEGIN ATOMIC
	SELECT l.*, synclog.recon_cookie(recon_runs.filter, l.started, l.recon_id)
	FROM (
		SELECT r.*
		FROM synclog.recon_page(recon_runs.filter, recon_runs.cookie) p
			CROSS JOIN synclog.recon_listed(NULL, recon_runs.stale_after) r
		WHERE synclog.matches(r, recon_runs.filter) AND (p.is_first
			OR r.started < p.started OR r.started IS NULL AND p.started IS NOT NULL
			OR r.started IS NOT DISTINCT FROM p.started AND r.recon_id COLLATE "C" < p.recon_id)
		ORDER BY r.started DESC NULLS LAST, r.recon_id COLLATE "C" DESC
		LIMIT synclog.page_size(recon_runs.page_size)
	) l;
END;
COMMENT ON FUNCTION synclog.recon_runs(synclog.queryfilter, integer, text, interval) IS
'the reconciliations in topic recon, one row a run, newest first by started, then recon_id, from their start and summary events alone, and the newest event of one that has no summary: /recon without entries. filter: on the columns of the row, /mapping eq "..." and /state eq "UNFINISHED" and /claimed/statusSummary/FAILURE gt 0. page_size: how many, NULL is all. cookie: that of the row after which to go on, with the same filter; NULL or empty is the newest; from page to page no run is repeated and none skipped, whatever is stored meanwhile, but for those whose start is stored later. The columns are those of recon_summary, but for last_event, which is ended where there is a summary. A run without start and summary events is not listed. No rows for a NULL filter. Errors: those of matches and of recon_summary; 22023 for a page_size below 1, and for a cookie that is damaged or of another filter';

CREATE FUNCTION synclog.recon_total(counts jsonb[], always text[]) RETURNS jsonb
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT synclog.recon_counts(array_agg(n.key), array_agg(synclog.recon_count(n.value)), always)
	FROM unnest(counts) c CROSS JOIN LATERAL jsonb_each_text(c) n;
END;
COMMENT ON FUNCTION synclog.recon_total(jsonb[], text[]) IS
'the sum of objects of counts, by name, as synclog.recon_counts() gives it; what is no number counts 0. synclog.recon_trend() calls it.';

CREATE FUNCTION synclog.recon_trend(mapping text DEFAULT NULL, bucket interval DEFAULT NULL,
		OUT started timestamptz, OUT recon_id text, OUT runs bigint, OUT entries bigint, OUT situation_summary jsonb,
		OUT status_summary jsonb, OUT mean_duration interval, OUT entries_per_second numeric)
	RETURNS SETOF record
	LANGUAGE sql STABLE PARALLEL SAFE COST 100000 ROWS 100
BEGIN ATOMIC
	WITH listed AS MATERIALIZED (
		SELECT l.*, CASE jsonb_typeof(l.claimed -> 'situationSummary') WHEN 'object' THEN l.claimed -> 'situationSummary' END AS situations,
			CASE jsonb_typeof(l.claimed -> 'statusSummary') WHEN 'object' THEN l.claimed -> 'statusSummary' END AS statuses
		FROM synclog.recon_listed(NULL, '1 hour') l
		WHERE recon_trend.mapping IS NULL OR l.mapping = recon_trend.mapping
	), run AS MATERIALIZED (
		SELECT CASE WHEN recon_trend.bucket IS NULL THEN l.started
				ELSE date_bin(recon_trend.bucket, l.started, '2001-01-01T00:00:00Z') END AS started,
			CASE WHEN recon_trend.bucket IS NULL THEN l.recon_id END AS recon_id,
			coalesce(l.situations, s.situation_summary) AS situations, coalesce(l.statuses, s.status_summary) AS statuses,
			CASE WHEN l.situations IS NULL THEN s.entries
				ELSE (SELECT sum(synclog.recon_count(n.value)) FROM jsonb_each_text(l.situations) n)::bigint
			END AS entries,
			coalesce(l.duration, s.duration) AS duration
		-- entries are read only where the summary has no numbers
		FROM listed l LEFT JOIN LATERAL synclog.recon_summarize(
			CASE WHEN l.situations IS NULL OR l.statuses IS NULL THEN l.recon_id END, '1 hour') s ON true
	)
	SELECT r.started, r.recon_id, count(*), coalesce(sum(r.entries), 0)::bigint,
		synclog.recon_total(array_agg(r.situations), synclog.recon_situations()),
		synclog.recon_total(array_agg(r.statuses), '{SUCCESS,FAILURE}'), avg(r.duration),
		round(sum(r.entries) FILTER (WHERE r.duration > '0')
			/ extract(epoch FROM sum(r.duration) FILTER (WHERE r.duration > '0' AND r.entries IS NOT NULL)), 1)
	FROM run r GROUP BY r.started, r.recon_id ORDER BY r.started, r.recon_id COLLATE "C";
END;
COMMENT ON FUNCTION synclog.recon_trend(text, interval) IS
'the reconciliations of a mapping (NULL: of all) over time, oldest first. bucket: NULL gives a row a run, an interval one for each that has runs by their start, in steps from Monday, 1 January 2001 in UTC; started is the run''s or the step''s. entries, situation_summary and status_summary are what the summaries claim, or counted from the entries where they do not say; mean_duration is over the runs whose duration is known, and entries_per_second what they did in it together. Errors: those of recon_summary; 0A000 for a bucket with months or years, 22008 for one that is not positive';

CREATE FUNCTION synclog.recon_reported(recon_id text DEFAULT NULL, runs integer DEFAULT 100) RETURNS SETOF json
	LANGUAGE sql STABLE PARALLEL SAFE COST 100000 ROWS 100
BEGIN ATOMIC
	WITH listed AS MATERIALIZED (
		SELECT l.* FROM synclog.recon_listed(recon_reported.recon_id, '1 hour') l
		ORDER BY l.started DESC NULLS LAST, l.recon_id COLLATE "C" DESC
		LIMIT synclog.page_size(recon_reported.runs)
	)
	SELECT (SELECT json_object_agg(m.key, m.value ORDER BY array_position(ARRAY['_id', 'mapping', 'state', 'stage',
				'stageDescription', 'progress', 'situationSummary', 'statusSummary', 'durationSummary',
				'parameters', 'started', 'ended', 'duration'], m.key), m.key)
		FROM jsonb_each(jsonb_strip_nulls(jsonb_build_object('mapping', l.mapping, 'started', synclog.iso8601(l.started),
				'ended', coalesce(synclog.iso8601(l.ended), '')))
			-- a summary that leaves these open does not hide what is known
			|| coalesce(l.claimed, '{}') - ARRAY(SELECT m.name FROM unnest('{mapping,started,ended}'::text[]) m(name)
				WHERE coalesce(l.claimed ->> m.name, '') = '')
			|| jsonb_build_object('_id', l.recon_id, 'state', l.state)
			-- what a summary says of the stage may be written before the end
			|| CASE WHEN l.ended IS NOT NULL AND l.claimed ->> 'state' IS DISTINCT FROM l.state
				THEN jsonb_build_object('stage', 'COMPLETED_' || l.state, 'stageDescription', CASE l.state
					WHEN 'SUCCESS' THEN 'reconciliation completed.' WHEN 'FAILED' THEN 'reconciliation failed'
					ELSE 'reconciliation aborted.' END) ELSE '{}' END
			|| CASE WHEN s.recon_id IS NOT NULL THEN jsonb_build_object('progress', s.progress,
				'situationSummary', s.situation_summary, 'statusSummary', s.status_summary) ELSE '{}' END) m)
	-- entries are read only of what is running, or of the one run that is asked for and has no summary
	FROM listed l LEFT JOIN LATERAL synclog.recon_summarize(CASE WHEN l.state = 'ACTIVE'
		OR l.state = 'UNFINISHED' AND recon_reported.recon_id IS NOT NULL THEN l.recon_id END, '1 hour') s ON true
	ORDER BY l.started DESC NULLS LAST, l.recon_id COLLATE "C" DESC;
END;
COMMENT ON FUNCTION synclog.recon_reported(text, integer) IS
'reconciliations in topic recon as GET /recon reports them: the messageDetail of the summary, with the run''s id as _id, its mapping and its state as recon_summary has it, and a stage to match where messageDetail, which may be written before the end, has another; of a run without a summary _id, mapping, state ACTIVE or UNFINISHED, started, and ended as the empty string for which clients wait; while it is ACTIVE, or if only it is asked for, also progress, situationSummary and statusSummary, counted. recon_id: only this one, no rows if it has neither start nor summary; NULL: the newest runs (100 or as many as said, all for NULL), newest first. Errors as for recon_summary; 22023 for runs below 1';

------------------------------------------------------------------------------
-- request: documented requests, as URLs, and the queries that they name
------------------------------------------------------------------------------

CREATE FUNCTION synclog.is_filter_template(template text) RETURNS boolean
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION synclog.is_filter_template(text) IS
'true for the template of a filter that synclog.named_query can have; for any other text no false but error 22P02, with the byte where it is wrong';

CREATE FUNCTION synclog.is_field_list(list text, sort_keys boolean) RETURNS boolean
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION synclog.is_field_list(text, boolean) IS
'true for a list of fields, or of sort keys, that synclog.named_query can have; for any other text no false but error 22023, with the byte where it is wrong, or 54000 for too many';

CREATE TABLE synclog.named_query (
	id text COLLATE "C" NOT NULL CHECK (id <> ''),
	topic text COLLATE "C",
	filter text NOT NULL CHECK (synclog.is_filter_template(filter)),
	sort_keys text CHECK (synclog.is_field_list(sort_keys, true)),
	fields text CHECK (synclog.is_field_list(fields, false)),
	page_size integer CHECK (page_size > 0),
	answer text NOT NULL DEFAULT 'page' CHECK (answer IN ('page', 'result', 'grouped')),
	about text,
	shipped boolean NOT NULL DEFAULT false,
	UNIQUE NULLS NOT DISTINCT (id, topic, shipped)
);
COMMENT ON TABLE synclog.named_query IS
'The queries that synclog.get() knows by their id, /audit/<topic>?_queryId=<id>&<parameters>: those that OpenIDM documents and the users'' own. Of several with the id, that of the topic goes before one for all topics, and a user''s before a shipped one. Writing takes privileges on the table, which the extension''s owner grants. Users'' rows are dumped, shipped ones come with the extension.';
COMMENT ON COLUMN synclog.named_query.id IS 'the id, as in _queryId=<id>';
COMMENT ON COLUMN synclog.named_query.topic IS 'the topic that is asked; NULL: any';
COMMENT ON COLUMN synclog.named_query.filter IS
'a filter in which a value may be ${name}, a parameter of the request; ${int:name}, which must be an integer; behind in ${list:name}, the values of a repeated parameter, or those between the commas of a single one and this one as a whole; behind eq ${like:name}, a pattern with % at its start, its end or both, in which _ stands for itself and \ takes the next character literally. A comparison with ${name?} is left out where the parameter is missing or empty. A placeholder stands without quotes, and its name does not begin with _';
COMMENT ON COLUMN synclog.named_query.sort_keys IS 'as for synclog.query(), unless _sortKeys is given; NULL: timestamp,_id';
COMMENT ON COLUMN synclog.named_query.fields IS 'as for synclog.query(), unless _fields is given; NULL: all';
COMMENT ON COLUMN synclog.named_query.page_size IS 'how many events an answer has, unless _pageSize is given; NULL: all';
COMMENT ON COLUMN synclog.named_query.answer IS
'page: the six members of CREST''s answers; result: {"result":[...]} alone; grouped: {"start":...,"result":[...],"summary":...}, for topic recon, result with formatted=false or _sortKeys; and page for either where a parameter of paging is given';
COMMENT ON COLUMN synclog.named_query.about IS 'what it asks';
COMMENT ON COLUMN synclog.named_query.shipped IS 'it came with the extension';
GRANT SELECT ON synclog.named_query TO PUBLIC;

INSERT INTO synclog.named_query (id, topic, answer, sort_keys, fields, page_size, filter, about, shipped)
SELECT q.*, true FROM (VALUES
	('query-all', NULL, 'page', NULL, NULL, NULL::integer,
		'true', 'all events'),
	('query-all-ids', NULL, 'page', NULL, '_id', NULL,
		'true', 'the _id of all events'),
	('get-recons', 'recon', 'page', '-timestamp', 'reconId,timestamp,mapping,message', NULL,
		'/entryType eq "summary" and /mapping pr and /mapping eq ${like:includeMapping?} and ! (/mapping eq ${like:excludeMapping?})',
		'the summaries of reconciliations, newest first, of mappings like one pattern and not like another'),
	('audit-by-recon-id', 'recon', 'grouped', NULL, NULL, NULL,
		'/reconId eq ${reconId}', 'a reconciliation'),
	('audit-by-recon-id-type', 'recon', 'result', NULL, NULL, NULL,
		'/reconId eq ${reconId} and /entryType eq ${entryType}',
		'the events of a reconciliation with an entry type'),
	('audit-by-recon-id-situation', 'recon', 'result', NULL, NULL, NULL,
		'/reconId eq ${reconId} and /situation eq ${situation}',
		'the events of a reconciliation with a situation'),
	('audit-by-recon-id-situations-latest', 'recon', 'result', '-timestamp', NULL, NULL,
		'/reconId eq ${reconId} and /timestamp le ${completed?} and /situation in ${list:situations}',
		'the events of a reconciliation with one of several situations, up to an instant, newest first'),
	('audit-by-recon-id-situations-latest-filtered', 'recon', 'result', '-timestamp', NULL, NULL,
		'/reconId eq ${reconId} and /timestamp le ${completed?} and /situation in ${list:situations} and (/sourceObjectId in ${list:filteredIds} or /targetObjectId in ${list:filteredIds})',
		'of these the ones of certain objects, as source or target'),
	('audit-by-mapping', 'recon', 'result', NULL, NULL, NULL,
		'/mapping eq ${mappingName}', 'the events of a mapping'),
	('audit-last-recon-for-mapping', 'recon', 'result', '-timestamp', NULL, 1,
		'/mapping eq ${mapping} and /entryType eq "start" and ! (/reconAction eq "reconById")',
		'the start of the newest reconciliation of a mapping, other than of single objects'),
	('audit-by-activity-parent-action', 'activity', 'result', NULL, NULL, NULL,
		'/parentActionId eq ${parentActionId}', 'the changes that an action caused')
) q;
SELECT pg_catalog.pg_extension_config_dump('synclog.named_query', 'WHERE NOT shipped');

CREATE FUNCTION synclog.get(url text, OUT status integer, OUT content_type text, OUT body text)
	RETURNS record
	LANGUAGE c STABLE STRICT PARALLEL UNSAFE COST 1000 AS 'MODULE_PATHNAME', 'get_url';
COMMENT ON FUNCTION synclog.get(text) IS
'the answer to a documented GET request: HTTP status, content type and body. url: with or without scheme, host and context path; parameters percent-decoded, + a blank; quotes, blanks and other characters may stand as they are. Paths: /audit/<topic>, with _queryFilter, _queryId (a row of synclog.named_query, and its parameters) or neither (OpenIDM 2''s {"entries":[...]}), _fields, _sortKeys, _pageSize, _pagedResultsCookie, _pagedResultsOffset, _totalPagedResultsPolicy, _prettyPrint and formatted; /audit/<topic>/<_id>, with _fields, _prettyPrint and formatted; /recon, the newest 100 reconciliations, and /recon/<reconId>, with _fields and _prettyPrint; /idm-sync-log-entries, with tenantId, start and size, and /idm-sync-log-entries/<id>/logfile, with tenantId: answered by synclog.sync_run_entries() and sync_run_logfile(); /DirectorySyncLog and /DirectorySyncLog/csv, Code42''s, with eventOccurredAfter, eventOccurredBefore, sortColumn, sortDirection, page[number] and page[size], answered by synclog.directory_sync_log(): a bare list, a page of 100 unless it is said otherwise, and all events as CSV with CRLF. What is wrong with a request gives no error but a status and CREST''s {"code","reason","message","detail"}: 400; 403 without the privilege, and for log entries without a tenant to manage; 404 for a path, event, reconciliation, log entry or tenant that does not exist; 413 above synclog.max_response or temp_file_limit; 501 for an unknown topic, as the servers, and for parameters that the servers have and synclog has not. Other errors (a cancelled statement, too little memory) are errors. NULL for NULL';

------------------------------------------------------------------------------
-- sync_run: runs of a synchronization with their log files
------------------------------------------------------------------------------

CREATE FUNCTION synclog.sync_run_number() RETURNS bigint
	LANGUAGE c VOLATILE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION synclog.sync_run_number() IS
'Draws the number of a new run from the sequence that belongs to the table of topic sync_run, above those of all runs, also of such that the caller does not see. Who may add to the table may draw, whoever owns the sequence; no two calls get the same number. synclog.sync_run_load() calls it. Errors: 42704 if there is no topic sync_run, 42501 without INSERT on its table, 55000 if no sequence belongs to it, 2200H if it has no more numbers.';

CREATE FUNCTION synclog.sync_run_line_event(run bigint, at timestamptz, ordinal bigint, line text) RETURNS text
	LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT format('{"_id":"%s-%s","timestamp":"%s","run":"%s","ordinal":%s,%s}', run, ordinal, synclog.iso8601(at), run, ordinal,
		CASE strpos(line, ': ')
			WHEN 0 THEN format('"message":%s', to_json(line))
			ELSE format('"action":%s,"message":%s', to_json(split_part(line, ': ', 1)), to_json(substr(line, strpos(line, ': ') + 2)))
		END);
END;
COMMENT ON FUNCTION synclog.sync_run_line_event(bigint, timestamptz, bigint, text) IS
'The event of topic sync_run_line that a line of a run''s log file is: action and message are what stands before and behind its first ": ", and a line without that is a message. synclog.sync_run_load_lines() calls it.';

CREATE FUNCTION synclog.sync_run_load_lines(run bigint, at timestamptz, first bigint, lines text[]) RETURNS void
	LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	half CONSTANT integer := cardinality(lines) / 2;
	reason text := 'There is another one of its number.';
BEGIN
	BEGIN
		IF (SELECT l.stored < cardinality(lines) FROM synclog.load('sync_run_line', (
				SELECT string_agg(synclog.sync_run_line_event(run, at, first + u.i - 1, u.line), E'\n' ORDER BY u.i)
				FROM unnest(lines) WITH ORDINALITY u(line, i))) l) THEN
			RAISE data_exception;
		END IF;
		RETURN;
	EXCEPTION WHEN data_exception THEN
		NULL;
	END;
	IF half > 0 THEN
		PERFORM synclog.sync_run_load_lines(run, at, first, lines[:half]);
		PERFORM synclog.sync_run_load_lines(run, at, first + half, lines[half + 1:]);
		RETURN;
	END IF;
	BEGIN
		PERFORM synclog.store('sync_run_line', synclog.sync_run_line_event(run, at, first, lines[1]));
	EXCEPTION WHEN OTHERS THEN
		reason := SQLERRM;
	END;
	RAISE EXCEPTION USING ERRCODE = 'data_exception',
		MESSAGE = format('line %s of the log cannot be stored', first),
		DETAIL = reason,
		HINT = 'Nothing of the run is stored.';
END $$;
COMMENT ON FUNCTION synclog.sync_run_load_lines(bigint, timestamptz, bigint, text[]) IS
'Stores lines of a run''s log file, the first of them with a number: together, or where that does not do each half by itself, down to error 22000, which names the line that cannot be stored. synclog.sync_run_load() calls it.';

CREATE FUNCTION synclog.sync_run_load(type text, tenant_id text, at timestamptz, log text) RETURNS bigint
	LANGUAGE plpgsql VOLATILE COST 10000 SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	started CONSTANT timestamptz := coalesce(at, now());
	-- behind the last LF is no line
	length CONSTANT bigint := octet_length(log) - octet_length(replace(log, E'\n', '')) + (right(log, 1) <> E'\n')::integer;
	run bigint;
	event text;
	loaded record;
	chunk record;
BEGIN
	IF tenant_id IS NOT NULL THEN
		RETURN synclog.sync_run_load_for(type, tenant_id, at, log);
	ELSIF type IS NULL THEN
		RAISE EXCEPTION USING ERRCODE = 'null_value_not_allowed', MESSAGE = 'the type of a run must not be null',
			HINT = 'The documented one is initial-ldap-sync.';
	ELSIF NOT isfinite(started) THEN
		RAISE EXCEPTION USING ERRCODE = 'datetime_field_overflow', MESSAGE = format('no run is at %s', started),
			HINT = 'NULL is now.';
	END IF;
	run := synclog.sync_run_number();
	event := format('{"_id":"%s","timestamp":"%s","type":%s}', run, synclog.iso8601(started), to_json(type));
	SELECT * INTO loaded FROM synclog.load('sync_run', event);
	IF loaded.rejected = 1 THEN
		-- the error that explains it
		PERFORM synclog.store('sync_run', event);
	END IF;
	IF loaded.stored = 0 THEN
		RAISE EXCEPTION USING ERRCODE = 'object_not_in_prerequisite_state',
			MESSAGE = format('run %s cannot be stored', run),
			DETAIL = format('It is there already, or a trigger of table %s keeps nothing.', synclog.topic_table('sync_run'));
	END IF;
	FOR chunk IN
		SELECT min(l.ordinal) AS first, array_agg(l.line ORDER BY l.ordinal) AS lines
		FROM string_to_table(log, E'\n') WITH ORDINALITY l(line, ordinal)
		WHERE l.ordinal <= length
		GROUP BY (l.ordinal - 1) / 10000 ORDER BY 1
	LOOP
		PERFORM synclog.sync_run_load_lines(run, started, chunk.first, chunk.lines);
	END LOOP;
	RETURN run;
END $$;

CREATE FUNCTION synclog.sync_run_load_for(type text, tenant_id text, at timestamptz, log text) RETURNS bigint
	LANGUAGE plpgsql VOLATILE COST 10000 SET search_path = pg_catalog, pg_temp SET synclog.tenant_id = '' AS $$
BEGIN
	-- no longer than this function runs, as it has a value for the setting
	PERFORM set_config('synclog.tenant_id', tenant_id, true);
	RETURN synclog.sync_run_load(type, NULL, at, log);
END $$;
COMMENT ON FUNCTION synclog.sync_run_load_for(text, text, timestamptz, text) IS
'synclog.sync_run_load(), which calls it, with setting synclog.tenant_id.';

COMMENT ON FUNCTION synclog.sync_run_load(text, text, timestamptz, text) IS
'Stores a run of a synchronization, an event of topic sync_run, with its log file, events of topic sync_run_line, all of it or, with an error, nothing; gives the run''s id. type: as initial-ldap-sync. tenant_id: whose run it is; NULL: as for synclog.store(), by setting synclog.tenant_id. at: when it was, the timestamp of the run and of its lines; NULL: now. log: lines that end with LF, but for the last one, perhaps; action and message of a line are what stands before and behind its first ": ", and a line without that is a message; NULL or empty: a run without lines. Ids are 1, 2, 3 and so on, above those of all runs, also of such that the caller does not see; two callers never get the same. Errors: 22004 for a NULL type, 22008 for an infinite time, 22000 for a line that cannot be stored, with its number; 55000 if a trigger keeps no run, or no sequence belongs to the table; those of synclog.store().';

CREATE FUNCTION synclog.sync_run_tenants() RETURNS text[]
	LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	tenants text[];
BEGIN
	IF row_security_active(synclog.topic_table('sync_run')) AND synclog.tenants_enabled() THEN
		tenants := synclog.tenants('manage');
		IF tenants = '{}' THEN
			RAISE EXCEPTION USING ERRCODE = 'insufficient_privilege',
				MESSAGE = 'permission denied for the log entries of synchronizations',
				HINT = 'They are for managers and administrators of a tenant: synclog.grant_tenant(tenant_id, role, ''manager'').';
		END IF;
	END IF;
	RETURN tenants;
END $$;
COMMENT ON FUNCTION synclog.sync_run_tenants() IS
'The tenants whose log entries the caller may ask for, those that it manages; NULL where no tenants are kept apart, or not from the caller. synclog.sync_run_entries() and sync_run_logfile() call it. Error 42501 if there are none.';

CREATE FUNCTION synclog.sync_run_entries(tenant_id text DEFAULT NULL, start bigint DEFAULT 0, size bigint DEFAULT NULL) RETURNS SETOF json
	LANGUAGE plpgsql STABLE PARALLEL SAFE COST 1000 SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	relation CONSTANT regclass := synclog.topic_table('sync_run');
	tenants text[] := synclog.sync_run_tenants();
BEGIN
	IF tenant_id IS NOT NULL THEN
		IF tenant_id <> ALL (tenants) THEN
			RAISE EXCEPTION USING ERRCODE = 'no_data_found', MESSAGE = format('tenant "%s" does not exist', left(tenant_id, 200));
		END IF;
		tenants := ARRAY[tenant_id];
	ELSIF tenants IS NULL THEN
		-- the first and the last, each by index
		EXECUTE format('SELECT array_agg(DISTINCT t.tenant_id) FROM (SELECT min(r.tenant_id) FROM %1$s r UNION ALL SELECT max(r.tenant_id) FROM %1$s r) t(tenant_id)
			WHERE t.tenant_id IS NOT NULL', relation) INTO tenants;
	END IF;
	IF cardinality(tenants) > 1 THEN
		RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = 'there are log entries of several tenants',
			HINT = 'Say which one: tenantId.';
	END IF;
	RETURN QUERY EXECUTE format($query$
		SELECT format('{"id":%%s,"type":%%s,"timeStamp":%%s}', coalesce(e.number::text, to_json(e.id)::text, 'null'), coalesce(to_json(e.type)::text, 'null'),
			coalesce(to_json(to_char(e."timestamp" AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"+0000"'))::text, 'null'))::json
		FROM (SELECT DISTINCT ON (r.number, r.id) r.number, r.id, r.type, r."timestamp" FROM %s r
			WHERE r.tenant_id = $1 ORDER BY r.number, r.id, r."timestamp" OFFSET $2 LIMIT $3) e$query$, relation)
		USING tenants[1], start, size;
END $$;
COMMENT ON FUNCTION synclog.sync_run_entries(text, bigint, bigint) IS
'The runs in topic sync_run as GET /api/enterprise/idm-sync-log-entries of Alfresco Process Services gives them, {"id":1,"type":"initial-ldap-sync","timeStamp":"2015-10-16T22:00:00.000+0000"}, ordered by id, and behind these those whose id is no number, as text. Of several events of a run the first counts. tenant_id: whose; NULL: the caller''s only tenant, that is the only one that it manages or, where tenants are not kept apart, the only one that has runs. start: how many are left out; size: how many it gives; NULL: 0 and all. Errors: 42501 for who manages no tenant, P0002 for a tenant that the caller does not manage, be there one or not, 22023 if tenant_id is NULL and there are several, 2201X and 2201W for numbers below 0, 42704 if there is no topic sync_run.';

CREATE FUNCTION synclog.sync_run_logfile(run text, tenant_id text DEFAULT NULL) RETURNS SETOF text
	LANGUAGE plpgsql STABLE PARALLEL SAFE COST 1000 SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	tenants text[] := synclog.sync_run_tenants();
BEGIN
	EXECUTE format('SELECT array_agg(DISTINCT r.tenant_id) FROM %s r
		WHERE r.id = $1 AND ($2 IS NULL OR r.tenant_id = $2) AND ($3 IS NULL OR r.tenant_id = ANY ($3))', synclog.topic_table('sync_run'))
		INTO tenants USING run, tenant_id, tenants;
	IF tenants IS NULL AND run IS NOT NULL THEN
		RAISE EXCEPTION USING ERRCODE = 'no_data_found', MESSAGE = format('log entry "%s" does not exist', left(run, 200));
	ELSIF cardinality(tenants) > 1 THEN
		RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = format('several tenants have a log entry "%s"', left(run, 200)),
			HINT = 'Say which one: tenantId.';
	END IF;
	RETURN QUERY EXECUTE format('SELECT concat(l.action || '': '', l.message) FROM %s l
		WHERE l.run = $1 AND l.tenant_id = $2 ORDER BY l.ordinal, l."timestamp", l.id', synclog.topic_table('sync_run_line'))
		USING run, tenants[1];
END $$;
COMMENT ON FUNCTION synclog.sync_run_logfile(text, text) IS
'The lines of a run''s log file, in the order of their ordinals, as GET /api/enterprise/idm-sync-log-entries/<id>/logfile of Alfresco Process Services gives them: action, ": " and message, or the message where there is no action. run: its id; NULL: no lines. tenant_id: whose; NULL: of any tenant that the caller manages or, where tenants are not kept apart, of any. Errors: 42501 for who manages no tenant, P0002 if these tenants have no such run, 22023 if several have one, 42704 if there is no topic sync_run or sync_run_line.';

------------------------------------------------------------------------------
-- directory_sync: the log of Code42's directory sync
------------------------------------------------------------------------------

-- the cost has a page of a sorted log computed after the sort
CREATE FUNCTION synclog.directory_sync_entry(event json, at timestamptz) RETURNS json
	LANGUAGE c IMMUTABLE PARALLEL SAFE COST 100 AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION synclog.directory_sync_entry(json, timestamptz) IS
'An event as the directory sync log has it: an object with logEventTimeStamp, which is the instant given (NULL: without it), and of the event the members providerName, username, action, field, oldValue and newValue, in this order, with their values; those that it lacks are left out. NULL for a NULL event. synclog.directory_sync_log() calls it.';

CREATE FUNCTION synclog.directory_sync_log(after timestamptz DEFAULT NULL, before timestamptz DEFAULT NULL,
	sort_column text DEFAULT NULL, sort_direction text DEFAULT NULL,
	page_number integer DEFAULT NULL, page_size integer DEFAULT NULL) RETURNS SETOF json
	LANGUAGE plpgsql STABLE PARALLEL SAFE COST 10000 ROWS 1000 SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	members CONSTANT text[] := '{action,field,logEventTimeStamp,newValue,oldValue,providerName,username}';
	columns CONSTANT text[] := '{action,field,timestamp,new_value,old_value,provider_name,username}';
	sorted CONSTANT text := coalesce(sort_column, 'logEventTimeStamp');
	direction CONSTANT text := coalesce(sort_direction, 'asc');
	page_events CONSTANT bigint := coalesce(page_size, CASE WHEN page_number IS NOT NULL THEN 100 END);
BEGIN
	IF sorted <> ALL (members) THEN
		RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
			MESSAGE = format('the log has no column "%s" to sort by', left(sorted, 100)),
			HINT = format('The columns are %s.', array_to_string(members, ', '));
	END IF;
	IF direction NOT IN ('asc', 'desc') THEN
		RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
			MESSAGE = format('unknown direction "%s" to sort in', left(direction, 100)),
			HINT = 'The directions are asc and desc.';
	END IF;
	IF page_number < 1 OR page_size < 1 THEN
		RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
			MESSAGE = format('%s must be at least 1', CASE WHEN page_number < 1 THEN 'page_number' ELSE 'page_size' END),
			DETAIL = format('It is %s.', CASE WHEN page_number < 1 THEN page_number ELSE page_size END),
			HINT = 'Leave both out for all events.';
	END IF;
	RETURN QUERY EXECUTE format($query$
		SELECT synclog.directory_sync_entry(synclog.event(t), t."timestamp")
		FROM %s t
		WHERE ($1 IS NULL OR t."timestamp" > $1) AND ($2 IS NULL OR t."timestamp" < $2)
		ORDER BY %s t."timestamp" %3$s, t.id %3$s, t.tenant_id %3$s LIMIT $3 OFFSET $4$query$,
			synclog.topic_table('directory_sync'),
			CASE WHEN sorted <> 'logEventTimeStamp' THEN
				format('t.%I COLLATE "C" %s NULLS LAST,', columns[array_position(members, sorted)], direction) END,
			direction)
		USING after, before, page_events, (coalesce(page_number, 1) - 1) * page_events;
END $$;
COMMENT ON FUNCTION synclog.directory_sync_log(timestamptz, timestamptz, text, text, integer, integer) IS
'The events of topic directory_sync as GET /api/v3/DirectorySyncLog gives them: objects with the members logEventTimeStamp, providerName, username, action, field, oldValue and newValue, but for those that an event lacks; the names and the sort columns are of Code42''s "Export Sync Log data", order and form of the objects are inferred. after and before: exclusive bounds of the instant; NULL is no bound. sort_column: one of the seven, text by its bytes, missing and null values last; NULL is logEventTimeStamp. sort_direction: asc or desc; NULL is asc. Ties are broken by the instant, then _id, then the tenant, in that direction. page_number, from 1, and page_size: a page of that many events, 100 where only its number is given; NULL for both is all. Errors: 22023 for wrong arguments, with the list of valid ones; 42704 if there is no topic directory_sync, 42703 if its table lacks columns that synclog.create_topics() gives it.';

------------------------------------------------------------------------------
-- provisioning: tasks that provision accounts, as their events leave them
------------------------------------------------------------------------------

CREATE VIEW synclog.provisioning_sources WITH (security_invoker = true) AS
	SELECT number, source COLLATE "C" AS source, about
	FROM (VALUES
		(1, 'User Self-service Deprovisioning', 'Records generated when users release permissions via Portal -> My Access'),
		(2, 'User Access Request', 'Records generated when users request access via Portal -> Access Request / Access Center, and the request is approved'),
		(3, 'Provisioning Policy Execution', 'Records from account operations triggered by provisioning policies during user operations'),
		(4, 'Retry After Modification', 'Records from re-initiated provisioning tasks due to previous failures'),
		(5, 'Permission Change Events', 'If change tracking is enabled, records generated when editing users or their permissions'),
		(6, 'Global Provisioning Policy', 'Records from account operations triggered by disabling or deleting a user when a global provisioning policy is configured'),
		(7, 'Application Account Policy', 'Records from executing application-specific account policies'),
		(8, 'Access Compliance Review', 'Records from account operations triggered by permission governance checks under Identity Governance -> Permission Governance -> Policy Execution'),
		(9, 'Permission Expiry', 'Records generated when application permissions associated with an account expire and are automatically revoked'),
		(10, 'Manual Operations', 'Records of manual account operations not triggered by user data changes (e.g., account import, batch provisioning, manual creation/editing/deletion/enable/disable)')
	) s(number, source, about);
COMMENT ON VIEW synclog.provisioning_sources IS
'What provisioning tasks come from: the ten sources that ParaView IAM documents for its synchronization logs, in its words.';
COMMENT ON COLUMN synclog.provisioning_sources.number IS 'the number, as in an event''s sourceNo';
COMMENT ON COLUMN synclog.provisioning_sources.source IS 'the name, as in an event''s source';
COMMENT ON COLUMN synclog.provisioning_sources.about IS 'when records have it';
GRANT SELECT ON synclog.provisioning_sources TO PUBLIC;

CREATE FUNCTION synclog.no_response_after() RETURNS interval
	LANGUAGE c STABLE PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION synclog.no_response_after() IS
'Setting synclog.no_response_after as an interval; NULL where it is -1, never. View provisioning_tasks calls it.';

CREATE FUNCTION synclog.provisioning_state(status text, confirmed boolean, last_event timestamptz) RETURNS text
	LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT CASE
		WHEN confirmed THEN 'Success'
		WHEN status = 'No callback' OR status IN ('Pending', 'Running') AND last_event < now() - synclog.no_response_after()
			THEN 'No Response'
		ELSE status
	END;
END;
COMMENT ON FUNCTION synclog.provisioning_state(text, boolean, timestamptz) IS
'The state of a provisioning task by its newest status: Success once it is confirmed, No Response where the log says No callback or where it is Pending or Running and its last event is older than setting synclog.no_response_after, else the status itself. View provisioning_tasks calls it.';

CREATE FUNCTION synclog.tasks_sql(relation regclass) RETURNS text
	LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
	RETURN format($query$
		SELECT e.tenant_id, e.task_id, t.application, t.object_type, t.action,
			coalesce(s.source, t.source) AS source, coalesce(t.source_no, s.number) AS source_no,
			p.status, t.started, e."timestamp" AS last_event, t.parameters, t.request, t.response, t.operation_log,
			CASE WHEN d.has_details THEN t.permission_bindings END AS permission_bindings,
			CASE WHEN d.has_details THEN t.permission_unbindings END AS permission_unbindings,
			t.confirmed_by, t.confirmed_at, t.note, t.retry_of, t.retried_by,
			(SELECT (array_agg(r.task_id ORDER BY r."timestamp", r.id))[1] FROM %1$s r
				WHERE r.tenant_id = e.tenant_id AND r.retry_of = e.task_id) AS retried_as
		FROM %1$s e
			CROSS JOIN LATERAL (
				SELECT min(v."timestamp") AS started,
					min(v."timestamp") FILTER (WHERE v.confirmed) AS confirmed_at, %2$s
				FROM (SELECT f.*, f.confirmed_by IS NOT NULL OR f.status = 'Failed (Confirmed)' AS confirmed
					FROM %1$s f WHERE f.tenant_id = e.tenant_id AND f.task_id = e.task_id
					-- of one time the end comes behind the beginning
					ORDER BY f."timestamp" DESC, f.status = 'Pending', f.status = 'Running', f.id DESC) v
			) t
			LEFT JOIN synclog.provisioning_sources s
				ON t.source IN (s.source, s.number::text) OR t.source IS NULL AND t.source_no = s.number
			CROSS JOIN LATERAL (SELECT synclog.provisioning_state(t.status, t.confirmed_at IS NOT NULL, e."timestamp")) p(status)
			CROSS JOIN LATERAL (SELECT p.status = 'Success' AND t.object_type = 'Account' AND t.action IN ('Create', 'Update')) d(has_details)
		-- of each task the last event, so that asking for the last day reads the last day;
		-- OFFSET keeps the planner from joining with all events there are
		WHERE e.task_id IS NOT NULL AND NOT EXISTS (
			SELECT FROM %1$s l WHERE l.tenant_id = e.tenant_id AND l.task_id = e.task_id
				AND l."timestamp" >= e."timestamp" AND (l."timestamp" > e."timestamp" OR l.id > e.id) OFFSET 0)$query$,
		relation,
		-- a member is what the newest event says that has it
		(SELECT string_agg(format('(array_agg(v.%1$I) FILTER (WHERE v.%1$I IS NOT NULL))[1] AS %1$I', c), ', ')
			FROM unnest('{application,object_type,action,source,source_no,status,parameters,request,response,operation_log,permission_bindings,permission_unbindings,confirmed_by,note,retry_of,retried_by}'::text[]) c));
END $$;
COMMENT ON FUNCTION synclog.tasks_sql(regclass) IS
'The text of the query behind view provisioning_tasks, over a table with the columns of topic provisioning_task. Of events of one instant those are older that say Pending, then those that say Running, then those of the lesser _id. synclog.create_tasks_view() and synclog.provisioning_claim() call it.';

CREATE FUNCTION synclog.create_tasks_view(schema name) RETURNS void
	LANGUAGE plpgsql VOLATILE STRICT SET search_path = pg_catalog, pg_temp AS $$
BEGIN
	EXECUTE format('CREATE OR REPLACE VIEW %I.provisioning_tasks WITH (security_invoker = true) AS %s', schema,
		synclog.tasks_sql(format('%I.provisioning_task', schema)::regclass));
	EXECUTE format('COMMENT ON VIEW %I.provisioning_tasks IS %L', schema,
		'The tasks of topic provisioning_task, each as its events leave it: a column is what the newest event says that has the member.');
	EXECUTE (SELECT string_agg(format('COMMENT ON COLUMN %I.provisioning_tasks.%I IS %L', schema, c.name, c.about), ';')
		FROM (VALUES
			('tenant_id', 'whose task it is'),
			('task_id', 'the task; an index serves it'),
			('application', 'the application that the task is for'),
			('object_type', 'what is provisioned: Account, ...'),
			('action', 'Create, Update, Delete, Enable, Disable'),
			('source', 'what the task comes from, by name, also where events have the number alone; see synclog.provisioning_sources'),
			('source_no', 'the number of the source, also where events have the name alone'),
			('status', 'Pending, Running, Success, Failed, No Response; see synclog.provisioning_state()'),
			('started', 'when the first event was; no index serves it'),
			('last_event', 'when the last event was; an index serves it'),
			('parameters', 'the task''s parameters'),
			('request', 'the payload that went to the application'),
			('response', 'the application''s message'),
			('operation_log', 'the log of the operation'),
			('permission_bindings', 'permissions that the account got, of accounts whose creation or update succeeded'),
			('permission_unbindings', 'permissions that the account lost, of accounts whose creation or update succeeded'),
			('confirmed_by', 'who said by synclog.provisioning_confirm() that it was done by hand'),
			('confirmed_at', 'since when it is confirmed'),
			('note', 'what was noted last, as with that'),
			('retry_of', 'the task that this one tries again'),
			('retried_by', 'who began this task by synclog.provisioning_retry()'),
			('retried_as', 'the task that tries this one again')
		) c(name, about));
END $$;
COMMENT ON FUNCTION synclog.create_tasks_view(name) IS
'Makes view provisioning_tasks, the present state of each task of topic provisioning_task, in the schema of the topic''s table. synclog.create_topics() calls it.';

CREATE FUNCTION synclog.provisioning_claim(task_id text, claim text, OUT tenant_id text, OUT application text,
		OUT object_type text, OUT action text, OUT parameters jsonb)
	LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	relation CONSTANT regclass := synclog.topic_table('provisioning_task');
	-- set to '' it is the tenant of that name
	chosen CONSTANT text := (SELECT s.setting FROM pg_settings s WHERE s.name = 'synclog.tenant_id' AND s.source <> 'default');
	tenants text[];
	task record;
	retry record;
	obstacle text;
BEGIN
	IF task_id IS NULL THEN
		RAISE EXCEPTION USING ERRCODE = 'null_value_not_allowed',
			MESSAGE = 'task_id must not be null';
	END IF;
	-- a snapshot that is kept would not show what another session did while this one waited
	IF current_setting('transaction_isolation') NOT IN ('read committed', 'read uncommitted') THEN
		RAISE EXCEPTION USING ERRCODE = 'feature_not_supported',
			MESSAGE = format('a task cannot be %s in a transaction of isolation level %s', claim, current_setting('transaction_isolation')),
			HINT = 'Use READ COMMITTED.';
	END IF;
	EXECUTE format('SELECT array_agg(DISTINCT e.tenant_id) FROM %s e WHERE e.task_id = $1 AND e.tenant_id = coalesce($2, e.tenant_id)', relation)
		INTO tenants USING task_id, chosen;
	IF tenants IS NULL THEN
		RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
			MESSAGE = format('task "%s" does not exist', task_id),
			DETAIL = 'Topic "provisioning_task" has no event of it.';
	ELSIF cardinality(tenants) > 1 THEN
		RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
			MESSAGE = format('several tenants have a task "%s"', task_id),
			HINT = 'Set synclog.tenant_id to the one that you mean.';
	END IF;

	-- until the end of the transaction; the next statement sees what was committed meanwhile
	PERFORM pg_advisory_xact_lock(hashtextextended(format('provisioning_task %s %s', tenants[1], task_id), 0));
	EXECUTE format('SELECT * FROM (%s) t WHERE t.task_id = $1 AND t.tenant_id = $2', synclog.tasks_sql(relation))
		INTO task USING task_id, tenants[1];
	IF task.retried_as IS NOT NULL THEN
		EXECUTE format('SELECT * FROM (%s) t WHERE t.task_id = $1 AND t.tenant_id = $2', synclog.tasks_sql(relation))
			INTO retry USING task.retried_as, tenants[1];
		obstacle := format('It was retried%s at %s, as task "%s".', ' by ' || retry.retried_by,
			synclog.iso8601(retry.started), task.retried_as);
	ELSIF task.confirmed_at IS NOT NULL THEN
		obstacle := format('It was confirmed%s at %s.', ' by ' || task.confirmed_by, synclog.iso8601(task.confirmed_at));
	ELSIF (task.status IN ('Failed', 'No Response')) IS NOT TRUE THEN
		obstacle := format('Its status is %s since %s.', coalesce(task.status, 'unknown'), synclog.iso8601(task.last_event));
	END IF;
	IF obstacle IS NOT NULL THEN
		RAISE EXCEPTION USING ERRCODE = 'object_not_in_prerequisite_state',
			MESSAGE = format('task "%s" cannot be %s', task_id, claim),
			DETAIL = obstacle,
			HINT = 'A task that failed or got no response can be confirmed or retried, once.';
	END IF;
	SELECT task.tenant_id, task.application, task.object_type, task.action, task.parameters
		INTO tenant_id, application, object_type, action, parameters;
END $$;
COMMENT ON FUNCTION synclog.provisioning_claim(text, text) IS
'A task that may be confirmed or retried (claim, a participle for messages) and that no other session will confirm or retry before the end of the transaction. Errors: those of synclog.provisioning_confirm(), which calls it as synclog.provisioning_retry() does.';

CREATE FUNCTION synclog.provisioning_store(tenant_id text, event jsonb) RETURNS void
	LANGUAGE plpgsql VOLATILE STRICT SET search_path = pg_catalog, pg_temp SET synclog.tenant_id = '' AS $$
BEGIN
	PERFORM set_config('synclog.tenant_id', tenant_id, true);
	PERFORM synclog.store('provisioning_task', event || jsonb_build_object('timestamp', synclog.iso8601(clock_timestamp())));
END $$;
COMMENT ON FUNCTION synclog.provisioning_store(text, jsonb) IS
'Stores an event of a task that happens now, as the tenant''s. Errors as those of synclog.store(). synclog.provisioning_confirm() and synclog.provisioning_retry() call it.';

CREATE FUNCTION synclog.provisioning_confirm(task_id text, note text DEFAULT NULL) RETURNS void
	LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	task record := synclog.provisioning_claim(task_id, 'confirmed');
BEGIN
	PERFORM synclog.provisioning_store(task.tenant_id, jsonb_strip_nulls(jsonb_build_object('taskId', task_id,
		'status', 'Success', 'confirmedBy', current_user, 'note', note)));
END $$;
COMMENT ON FUNCTION synclog.provisioning_confirm(text, text) IS
'Says that what a provisioning task should have done was done by hand, as Confirm in ParaView IAM: stores an event of the task by which it is a success from then on, with the current role, the time and a note (NULL: none), in view provisioning_tasks. What the identity management goes on to do then, such as deleting an account, is its own affair. Needs SELECT on the table of topic provisioning_task and what synclog.store() needs. Errors: 22004 for a NULL task, 22023 for a task that does not exist or that several tenants have (synclog.tenant_id names one), 55000 for one that neither failed nor got no response, or that was confirmed or retried before, with its status, by whom and when; 0A000 in transactions other than of READ COMMITTED; those of synclog.store(). Of two sessions that confirm or retry a task at once the second waits for the first.';

CREATE FUNCTION synclog.provisioning_retry(task_id text, parameters jsonb DEFAULT NULL) RETURNS text
	LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	task record := synclog.provisioning_claim(task_id, 'retried');
	new_id CONSTANT text := gen_random_uuid();
BEGIN
	PERFORM synclog.provisioning_store(task.tenant_id, jsonb_strip_nulls(jsonb_build_object('taskId', new_id,
			'application', task.application, 'objectType', task.object_type, 'action', task.action,
			'source', s.source, 'sourceNo', s.number, 'status', 'Pending', 'retryOf', task_id, 'retriedBy', current_user))
		|| jsonb_build_object('parameters', CASE
			WHEN jsonb_typeof(task.parameters) = 'object' AND jsonb_typeof(parameters) = 'object'
				THEN task.parameters || parameters
			ELSE coalesce(parameters, task.parameters)
		END))
		FROM synclog.provisioning_sources s WHERE s.source = 'Retry After Modification';
	RETURN new_id;
END $$;
COMMENT ON FUNCTION synclog.provisioning_retry(text, jsonb) IS
'Begins a provisioning task anew: stores the first event of a new task, Pending, of source Retry After Modification, with application, object type and action of the old one, and gives its id, a UUID. parameters: what is changed; of two objects the members at the top are merged, any other value takes the place of the old ones, NULL keeps them. The new task names the old one in retry_of and the current role in retried_by, the old one the new in retried_as. Whoever carries tasks out finds it by its status. Privileges, errors and concurrency are those of synclog.provisioning_confirm().';

------------------------------------------------------------------------------
-- tenants: who may see what
------------------------------------------------------------------------------

CREATE TABLE synclog.tenant_grant (
	tenant_id text COLLATE "C" NOT NULL,
	role regrole NOT NULL,
	level text COLLATE "C" NOT NULL CHECK (level IN ('reader', 'writer', 'manager', 'administrator')),
	PRIMARY KEY (role, tenant_id, level)
);
COMMENT ON TABLE synclog.tenant_grant IS
'Which roles have which tenants; synclog.grant_tenant() and synclog.revoke_tenant() write it, which needs SELECT, INSERT and DELETE on it, which the extension''s owner grants. Others cannot read it: synclog.tenants() tells them of their own.';
COMMENT ON COLUMN synclog.tenant_grant.tenant_id IS 'the tenant, as in column tenant_id of the topics'' tables; empty: of the events of no tenant';
COMMENT ON COLUMN synclog.tenant_grant.role IS 'the role, with all of its members';
COMMENT ON COLUMN synclog.tenant_grant.level IS 'reader: sees the tenant''s events; writer: adds events, and sees none; manager and administrator: see and add, and may make the calls that documents reserve for them';
-- no policy, which would keep whoever is bound by one from dumping a database without tenants
GRANT SELECT ON synclog.tenant_grant TO pg_database_owner;
-- the number of a role that is gone may be another role's where a dump is restored
SELECT pg_catalog.pg_extension_config_dump('synclog.tenant_grant',
	'WHERE EXISTS (SELECT FROM pg_catalog.pg_roles r WHERE r.oid OPERATOR(pg_catalog.=) role)');

CREATE FUNCTION synclog.tenants(may text DEFAULT 'see') RETURNS text[]
	LANGUAGE c STABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION synclog.tenants(text) IS
'the tenants whose events the caller may see, add, or manage (that is, make the calls that documents reserve for managers and administrators), by the grants to it and to the roles whose privileges it has; those that row-level security does not bind (the tables'' owner, superusers, BYPASSRLS) see all events, whatever this gives. may: see, add or manage. NULL for NULL; error 22023 for another right. The policies of synclog.enable_tenants() ask it, once in a query.';

CREATE FUNCTION synclog.storing_tenant(relation regclass) RETURNS text
	LANGUAGE c STABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION synclog.storing_tenant(regclass) IS
'The tenant whose events the caller''s synclog.store() and load() store in a table: setting synclog.tenant_id; if that is not set, for a role that synclog.enable_tenants() binds its only tenant, else NULL, which is the default of column tenant_id; NULL too for a table without that column. Errors: 22023 if the role has several tenants and the setting is not set; 42501 if it may not add the tenant''s events; 42P01 if there is no such table.';

CREATE FUNCTION synclog.tenants_enabled() RETURNS boolean
	LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT EXISTS (SELECT FROM synclog.topic t JOIN pg_policy p ON p.polrelid = t.relation WHERE p.polname = 'tenant_see');
END;
COMMENT ON FUNCTION synclog.tenants_enabled() IS
'Whether synclog.enable_tenants() was called: whether a topic''s table has its policy.';

CREATE FUNCTION synclog.tenant_tables(topics regclass[]) RETURNS SETOF regclass
	LANGUAGE sql STABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
	SELECT t.oid::regclass FROM pg_class t WHERE t.oid = ANY (topics)
	UNION
	SELECT r.oid::regclass
	FROM pg_class t JOIN pg_class r ON r.relnamespace = t.relnamespace AND r.relname = 'rejected' AND r.relkind IN ('r', 'p')
		AND r.relowner = t.relowner
	WHERE t.oid = ANY (topics);
END;
COMMENT ON FUNCTION synclog.tenant_tables(regclass[]) IS
'These tables of topics, as far as they exist, and the tables rejected beside them of the same owner. synclog.apply_tenants(), synclog.tenant_objects() and synclog.tenant_gaps() call it.';

CREATE FUNCTION synclog.tenant_objects(topics regclass[], OUT owner regrole, OUT object text, OUT see text, OUT add text) RETURNS SETOF record
	LANGUAGE sql STABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
	WITH guarded AS MATERIALIZED (
		SELECT c.* FROM synclog.tenant_tables(topics) t JOIN pg_class c ON c.oid = t WHERE c.relkind <> 'f'
	), dependent AS MATERIALIZED (
		SELECT v.oid, v.relowner, v.relkind, v.reloptions
		FROM guarded g JOIN pg_depend d ON d.refclassid = 'pg_class'::regclass AND d.refobjid = g.oid
			LEFT JOIN pg_rewrite r ON d.classid = 'pg_rewrite'::regclass AND r.oid = d.objid
			JOIN pg_class v ON v.oid = r.ev_class AND v.relkind = 'v' AND v.relnamespace = g.relnamespace AND v.relowner = g.relowner
				OR v.oid = d.objid AND d.classid = 'pg_class'::regclass AND d.deptype = 'a' AND v.relkind = 'S'
	)
	SELECT n.nspowner, format('SCHEMA %s', n.oid::regnamespace), 'USAGE', 'USAGE'
	FROM pg_namespace n WHERE n.oid IN (SELECT g.relnamespace FROM guarded g)
	UNION ALL
	SELECT g.relowner, format('TABLE %s', g.oid::regclass), 'SELECT', 'INSERT' FROM guarded g
	UNION
	SELECT d.relowner, format('TABLE %s', d.oid::regclass), 'SELECT', (SELECT 'INSERT' FROM pg_trigger t WHERE t.tgrelid = d.oid LIMIT 1)
	FROM dependent d
	WHERE d.relkind = 'v' AND EXISTS (SELECT FROM pg_options_to_table(d.reloptions) o
		WHERE o.option_name = 'security_invoker' AND o.option_value::boolean)
	UNION
	SELECT d.relowner, format('SEQUENCE %s', d.oid::regclass), NULL, 'USAGE' FROM dependent d WHERE d.relkind = 'S';
END;
COMMENT ON FUNCTION synclog.tenant_objects(regclass[]) IS
'What a role uses that sees or adds events of these topics, as GRANT names it, with its owner and the privileges that seeing and adding take: schema, tables, views in the same schema that ask with their user''s rights, sequences of columns. Foreign tables, which have no row-level security, are not among them. synclog.tenant_privileges() calls it.';

CREATE FUNCTION synclog.check_owner(relations regclass[]) RETURNS void
	LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	foreign_names CONSTANT text := (SELECT string_agg(format('%s (%s)', c.oid::regclass, c.relowner::regrole), ', ' ORDER BY c.relname)
		FROM pg_class c WHERE c.oid = ANY (relations) AND NOT pg_has_role(c.relowner, 'USAGE'));
BEGIN
	IF foreign_names IS NOT NULL THEN
		RAISE EXCEPTION USING ERRCODE = 'insufficient_privilege',
			MESSAGE = 'tables belong to another role',
			DETAIL = format('They are %s.', foreign_names),
			HINT = 'SET ROLE to the owner.';
	END IF;
END $$;
COMMENT ON FUNCTION synclog.check_owner(regclass[]) IS
'Error 42501 unless the caller has the privileges of the owner of each of the tables. synclog.owned_topics(), guard_table(), revoke_from_others() and tenant_privileges() call it.';

CREATE FUNCTION synclog.owned_topics() RETURNS regclass[]
	LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	topics regclass[];
BEGIN
	PERFORM synclog.lock_tenants();
	topics := (SELECT array_agg(t.relation ORDER BY t.name) FROM synclog.topic t JOIN pg_class c ON c.oid = t.relation);
	IF topics IS NULL THEN
		RAISE EXCEPTION USING ERRCODE = 'object_not_in_prerequisite_state',
			MESSAGE = 'there are no topics',
			HINT = 'Call synclog.create_topics() to create the built-in topics.';
	END IF;
	PERFORM synclog.check_owner(topics);
	RETURN topics;
END $$;
COMMENT ON FUNCTION synclog.owned_topics() IS
'The tables of all topics, of which there will be no others before the end of the transaction. Errors: 42501 unless the caller has the privileges of the owner of each, 55000 without topics. synclog.enable_tenants(), grant_tenant() and revoke_tenant() call it.';

CREATE FUNCTION synclog.revoke_from_others(relation regclass, kept text[]) RETURNS void
	LANGUAGE plpgsql VOLATILE STRICT SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	privilege text;
	grantee text;
BEGIN
	PERFORM synclog.check_owner(ARRAY[relation]);
	FOR privilege, grantee IN
		SELECT DISTINCT x.privilege_type, CASE x.grantee WHEN 0 THEN 'PUBLIC' ELSE x.grantee::regrole::text END
			FROM pg_class c
				CROSS JOIN LATERAL (SELECT c.relacl UNION ALL SELECT a.attacl FROM pg_attribute a WHERE a.attrelid = c.oid) l(acl)
				CROSS JOIN LATERAL aclexplode(l.acl) x
			WHERE c.oid = relation AND x.grantee <> c.relowner AND x.privilege_type <> ALL (kept)
			ORDER BY 1, 2
	LOOP
		EXECUTE format('REVOKE %s ON TABLE %s FROM %s CASCADE', privilege, relation, grantee);
	END LOOP;
END $$;
COMMENT ON FUNCTION synclog.revoke_from_others(regclass, text[]) IS
'Takes all privileges on a table and its columns but the kept ones from everybody but its owner. Error 42501 unless the caller has the privileges of the owner. synclog.hide_table() and synclog.guard_table() call it.';

CREATE FUNCTION synclog.hide_table(relation regclass) RETURNS void
	LANGUAGE plpgsql VOLATILE STRICT SET search_path = pg_catalog, pg_temp AS $$
BEGIN
	-- foreign tables have privileges alone
	IF (SELECT c.relkind IN ('r', 'p') AND NOT c.relrowsecurity FROM pg_class c WHERE c.oid = relation) THEN
		EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', relation);
	END IF;
	PERFORM synclog.revoke_from_others(relation, '{}');
END $$;
COMMENT ON FUNCTION synclog.hide_table(regclass) IS
'Leaves a partition to its owner: row-level security without a policy, and no privileges for others, whatever the default ones are. What is asked through the partitioned table needs neither. synclog.guard_table() calls it, and whatever makes a month of a table with row-level security. Error 42501 unless the caller has the privileges of the table''s owner.';

CREATE FUNCTION synclog.guard_table(relation regclass) RETURNS void
	LANGUAGE plpgsql VOLATILE STRICT SET search_path = pg_catalog, pg_temp SET client_min_messages = warning AS $$
DECLARE
	found CONSTANT pg_class := (SELECT c FROM pg_class c WHERE c.oid = relation);
	tenant text;
BEGIN
	PERFORM synclog.check_owner(ARRAY[relation]);
	IF found.relkind = 'f' THEN
		PERFORM synclog.hide_table(relation);
		RAISE WARNING USING MESSAGE = format('foreign table %s is left to its owner', relation),
			DETAIL = 'Foreign tables cannot have row-level security.';
		RETURN;
	END IF;
	IF found.relname = 'rejected' THEN
		PERFORM synclog.add_rejected_tenant(relation);
	END IF;
	PERFORM synclog.revoke_from_others(relation, '{SELECT,INSERT,MAINTAIN}');
	tenant := coalesce((SELECT 'tenant_id::text' FROM pg_attribute a
		WHERE a.attrelid = relation AND a.attname = 'tenant_id' AND NOT a.attisdropped), quote_literal(''));
	EXECUTE format('DROP POLICY IF EXISTS tenant_see ON %1$s; DROP POLICY IF EXISTS tenant_add ON %1$s;
		CREATE POLICY tenant_see ON %1$s FOR SELECT USING (%2$s = ANY ((SELECT synclog.tenants(''see''))::text[]));
		CREATE POLICY tenant_add ON %1$s FOR INSERT WITH CHECK (%2$s = ANY ((SELECT synclog.tenants(''add''))::text[]));
		COMMENT ON POLICY tenant_see ON %1$s IS ''readers, managers and administrators see the events of their tenants'';
		COMMENT ON POLICY tenant_add ON %1$s IS ''writers, managers and administrators add events of their tenants'';
		ALTER TABLE %1$s ENABLE ROW LEVEL SECURITY', relation, tenant);
	-- the table is locked: a month that another session was making is there, the next one is hidden
	PERFORM synclog.hide_table(p.oid)
		FROM (WITH RECURSIVE part(oid) AS (
				SELECT i.inhrelid FROM pg_inherits i WHERE i.inhparent = relation
				UNION SELECT i.inhrelid FROM part JOIN pg_inherits i ON i.inhparent = part.oid
			) SELECT part.oid FROM part) p;
END $$;
COMMENT ON FUNCTION synclog.guard_table(regclass) IS
'Puts the policies of tenants on a topic''s table, or a table rejected: row-level security by column tenant_id, or as of no tenant where there is none. Others than the owner keep SELECT and INSERT, on partitions no privilege; a foreign table is left to its owner alone, with a warning. synclog.apply_tenants() calls it. Error 42501 unless the caller has the privileges of the table''s owner.';

CREATE FUNCTION synclog.tenant_privileges(topics regclass[], role regrole) RETURNS void
	LANGUAGE plpgsql VOLATILE STRICT SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	levels CONSTANT text[] := ARRAY(SELECT g.level FROM synclog.tenant_grant g WHERE g.role = tenant_privileges.role);
	privilege text;
	object text;
	wanted boolean;
BEGIN
	PERFORM synclog.check_owner(topics);
	FOR privilege, object, wanted IN
		SELECT p.privilege, o.object, bool_or(p.wanted)
			FROM synclog.tenant_objects(topics) o CROSS JOIN LATERAL (VALUES
				(o.see, levels && '{reader,manager,administrator}'), (o.add, levels && '{writer,manager,administrator}')) p(privilege, wanted)
			-- an owner's privileges are no grants, and into a schema of another role that role lets whom it likes
			WHERE p.privilege IS NOT NULL AND o.owner <> role AND pg_has_role(o.owner, 'USAGE')
			GROUP BY o.object, p.privilege ORDER BY o.object, p.privilege
	LOOP
		EXECUTE format(CASE WHEN wanted THEN 'GRANT %s ON %s TO %s' ELSE 'REVOKE %s ON %s FROM %s' END, privilege, object, role);
	END LOOP;
END $$;
COMMENT ON FUNCTION synclog.tenant_privileges(regclass[], regrole) IS
'Gives a role the privileges on these topics that its grants take, and takes back the others of these; of schemas only of such as belong to the caller, or a role whose privileges it has. synclog.apply_tenants(), grant_tenant() and revoke_tenant() call it. Error 42501 unless the caller has the privileges of the tables'' owners.';

CREATE FUNCTION synclog.apply_tenants(topics regclass[]) RETURNS void
	LANGUAGE plpgsql VOLATILE STRICT SET search_path = pg_catalog, pg_temp AS $$
BEGIN
	PERFORM synclog.guard_table(t.relation) FROM (SELECT * FROM synclog.tenant_tables(topics) ORDER BY 1) t(relation);
	PERFORM synclog.tenant_privileges(topics, g.role)
		FROM (SELECT DISTINCT g.role FROM synclog.tenant_grant g JOIN pg_roles r ON r.oid = g.role ORDER BY 1) g;
END $$;
COMMENT ON FUNCTION synclog.apply_tenants(regclass[]) IS
'Brings these topics up to date with synclog.tenant_grant: policies and privileges of their tables and of the tables rejected beside them. synclog.enable_tenants() calls it and, once that was called, create_topics() and add_topic(). Error 42501 unless the caller has the privileges of the tables'' owners, and SELECT on synclog.tenant_grant.';

CREATE FUNCTION synclog.lock_tenants() RETURNS void
	LANGUAGE sql VOLATILE
BEGIN ATOMIC
	SELECT pg_advisory_xact_lock('synclog.tenant_grant'::regclass::oid::integer, 0);
END;
COMMENT ON FUNCTION synclog.lock_tenants() IS
'Has one transaction at a time change topics, grants and privileges: a topic that is new is not missed, and privileges are the same rows of the system''s catalogs. synclog.register_topic() and owned_topics() call it.';

CREATE FUNCTION synclog.add_rejected_tenant(rejected regclass) RETURNS void
	LANGUAGE plpgsql VOLATILE STRICT SET search_path = pg_catalog, pg_temp AS $$
BEGIN
	EXECUTE format('ALTER TABLE %s ADD COLUMN IF NOT EXISTS tenant_id text COLLATE "C" NOT NULL DEFAULT ''''', rejected);
	EXECUTE format('COMMENT ON COLUMN %s.tenant_id IS %L', rejected, 'whose event it was to be');
END $$;
COMMENT ON FUNCTION synclog.add_rejected_tenant(regclass) IS
'Adds column tenant_id to a table rejected that does not have it yet. synclog.create_topics() and synclog.apply_tenants() call it.';

-- the planner takes these few rows for millions: compiled it takes two seconds instead of a tenth of one
CREATE FUNCTION synclog.tenant_gaps(OUT relation regclass, OUT gap text) RETURNS SETOF record
	LANGUAGE plpgsql STABLE PARALLEL RESTRICTED SET search_path = pg_catalog, pg_temp SET jit = off AS $$
BEGIN
	RETURN QUERY
		WITH RECURSIVE guarded AS MATERIALIZED (
			SELECT c.*, true AS is_root
			FROM pg_class c JOIN (
				SELECT t FROM synclog.tenant_tables(ARRAY(SELECT t.relation FROM synclog.topic t)) t
				UNION
				-- a superuser's takes what is rejected too
				SELECT r.oid
				FROM synclog.topic t JOIN pg_class c ON c.oid = t.relation JOIN pg_class r ON r.relnamespace = c.relnamespace
					JOIN pg_roles o ON o.oid = r.relowner
				WHERE r.relname = 'rejected' AND r.relkind IN ('r', 'p') AND o.rolsuper
			) g(oid) ON c.oid = g.oid
		), part(oid) AS (
			SELECT i.inhrelid FROM guarded g JOIN pg_inherits i ON i.inhparent = g.oid
			UNION SELECT i.inhrelid FROM part JOIN pg_inherits i ON i.inhparent = part.oid
		), all_tables AS MATERIALIZED (
			SELECT * FROM guarded UNION ALL SELECT c.*, false FROM part JOIN pg_class c ON c.oid = part.oid
		), reader(oid) AS (
			SELECT t.oid FROM all_tables t
			UNION SELECT w.ev_class FROM reader JOIN pg_depend d ON d.refclassid = 'pg_class'::regclass AND d.refobjid = reader.oid
				JOIN pg_rewrite w ON d.classid = 'pg_rewrite'::regclass AND w.oid = d.objid
		)
		SELECT t.oid::regclass, format('it has no row-level security, and %s may use it', string_agg(DISTINCT
				CASE x.grantee WHEN 0 THEN 'PUBLIC' ELSE x.grantee::regrole::text END, ', '))
			FROM all_tables t CROSS JOIN LATERAL aclexplode(t.relacl) x
			WHERE NOT t.relrowsecurity AND x.grantee <> t.relowner
			GROUP BY t.oid
		UNION ALL
		SELECT t.oid::regclass, format('it belongs to %s, who sees all of it', t.relowner::regrole)
			FROM all_tables t JOIN pg_inherits i ON i.inhrelid = t.oid JOIN pg_class p ON p.oid = i.inhparent
			WHERE t.relowner <> p.relowner
		UNION ALL
		SELECT t.oid::regclass, format('policy %I lets through what it allows', p.polname)
			FROM all_tables t JOIN pg_policy p ON p.polrelid = t.oid
			WHERE p.polpermissive AND NOT (t.is_root AND p.polname IN ('tenant_see', 'tenant_add'))
		UNION ALL
		SELECT v.oid::regclass, CASE v.relkind WHEN 'm' THEN 'it is a materialized view of events, and others may use it'
				ELSE 'it is a view of events that asks with the rights of its owner, and others may use it' END
			FROM reader r JOIN pg_class v ON v.oid = r.oid
			WHERE v.relkind IN ('v', 'm') AND EXISTS (SELECT FROM aclexplode(v.relacl) x WHERE x.grantee <> v.relowner)
				AND NOT EXISTS (SELECT FROM pg_options_to_table(v.reloptions) o
					WHERE v.relkind = 'v' AND o.option_name = 'security_invoker' AND o.option_value::boolean)
				AND EXISTS (SELECT FROM pg_roles o JOIN guarded g ON o.oid = v.relowner
					WHERE o.rolbypassrls OR pg_has_role(o.oid, g.relowner, 'USAGE'))
		UNION ALL
		SELECT t.oid::regclass, format('unique index %s has no tenant: who stores learns that another tenant has the key', i.indexrelid::regclass)
			FROM all_tables t JOIN pg_attribute a ON a.attrelid = t.oid AND a.attname = 'tenant_id' AND NOT a.attisdropped
				JOIN pg_index i ON i.indrelid = t.oid AND i.indisunique AND a.attnum <> ALL (i.indkey)
		ORDER BY 1, 2;
END $$;
COMMENT ON FUNCTION synclog.tenant_gaps() IS
'What leads around the policies of synclog.enable_tenants(): tables and partitions of topics without row-level security that others may use (foreign ones, and those attached since), partitions of another owner, other permissive policies, views that others may use and that ask with the rights of an owner who sees all, unique indexes across tenants. No rows if all is well. What functions with the rights of their owner do is not looked into.';

CREATE FUNCTION synclog.enable_tenants() RETURNS void
	LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	topics CONSTANT regclass[] := synclog.owned_topics();
	left_out text;
	found record;
BEGIN
	PERFORM synclog.apply_tenants(topics);
	FOR found IN SELECT * FROM synclog.tenant_gaps() LOOP
		RAISE WARNING USING MESSAGE = format('%s does not keep tenants apart', found.relation),
			DETAIL = format('%s.', upper(left(found.gap, 1)) || substr(found.gap, 2));
	END LOOP;
	SELECT string_agg(DISTINCT CASE x.grantee WHEN 0 THEN 'PUBLIC' ELSE x.grantee::regrole::text END, ', ') INTO left_out
		FROM pg_class c CROSS JOIN LATERAL aclexplode(c.relacl) x
		WHERE c.oid = ANY (topics) AND x.grantee <> c.relowner
			AND NOT EXISTS (SELECT FROM synclog.tenant_grant g WHERE g.role = x.grantee);
	IF left_out IS NOT NULL THEN
		RAISE NOTICE USING MESSAGE = format('roles without a tenant: %s', left_out),
			DETAIL = 'They have privileges on tables of topics, and see and store nothing there now.',
			HINT = 'synclog.grant_tenant('''', role) lets a role see the events of no tenant.';
	END IF;
END $$;
COMMENT ON FUNCTION synclog.enable_tenants() IS
'From now on every role but the tables'' owner sees and adds the events of its tenants alone, in all topics and in the tables rejected beside them: row-level security with policies by column tenant_id (a table without it has the events of no tenant), on tables and partitions; of privileges others keep SELECT and INSERT, on partitions none. Called again it takes up what has come since, such as partitions attached by hand. Warnings name what leads around it (synclog.tenant_gaps()) and foreign tables, which are left to their owner; a notice names roles with privileges and without a tenant. Errors: 42501 unless the caller has the privileges of the owner of each topic''s table, and SELECT on synclog.tenant_grant, 55000 without topics.';

CREATE FUNCTION synclog.grant_tenant(tenant_id text, role regrole, level text DEFAULT 'reader') RETURNS void
	LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	topics CONSTANT regclass[] := synclog.owned_topics();
BEGIN
	IF tenant_id IS NULL OR role IS NULL OR level IS NULL THEN
		RAISE EXCEPTION USING ERRCODE = 'null_value_not_allowed',
			MESSAGE = 'tenant, role and level must not be null',
			HINT = 'The tenant of events of no tenant is the empty string.';
	ELSIF level NOT IN ('reader', 'writer', 'manager', 'administrator') THEN
		RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
			MESSAGE = format('there is no level "%s"', level),
			HINT = 'The levels are reader, writer, manager and administrator.';
	ELSIF NOT EXISTS (SELECT FROM pg_roles r WHERE r.oid = grant_tenant.role) THEN
		RAISE EXCEPTION USING ERRCODE = 'undefined_object', MESSAGE = format('role %s does not exist', role);
	ELSIF NOT synclog.tenants_enabled() THEN
		RAISE EXCEPTION USING ERRCODE = 'object_not_in_prerequisite_state',
			MESSAGE = 'tenants are not enabled',
			DETAIL = 'Whoever may read a topic sees the events of all tenants.',
			HINT = 'Call synclog.enable_tenants() first.';
	END IF;
	INSERT INTO synclog.tenant_grant VALUES (tenant_id, role, level) ON CONFLICT DO NOTHING;
	PERFORM synclog.tenant_privileges(topics, role);
END $$;
COMMENT ON FUNCTION synclog.grant_tenant(text, regrole, text) IS
'Lets a role, and its members, see and add events of a tenant, and gives it the privileges that this takes on schema, tables, views and sequences, in all topics, those that are made later included. tenant_id: '''' is that of events of no tenant. level: reader sees; writer adds and sees none; manager and administrator see and add, and may make the calls that documents reserve for them. Errors: 55000 before synclog.enable_tenants(), since the privileges alone would show all events; 22004 for NULL, 22023 for another level, 42704 for no role; 42501 unless the caller has the privileges of the tables'' owners, and SELECT and INSERT on synclog.tenant_grant.';

CREATE FUNCTION synclog.revoke_tenant(tenant_id text, role regrole, level text DEFAULT NULL) RETURNS void
	LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	topics CONSTANT regclass[] := synclog.owned_topics();
BEGIN
	IF tenant_id IS NULL OR role IS NULL THEN
		RAISE EXCEPTION USING ERRCODE = 'null_value_not_allowed',
			MESSAGE = 'tenant and role must not be null';
	END IF;
	DELETE FROM synclog.tenant_grant g
		WHERE g.tenant_id = revoke_tenant.tenant_id AND g.role = revoke_tenant.role
			AND (revoke_tenant.level IS NULL OR g.level = revoke_tenant.level);
	IF FOUND AND EXISTS (SELECT FROM pg_roles r WHERE r.oid = revoke_tenant.role) THEN
		PERFORM synclog.tenant_privileges(topics, role);
	END IF;
END $$;
COMMENT ON FUNCTION synclog.revoke_tenant(text, regrole, text) IS
'Takes back what synclog.grant_tenant() gave a role of a tenant, at one level or, for NULL, at all; with the last grant that needs them also the privileges. What was not granted is no error. Errors: 22004 for a tenant or role that is NULL; 42501 unless the caller has the privileges of the tables'' owners, and SELECT and DELETE on synclog.tenant_grant.';

------------------------------------------------------------------------------
-- causes: two runs compared, what failed and of what
------------------------------------------------------------------------------

CREATE FUNCTION synclog.failure_cause(exception text, message text DEFAULT NULL,
	otherwise text DEFAULT NULL, ids text[] DEFAULT NULL) RETURNS text
	LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION synclog.failure_cause(text, text, text, text[]) IS
'what an event failed of, equal for events that fail alike: the class of the exception, ": ", and the message with * for quoted values, UUIDs, distinguished names, objects of managed/user/x and system/ldap/account/x, values of assignments and of keys as in (a)=(b), addresses, and words that begin with a digit. exception: a stack trace, whose first line counts, or what else stands for its class, a status code or the name of a module. message: the event''s, of which 1000 bytes count; NULL or empty: the rest of that line. otherwise: what stands where there is no message at all. ids: of the event''s objects, whose names, behind the last /, are * in the message too. NULL if nothing is known. synclog.failures() and synclog.recon_failures() group by it';

CREATE FUNCTION synclog.recon_side(reconciling text, source_object_id text, target_object_id text) RETURNS text
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT CASE WHEN target_object_id <> '' AND (coalesce(source_object_id, '') = '' OR reconciling = 'target') THEN 'target'
		WHEN source_object_id <> '' THEN 'source' END;
END;
COMMENT ON FUNCTION synclog.recon_side(text, text, text) IS
'Which of its two objects an entry of a reconciliation is about: target in the target phase, where reconciling says so, else source; the other one where that is missing or empty, and NULL where both are. synclog.recon_objects() and synclog.failed_rows() call it.';

CREATE FUNCTION synclog.recon_objects() RETURNS text
	LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
	RETURN format($q$(SELECT r.*, (CASE s.side WHEN 'target' THEN r.target_object_id ELSE r.source_object_id END) COLLATE "C" AS object_id,
			s.side, coalesce(nullif(r.link_qualifier, ''), 'default') AS link
		FROM %s r CROSS JOIN LATERAL (SELECT synclog.recon_side(r.reconciling, r.source_object_id, r.target_object_id) COLLATE "C") s(side)
		WHERE r.entry_type IS DISTINCT FROM 'start' AND r.entry_type IS DISTINCT FROM 'summary' AND s.side IS NOT NULL)$q$,
		synclog.topic_rows('recon', '{recon_id,entry_type,reconciling,source_object_id,target_object_id,link_qualifier,situation,action,status}'));
END $$;
COMMENT ON FUNCTION synclog.recon_objects() IS
'The text of a subquery that gives the entries of reconciliations that are about an object, with its id, its side and its link: events of 2.x have no link qualifier, which is the default one. synclog.recon_diff() and synclog.recon_repeat_offenders() build their queries on it.';

CREATE FUNCTION synclog.recon_run(run text, OUT recon_id text, OUT mapping text, OUT started timestamptz)
	LANGUAGE plpgsql STABLE STRICT PARALLEL RESTRICTED SET search_path = pg_catalog, pg_temp AS $$
BEGIN
	SELECT h.recon_id, h.mapping, h.started INTO recon_id, mapping, started FROM synclog.recon_heads(run) h;
	-- what the start and the summary do not say, the entries do
	IF mapping IS NULL OR started IS NULL THEN
		EXECUTE format('SELECT r.recon_id, coalesce($2, max(r.mapping)), coalesce($3, min(r."timestamp")) FROM %s r
				WHERE r.recon_id = $1 GROUP BY r.recon_id', synclog.topic_rows('recon', '{recon_id,mapping}'))
			INTO recon_id, mapping, started USING run, mapping, started;
	END IF;
	IF recon_id IS NULL THEN
		RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
			MESSAGE = format('reconciliation "%s" does not exist', run),
			DETAIL = 'Topic "recon" has no event with this reconId.';
	END IF;
END $$;
COMMENT ON FUNCTION synclog.recon_run(text) IS
'The mapping and the start of a reconciliation. Error 22023 if topic recon has no event of it. synclog.recon_diff() and synclog.recon_failures() call it.';

CREATE FUNCTION synclog.recon_diff(a text DEFAULT NULL, b text DEFAULT NULL,
		OUT object_id text, OUT side text, OUT link_qualifier text, OUT change text,
		OUT situation_before text, OUT situation_after text, OUT action_before text, OUT action_after text,
		OUT status_before text, OUT status_after text)
	RETURNS SETOF record
	LANGUAGE plpgsql STABLE PARALLEL RESTRICTED COST 10000 ROWS 1000 SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	newer record;
	entries text;
BEGIN
	IF a IS NULL THEN
		SELECT h.recon_id INTO a FROM synclog.recon_heads() h
			WHERE h.recon_action IS DISTINCT FROM 'reconById' AND h.started IS NOT NULL
			ORDER BY h.started DESC, h.recon_id COLLATE "C" DESC LIMIT 1;
		IF a IS NULL THEN
			RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
				MESSAGE = 'there is no reconciliation to compare',
				DETAIL = 'Topic "recon" has no start of one; those of single objects do not count.';
		END IF;
	END IF;
	newer := synclog.recon_run(a);
	IF b IS NULL THEN
		SELECT h.recon_id INTO b FROM synclog.recon_heads() h
			WHERE h.mapping = newer.mapping AND h.recon_action IS DISTINCT FROM 'reconById'
				AND (h.started < newer.started OR h.started = newer.started AND h.recon_id COLLATE "C" < a)
			ORDER BY h.started DESC, h.recon_id COLLATE "C" DESC LIMIT 1;
		IF b IS NULL THEN
			RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
				MESSAGE = format('there is no reconciliation before "%s"', a),
				DETAIL = coalesce('It is the first one of mapping "' || newer.mapping ||
					'" in topic "recon"; those of single objects do not count.', 'Its events do not say of which mapping it is.'),
				HINT = 'Name the one to compare with: synclog.recon_diff(a, b).';
		END IF;
	ELSE
		PERFORM synclog.recon_run(b);
	END IF;
	-- sorted for DISTINCT ON, which the join then uses
	entries := format('(SELECT DISTINCT ON (o.side, o.object_id, o.link) o.* FROM %s o WHERE o.recon_id = $%%s
			ORDER BY o.side, o.object_id, o.link, o."timestamp" DESC, o.id DESC)', synclog.recon_objects());
	RETURN QUERY EXECUTE format('SELECT object_id, side, coalesce(after.link_qualifier, before.link_qualifier),
			CASE WHEN before.id IS NULL THEN ''new'' WHEN after.id IS NULL THEN ''gone'' ELSE ''changed'' END,
			before.situation, after.situation, before.action, after.action, before.status, after.status
		FROM %s before FULL JOIN %s after USING (side, object_id, link)
		WHERE before.id IS NULL OR after.id IS NULL OR before.situation IS DISTINCT FROM after.situation OR
			before.action IS DISTINCT FROM after.action OR before.status IS DISTINCT FROM after.status
		ORDER BY side, object_id, link', format(entries, 1), format(entries, 2))
		USING b, a;
END $$;
COMMENT ON FUNCTION synclog.recon_diff(text, text) IS
'What differs between two reconciliations, object by object: a is the newer one, NULL the newest; b the older one, NULL the one of the same mapping that started before a. Neither default is a reconciliation of single objects (reconById). One row for each object and link whose situation, action or status differs, by side, object_id and link: change is new (only in a), gone (only in b: servers log no entries where there was nothing to do, so that it need not be gone from its system, and a run that goes on has only those that it has come to) or changed; side says which id object_id is: source, or target for entries of the target phase and those without a source. Of several entries for the same, the last one counts; entries without any id are left out. No rows where nothing differs. Errors: 22023 for a reconciliation that does not exist, and where there is none to compare or none before a; 42704 without topic recon';

CREATE FUNCTION synclog.detail_text(detail jsonb) RETURNS text
	LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
	SELECT coalesce(detail ->> 'message', detail ->> 'reason', nullif(translate(detail #>> '{}', '{"}', ''), ''));
END;
COMMENT ON FUNCTION synclog.detail_text(jsonb) IS
'What the details of an error say: their message or reason, else all of them, without braces and quotes; NULL where there are none. synclog.failed_rows() calls it.';

CREATE FUNCTION synclog.failed_module(entries jsonb) RETURNS jsonb
	LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
	SELECT e.entry
	FROM jsonb_array_elements(CASE jsonb_typeof(entries) WHEN 'array' THEN entries ELSE '[]' END)
		WITH ORDINALITY e(entry, i)
	WHERE e.entry ->> 'result' = 'FAILED'
	ORDER BY synclog.detail_text(e.entry -> 'reason') IS NULL, e.i DESC LIMIT 1;
END;
COMMENT ON FUNCTION synclog.failed_module(jsonb) IS
'Of the entries of an authentication event, one for each module that was asked, the last failed one that gives a reason, or else the last failed one. synclog.failed_rows() calls it.';

CREATE FUNCTION synclog.failed_rows(topic text) RETURNS text
	LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
	-- columns that a topic lacks are constants here, which fold away
	RETURN format($q$(SELECT %1$L COLLATE "C" AS topic, r."timestamp", r.id COLLATE "C" AS id, r.recon_id,
			r.situation COLLATE "C" AS situation, r.mapping, nullif(r.link_qualifier, '') AS link_qualifier, s.side,
			coalesce(CASE s.side WHEN 'target' THEN r.target_object_id WHEN 'source' THEN r.source_object_id END,
				nullif(r.object_id, ''), q.object, p.principal) COLLATE "C" AS object,
			synclog.failure_cause(
				coalesce(nullif(r.exception, ''), r.response ->> 'statusCode', m.module ->> 'moduleId'),
				-- the message of a summary is its counts
				CASE WHEN r.entry_type IS DISTINCT FROM 'summary' THEN coalesce(nullif(r.message, ''),
					synclog.detail_text(r.response -> 'detail'), synclog.detail_text(m.module -> 'reason')) END,
				CASE WHEN r.entry_type = 'summary' THEN 'reconciliation failed'
					ELSE coalesce(upper(coalesce(r.operation, r.action, r.request ->> 'operation')) || ' failed',
						CASE r.result WHEN 'FAILED' THEN 'authentication failed' ELSE 'no cause given' END) END,
				ARRAY[r.source_object_id, r.target_object_id, r.object_id, q.object, p.principal])
				COLLATE "C" AS cause
		FROM %2$s r
			CROSS JOIN LATERAL (SELECT synclog.recon_side(r.reconciling, r.source_object_id, r.target_object_id) COLLATE "C") s(side)
			CROSS JOIN LATERAL (SELECT synclog.failed_module(r.entries)) m(module)
			CROSS JOIN LATERAL (SELECT CASE jsonb_typeof(r.principal) WHEN 'array' THEN r.principal ->> 0
				ELSE r.principal #>> '{}' END) p(principal)
			CROSS JOIN LATERAL (SELECT %3$s) q(object)
		WHERE r.status = 'FAILURE' OR r.result = 'FAILED' OR r.response ->> 'status' = 'FAILED')$q$, topic,
		synclog.topic_rows(topic, '{recon_id,entry_type,reconciling,mapping,link_qualifier,source_object_id,target_object_id,object_id,situation,action,operation,status,result,exception,message,principal:jsonb,entries:jsonb,request:jsonb,http:jsonb,response:jsonb}'),
		synclog.request_object());
END $$;
COMMENT ON FUNCTION synclog.failed_rows(text) IS
'The text of a subquery that gives the events of a topic that failed (status FAILURE, result FAILED, response.status FAILED, by the columns that it has) with their object and cause. The cause is the exception''s, the status code''s with the response''s detail, or the module''s with its reason; else the operation''s or action''s name. synclog.failures(), synclog.recon_failures() and synclog.recon_repeat_offenders() build their queries on it.';

CREATE FUNCTION synclog.grouped_failures(failed text) RETURNS text
	LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
	SELECT format($q$SELECT g.topic, g.cause, sum(g.n)::bigint AS count, min(g.first) AS first, max(g.last) AS last,
			array_agg(DISTINCT g.object ORDER BY g.object) FILTER (WHERE g.object IS NOT NULL AND g.nth <= 5) AS objects,
			array_agg(DISTINCT g.situation ORDER BY g.situation) FILTER (WHERE g.situation IS NOT NULL) AS situations
		FROM (SELECT f.topic, f.cause, f.object, f.situation, count(*) AS n, min(f."timestamp") AS first, max(f."timestamp") AS last,
				dense_rank() OVER (PARTITION BY f.topic, f.cause ORDER BY f.object) AS nth
			FROM %s f GROUP BY f.topic, f.cause, f.object, f.situation) g
		GROUP BY g.topic, g.cause ORDER BY count DESC, last DESC, g.topic, g.cause$q$, failed);
END;
COMMENT ON FUNCTION synclog.grouped_failures(text) IS
'The text of a query that groups the rows of synclog.failed_rows() by topic and cause, the most frequent first, with the first five objects by their ids. synclog.failures() and synclog.recon_failures() run it.';

CREATE FUNCTION synclog.failures(since timestamptz DEFAULT now() - interval '1 day', until timestamptz DEFAULT NULL,
		grouped boolean DEFAULT true, OUT topic text, OUT cause text, OUT count bigint,
		OUT first timestamptz, OUT last timestamptz, OUT objects text[], OUT id text)
	RETURNS SETOF record
	LANGUAGE plpgsql STABLE PARALLEL RESTRICTED COST 10000 ROWS 100 SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	-- NULL without topics
	failed CONSTANT text := (SELECT '(SELECT * FROM (' ||
			string_agg(format('SELECT * FROM %s f', synclog.failed_rows(t.name)), ' UNION ALL ') ||
			') a WHERE a."timestamp" >= $1 AND a."timestamp" < $2)'
		FROM synclog.topic t JOIN pg_class c ON c.oid = t.relation);
BEGIN
	since := coalesce(since, '-infinity');
	until := coalesce(until, 'infinity');
	IF failed IS NULL THEN
		RETURN;
	ELSIF grouped IS NOT FALSE THEN
		RETURN QUERY EXECUTE format('SELECT g.topic, g.cause, g.count, g.first, g.last, g.objects, NULL::text FROM (%s) g',
			synclog.grouped_failures(failed)) USING since, until;
	ELSE
		RETURN QUERY EXECUTE format('SELECT f.topic, f.cause, 1::bigint, f."timestamp", f."timestamp",
				CASE WHEN f.object IS NOT NULL THEN ARRAY[f.object] END, f.id FROM %s f ORDER BY f."timestamp", f.topic, f.id', failed)
			USING since, until;
	END IF;
END $$;
COMMENT ON FUNCTION synclog.failures(timestamptz, timestamptz, boolean) IS
'What failed, in all topics whose tables there are: events with status FAILURE (recon, sync, activity, 2.x''s access), result FAILED (authentication) or response.status FAILED (access), by the columns that a topic has. since, until: from the one instant to before the other; NULL since is the beginning, NULL until has no end. grouped: one row for each topic and cause (synclog.failure_cause()), the most frequent first: how many, the first and the last time, and the first five objects by their ids; id is NULL. NULL grouped is true. grouped => false: one row for each event, by time, topic and id, with its _id. objects are the ids of the source or else the target, of the object, what a request is about (its path behind /openidm/), or the first principal; NULL where none is known. Error 42501 without SELECT on one of the topics'' tables';

CREATE FUNCTION synclog.recon_failures(recon_id text DEFAULT NULL, OUT cause text, OUT count bigint,
		OUT first timestamptz, OUT last timestamptz, OUT objects text[], OUT situations text[])
	RETURNS SETOF record
	LANGUAGE plpgsql STABLE PARALLEL RESTRICTED COST 10000 ROWS 100 SET search_path = pg_catalog, pg_temp AS $$
BEGIN
	IF recon_id IS NULL THEN
		SELECT h.recon_id INTO recon_id FROM synclog.recon_heads() h
			ORDER BY h.started DESC NULLS LAST, h.recon_id COLLATE "C" DESC LIMIT 1;
		IF recon_id IS NULL THEN
			RETURN;
		END IF;
	END IF;
	PERFORM synclog.recon_run(recon_id);
	RETURN QUERY EXECUTE format('SELECT g.cause, g.count, g.first, g.last, g.objects, g.situations FROM (%s) g',
			synclog.grouped_failures(format('(SELECT * FROM %s r WHERE r.recon_id = $1)', synclog.failed_rows('recon'))))
		USING recon_id;
END $$;
COMMENT ON FUNCTION synclog.recon_failures(text) IS
'What failed in a reconciliation, NULL the newest: its events with status FAILURE by cause (synclog.failure_cause()), the most frequent first: how many, the first and the last time, the first five objects by their ids, and the situations that they were in. A failed summary is a failure of its own, without object and situation. No rows where nothing failed, and for NULL where there is no run. Errors: 22023 for a reconciliation that does not exist, 42704 without topic recon';

CREATE FUNCTION synclog.recon_repeat_offenders(mapping text, n integer DEFAULT 3,
		OUT object_id text, OUT side text, OUT link_qualifier text, OUT runs integer,
		OUT first timestamptz, OUT last timestamptz, OUT cause text)
	RETURNS SETOF record
	LANGUAGE plpgsql STABLE STRICT PARALLEL RESTRICTED COST 10000 ROWS 100 SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	recon_ids text[];
BEGIN
	IF n < 1 THEN
		RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
			MESSAGE = format('there are no last %s reconciliations', n),
			HINT = 'Ask for at least 1.';
	END IF;
	-- OFFSET keeps the planner from reading all entries to find those of a few runs
	EXECUTE format('SELECT array_agg(s.recon_id) FROM (
			SELECT s.recon_id FROM (SELECT h.recon_id, h.started FROM synclog.recon_heads() h
				WHERE h.mapping = $1 AND h.recon_action IS DISTINCT FROM ''reconById'' AND h.started IS NOT NULL
				ORDER BY h.started DESC, h.recon_id COLLATE "C" DESC) s
			WHERE EXISTS (SELECT FROM %s o WHERE o.recon_id = s.recon_id OFFSET 0)
			ORDER BY s.started DESC, s.recon_id COLLATE "C" DESC LIMIT $2) s', synclog.recon_objects())
		INTO recon_ids USING mapping, n;
	RETURN QUERY EXECUTE format('SELECT f.object, f.side, max(f.link_qualifier), count(DISTINCT f.recon_id)::integer,
			min(f."timestamp"), max(f."timestamp"), (array_agg(f.cause ORDER BY f."timestamp" DESC, f.id DESC))[1]
		FROM %s f WHERE f.recon_id = ANY ($1) AND f.side IS NOT NULL
		GROUP BY f.side, f.object, coalesce(f.link_qualifier, ''default'')
		HAVING count(DISTINCT f.recon_id) = cardinality($1)
		ORDER BY f.side, f.object, coalesce(f.link_qualifier, ''default'')', synclog.failed_rows('recon'))
		USING recon_ids;
END $$;
COMMENT ON FUNCTION synclog.recon_repeat_offenders(text, integer) IS
'The objects that failed in each of the last n reconciliations of a mapping, with side and link as in synclog.recon_diff(): in how many runs, when first and last, and of what the last time. Runs go by their starts; those of single objects (reconById) and those without an entry do not count, and a run that goes on counts as far as it has come. Of fewer than n runs it takes all that there are, and runs says how many. No rows for a mapping without runs and for NULL. Errors: 22023 for n below 1, 42704 without topic recon';

------------------------------------------------------------------------------
-- history: who changed that, the story of an object, of a transaction
------------------------------------------------------------------------------

CREATE FUNCTION synclog.pointer(VARIADIC tokens text[]) RETURNS text
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION synclog.pointer(text[]) IS
'the field that goes through these names, as filters write it canonically: pointer(''address'', ''a/b'') is /address/a%2Fb; none is /; error 22004 for a name that is NULL';

CREATE FUNCTION synclog.pointer_tokens(pointer text) RETURNS text[]
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION synclog.pointer_tokens(text) IS
'the names that a field goes through, as filters read it: /address/a%2Fb is {address,a/b}; the first slash may be left out; error 22023 for what is no field';

CREATE FUNCTION synclog.topic_columns(OUT topic text, OUT relation regclass, OUT columns text[], OUT readable boolean)
	RETURNS SETOF record
	LANGUAGE sql STABLE PARALLEL SAFE ROWS 10
BEGIN ATOMIC
	SELECT t.name, t.relation,
		ARRAY(SELECT a.attname || ':' || CASE y.typcategory WHEN 'S' THEN 'text' ELSE format_type(y.oid, NULL) END
			FROM pg_attribute a JOIN pg_type y ON y.oid = a.atttypid
			WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped),
		has_table_privilege(c.oid, 'SELECT') AND has_schema_privilege(c.relnamespace, 'USAGE')
	FROM synclog.topic t JOIN pg_class c ON c.oid = t.relation;
END;
COMMENT ON FUNCTION synclog.topic_columns() IS
'The topics whose tables exist, with their columns as name:type, text for every type of strings, and whether the caller may read them. synclog.topics_sql(), recon_containers() and find_object() call it.';

CREATE FUNCTION synclog.topics_sql(members text[], conditions jsonb) RETURNS text
	LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	sql text;
	left_out text;
BEGIN
	WITH source(member, type, place, needed, expression) AS (VALUES
		('timestamp', 'timestamptz', 1, '{}'::text[], 't."timestamp"'),
		('topic', 'text', 1, '{}', NULL),
		('id', 'text', 1, '{}', 't.id'),
		('event', 'json', 1, '{}', 'synclog.event(t.*)'),
		('what', 'text', 1, '{operation:text}', 't.operation'),
		('what', 'text', 2, '{action:text}', 't.action'),
		('what', 'text', 3, '{request:jsonb}', 't.request ->> ''operation'''),
		('what', 'text', 4, '{entry_type:text}', 't.entry_type'),
		('what', 'text', 5, '{event_name:text}', 't.event_name'),
		('situation', 'text', 1, '{situation:text}', 't.situation'),
		('outcome', 'text', 1, '{status:text}', 't.status'),
		('outcome', 'text', 2, '{result:text}', 't.result'),
		('outcome', 'text', 3, '{response:jsonb}', 't.response ->> ''status'''),
		('object', 'text', 1, '{object_id:text}', 't.object_id'),
		('object', 'text', 2, '{source_object_id:text}', 't.source_object_id'),
		('object', 'text', 3, '{http:jsonb}', synclog.request_object()),
		('target', 'text', 1, '{target_object_id:text}', 't.target_object_id'),
		('mapping', 'text', 1, '{mapping:text}', 't.mapping'),
		('user_id', 'text', 1, '{user_id:text}', 't.user_id'),
		('user_id', 'text', 2, '{requester:text}', 't.requester'),
		('user_id', 'text', 3, '{principal:text}', 't.principal'),
		('user_id', 'text', 4, '{principal:jsonb}', 't.principal ->> 0'),
		('run_as', 'text', 1, '{run_as:text}', 't.run_as'),
		('transaction_id', 'text', 1, '{transaction_id:text}', 't.transaction_id'),
		('transaction_id', 'text', 2, '{root_action_id:text}', 't.root_action_id'),
		('before', 'jsonb', 1, '{before:jsonb}', 't.before'),
		('after', 'jsonb', 1, '{after:jsonb}', 't.after'),
		('changed_fields', 'jsonb', 1, '{changed_fields:jsonb}', 't.changed_fields'),
		('password_changed', 'boolean', 1, '{password_changed:boolean}', 't.password_changed')
	), asked AS MATERIALIZED (
		SELECT r.*, c.condition
		FROM synclog.topic_columns() r
			JOIN LATERAL (SELECT string_agg('(' || c.value || ')', ' OR ') AS condition
				FROM jsonb_each_text(conditions) c
				WHERE string_to_array(c.key, ' ') <@ r.columns) c ON c.condition IS NOT NULL
	), output AS (
		SELECT r.topic, w.place, format(CASE min(s.type) WHEN 'text' THEN '%s COLLATE "C" AS %I' ELSE '%s AS %I' END,
			format('coalesce(%s)', coalesce(string_agg(CASE
				WHEN s.member = 'topic' THEN format('%L::text', r.topic)
				WHEN s.type = 'text' THEN format('nullif((%s)::text, '''')', s.expression)
				ELSE s.expression END, ', ' ORDER BY s.place)
				FILTER (WHERE s.needed <@ r.columns), format('NULL::%s', min(s.type)))), w.member) AS expression
		FROM asked r CROSS JOIN unnest(members) WITH ORDINALITY w(member, place)
			JOIN source s USING (member)
		GROUP BY r.topic, w.place, w.member
	)
	SELECT string_agg(format('SELECT %s FROM %s t WHERE %s', o.outputs, r.relation, r.condition), ' UNION ALL ' ORDER BY r.topic)
				FILTER (WHERE r.readable),
			string_agg(r.topic, ', ' ORDER BY r.topic) FILTER (WHERE NOT r.readable)
		INTO sql, left_out
		FROM asked r
			JOIN (SELECT o.topic, string_agg(o.expression, ', ' ORDER BY o.place) AS outputs FROM output o GROUP BY o.topic) o USING (topic);
	IF left_out IS NOT NULL THEN
		RAISE NOTICE USING MESSAGE = format('topics left out: %s', left_out),
			DETAIL = 'You may not read their tables.';
	END IF;
	RETURN sql;
END $$;
COMMENT ON FUNCTION synclog.topics_sql(text[], jsonb) IS
'The text of a SELECT from all topics whose columns a condition can be asked of and which the caller may read; a notice names those that he may not. members: what it gives of each event t, whatever dialect or topic it is of: timestamp, topic, id, event; what (operation, action, a request''s operation, the entry type, or the event''s name), situation, outcome (status, result or the response''s status), object (objectId, sourceObjectId or what a request is about), target (targetObjectId), mapping, user_id (userId, 2.x''s requester or principal), run_as, transaction_id (or 2.x''s rootActionId), before, after, changed_fields, password_changed; NULL where there is none, and for an empty string. conditions: {"columns that it needs, as name:type between blanks": "condition on t"}, of which one must hold; a topic without the columns of any is left out. NULL if no topic is left. synclog.history_sql() and synclog.object_states() call it.';

CREATE FUNCTION synclog.object_container(object_id text) RETURNS text
	LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
	RETURN substring(object_id FROM '^(system/[^/]+/[^/]+|(?:managed|internal|repo/internal)/[^/]+|[^/]+)/');
COMMENT ON FUNCTION synclog.object_container(text) IS
'What a qualified id says of where the object is: system/ldap/account of system/ldap/account/uid=jdoe, managed/user of managed/user/jdoe; NULL for an id that is not qualified. synclog.find_object() and synclog.is_target() call it.';

CREATE FUNCTION synclog.recon_containers(OUT mapping text, OUT source text, OUT target text) RETURNS SETOF record
	LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 20 SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	recon regclass := (SELECT r.relation FROM synclog.topic_columns() r
		WHERE r.readable AND r.topic = 'recon' AND r.columns @> '{mapping:text,entry_type:text,recon_id:text,source_object_id:text,target_object_id:text}');
BEGIN
	IF recon IS NOT NULL THEN
		-- in the order of the index, or the planner reads all entries of a run, to find a few
		RETURN QUERY EXECUTE format('SELECT r.mapping::text, min(synclog.object_container(e.source)), min(synclog.object_container(e.target))
			FROM (SELECT t.mapping, t.recon_id, row_number() OVER (PARTITION BY t.mapping ORDER BY t."timestamp" DESC) AS age
					FROM %1$s t WHERE t.entry_type = ''start'') r
				CROSS JOIN LATERAL (SELECT t.source_object_id::text AS source, t.target_object_id::text AS target
					FROM %1$s t WHERE t.recon_id = r.recon_id ORDER BY t.recon_id, t."timestamp" LIMIT 20) e
			WHERE r.age <= 3 AND r.mapping IS NOT NULL GROUP BY r.mapping', recon);
	END IF;
END $$;
COMMENT ON FUNCTION synclog.recon_containers() IS
'Where the objects of each mapping are, system/ldap/account for instance, as some entries of its three newest reconciliations have them; NULL where these have none, no rows if there is no topic recon. synclog.find_object() calls it.';

CREATE FUNCTION synclog.find_object(object text, OUT ids text[], OUT local_ids text[], OUT names jsonb[], OUT targets jsonb)
	LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	activity regclass := (SELECT r.relation FROM synclog.topic_columns() r
		WHERE r.readable AND r.topic = 'activity' AND r.columns @> '{object_id:text,before:jsonb,after:jsonb}');
	containers text[];
	user_name CONSTANT text := 'coalesce(t.after ->> ''userName'', t.before ->> ''userName'')';
	more text[];
BEGIN
	SELECT jsonb_object_agg(r.mapping, r.target) FILTER (WHERE r.target IS NOT NULL),
			array_agg(DISTINCT c.container) FILTER (WHERE c.container IS NOT NULL)
		INTO targets, containers
		FROM synclog.recon_containers() r CROSS JOIN LATERAL (VALUES (r.source), (r.target)) c(container);
	targets := coalesce(targets, '{}');

	IF object ~ '^(managed|system|internal|repo)/' OR
			EXISTS (SELECT FROM unnest(containers) c WHERE starts_with(object, c || '/')) THEN
		ids := ARRAY[object];
	ELSE
		IF activity IS NOT NULL THEN
			EXECUTE format('SELECT array_agg(DISTINCT t.object_id::text) FROM %s t
				WHERE split_part(t.object_id, ''/'', -1) = $1 OR %s = $1', activity, user_name)
				INTO more USING object;
		END IF;
		ids := ARRAY(SELECT object UNION SELECT c || '/' || object FROM unnest(containers) c
			UNION SELECT i FROM unnest(more) i WHERE i IS NOT NULL);
	END IF;
	IF activity IS NOT NULL THEN
		EXECUTE format('SELECT array_agg(DISTINCT %s) FROM %s t WHERE t.object_id = ANY ($1)', user_name, activity)
			INTO more USING ids;
	END IF;
	local_ids := ARRAY(SELECT DISTINCT substr(i, length(synclog.object_container(i)) + 2)
		FROM unnest(ids) i WHERE synclog.object_container(i) IS NOT NULL);
	names := ARRAY(SELECT DISTINCT jsonb_build_array(n) FROM unnest(more || object) n WHERE n IS NOT NULL);
END $$;
COMMENT ON FUNCTION synclog.find_object(text) IS
'The objects that somebody means who writes a full id (managed/user/x), a local one (x) or a userName. ids: what he writes, and unless that is a full id, the same in every container of synclog.recon_containers(), the objectIds in topic activity that end with it, and those whose userName it is in after or before. local_ids: these without their containers. names: what he writes and every userName of the ids, each in a list as principals are. targets: the mappings'' containers of targets. synclog.object_history() and synclog.object_states() call it.';

CREATE FUNCTION synclog.is_target(ids text[], mapping text, target text, targets jsonb) RETURNS boolean
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
	RETURN EXISTS (
		SELECT FROM unnest(is_target.ids) id
			CROSS JOIN LATERAL (VALUES (synclog.object_container(id),
				substring(is_target.mapping FROM '_((?:managed|system|internal|repo).*)$'))) v(container, named)
		WHERE id = v.container || '/' || is_target.target AND v.container = coalesce(
			is_target.targets ->> is_target.mapping,
			-- managed/user is managedUser there, system/ldap/account systemLdapAccounts
			CASE WHEN v.named IS NULL OR rtrim(regexp_replace(lower(v.named), '[^a-z0-9]', '', 'g'), 's') =
				rtrim(regexp_replace(lower(v.container), '[^a-z0-9]', '', 'g'), 's') THEN v.container END));
COMMENT ON FUNCTION synclog.is_target(text[], text, text, jsonb) IS
'Whether the target of a mapping, an id that is not qualified, as topic sync has it, is one of the objects with these ids: by the container of the mapping''s targets if that is in targets, else by the mapping''s name where that ends as systemLdapAccounts_managedUser does, else any. The SELECT of synclog.history_sql() calls it.';

CREATE FUNCTION synclog.history_sql(about text) RETURNS text
	LANGUAGE sql STABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
	-- what is not leakproof stands apart, so that row-level security does not keep the rest from the indexes
	SELECT 'SELECT * FROM (' || synclog.topics_sql(
			'{timestamp,topic,what,situation,outcome,object,target,mapping,user_id,transaction_id,id,event}', q.conditions) ||
		') t WHERE ' || q.filter || ' ORDER BY t."timestamp", t.topic, t.id'
	FROM (VALUES
		('object', jsonb_build_object(
				'object_id:text', 't.object_id = ANY ($1)',
				'source_object_id:text', 't.source_object_id = ANY ($1)',
				'target_object_id:text', 't.target_object_id = ANY ($1 || $2)',
				'http:jsonb', synclog.request_object() || ' = ANY ($1)',
				'principal:jsonb', 't.principal @> ANY ($3)',
				-- logins of 2.x
				'action:text principal:text', 't.principal = ANY (ARRAY(SELECT n ->> 0 FROM unnest($3) n)) AND t.action = ''authenticate'''),
			't.object = ANY ($1) OR t.target = ANY ($1) OR t.target IS NULL OR synclog.is_target($1, t.mapping, t.target, $4)'),
		('transaction', jsonb_build_object(
				'transaction_id:text', 't.transaction_id = ANY ($1) OR t.transaction_id ^@ ($1[1] || ''/'')',
				'root_action_id:text', 't.root_action_id = ANY ($1)',
				'parent_action_id:text', 't.parent_action_id = ANY ($1)',
				'action_id:text', 't.action_id = ANY ($1)',
				'activity_id:text', 't.activity_id = ANY ($1)'),
			'true')
	) q(about, conditions, filter)
	WHERE q.about = history_sql.about;
END;
COMMENT ON FUNCTION synclog.history_sql(text) IS
'The SELECT that synclog.history() runs: for object, with the results of synclog.find_object() as $1 to $4; for transaction, with a list of one id as $1. NULL for anything else, and where no topic can be asked. EXPLAIN it to see how it is planned.';

CREATE FUNCTION synclog.history(about text, ids text[], local_ids text[], names jsonb[], targets jsonb,
		OUT "timestamp" timestamptz, OUT topic text, OUT what text, OUT situation text,
		OUT outcome text, OUT object text, OUT target text, OUT mapping text, OUT user_id text,
		OUT transaction_id text, OUT id text, OUT event json)
	RETURNS SETOF record
	LANGUAGE plpgsql STABLE PARALLEL SAFE COST 1000 ROWS 100 SET search_path = pg_catalog, pg_temp SET jit = off AS $$
DECLARE
	query CONSTANT text := synclog.history_sql(about);
BEGIN
	IF ids IS NOT NULL AND query IS NOT NULL THEN
		RETURN QUERY EXECUTE query USING ids, local_ids, names, targets;
	END IF;
END $$;
COMMENT ON FUNCTION synclog.history(text, text[], text[], jsonb[], jsonb) IS
'Runs the SELECT of synclog.history_sql(), which is not compiled: that takes longer than finding a few events. synclog.object_history() and transaction_history() call it.';

CREATE FUNCTION synclog.object_history(object_id text,
		OUT "timestamp" timestamptz, OUT topic text, OUT what text, OUT situation text,
		OUT outcome text, OUT object text, OUT target text, OUT mapping text, OUT user_id text,
		OUT transaction_id text, OUT id text, OUT event json)
	RETURNS SETOF record
	LANGUAGE sql STABLE PARALLEL SAFE COST 1000 ROWS 100
BEGIN ATOMIC
	SELECT h.* FROM synclog.find_object(object_history.object_id) o
		CROSS JOIN LATERAL synclog.history('object', o.ids, o.local_ids, o.names, o.targets) h;
END;
COMMENT ON FUNCTION synclog.object_history(text) IS
'Every event about one object, of all topics that the caller may read, oldest first (by timestamp, topic, id). object_id: a full id (managed/user/x), a local one (x) or a userName; see synclog.find_object(). An event is about the object if that is its objectId, sourceObjectId or targetObjectId, also unqualified as topic sync has it (see synclog.is_target()), or if one of its principals is the object''s userName, in topic authentication or in 2.x''s topic access, or if it is what a request is about, as its path says behind /openidm/. what: operation, action, entry type or the event''s name. outcome: status or result. object and target: objectId, sourceObjectId or what a request is about, and targetObjectId. user_id: who did it (2.x''s requester). transaction_id: 2.x''s rootActionId where there is none; synclog.transaction_history() tells what else belongs to it. event: the whole, as synclog.event() gives it. No rows for an unknown object and for NULL.';

CREATE FUNCTION synclog.transaction_history(transaction_id text,
		OUT "timestamp" timestamptz, OUT topic text, OUT what text, OUT situation text,
		OUT outcome text, OUT object text, OUT target text, OUT mapping text, OUT user_id text,
		OUT transaction_id text, OUT id text, OUT event json)
	RETURNS SETOF record
	LANGUAGE sql STABLE PARALLEL SAFE COST 1000 ROWS 100
BEGIN ATOMIC
	SELECT h.* FROM synclog.history('transaction', ARRAY[$1], NULL, NULL, NULL) h WHERE $1 IS NOT NULL;
END;
COMMENT ON FUNCTION synclog.transaction_history(text) IS
'Every event of a transaction, of all topics that the caller may read, oldest first (by timestamp, topic, id): those whose transactionId is the one given or extends it by a slash and more (t-85/0/1 belongs to t-85 and to t-85/0), and those of 2.x whose rootActionId, parentActionId, actionId or activityId it is. The columns are those of synclog.object_history(). No rows for an unknown transaction and for NULL.';

CREATE FUNCTION synclog.is_secret(member text) RETURNS boolean
	LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
	RETURN member ~* '((passwords?|passwd|pwd|passphrase|secret)([-_]?(history|hash|salt))?_*|\$crypto)$';
COMMENT ON FUNCTION synclog.is_secret(text) IS
'Whether a member''s name says that its value is secret: it ends with password, passwords, passwd, pwd, passphrase or secret, in any case, with history, hash or salt after it, or underscores as in __PASSWORD__; or it is $crypto. synclog.masked(), member_changes() and field_changes() call it.';

CREATE FUNCTION synclog.is_encrypted(value jsonb) RETURNS boolean
	LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
	RETURN CASE jsonb_typeof(value) WHEN 'object' THEN value ? '$crypto'
		WHEN 'string' THEN value #>> '{}' ~ '^\s*\{\s*"\$crypto"' ELSE false END;
COMMENT ON FUNCTION synclog.is_encrypted(jsonb) IS
'Whether a value is encrypted or hashed: {"$crypto":...}, also as text. synclog.masked() and member_changes() call it.';

CREATE FUNCTION synclog.masked(value jsonb) RETURNS jsonb
	LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
	RETURN CASE
		WHEN jsonb_typeof(value) = 'array' THEN
			(SELECT coalesce(jsonb_agg(synclog.masked(e) ORDER BY i), '[]') FROM jsonb_array_elements(value) WITH ORDINALITY u(e, i))
		WHEN synclog.is_encrypted(value) THEN '"***"'
		WHEN jsonb_typeof(value) <> 'object' THEN value
		ELSE (SELECT coalesce(jsonb_object_agg(m.key, CASE WHEN synclog.is_secret(m.key) THEN '"***"' ELSE synclog.masked(m.value) END), '{}')
			FROM jsonb_each(value) m)
	END;
END $$;
COMMENT ON FUNCTION synclog.masked(jsonb) IS
'The value with "***" in place of what synclog.is_encrypted() and of members that synclog.is_secret(), at any depth. synclog.member_changes() calls it.';

CREATE FUNCTION synclog.member_changes(before jsonb, after jsonb, OUT path text[], OUT old jsonb, OUT new jsonb)
	RETURNS SETOF record
	LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 10
BEGIN ATOMIC
	WITH RECURSIVE change(path, old, new, is_secret, is_nested) AS (
		SELECT '{}'::text[], member_changes.before, member_changes.after, false, true
		UNION ALL
		SELECT c.path || m.key, m.old, m.new, s.is_secret,
			NOT s.is_secret AND coalesce(jsonb_typeof(m.old), 'object') = 'object' AND coalesce(jsonb_typeof(m.new), 'object') = 'object' AND
				(coalesce(m.old, '{}') <> '{}' OR coalesce(m.new, '{}') <> '{}')
		FROM change c
			CROSS JOIN LATERAL (
				SELECT coalesce(o.key, n.key) AS key, o.value AS old, n.value AS new
				FROM jsonb_each(CASE jsonb_typeof(c.old) WHEN 'object' THEN c.old END) o
					FULL JOIN jsonb_each(CASE jsonb_typeof(c.new) WHEN 'object' THEN c.new END) n ON n.key = o.key
			) m
			CROSS JOIN LATERAL (
				SELECT synclog.is_secret(m.key) OR coalesce(synclog.is_encrypted(m.old), false) OR coalesce(synclog.is_encrypted(m.new), false) AS is_secret
			) s
		WHERE c.is_nested AND m.old IS DISTINCT FROM m.new
	)
	SELECT c.path,
		CASE WHEN NOT c.is_secret THEN synclog.masked(c.old) WHEN c.old IS NOT NULL THEN '"***"' END,
		CASE WHEN NOT c.is_secret THEN synclog.masked(c.new) WHEN c.new IS NOT NULL THEN '"***"' END
	FROM change c
	WHERE NOT c.is_nested;
END;
COMMENT ON FUNCTION synclog.member_changes(jsonb, jsonb) IS
'The members that differ between two objects, with the names on the way to them: objects are compared member by member, lists and other values as a whole. NULL is a member that is not there, JSON''s null one that is null; what is no object has no members. What synclog.is_secret() or is_encrypted() shows as "***". synclog.field_changes() calls it.';

CREATE FUNCTION synclog.object_states(object text, since timestamptz, until timestamptz,
		OUT "timestamp" timestamptz, OUT id text, OUT user_id text, OUT run_as text, OUT object_id text,
		OUT what text, OUT before jsonb, OUT after jsonb, OUT changed_fields jsonb, OUT password_changed boolean,
		OUT transaction_id text)
	RETURNS SETOF record
	LANGUAGE plpgsql STABLE PARALLEL SAFE COST 1000 ROWS 100 SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	query CONSTANT text := synclog.topics_sql(
		'{timestamp,id,user_id,run_as,object,what,before,after,changed_fields,password_changed,transaction_id,outcome}',
		'{"object_id:text before:jsonb after:jsonb": "t.object_id = ANY ($1) AND t.\"timestamp\" >= $2 AND t.\"timestamp\" < $3"}');
BEGIN
	IF object IS NOT NULL AND query IS NOT NULL THEN
		RETURN QUERY EXECUTE format('SELECT "timestamp", id, user_id, run_as, object, what, before, after, changed_fields, password_changed, transaction_id
				FROM (%s) t WHERE (outcome IN (''FAILURE'', ''FAILED'')) IS NOT TRUE', query)
			USING (synclog.find_object(object)).ids, coalesce(since, '-infinity'), coalesce(until, 'infinity');
	END IF;
END $$;
COMMENT ON FUNCTION synclog.object_states(text, timestamptz, timestamptz) IS
'The events about an object, as synclog.find_object() knows it, that have a before and an after, of all topics, since an instant and until before another (NULL: all), without those that failed. synclog.field_changes() calls it.';

CREATE FUNCTION synclog.field_changes(object text, field text DEFAULT NULL,
		since timestamptz DEFAULT NULL, until timestamptz DEFAULT NULL,
		OUT "timestamp" timestamptz, OUT user_id text, OUT run_as text, OUT object_id text, OUT field text,
		OUT old jsonb, OUT new jsonb, OUT transaction_id text)
	RETURNS SETOF record
	LANGUAGE sql STABLE PARALLEL SAFE COST 1000 ROWS 100 SET jit = off
BEGIN ATOMIC
	WITH wanted AS MATERIALIZED (
		SELECT synclog.pointer_tokens($2) AS path
	), change AS (
		SELECT s.*, c.path, c.old, c.new
		FROM synclog.object_states($1, $3, $4) s
			CROSS JOIN LATERAL (SELECT lower(s.what) AS operation) o
			CROSS JOIN LATERAL (
				WITH visible AS MATERIALIZED (
					-- a side that was not logged says nothing of what changed
					SELECT m.* FROM synclog.member_changes(s.before, s.after) m
					WHERE jsonb_typeof(s.before) = 'object' AND jsonb_typeof(s.after) = 'object' OR
						coalesce(o.operation, 'create') IN ('create', 'delete')
				)
				SELECT v.path, v.old, v.new FROM visible v
				UNION ALL
				SELECT '{password}', CASE WHEN o.operation IS DISTINCT FROM 'create' THEN '"***"'::jsonb END, '"***"'
				WHERE (s.password_changed OR s.changed_fields ?| '{password,/password}') AND
					NOT EXISTS (SELECT FROM visible v WHERE synclog.is_secret(v.path[cardinality(v.path)]))
			) c
	)
	SELECT c."timestamp", c.user_id, c.run_as, c.object_id, synclog.pointer(VARIADIC c.path), c.old, c.new, c.transaction_id
	FROM change c CROSS JOIN wanted w
	WHERE CASE WHEN w.path IS NULL THEN c.path[cardinality(c.path)] NOT IN ('_id', '_rev')
		-- below the field that is wanted, or what it was or became a part of
		ELSE c.path[:cardinality(w.path)] = w.path[:cardinality(c.path)] AND
			(c.path[cardinality(c.path)] NOT IN ('_id', '_rev') OR c.path = w.path) END
	ORDER BY c."timestamp", c.id COLLATE "C", synclog.pointer(VARIADIC c.path) COLLATE "C";
END;
COMMENT ON FUNCTION synclog.field_changes(text, text, timestamptz, timestamptz) IS
'What changed in an object, oldest first: one row a member, from what was before and after in topics activity and config (and any of one''s own with columns object_id, before and after). object: a full id (managed/user/x), a local one (x) or a userName; see synclog.find_object(). field: only this member and those below it, /address/city or mail, as filters write it; NULL is all but _id and _rev. since and until: from this instant on, and up to before that one; NULL is no limit. user_id: who did it (2.x''s requester), run_as: in whose name. old is NULL where the member was not there before, new where it is not there afterwards; JSON''s null is a value. Nested objects are compared member by member, lists as a whole. What is encrypted or hashed, and members whose names say that they are secret (synclog.is_secret()), are shown as "***" and never as values; so is field /password where an event says that the password changed (passwordChanged, changedFields) but does not show it; changedFields, which has watched fields only, tells nothing else. An event that has before or after only tells what changed if it creates or deletes the object. Failed events changed nothing. transaction_id: 2.x''s rootActionId where there is none. No rows for an unknown object and for NULL; error 22023 for a field that is none.';

------------------------------------------------------------------------------
-- look: a reconciliation to look at, as text and as a page
------------------------------------------------------------------------------

CREATE FUNCTION synclog.shown(number bigint) RETURNS text
	LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
	RETURN to_char(number, 'FM999,999,999,999,999,990');
CREATE FUNCTION synclog.shown(instant timestamptz) RETURNS text
	LANGUAGE sql STABLE STRICT PARALLEL SAFE
	RETURN to_char(instant, 'YYYY-MM-DD HH24:MI:SS.MS TZH:TZM');
CREATE FUNCTION synclog.shown(duration interval) RETURNS text
	LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
	-- hours instead of days
	RETURN CASE WHEN duration < '0' THEN '-' ELSE '' END ||
		to_char(make_interval(secs => abs(extract(epoch FROM duration))::float8), 'HH24:MI:SS.MS');
COMMENT ON FUNCTION synclog.shown(bigint) IS
'A number as synclog.recon_report() and synclog.recon_html() show it: 1,234,567. NULL for NULL.';
COMMENT ON FUNCTION synclog.shown(timestamptz) IS
'An instant as synclog.recon_report() and synclog.recon_html() show it: in the session''s time zone, with its offset. NULL for NULL.';
COMMENT ON FUNCTION synclog.shown(interval) IS
'A duration as synclog.recon_report() and synclog.recon_html() show it: hours, minutes and seconds, 26:03:04.005. NULL for NULL.';

CREATE FUNCTION synclog.one_line(value text) RETURNS text
	LANGUAGE sql STABLE STRICT PARALLEL SAFE
	RETURN regexp_replace(value, CASE getdatabaseencoding()
		WHEN 'UTF8' THEN '[\x01-\x20\x7f-\x9f\u2028-\u202e\u2066-\u2069]+'
		ELSE '[\x01-\x20\x7f]+' END, ' ', 'g');
COMMENT ON FUNCTION synclog.one_line(text) IS
'The value with one blank in place of blanks and control characters, which could play tricks on a terminal, and in UTF8 of those that turn the direction of the text around them. synclog.report_counts(), wrapped() and html() call it.';

CREATE FUNCTION synclog.ranked(counts jsonb, OUT name text, OUT n bigint, OUT part numeric, OUT length numeric)
	RETURNS SETOF record
	LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE ROWS 11
BEGIN ATOMIC
	SELECT c.key, v.n, coalesce(v.n / nullif(sum(v.n) OVER (), 0), 0), coalesce(v.n / nullif(max(v.n) OVER (), 0)::numeric, 0)
	FROM jsonb_each_text(counts) c
		CROSS JOIN LATERAL (SELECT synclog.recon_count(c.value)) v(n)
	ORDER BY v.n DESC, c.key COLLATE "C";
END;
COMMENT ON FUNCTION synclog.ranked(jsonb) IS
'Counts by name, {"ABSENT":2,...}, as rows, the largest first: with their part of the sum, and with the length of a bar that is 1 for the largest. synclog.report_counts(), html_counts() and html_stack() call it.';

CREATE FUNCTION synclog.percent(part numeric) RETURNS text
	LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
	RETURN CASE WHEN part > 0 AND part < 0.0005 THEN '<0.1' WHEN part < 1 AND part >= 0.9995 THEN '>99.9'
		ELSE round(100 * part, 1)::text END;
COMMENT ON FUNCTION synclog.percent(numeric) IS
'A part of 1 in percent; what is not none is not 0.0, and what is not all is not 100.0. synclog.report_counts() and synclog.html_counts() call it.';

CREATE FUNCTION synclog.recon_to_show(run text) RETURNS record
	LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	summary record;
BEGIN
	SELECT s.* INTO summary FROM synclog.recon_summary(run) s;
	IF NOT FOUND THEN
		RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = CASE WHEN run IS NULL
			THEN 'there is no reconciliation to show' ELSE format('reconciliation "%s" does not exist', run) END;
	END IF;
	RETURN summary;
END $$;
COMMENT ON FUNCTION synclog.recon_to_show(text) IS
'The row that synclog.recon_summary() gives; error 22023 if it gives none. synclog.recon_report() and synclog.recon_html() call it.';

CREATE FUNCTION synclog.recon_facts(run record, OUT label text, OUT value text) RETURNS SETOF record
	LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 10 SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	differences CONSTANT text := (
		SELECT string_agg(format('%s %s', u.key, synclog.shown(abs(u.value::bigint))), ', ' ORDER BY abs(u.value::bigint) DESC, u.key COLLATE "C")
		FROM jsonb_each_text(run.unlogged) u WHERE (u.value::bigint > 0) = run.agrees);
BEGIN
	RETURN QUERY SELECT f.label, f.value
	FROM (VALUES
		('Mapping', run.mapping),
		('State', run.state),
		('Action', run.recon_action),
		('User', run.user_id),
		('Started', synclog.shown(run.started)),
		('Ended', synclog.shown(run.ended)),
		('Last event', CASE WHEN run.ended IS NULL THEN synclog.shown(run.last_event) END),
		('Duration', synclog.shown(run.duration)),
		('Entries', synclog.shown(run.entries)),
		('Rate', CASE WHEN run.duration > '0' THEN
			to_char(run.entries / extract(epoch FROM run.duration), 'FM999,999,999,990.0') || ' entries a second' END),
		('Progress', CASE WHEN run.state = 'ACTIVE' THEN
			coalesce((run.progress ->> 'percent') || ' % of ' || synclog.shown((run.progress ->> 'expected')::bigint) ||
				' entries, as many as the last run had', 'unknown, for want of an earlier run') END),
		('Summary', CASE
			WHEN run.claimed IS NULL THEN NULL
			WHEN run.agrees THEN coalesce('counts more than was logged: ' || differences, 'agrees with the entries')
			WHEN NOT run.agrees THEN concat_ws(': ', 'counts less than was logged', differences)
			ELSE 'has no counts' END)
	) f(label, value)
	WHERE f.value <> '';
END $$;
COMMENT ON FUNCTION synclog.recon_facts(record) IS
'What is known of a reconciliation, a row of synclog.recon_summary(), as labels and values, in the order in which synclog.recon_report() and synclog.recon_html() show them; they call it.';

CREATE FUNCTION synclog.wrapped(value text, indent integer) RETURNS text
	LANGUAGE sql STABLE STRICT PARALLEL SAFE
	RETURN rtrim(regexp_replace(
		-- words that fit into no line are cut
		regexp_replace(synclog.one_line(value), format('(\S{%s})(?=\S)', 80 - indent), '\1 ', 'g'),
		format('(.{1,%s})(\s+|$)', 80 - indent), E'\\1\n' || repeat(' ', indent), 'g'), E' \n');
COMMENT ON FUNCTION synclog.wrapped(text, integer) IS
'The value in lines that end at column 80, all but the first behind so many blanks. synclog.recon_report(), report_counts() and report_failures() call it.';

CREATE FUNCTION synclog.report_bar(length numeric, width integer) RETURNS text
	LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	eighths CONSTANT integer := CASE WHEN length > 0 THEN greatest(1, round(length * width * 8)) ELSE 0 END;
BEGIN
	IF getdatabaseencoding() NOT IN ('UTF8', 'SQL_ASCII') THEN
		RETURN repeat('#', (eighths + 7) / 8);
	END IF;
	-- U+2588 is the full block, U+2589 to U+258F have seven eighths down to one; by bytes, for SQL_ASCII
	RETURN repeat(convert_from('\xe29688', 'UTF8'), eighths / 8) ||
		CASE WHEN eighths % 8 > 0 THEN convert_from(set_byte('\xe29688', 2, 144 - eighths % 8), 'UTF8') ELSE '' END;
END $$;
COMMENT ON FUNCTION synclog.report_bar(numeric, integer) IS
'A bar of Unicode blocks, to an eighth of one, in other encodings than UTF8 and SQL_ASCII of number signs, for a length from 0 to 1 of a width. synclog.report_counts() calls it.';

CREATE FUNCTION synclog.report_counts(title text, counts jsonb) RETURNS text
	LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
	RETURN (SELECT concat_ws(E'\n', title,
			string_agg(format('  %s %s %s %%  %s', rpad(CASE WHEN length(r.name) > 24 THEN left(r.name, 21) || '...' ELSE r.name END, 24),
				lpad(synclog.shown(r.n), 11), lpad(synclog.percent(r.part), 6), synclog.report_bar(r.length, 29)), E'\n' ORDER BY r.place)
				FILTER (WHERE r.n > 0),
			'  ' || synclog.wrapped('none: ' || string_agg(r.name, ', ' ORDER BY r.place) FILTER (WHERE r.n = 0), 8))
		FROM (SELECT synclog.one_line(c.name) AS name, c.n, c.part, c.length, c.place
			FROM synclog.ranked(counts) WITH ORDINALITY c(name, n, part, length, place)) r
		HAVING count(*) > 0);
END $$;
COMMENT ON FUNCTION synclog.report_counts(text, jsonb) IS
'The part of synclog.recon_report(), which calls it, that shows counts by name; NULL where there are no names.';

CREATE FUNCTION synclog.report_failures(run text) RETURNS text
	LANGUAGE plpgsql STABLE PARALLEL RESTRICTED SET search_path = pg_catalog, pg_temp AS $$
BEGIN
	RETURN (SELECT concat_ws(E'\n', 'Failures',
			string_agg(concat_ws(E'\n', format('  %s  %s', lpad(synclog.shown(f.count), 11), synclog.wrapped(f.cause, 15)),
				'                 ' || synclog.wrapped(nullif(array_to_string(f.objects, ', '), ''), 17)), E'\n' ORDER BY f.place)
				FILTER (WHERE f.place <= 10),
			'  ' || lpad(synclog.shown(sum(f.count) FILTER (WHERE f.place > 10)::bigint), 11) || '  of other causes')
		FROM synclog.recon_failures(run) WITH ORDINALITY f(cause, count, first, last, objects, situations, place)
		HAVING count(*) > 0);
END $$;
COMMENT ON FUNCTION synclog.report_failures(text) IS
'The part of synclog.recon_report(), which calls it, that shows what failed; NULL where nothing did.';

CREATE FUNCTION synclog.recon_report(recon_id text DEFAULT NULL) RETURNS text
	LANGUAGE plpgsql STABLE PARALLEL RESTRICTED COST 100000 SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	run CONSTANT record := synclog.recon_to_show(recon_id);
BEGIN
	RETURN concat_ws(E'\n\n',
		'Reconciliation ' || synclog.wrapped(run.recon_id, 15),
		(SELECT string_agg(format('  %s %s', rpad(f.label, 12), synclog.wrapped(f.value, 15)), E'\n' ORDER BY f.place)
			FROM synclog.recon_facts(run) WITH ORDINALITY f(label, value, place)),
		synclog.report_counts('Situations', run.situation_summary),
		synclog.report_counts('Statuses', run.status_summary),
		synclog.report_counts('Actions', run.action_summary),
		synclog.report_failures(run.recon_id));
END $$;
COMMENT ON FUNCTION synclog.recon_report(text) IS
'A reconciliation as text for a person at psql (\pset format unaligned, \t), in lines of up to 80 columns: the facts, situations, statuses and actions with bars, and what failed, by cause with examples, as synclog.recon_summary() and synclog.recon_failures() have them. recon_id: NULL is the newest. Times are in the session''s time zone. Errors: 22023 if the reconciliation does not exist or there is none, and those of the two functions.';

CREATE FUNCTION synclog.html(value text) RETURNS text
	LANGUAGE sql STABLE STRICT PARALLEL SAFE
	RETURN replace(replace(replace(replace(replace(synclog.one_line(value),
		'&', '&amp;'), '<', '&lt;'), '>', '&gt;'), '"', '&quot;'), '''', '&#39;');
COMMENT ON FUNCTION synclog.html(text) IS
'The value as it stands in HTML, in text or in quotes. The functions that make parts of synclog.recon_html() call it on every value.';

CREATE FUNCTION synclog.html_class(name text) RETURNS text
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
	RETURN CASE
		WHEN name IN ('CONFIRMED', 'FOUND', 'SUCCESS', 'UPDATE', 'LINK') THEN 'kept'
		WHEN name IN ('ABSENT', 'CREATE') THEN 'made'
		WHEN name IN ('FOUND_ALREADY_LINKED', 'AMBIGUOUS', 'MISSING', 'UNASSIGNED', 'SOURCE_MISSING', 'LINK_ONLY', 'EXCEPTION') THEN 'asked'
		WHEN name IN ('FAILURE', 'FAILED') THEN 'failed'
		ELSE 'other' END;
COMMENT ON FUNCTION synclog.html_class(text) IS
'The colour, a class of synclog.html_style(), of a situation (by its default action: update, create, exception, any other), an action or a status. synclog.html_counts() and synclog.html_stack() call it.';

CREATE FUNCTION synclog.html_counts(title text, counts jsonb) RETURNS text
	LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
	RETURN (SELECT format($html$<table id="%s" class="counts">
<caption><h2>%s</h2></caption>
<thead><tr><th scope="col">Name</th><th scope="col">Entries</th><th scope="col">Part</th><th scope="col">Bar</th></tr></thead>
<tbody>
%s</tbody>
</table>
$html$, lower(title), title, string_agg(format($html$<tr%s><th scope="row">%s</th><td>%s</td><td>%s %%</td><td class="bar"><svg aria-hidden="true" viewBox="0 0 100 10" preserveAspectRatio="none"><rect class="%s" width="%s" height="10"/></svg></td></tr>
$html$, CASE WHEN r.n = 0 THEN ' class="none"' END, synclog.html(r.name), synclog.shown(r.n), synclog.html(synclog.percent(r.part)),
				synclog.html_class(r.name), CASE WHEN r.n > 0 THEN greatest(round(100 * r.length, 2), 1) ELSE 0 END), '' ORDER BY r.place))
		FROM synclog.ranked(counts) WITH ORDINALITY r(name, n, part, length, place)
		HAVING count(*) > 0);
END $$;
COMMENT ON FUNCTION synclog.html_counts(text, jsonb) IS
'The part of synclog.recon_html(), which calls it, that shows counts by name, as a table with bars; NULL where there are no names.';

CREATE FUNCTION synclog.html_timeline(run record) RETURNS text
	LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	events CONSTANT text := synclog.topic_rows('recon', '{recon_id,entry_type,status}');
	until CONSTANT timestamptz := greatest(run.last_event, run.ended);
	since timestamptz := run.started;
	step text;
	bars integer;
	svg text;
BEGIN
	IF run.entries = 0 THEN
		RETURN NULL;
	ELSIF since IS NULL OR since > until THEN
		-- as the summary has it, or as it has it wrong
		EXECUTE format('SELECT min(t."timestamp") FROM %s t WHERE t.recon_id = $1', events) INTO since USING run.recon_id;
	END IF;
	-- up to 60 bars, each of a time that is easily said
	step := coalesce((SELECT s FROM unnest('{1 ms,2 ms,5 ms,10 ms,20 ms,50 ms,100 ms,200 ms,500 ms,1 s,2 s,5 s,10 s,15 s,30 s,1 min,2 min,5 min,10 min,15 min,30 min,1 h,2 h,3 h,6 h,12 h,24 h}'::text[]) s
			WHERE s::interval * 60 > until - since ORDER BY s::interval LIMIT 1),
		ceil(extract(epoch FROM until - since) / 60 / 86400)::text || ' days');
	bars := ceil((extract(epoch FROM until - since) + 0.001) / extract(epoch FROM step::interval));
	EXECUTE format($query$
		WITH bin AS (
			SELECT greatest(date_bin($2, t."timestamp", $3), $3) AS at, count(*) AS n, count(*) FILTER (WHERE t.status = 'FAILURE') AS failed
			FROM %s t
			WHERE t.recon_id = $1 AND (t.entry_type IN ('start', 'summary')) IS NOT TRUE
			GROUP BY 1
		), bar AS (
			SELECT b.*, max(b.n) OVER () AS top, extract(epoch FROM b.at - $3) / extract(epoch FROM $2) AS i,
				160.0 / max(b.n) OVER () AS unit
			FROM bin b
		)
		SELECT format('<div class="y" aria-hidden="true"><span>%%s</span><span>0</span></div>
<svg role="img" aria-labelledby="timeline-title timeline-desc" viewBox="0 0 680 160" preserveAspectRatio="none">
<title id="timeline-title">Entries over time</title>
<desc id="timeline-desc">%%s entries, %%s of them failed, from %%s to %%s; up to %%s in %%s</desc>
<path class="grid" d="M0 0H680M0 80H680M0 160H680"/>
', synclog.shown(max(top)), synclog.shown(sum(n)::bigint), synclog.shown(sum(failed)::bigint), synclog.shown($3), synclog.shown($4),
				synclog.shown(max(top)), $5) ||
			string_agg(format('<g><title>%%s: %%s entries, %%s failed</title><rect class="kept" x="%%s" y="%%s" width="%%s" height="%%s"/>%%s</g>
', synclog.shown(at), synclog.shown(n), synclog.shown(failed), round(680 * i / $6, 1), round(160 - greatest(n * unit, 1.5), 1),
				round(680.0 * 0.86 / $6, 1), round(greatest(n * unit, 1.5), 1),
				CASE WHEN failed > 0 THEN format('<rect class="failed" x="%%s" y="%%s" width="%%s" height="%%s"/>',
					round(680 * i / $6, 1), round(160 - greatest(failed * unit, 1.5), 1), round(680.0 * 0.86 / $6, 1),
					round(greatest(failed * unit, 1.5), 1)) END), '' ORDER BY at)
		FROM bar$query$, events)
		INTO svg USING run.recon_id, step::interval, since, until, step, bars;
	RETURN format($html$<figure id="timeline">
<figcaption><h2>Entries over time</h2> <span class="key"><i class="kept"></i> entries <i class="failed"></i> of them failed; a bar is %s</span></figcaption>
<div class="plot">
%s</svg>
<div class="x" aria-hidden="true"><span>%s</span><span>%s</span></div>
</div>
</figure>
$html$, step, svg, synclog.shown(since), synclog.shown(until));
END $$;
COMMENT ON FUNCTION synclog.html_timeline(record) IS
'The part of synclog.recon_html(), which calls it with a row of synclog.recon_summary(), that shows entries and failures over time; NULL where there are no entries.';

CREATE FUNCTION synclog.html_failures(run text) RETURNS text
	LANGUAGE plpgsql STABLE PARALLEL RESTRICTED SET search_path = pg_catalog, pg_temp AS $$
BEGIN
	RETURN (SELECT format($html$<table id="failures">
<caption><h2>Failures</h2></caption>
<thead><tr><th scope="col" class="n">Events</th><th scope="col">Cause</th><th scope="col">First and last</th><th scope="col">For example</th></tr></thead>
<tbody>
%s</tbody>
</table>
$html$, string_agg(format($html$<tr><td class="n" data-label="Events">%s</td><td class="cause">%s</td><td class="time">%s<br>%s</td><td class="examples">%s</td></tr>
$html$, synclog.shown(f.count), synclog.html(f.cause), synclog.shown(f.first), synclog.shown(f.last),
				(SELECT string_agg(format('<code>%s</code>', synclog.html(o)), '<br>') FROM unnest(f.objects) o)), '' ORDER BY f.place)
				FILTER (WHERE f.place <= 50)
			|| CASE WHEN count(*) > 50 THEN format(E'<tr><td class="n">%s</td><td colspan="3">of %s more causes</td></tr>\n',
				synclog.shown(sum(f.count) FILTER (WHERE f.place > 50)::bigint), synclog.shown(count(*) - 50)) ELSE '' END)
		FROM synclog.recon_failures(run) WITH ORDINALITY f(cause, count, first, last, objects, situations, place)
		HAVING count(*) > 0);
END $$;
COMMENT ON FUNCTION synclog.html_failures(text) IS
'The part of synclog.recon_html(), which calls it, that shows what failed, by cause; NULL where nothing did.';

CREATE FUNCTION synclog.html_stack(counts jsonb) RETURNS text
	LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
	RETURN (SELECT format('<svg role="img" viewBox="0 0 100 10" preserveAspectRatio="none"><title>%s</title>%s</svg>',
			string_agg(format('%s %s', synclog.html(s.name), synclog.shown(s.n)), ', ' ORDER BY s.place),
			string_agg(format('<rect class="%s" x="%s" width="%s" height="10"/>', s.class, round(100 * (s.ends - s.part), 2), round(100 * s.part, 2)),
				'' ORDER BY s.place))
		FROM (
			SELECT r.*, c.class, row_number() OVER side AS place, sum(r.part) OVER side AS ends
			FROM synclog.ranked(counts) r CROSS JOIN LATERAL (SELECT synclog.html_class(r.name)) c(class)
			WHERE r.n > 0
			WINDOW side AS (ORDER BY array_position('{kept,made,asked,other,failed}', c.class), r.n DESC, r.name COLLATE "C")
		) s
		HAVING count(*) > 0);
END $$;
COMMENT ON FUNCTION synclog.html_stack(jsonb) IS
'Counts by name in one bar; NULL where there are none. synclog.html_runs() calls it.';

CREATE FUNCTION synclog.html_runs(run record) RETURNS text
	LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
	RETURN (
		WITH listed AS MATERIALIZED (
			SELECT r.* FROM synclog.recon_runs() r
			WHERE r.mapping = run.mapping AND r.started <= run.started
			ORDER BY r.started DESC, r.recon_id COLLATE "C" DESC LIMIT 10
		), claim AS MATERIALIZED (
			SELECT l.*, CASE jsonb_typeof(l.claimed -> 'situationSummary') WHEN 'object' THEN l.claimed -> 'situationSummary' END AS situations,
				CASE jsonb_typeof(l.claimed -> 'statusSummary') WHEN 'object' THEN l.claimed -> 'statusSummary' END AS statuses
			FROM listed l
		), counted AS MATERIALIZED (
			-- entries are read only where the summary has no counts
			SELECT c.*, CASE WHEN c.situations IS NOT NULL AND c.statuses IS NOT NULL THEN NULL
				WHEN c.recon_id = run.recon_id THEN to_jsonb(run)
				ELSE (SELECT to_jsonb(s) FROM synclog.recon_summary(c.recon_id) s) END AS summary
			FROM claim c
		)
		SELECT format($html$<table id="runs">
<caption><h2>This run and those of the mapping before it</h2> <span class="key"><i class="kept"></i> confirmed, found <i class="made"></i> absent <i class="asked"></i> by default an exception <i class="other"></i> any other</span></caption>
<thead><tr><th scope="col">Started</th><th scope="col">Run</th><th scope="col">State</th><th scope="col" class="n">Duration</th><th scope="col" class="n">Objects</th><th scope="col" class="n">Failures</th><th scope="col">Situations</th></tr></thead>
<tbody>
%s</tbody>
</table>
$html$, string_agg(format($html$<tr%s><td class="time">%s</td><td class="id"><code>%s</code></td><td>%s</td><td class="n" data-label="Duration">%s</td><td class="n" data-label="Objects">%s</td><td class="n" data-label="Failures">%s</td><td class="bar">%s</td></tr>
$html$, CASE WHEN c.recon_id = run.recon_id THEN ' aria-current="true"' END, synclog.shown(c.started), synclog.html(c.recon_id),
				synclog.html(c.state), synclog.shown(coalesce(c.duration, (c.summary ->> 'duration')::interval)),
				synclog.shown((SELECT sum(r.n)::bigint FROM synclog.ranked(s.situations) r)),
				synclog.shown((SELECT r.n FROM synclog.ranked(s.statuses) r WHERE r.name = 'FAILURE')), synclog.html_stack(s.situations)),
				'' ORDER BY c.started DESC, c.recon_id COLLATE "C" DESC))
		FROM counted c CROSS JOIN LATERAL (SELECT coalesce(c.situations, c.summary -> 'situation_summary'),
			coalesce(c.statuses, c.summary -> 'status_summary')) s(situations, statuses)
		HAVING count(*) > 0);
END $$;
COMMENT ON FUNCTION synclog.html_runs(record) IS
'The part of synclog.recon_html(), which calls it with a row of synclog.recon_summary(), that shows this run and the nine of its mapping before it, as the summaries count; the entries are counted where a summary does not.';

CREATE FUNCTION synclog.html_style() RETURNS text
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
	RETURN $css$
:root { color-scheme: light dark; --page: #f4f5f7; --card: #fff; --ink: #1c2126; --quiet: #5a6470; --line: #dde1e6;
	--kept: #2f6fb3; --made: #23967a; --asked: #dd9a1e; --other: #97a1ad; --failed: #c62f3b; }
@media screen and (prefers-color-scheme: dark) {
	:root { --page: #121518; --card: #1b1f24; --ink: #e7eaee; --quiet: #9aa5b1; --line: #323942;
		--kept: #6aa6e8; --made: #45c1a0; --asked: #eeb04b; --other: #68727e; --failed: #f26a74; }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink); font: 15px/1.45 system-ui, sans-serif; }
main { max-width: 66rem; margin: 0 auto; padding: 1.5rem 1rem 2rem; }
h1 { margin: 0; font-size: 1.6rem; line-height: 1.2; overflow-wrap: anywhere; }
header p { margin: .3rem 0 1rem; color: var(--quiet); overflow-wrap: anywhere; }
.state { display: inline-block; padding: 0 .6em; border: 2px solid var(--other); border-radius: 1em; color: var(--ink); font-size: .85rem; font-weight: 600; }
.SUCCESS { border-color: var(--made); }
.FAILED { border-color: var(--failed); }
.CANCELED, .UNFINISHED { border-color: var(--asked); }
.ACTIVE { border-color: var(--kept); }
dl, section, figure { margin: 0 0 1rem; padding: 1rem; border: 1px solid var(--line); border-radius: .5rem; background: var(--card); overflow-x: auto; }
dl { display: flex; flex-wrap: wrap; gap: .8rem 2rem; }
dt, thead th, .key, .x, .y { color: var(--quiet); font-size: .8rem; font-weight: 400; }
dd { margin: 0; font-weight: 600; overflow-wrap: anywhere; }
dd, td, .x, .y { font-variant-numeric: tabular-nums; }
.columns { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(26rem, 100%), 1fr)); gap: 1.2rem 2rem; }
caption, figcaption { padding-bottom: .4rem; text-align: left; }
h2 { display: inline; font-size: 1.05rem; font-weight: 600; }
table { width: 100%; border-collapse: collapse; }
table + table { margin-top: 1.2rem; }
th, td { padding: .2rem .8rem .2rem 0; text-align: left; vertical-align: top; }
tbody tr { border-top: 1px solid var(--line); }
.counts thead { position: absolute; clip-path: inset(50%); }
.counts tbody tr { border: 0; }
.counts th { max-width: 20rem; font-weight: 400; overflow-wrap: break-word; }
.n, .counts td { text-align: right; white-space: nowrap; }
.counts .none { color: var(--quiet); }
td.bar { width: 40%; padding-right: 0; }
.bar svg { display: block; width: 100%; height: .75rem; margin-top: .35rem; shape-rendering: crispEdges; }
#runs td.bar { width: 26%; }
#runs [aria-current] { font-weight: 600; background: color-mix(in srgb, var(--kept) 12%, transparent); }
.time, #runs td { white-space: nowrap; }
.time { font-size: .85rem; }
#runs .id, .cause, code { white-space: normal; overflow-wrap: anywhere; }
#runs .id { min-width: 9rem; }
.cause, .examples { min-width: 14rem; }
#runs td { font-size: .85rem; }
code { font: .85em ui-monospace, monospace; }
progress { display: block; width: 100%; height: 1rem; margin: 0 0 1rem; accent-color: var(--kept); }
.plot { display: grid; grid-template-columns: auto 1fr; gap: .4rem .6rem; padding-top: .5rem; line-height: 1; }
.plot svg { display: block; width: 100%; height: 12rem; overflow: visible; }
.grid { stroke: var(--line); fill: none; vector-effect: non-scaling-stroke; }
.x, .y { display: flex; justify-content: space-between; gap: 2rem; }
.x { grid-column: 2; line-height: 1.3; }
.y { flex-direction: column; margin: -.4rem 0; }
.y span, .x :last-child { text-align: right; }
.key { display: inline-block; margin-left: .8rem; }
.key i { display: inline-block; width: .7em; height: .7em; margin: 0 .2em 0 .6em; border-radius: 2px; }
.key i:first-child { margin-left: 0; }
.kept { fill: var(--kept); background: var(--kept); }
.made { fill: var(--made); background: var(--made); }
.asked { fill: var(--asked); background: var(--asked); }
.other { fill: var(--other); background: var(--other); }
.failed { fill: var(--failed); background: var(--failed); }
footer { color: var(--quiet); font-size: .8rem; }
@media screen and (max-width: 48rem) {
	main { padding: 1rem .6rem; }
	/* a row is a paragraph */
	table, caption, tbody { display: block; }
	thead { position: absolute; clip-path: inset(50%); }
	tr { display: flex; flex-wrap: wrap; gap: .1rem .9rem; padding: .4rem 0; }
	#failures td, #runs td { min-width: 0; padding: 0; text-align: left; }
	#failures .n { font-weight: 600; }
	#failures td ~ td, #runs .time, #runs .id, #runs td.bar, .counts td.bar { width: 100%; }
	.counts tr, .counts th, .counts td { padding: 0; }
	.counts th { flex: 1; max-width: none; overflow-wrap: anywhere; }
	.counts td { min-width: 3.8rem; }
	.counts .bar svg { height: .4rem; margin: 0 0 .4rem; }
	.counts .none .bar { display: none; }
	.key { margin-left: 0; }
	[data-label]::before { content: attr(data-label) " "; color: var(--quiet); font-weight: 400; }
}
@media print {
	* { print-color-adjust: exact; }
	:root { --page: #fff; }
	body { font-size: 12px; }
	main { max-width: none; padding: 0; }
	dl, section, figure { break-inside: avoid; overflow: visible; }
}
$css$;
COMMENT ON FUNCTION synclog.html_style() IS
'The style sheet of synclog.recon_html(), which calls it.';

CREATE FUNCTION synclog.recon_html(recon_id text DEFAULT NULL) RETURNS text
	LANGUAGE plpgsql STABLE PARALLEL RESTRICTED COST 100000 SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	run CONSTANT record := synclog.recon_to_show(recon_id);
	title CONSTANT text := synclog.html(coalesce(nullif(run.mapping, ''), run.recon_id));
BEGIN
	RETURN concat(format($html$<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>Reconciliation of %s</title>
<style>%s</style>
</head>
<body>
<main>
<header>
<h1>%s</h1>
<p>Reconciliation <code id="run">%s</code> <strong class="state %5$s">%5$s</strong></p>
</header>
$html$, title, synclog.html_style(), title, synclog.html(run.recon_id), synclog.html(run.state)),
		(SELECT format(E'<dl id="facts">\n%s</dl>\n', string_agg(format(E'<div><dt>%s</dt><dd>%s</dd></div>\n', f.label, synclog.html(f.value)), '' ORDER BY f.place))
			FROM synclog.recon_facts(run) WITH ORDINALITY f(label, value, place)
			WHERE f.label NOT IN ('Mapping', 'State')),
		'<progress aria-label="Progress" max="100" value="' || (run.progress ->> 'percent') || E'"></progress>\n',
		format(E'<section class="columns">\n<div>%s</div>\n<div>%s%s</div>\n</section>\n', synclog.html_counts('Situations', run.situation_summary),
			synclog.html_counts('Statuses', run.status_summary), synclog.html_counts('Actions', run.action_summary)),
		synclog.html_timeline(run),
		E'<section>\n' || synclog.html_failures(run.recon_id) || E'</section>\n',
		E'<section>\n' || synclog.html_runs(run) || E'</section>\n',
		format(E'<footer>synclog, %s</footer>\n</main>\n</body>\n</html>', synclog.shown(now())));
END $$;
COMMENT ON FUNCTION synclog.recon_html(text) IS
'A reconciliation as a page of HTML that needs nothing from elsewhere: psql -Atc "SELECT synclog.recon_html(''...'')" > run.html. It shows the facts, situations, statuses and actions as bars, entries and failures over time, what failed, by cause with examples, and the last ten runs of the mapping up to this one, as synclog.recon_summary(), recon_failures() and recon_runs() have them. Values are escaped, it has no scripts, and its policy forbids to load anything. It says that it is in UTF-8: set client_encoding (PGCLIENTENCODING=UTF8 for psql) where the database has another encoding. recon_id: NULL is the newest. Times are in the session''s time zone. Errors: 22023 if the reconciliation does not exist or there is none, and those of these functions.';
