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

CREATE FUNCTION synclog.fold(value text) RETURNS text
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'fold_text';
CREATE FUNCTION synclog.fold(value jsonb) RETURNS jsonb
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'fold_jsonb';
CREATE FUNCTION synclog.iso8601(instant timestamptz) RETURNS text
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';

COMMENT ON FUNCTION synclog.fold(text) IS
'the text with its case folded as the reference does: each character of the Basic Multilingual Plane by its simple upper-case and then lower-case mapping, whatever the locale; an index on it serves filters with ignore_case';
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
'whether a row satisfies the filter: true or false, NULL only for a NULL filter or ignore_case; /sourceObjectId is column source_object_id, /_id is column id, any other member is sought in column extra; errors: 42703 for a field that the row cannot have, 42883 for an unknown operator, 22007 for a literal that is no timestamp, 22P02 for one that is no value of the column or no list; the meaning is the reference''s in-memory one, with exact strings unless ignore_case';
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
'the fields that a filter can use on a table or view, in column order: the pointer, the column''s type, and the column; one that ends with /... stands for every path inside a column that holds JSON, a list or a row, and "/..." alone for all other members, sought in column extra, without which they are errors (42703); no rows if the relation is NULL, error 42P01 if it does not exist and 42809 if it has no rows';

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

CREATE FUNCTION synclog.make_month(relation regclass, instant timestamptz) RETURNS void
	AS 'MODULE_PATHNAME', 'synclog_make_month' LANGUAGE C VOLATILE STRICT;
COMMENT ON FUNCTION synclog.make_month(regclass, timestamptz) IS
'Makes the partition that an event of the instant needs, if the table is partitioned by ranges of one timestamptz and has none: the month in UTC, as far as no other partition reaches into it. Error 42501 unless the caller has the privileges of the table''s owner. Storing events does the same by itself, for everybody who may store.';

CREATE FUNCTION synclog.topic_facts(relation regclass, OUT events bigint, OUT size bigint,
		OUT oldest timestamptz, OUT newest timestamptz)
	LANGUAGE plpgsql STABLE STRICT SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	readable boolean;
BEGIN
	SELECT sum(pg_total_relation_size(c.oid)), sum(c.reltuples) FILTER (WHERE c.reltuples >= 0)
		INTO size, events
		FROM pg_class c
		WHERE c.oid = relation AND c.relkind <> 'p' OR
			c.oid IN (SELECT p.relid FROM pg_partition_tree(relation) p WHERE p.isleaf);
	SELECT has_table_privilege(c.oid, 'SELECT') AND has_schema_privilege(c.relnamespace, 'USAGE')
		INTO readable FROM pg_class c WHERE c.oid = relation;
	IF readable THEN
		EXECUTE format('SELECT min("timestamp"), max("timestamp") FROM %s', relation)
			INTO oldest, newest;
		-- counting a small table is cheap, and its statistics are often missing
		IF size < 32 * 1024 * 1024 THEN
			EXECUTE format('SELECT count(*) FROM %s', relation) INTO events;
		END IF;
	END IF;
END $$;
COMMENT ON FUNCTION synclog.topic_facts(regclass) IS
'What view synclog.topics says of a topic''s table: events (counted below 32 MB, PostgreSQL''s estimate above and where the caller may not read), size in bytes with indexes, and the oldest and the newest event''s time, NULL where the caller may not read.';

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
END $$;
COMMENT ON FUNCTION synclog.add_topic(text, regclass) IS
'Registers a table of the caller''s choice as a topic and makes its view <topic>_json. The table follows the naming rule: _id is column id, a camelCase member is the snake_case column; it has columns id text and "timestamp" timestamptz, the others are up to its owner, extra jsonb among them for members without a column. Errors: 42602 for a bad name, 42809 for a table that cannot hold events, 42710 if the name or the table is taken, 42501 if the table belongs to another role or without INSERT on synclog.topic.';

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
			ARRAY['btree (recon_id, entry_type)', 'hash (source_object_id)', 'hash (target_object_id)',
				'btree ("timestamp") WHERE entry_type IN (''start'', ''summary'')']),
		('sync', 'Synchronizations of single objects',
			'action exception link_qualifier mapping message message_detail:jsonb situation source_object_id status target_object_id root_action_id action_id',
			ARRAY['hash (source_object_id)', 'hash (target_object_id)']),
		('activity', 'Changes of objects, with what was before and after',
			'run_as object_id operation before:jsonb after:jsonb changed_fields:jsonb revision message status password_changed:boolean provider context action activity_id parent_action_id root_action_id requester rev',
			ARRAY['hash (object_id)']),
		('config', 'Changes of the configuration',
			'run_as object_id operation before:jsonb after:jsonb changed_fields:jsonb revision',
			ARRAY['hash (object_id)']),
		('authentication', 'Logins',
			'principal:jsonb context:jsonb entries:jsonb result provider method',
			ARRAY['gin (principal jsonb_path_ops)']),
		('access', 'Requests',
			'server:jsonb client:jsonb request:jsonb http:jsonb response:jsonb roles:jsonb action ip principal status',
			ARRAY[]::text[])
	) t(topic, about, columns, indexes);
END;
COMMENT ON FUNCTION synclog.built_in_topics() IS
'The built-in topics as synclog.create_topics() makes them: the columns of every event and those of the topic, in order, as name or name:type, and the indexes. The columns are the members of all dialects of the servers'' events.';

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
				coalesce(nullif(split_part(c, ':', 2), ''), 'text COLLATE "C"')), ', ' ORDER BY i)
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
		SELECT split_part(c, ':', 1), coalesce(nullif(split_part(c, ':', 2), ''), 'text COLLATE "C"')
			FROM unnest(columns) WITH ORDINALITY AS u(c, i) ORDER BY i
	LOOP
		CONTINUE WHEN EXISTS (SELECT FROM pg_attribute a
			WHERE a.attrelid = relation AND a.attname = column_name AND NOT a.attisdropped);
		EXECUTE format('ALTER TABLE %s ADD COLUMN %I %s', relation, column_name, column_type);
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
'Adds the columns that a built-in topic''s table does not have yet, and moves the values of their members there from column extra. Columns are as in synclog.built_in_topics(). Nothing else of the table is rewritten. synclog.create_topics() calls it.';

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
			WHERE n.nspname = schema AND c.relowner <> me AND (c.relname = 'rejected' OR EXISTS (
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
END $$;
COMMENT ON FUNCTION synclog.create_topics(name) IS
'Creates the tables of the built-in topics (synclog.built_in_topics()), their _json views and table rejected in a schema, which is made if absent, and registers the topics. The tables are ordinary ones of the caller''s, partitioned by month, with the current and the next three months; other months are made when events need them. Called again it brings what is there to the installed version: missing columns, indexes, views. Errors: 42501 if the schema or a table in it belongs to another role, 42710 if a topic has another table already, 42809 if a name is taken by something else.';

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
'Stores one event, a JSON object, in its topic''s table and gives its _id; an event without _id gets one that follows from its content. An equal event again changes nothing; other content under the same _id and timestamp goes to table rejected. An event without a usable timestamp is stored at the time of receipt. Values of Authorization, Cookie, Set-Cookie, X-OpenIDM-Password and of setting synclog.secret_headers in headers and cookies are replaced by ***. Errors: 22023 for what is no event, 42704 for no topic, 42501 without INSERT on the table.';
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
'Gives the row that an event would be in a table, without storing it: synclog.event_row(NULL::audit.recon, ''{"_id":…}''). NULL for a NULL event. Errors: 22023 for what is no event, 42809 if the first argument is no row of a table that can hold events.';

------------------------------------------------------------------------------
-- event_out: event
------------------------------------------------------------------------------

CREATE FUNCTION synclog.event(row_value record, formatted boolean DEFAULT true) RETURNS json
	LANGUAGE c STABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'event_record';
COMMENT ON FUNCTION synclog.event(record, boolean) IS
'a row as its event: a topic''s row as it was stored, members with their values and nulls; a partition''s row like its topic''s; any other row by the naming rule (column source_object_id is sourceObjectId, id is _id), NULL columns left out. formatted concerns recon rows of 2.x and 3.x, those with rootActionId, as OpenIDM 2.2 does: start and summary leave out actionId, action, ambiguousTargetObjectIds, reconciling, situation, sourceObjectId and targetObjectId, entries leave out mapping, each only where it is null, also in an event kept in column raw. NULL if an argument is';

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
'the events of a topic that match a filter, as GET /audit/<topic>?_queryFilter gives them. fields: "mapping,/after/mail" gives these members and _id, of an array the elements named by their number, what an event lacks is left out; NULL or * is everything. sort_keys: "-timestamp,+_id", any fields, values inside JSON in the order of jsonb, missing and null ones last in either direction, ties broken by _id, then "timestamp", then the tenant, in the direction of the last key; NULL is timestamp,_id. page_size and page_offset: how many, and after how many; NULL is all. ignore_case: as for matches. formatted: as for event. SELECT synclog.query(...) streams from the first row; a NULL filter or ignore_case gives no events. Errors: 42704 for an unknown topic, 42703 for a field that it cannot have, 54000 for more than 1000 fields or sort keys, 22004 for a NULL topic, 22023 for other wrong arguments, those of matches';

CREATE FUNCTION synclog.query_page(topic text, filter synclog.queryfilter DEFAULT 'true',
	fields text DEFAULT NULL, sort_keys text DEFAULT NULL,
	page_size integer DEFAULT NULL, page_offset integer DEFAULT 0,
	ignore_case boolean DEFAULT false, formatted boolean DEFAULT true,
	cookie text DEFAULT NULL, total_policy text DEFAULT 'NONE')
	RETURNS json
	LANGUAGE c STABLE PARALLEL RESTRICTED COST 1000 AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION synclog.query_page(text, synclog.queryfilter, text, text, integer, integer, boolean, boolean, text, text) IS
'a page of the events of a topic that match a filter, in CREST''s envelope: result, resultCount, pagedResultsCookie, totalPagedResultsPolicy, totalPagedResults, remainingPagedResults. The first eight arguments and the order are those of query. cookie: the last page''s pagedResultsCookie; NULL or empty is the first page; its query must be the same, while fields, page_size, formatted and total_policy may change. pagedResultsCookie is null on the last page, and where page_size is NULL: that is all in one answer. From page to page no event is repeated and none skipped, whatever is stored or dropped meanwhile; events of one''s own table count as one if they share _id, timestamp and tenant_id. total_policy, in any case: NONE; ESTIMATE, the planner''s; EXACT, which counts; what is unknown is -1, remainingPagedResults but for EXACT. Errors: those of query; 22023 for a cookie that is damaged or of another query, for one together with page_offset, for an unknown policy; 54000 for an answer above synclog.max_response';

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

CREATE FUNCTION synclog.recon_message(message text) RETURNS jsonb
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT jsonb_build_object('situationSummary', jsonb_object_agg(m[1], m[2]::bigint))
	FROM regexp_matches(message, '([A-Z_]+):\s*(\d+)', 'g') m;
END;
COMMENT ON FUNCTION synclog.recon_message(text) IS
'a summary''s message, "ABSENT: 2 CONFIRMED: 0 " in any order, as a situationSummary. synclog.recon_claim() calls it.';

CREATE FUNCTION synclog.recon_claim(message_detail jsonb, message text) RETURNS jsonb
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT CASE
		WHEN jsonb_typeof(message_detail) = 'object' AND message_detail ? 'situationSummary' THEN message_detail
		WHEN message ~ '^\s*([A-Z_]+:\s*\d{1,15}\s*)+$'
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
		FROM start a FULL JOIN summary z USING (recon_id)$query$, synclog.topic_table('recon')) USING run;
END $$;
COMMENT ON FUNCTION synclog.recon_heads(text) IS
'what the start and summary events say of one reconciliation, or of all with NULL: one row a run, in no order; state is NULL without a summary. Of several starts the first counts and of several summaries the last, by timestamp and _id; started is the start''s timestamp, else what the summary says. Entries are not read. synclog.recon_listed() and synclog.recon_summary() call it; errors as theirs.';

CREATE FUNCTION synclog.recon_listed(run text, stale_after interval, OUT recon_id text, OUT mapping text, OUT user_id text,
		OUT recon_action text, OUT state text, OUT started timestamptz, OUT ended timestamptz,
		OUT duration interval, OUT last_event timestamptz, OUT claimed jsonb)
	RETURNS SETOF record
	LANGUAGE plpgsql STABLE PARALLEL SAFE COST 10000 ROWS 1000 SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	relation CONSTANT regclass := synclog.topic_table('recon');
	without_summary text[];
BEGIN
	-- known beforehand, so that the planner knows whether by time or by run there is less to read
	EXECUTE format($query$
		SELECT ARRAY(
			SELECT t.recon_id FROM %1$s t WHERE t.entry_type = 'start' AND ($1 IS NULL OR t.recon_id = $1)
			EXCEPT SELECT t.recon_id FROM %1$s t WHERE t.entry_type = 'summary' AND ($1 IS NULL OR t.recon_id = $1))$query$,
		relation) INTO without_summary USING run;
	RETURN QUERY EXECUTE format($query$
		WITH head AS MATERIALIZED (
			SELECT * FROM synclog.recon_heads($1)
		), active AS MATERIALIZED (
			SELECT t.recon_id, max(t."timestamp") AS last_event FROM %s t
			WHERE t.recon_id = ANY ($3) AND t."timestamp" >= $2 GROUP BY t.recon_id
		)
		SELECT h.recon_id, h.mapping, h.user_id, h.recon_action,
			coalesce(h.state, CASE WHEN a.recon_id IS NULL THEN 'UNFINISHED' ELSE 'ACTIVE' END),
			h.started, h.ended, coalesce(h.ended, a.last_event) - h.started, coalesce(h.ended, a.last_event), h.claimed
		FROM head h LEFT JOIN active a USING (recon_id)$query$, relation)
		USING run, coalesce(now() - stale_after, '-infinity'), without_summary;
END $$;
COMMENT ON FUNCTION synclog.recon_listed(text, interval) IS
'one reconciliation, or all with NULL, with the columns of synclog.recon_runs(), in no order. Where there are runs without a summary, their events of the last stale_after are sought, in one pass, to tell which are active; no other entries are read. synclog.recon_runs(), synclog.recon_trend() and synclog.recon_reported() call it; errors as theirs.';

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
		SELECT n.key AS name, sum(CASE WHEN n.value ~ '^\d{1,15}$' THEN n.sign * n.value::bigint ELSE 0 END) AS n
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
	relation CONSTANT regclass := synclog.topic_table('recon');
	head record;
	found record;
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
		FROM entry e$query$, relation) INTO found USING recon_id;
	IF found.last_event IS NULL THEN
		RETURN;
	END IF;

	mapping := head.mapping;
	user_id := head.user_id;
	recon_action := head.recon_action;
	IF head.recon_id IS NULL THEN
		EXECUTE format('SELECT t.mapping, t.user_id FROM %s t WHERE t.recon_id = $1 AND t.mapping IS NOT NULL LIMIT 1', relation)
			INTO mapping, user_id USING recon_id;
	END IF;
	state := coalesce(head.state, CASE WHEN found.last_event < now() - stale_after THEN 'UNFINISHED' ELSE 'ACTIVE' END);
	started := head.started;
	ended := head.ended;
	last_event := found.last_event;
	duration := coalesce(ended, last_event) - started;
	entries := found.entries;
	situation_summary := found.situations;
	status_summary := found.statuses;
	action_summary := found.actions;
	claimed := head.claimed;
	unlogged := synclog.recon_difference(claimed -> 'situationSummary', situation_summary);
	-- more was found than the server says it did
	SELECT NOT bool_or(jsonb_path_exists(d.difference, '$.* ? (@ < 0)')) INTO agrees
		FROM (VALUES (unlogged), (synclog.recon_difference(claimed -> 'statusSummary', status_summary))) d(difference);

	SELECT jsonb_build_object(
			'source', jsonb_build_object('existing', jsonb_build_object('processed', found.sources, 'total', t.source)),
			'target', jsonb_build_object('existing', jsonb_build_object('processed', found.targets, 'total', t.target),
				'created', found.created),
			'links', jsonb_build_object('existing', jsonb_build_object('processed', NULL, 'total', t.links), 'created', NULL))
		INTO progress
		FROM (SELECT coalesce(claimed #> '{progress,source,existing,total}', '"?"') AS source,
			coalesce(claimed #> '{progress,target,existing,total}', '"?"') AS target,
			coalesce(claimed #> '{progress,links,existing,total}', '"?"') AS links) t;
	IF state = 'ACTIVE' THEN
		-- what the mapping's last run logged is the best guess of what this one will
		EXECUTE format('SELECT count(*) FROM %s t
				WHERE t.recon_id = $1 AND (t.entry_type IN (''start'', ''summary'')) IS NOT TRUE', relation)
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
'a reconciliation summed up from its entries in topic recon, one row, none if it is unknown. recon_id: which; NULL is the one that started last. state: SUCCESS, FAILED or CANCELED by the summary event (the last, if there are several); without one ACTIVE, or UNFINISHED when the last event is older than stale_after (NULL: never). started, ended: when the (first) start and the summary are; without a start what the summary says; ended is NULL without a summary, and duration then lasts until last_event. entries: those that are neither start nor summary. situation_summary counts entries of the source phase that have a source, of the target phase that have a target, and of no phase, the servers'' eleven situations and any other that occurred; status_summary and action_summary count entries. progress is the servers'' object: processed and created counted, what entries do not tell null, totals as the summary says, else "?"; while a run is ACTIVE also expected, the entries of the last successful run of the mapping before it with the same reconAction, and percent of it. claimed: the summary event''s own numbers (messageDetail, or its message); unlogged: claimed minus counted situations where they differ, NULL without a claim: servers count what they do not log; agrees: false if more was counted of a situation or a status than is claimed, NULL without a claim. Errors: 42704 without topic recon, 42703 if its table lacks a column that create_topics gives it, 42501 without SELECT on it';

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
'the reconciliations in topic recon, one row a run, newest first by started, then recon_id, from their start and summary events alone: /recon without entries. filter: on the columns of the row, /mapping eq "..." and /state eq "UNFINISHED" and /claimed/statusSummary/FAILURE gt 0. page_size: how many, NULL is all. cookie: that of the row after which to go on, with the same filter; NULL or empty is the newest; from page to page no run is repeated and none skipped, whatever is stored meanwhile, but for those whose start is stored later. The columns are those of recon_summary, but for last_event, which is ended where there is a summary; without one, last_event and duration are known only while the run is ACTIVE, that is, while it has an event within stale_after. A run without start and summary events is not listed. No rows for a NULL filter. Errors: those of matches and of recon_summary; 22023 for a page_size below 1, and for a cookie that is damaged or of another filter';

CREATE FUNCTION synclog.recon_total(counts jsonb[], always text[]) RETURNS jsonb
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT synclog.recon_counts(array_agg(n.key), array_agg(CASE WHEN n.value ~ '^\d{1,15}$' THEN n.value::bigint ELSE 0 END),
		always)
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
				ELSE (SELECT sum(n.value::bigint) FROM jsonb_each_text(l.situations) n WHERE n.value ~ '^\d{1,15}$')::bigint
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
			|| coalesce(l.claimed, '{}')
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

CREATE TABLE synclog.named_query (
	id text COLLATE "C" NOT NULL CHECK (id <> ''),
	topic text COLLATE "C",
	filter text NOT NULL CHECK (synclog.is_filter_template(filter)),
	sort_keys text,
	fields text,
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
'a filter in which a value may be ${name}, a parameter of the request; ${int:name}, which must be an integer; behind in ${list:name}, a repeated parameter or the values between the commas of a single one; behind eq ${like:name}, a pattern with % at its start, its end or both, in which _ stands for itself and \ takes the next character literally. A comparison with ${name?} is left out where the parameter is missing or empty. A placeholder stands without quotes';
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
'the answer to a documented GET request: HTTP status, content type and body. url: with or without scheme, host and context path; parameters percent-decoded, + a blank; quotes, blanks and other characters may stand as they are. Paths: /audit/<topic>, with _queryFilter, _queryId (a row of synclog.named_query, and its parameters) or neither (OpenIDM 2''s {"entries":[...]}), _fields, _sortKeys, _pageSize, _pagedResultsCookie, _pagedResultsOffset, _totalPagedResultsPolicy, _prettyPrint and formatted; /audit/<topic>/<_id>, with _fields, _prettyPrint and formatted; /recon, the newest 100 reconciliations, and /recon/<reconId>, with _fields and _prettyPrint. What is wrong with a request gives no error but a status and CREST''s {"code","reason","message","detail"}: 400; 403 without the privilege; 404 for a path, event or reconciliation that does not exist; 413 above synclog.max_response; 501 for an unknown topic, as the servers, and for parameters that the servers have and synclog has not. Other errors (a cancelled statement, too little memory) are errors. NULL for NULL';
