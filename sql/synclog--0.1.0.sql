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
'input of queryfilter; error 22P02 with the byte where the text is wrong, 54000 over a limit (63 nested parentheses, 16 MB)';
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

CREATE OPERATOR synclog.= (
	FUNCTION = synclog.queryfilter_eq,
	LEFTARG = synclog.queryfilter, RIGHTARG = synclog.queryfilter,
	COMMUTATOR = OPERATOR(synclog.=), NEGATOR = OPERATOR(synclog.<>),
	RESTRICT = pg_catalog.eqsel, JOIN = pg_catalog.eqjoinsel, HASHES
);
CREATE OPERATOR synclog.<> (
	FUNCTION = synclog.queryfilter_ne,
	LEFTARG = synclog.queryfilter, RIGHTARG = synclog.queryfilter,
	COMMUTATOR = OPERATOR(synclog.<>), NEGATOR = OPERATOR(synclog.=),
	RESTRICT = pg_catalog.neqsel, JOIN = pg_catalog.neqjoinsel
);
COMMENT ON OPERATOR synclog.= (synclog.queryfilter, synclog.queryfilter) IS 'equal filters';
COMMENT ON OPERATOR synclog.<> (synclog.queryfilter, synclog.queryfilter) IS 'different filters';

-- DISTINCT and GROUP BY on a table of saved searches
CREATE OPERATOR CLASS synclog.queryfilter_ops
	DEFAULT FOR TYPE synclog.queryfilter USING hash AS
	OPERATOR 1 synclog.=,
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
'the filter as a tree, in the reference''s map form: {"operator":"eq","field":"/a","value":1}, {"operator":"and","subfilters":[...]}, {"operator":"!","subfilter":...}';

CREATE FUNCTION synclog.fold(value text) RETURNS text
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'fold_text';
CREATE FUNCTION synclog.fold(value jsonb) RETURNS jsonb
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'fold_jsonb';
CREATE FUNCTION synclog.iso8601(instant timestamptz) RETURNS text
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';

COMMENT ON FUNCTION synclog.fold(text) IS
'the text with its case folded as the reference does: each character''s simple upper-case and then lower-case mapping, whatever the locale; an index on it serves filters with ignore_case';
COMMENT ON FUNCTION synclog.fold(jsonb) IS
'the value with the case of its strings folded, never that of its keys';
COMMENT ON FUNCTION synclog.iso8601(timestamptz) IS
'the instant as events have it: ISO 8601 in UTC with milliseconds, finer digits only where there are any';

CREATE FUNCTION synclog.matches_support(internal) RETURNS internal
	LANGUAGE c STRICT AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION synclog.matches_support(internal) IS
'planner support of matches: a constant filter is planned as the SQL that it means';

-- not STRICT: a NULL row is a row whose fields are all missing.  The cost keeps
-- a prepared statement with a constant filter from turning generic too early.
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
'whether a row satisfies the filter: true or false, NULL only for a NULL filter or ignore_case; /sourceObjectId is column source_object_id, /_id is column id, any other member is sought in column extra; errors: 42703 for a field that the row cannot have, 42883 for an unknown operator, 22007 for a literal that is no timestamp; the meaning is the reference''s in-memory one, with exact strings unless ignore_case';
COMMENT ON FUNCTION synclog.matches(jsonb, synclog.queryfilter, boolean) IS
'whether a JSON event satisfies the filter; see matches(record, queryfilter, boolean)';
COMMENT ON FUNCTION synclog.matches(json, synclog.queryfilter, boolean) IS
'whether a JSON event satisfies the filter; see matches(record, queryfilter, boolean); error where the value is no jsonb';
COMMENT ON FUNCTION synclog.matches(text, synclog.queryfilter, boolean) IS
'whether a JSON event, as text, satisfies the filter; see matches(record, queryfilter, boolean); error where the text is no jsonb';

CREATE FUNCTION synclog.to_sql(filter synclog.queryfilter, relation regclass, alias text DEFAULT NULL, ignore_case boolean DEFAULT false) RETURNS text
	LANGUAGE c STABLE PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION synclog.to_sql(synclog.queryfilter, regclass, text, boolean) IS
'the filter as the text of a SQL condition on the relation, its columns qualified by alias if that is given; the text means the same under any settings but standard_conforming_strings = off, and stands in a WHERE, where NULL does as false; NULL if an argument other than alias is; errors as for matches';

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

------------------------------------------------------------------------------
-- event_in: store, load, the _json views
------------------------------------------------------------------------------

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
'the events of a topic that match a filter, as GET /audit/<topic>?_queryFilter gives them. fields: "mapping,/after/mail" gives these members and _id, of an array the elements named by their number, what an event lacks is left out; NULL or * is everything. sort_keys: "-timestamp,+_id", any fields, values inside JSON in the order of jsonb, missing and null ones last in either direction, ties broken by _id in the direction of the last key; NULL is timestamp,_id. page_size and page_offset: how many, and after how many; NULL is all. ignore_case: as for matches. formatted: as for event. SELECT synclog.query(...) streams from the first row; a NULL filter or ignore_case gives no events. Errors: 42704 for an unknown topic, 42703 for a field that it cannot have, 22023 for other wrong arguments, those of matches';

------------------------------------------------------------------------------
-- recon: reconciliations, grouped
------------------------------------------------------------------------------

CREATE FUNCTION synclog.recon_entries(recon_id text, situation text DEFAULT NULL,
	formatted boolean DEFAULT true, OUT section text, OUT event json)
	RETURNS SETOF record
	LANGUAGE c STABLE PARALLEL RESTRICTED COST 1000 ROWS 1000 AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION synclog.recon_entries(text, text, boolean) IS
'the events of a reconciliation in topic recon: section start, then every result by timestamp and _id, then summary; an entry of any other type, none and "" among them, is a result. situation: only results with it, start and summary all the same. formatted: as for event. No rows if the run is unknown or recon_id is NULL; error 42704 if there is no topic recon';

CREATE FUNCTION synclog.recon_grouped(recon_id text) RETURNS json
	LANGUAGE sql STABLE STRICT PARALLEL RESTRICTED
BEGIN ATOMIC
	SELECT pg_catalog.json_build_object(
		'start', (pg_catalog.array_agg(e.event) FILTER (WHERE e.section OPERATOR(pg_catalog.=) 'start'))[1],
		'result', coalesce(pg_catalog.json_agg(e.event) FILTER (WHERE e.section OPERATOR(pg_catalog.=) 'result'), '[]'),
		'summary', (pg_catalog.array_agg(e.event) FILTER (WHERE e.section OPERATOR(pg_catalog.=) 'summary'))[1])
	FROM synclog.recon_entries(recon_grouped.recon_id) e;
END;
COMMENT ON FUNCTION synclog.recon_grouped(text) IS
'a reconciliation in one object, {"start":...,"result":[...],"summary":...}, as OpenIDM 2.2 answers the query audit-by-recon-id; start and summary are null and result is empty where there are none; the events are those of recon_entries, formatted; NULL for NULL';
