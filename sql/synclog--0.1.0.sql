\echo Use "CREATE EXTENSION synclog" to load this file. \quit

-- made here and not by the control file, so that nobody can prepare it
CREATE SCHEMA synclog;
COMMENT ON SCHEMA synclog IS 'synclog: functions, types and the topic catalog';
GRANT USAGE ON SCHEMA synclog TO PUBLIC;

------------------------------------------------------------------------------
-- filter: the queryfilter type, matches, to_sql
------------------------------------------------------------------------------

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
-- event_out: event, read
------------------------------------------------------------------------------

------------------------------------------------------------------------------
-- query: the events that match a filter
------------------------------------------------------------------------------

------------------------------------------------------------------------------
-- recon: reconciliations, grouped
------------------------------------------------------------------------------
