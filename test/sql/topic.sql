-- topics and their tables
SET client_min_messages = warning; DROP SCHEMA IF EXISTS audit CASCADE; DELETE FROM synclog.topic; RESET client_min_messages; SELECT synclog.create_topics();
SET timezone = 'UTC';
SELECT name, relation, version, events, size > 0 AS size, oldest, newest, retention FROM synclog.topics ORDER BY name;
\d audit.recon
-- partitions: two outer ones, this month and three ahead, no default
SELECT count(*), count(*) FILTER (WHERE relname IN ('recon_before_2000', 'recon_from_2100')) AS outer,
	count(*) FILTER (WHERE relname IN (SELECT to_char(date_trunc('month', now()) + i * interval '1 month', '"recon_"YYYY_MM') FROM generate_series(0, 3) i)) AS months
FROM pg_partition_tree('audit.recon') t JOIN pg_class c ON c.oid = t.relid WHERE t.isleaf;
SELECT partdefid FROM pg_partitioned_table WHERE partrelid = 'audit.recon'::regclass;
-- column order of all of them, core types only
SELECT c.relname, string_agg(a.attname || CASE WHEN a.atttypid = 'text'::regtype THEN '' ELSE ':' || a.atttypid::regtype END
	|| CASE WHEN a.attcollation NOT IN (0, '"C"'::regcollation) THEN '!' ELSE '' END, ' ' ORDER BY attnum) AS columns
FROM synclog.topic t JOIN pg_class c ON c.oid = t.relation JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 GROUP BY 1 ORDER BY 1;
SELECT tablename, indexname, substring(indexdef FROM 'USING .*') FROM pg_indexes WHERE schemaname = 'audit' AND (tablename IN (SELECT name FROM synclog.topic) OR tablename = 'recon_before_2000') ORDER BY 1, 2;

-- called again: nothing changes
SELECT md5(string_agg(c::text, ',' ORDER BY c.oid)) AS before FROM pg_class c WHERE relnamespace = 'audit'::regnamespace AND relkind <> 'v' \gset
SELECT synclog.create_topics();
SELECT md5(string_agg(c::text, ',' ORDER BY c.oid)) = :'before' AS same FROM pg_class c WHERE relnamespace = 'audit'::regnamespace AND relkind <> 'v';

-- an older table: missing columns, indexes, views come; events move out of extra, the rest stays in place
SELECT * FROM synclog.load('activity', '{"_id":"1","timestamp":"2026-01-01T00:00:00.000Z","provider":"p","rev":7,"other":[1],"passwordChanged":null}
{"_id":"2","timestamp":"2026-01-01T00:00:00.000Z","message":"m"}
{"_id":"3","timestamp":"2026-01-01T00:00:00.0Z","provider":"q"}');
CREATE TEMP TABLE came AS SELECT id, synclog.event(a)::jsonb AS event FROM audit.activity a;
DROP VIEW audit.activity_json;
DROP INDEX audit.activity_transaction_id_idx;
ALTER TABLE audit.activity DROP COLUMN provider, DROP COLUMN rev, DROP COLUMN password_changed;
UPDATE audit.activity SET extra = '{"provider": "p", "rev": 7, "other": [1], "passwordChanged": null}', raw = NULL, form = NULL WHERE id = '1';
UPDATE synclog.topic SET version = '0.0.1' WHERE name = 'activity';
SELECT relfilenode AS before FROM pg_class WHERE oid = 'audit.activity_2026_01'::regclass \gset
SELECT synclog.create_topics();
SELECT relfilenode = :'before' AS not_rewritten FROM pg_class WHERE oid = 'audit.activity_2026_01'::regclass;
SELECT id, provider, rev, password_changed, extra, raw FROM audit.activity ORDER BY id;
SELECT id, synclog.event(a)::jsonb = c.event AS same FROM audit.activity a JOIN came c USING (id) ORDER BY id;
SELECT version FROM synclog.topics WHERE name = 'activity';
SELECT to_regclass('audit.activity_transaction_id_idx') IS NOT NULL AS index, to_regclass('audit.activity_json') IS NOT NULL AS view;

-- topics of somebody's own
CREATE SCHEMA own;
CREATE TABLE own.sync_log ("timestamp" timestamptz NOT NULL, id text PRIMARY KEY, event_type text, tries int, cost numeric(5,2), success boolean, at date, doc json, tags jsonb, n int GENERATED ALWAYS AS (tries * 2) STORED, seq int GENERATED ALWAYS AS IDENTITY, node text NOT NULL DEFAULT 'here', who varchar(5) CHECK (who <> 'evil'));
SELECT synclog.add_topic('directory', 'own.sync_log');
SELECT * FROM synclog.load('directory', '{"_id":"1","timestamp":"2026-01-01T00:00:00.000Z","eventType":"x","tries":3,"cost":1.25,"success":true,"at":"2026-01-02","doc":{"b":1,"a":"x\/y"},"tags":["a"],"who":"me"}
{"_id":"2","timestamp":"2026-01-01T00:00:00.000Z","tries":"4","cost":"1.5","success":"true","node":"there"}
{"_id":"3","timestamp":"2026-01-01T00:00:00.000Z","other":1}
{"_id":"4","timestamp":"2026-01-01T00:00:00.000Z","who":"evil"}
{"_id":"5","timestamp":"2026-01-01T00:00:00.000Z","who":"too long"}
{"_id":"6","timestamp":"2026-01-01T00:00:00.000Z","node":null}
{"_id":"7","timestamp":"2026-01-01T00:00:00.000Z","seq":9,"n":9}
{"_id":"8","timestamp":"2026-01-01T00:00:00.000Z","tries":99999999999}
{"_id":"9","timestamp":"2026-01-01T00:00:00.000Z","at":"tomorrow and tomorrow"}');
SELECT * FROM own.sync_log ORDER BY id;
CREATE TABLE own.rejected (topic text, received_at timestamptz, reason text, event text);
SELECT * FROM synclog.load('directory', '{"_id":"3","timestamp":"2026-01-01T00:00:00.000Z","other":1}
{"_id":"4","timestamp":"2026-01-01T00:00:00.000Z","who":"evil"}
{"_id":"6","timestamp":"2026-01-01T00:00:00.000Z","node":null}
{"_id":"7","timestamp":"2026-01-01T00:00:00.000Z","n":9}
{"_id":"1","timestamp":"2026-01-01T00:00:00.000Z","eventType":"y"}
{"_id":"1","timestamp":"2027-01-01T00:00:00.000Z"}
{"_id":"9","timestamp":"2026-01-01T00:00:00.000Z","at":"tomorrow and tomorrow"}
broken');
SELECT topic, reason, event FROM own.rejected ORDER BY received_at;
SELECT synclog.store('directory', '{"_id":"4","timestamp":"2026-01-01T00:00:00.000Z","who":"evil"}');
SELECT event FROM own.directory_json ORDER BY event::jsonb->>'_id';
-- an error that is about no event ends the statement, and nothing but the statement
CREATE FUNCTION own.fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE SQLSTATE 'ZZ001'; END $$;
CREATE TRIGGER fail BEFORE INSERT ON own.sync_log FOR EACH ROW WHEN (NEW.event_type = 'fail') EXECUTE FUNCTION own.fail();
\set VERBOSITY terse
SELECT * FROM synclog.load('directory', '{"_id":"10","timestamp":"2026-01-01T00:00:00.000Z","eventType":"fail"}');
\set VERBOSITY default
SELECT count(*) FROM own.sync_log WHERE id = '10';
-- defaults that vary make no conflicts, names of columns none with ours, digits none with json-c's
CREATE TABLE own.varied (id text PRIMARY KEY, "timestamp" timestamptz, n serial, seen timestamptz DEFAULT clock_timestamp(), t json, r text);
SELECT synclog.add_topic('varied', 'own.varied');
SELECT * FROM synclog.load('varied', '{"_id":"1","timestamp":"2026-01-01T00:00:00.000Z","t":[12345678901234567890]}');
SELECT * FROM synclog.load('varied', '{"_id":"1","timestamp":"2026-01-01T00:00:00.000Z","t":[12345678901234567890]}');
SELECT * FROM synclog.load('varied', '{"_id":"1","timestamp":"2026-01-01T00:00:00.000Z","t":[12345678901234567890],"r":"r"}');
SELECT t, r FROM own.varied;
SELECT name, events, size > 0 AS size FROM synclog.topics WHERE name = 'varied';
-- table rejected is the topic's owner's: not anybody's who may create tables
CREATE ROLE regress_synclog_prepares;
ALTER TABLE own.rejected OWNER TO regress_synclog_prepares;
SELECT count(*) FROM own.rejected;
SELECT synclog.store('varied', '{"_id":"1","timestamp":"2026-01-01T00:00:00.000Z"}');
SELECT count(*) FROM own.rejected;
ALTER TABLE own.rejected OWNER TO CURRENT_USER;
DROP ROLE regress_synclog_prepares;
-- months of any year; none where the months are not those of the events
CREATE TABLE own.ages (id text, "timestamp" timestamptz) PARTITION BY RANGE ("timestamp");
CREATE TABLE own.seen (id text, "timestamp" timestamptz, seen timestamptz DEFAULT '2026-01-01') PARTITION BY RANGE (seen);
SELECT synclog.add_topic('ages', 'own.ages'), synclog.add_topic('seen', 'own.seen');
SELECT * FROM synclog.load('ages', '{"_id":"first","timestamp":"-4713-11-24T00:00:00.000Z"}
{"_id":"ides","timestamp":"-0043-03-15T00:00:00.000Z"}
{"_id":"far","timestamp":"+12000-01-01T00:00:00.000Z"}
{"_id":"last","timestamp":"+294276-12-31T23:59:59.999Z"}');
SELECT event FROM own.ages_json ORDER BY event::jsonb->>'_id';
SELECT pg_get_expr(relpartbound, oid) FROM pg_class WHERE relname LIKE 'ages\_%' AND relispartition ORDER BY 1;
SELECT * FROM synclog.load('seen', '{"_id":"1","timestamp":"2027-01-01T00:00:00.000Z"}');
SELECT count(*) FROM pg_partition_tree('own.seen') WHERE isleaf AND level > 0;
SELECT DISTINCT reason FROM own.rejected WHERE topic = 'seen';
-- a partitioned table of somebody's own, with a name of 63 bytes and a partition in the middle of a month
CREATE TABLE own."a table with a very long name, made so by its most diligent dba" (id text, "timestamp" timestamptz, message text, PRIMARY KEY (id, "timestamp")) PARTITION BY RANGE ("timestamp");
CREATE TABLE own.middle PARTITION OF own."a table with a very long name, made so by its most diligent dba" FOR VALUES FROM ('2026-03-10') TO ('2026-03-20');
SELECT synclog.add_topic('long', 'own."a table with a very long name, made so by its most diligent dba"');
SELECT * FROM synclog.load('long', (SELECT string_agg(format('{"_id":"%s","timestamp":"2026-%s-%sT00:00:00.000Z"}', m * 100 + d, lpad(m::text, 2, '0'), d), E'\n') FROM generate_series(1, 12) m, unnest(ARRAY[10, 19, 20, 28]) d));
SELECT c.relname, pg_get_expr(c.relpartbound, c.oid), (SELECT count(*) FROM pg_index i WHERE i.indrelid = c.oid) AS indexes FROM pg_partition_tree('own."a table with a very long name, made so by its most diligent dba"') t JOIN pg_class c ON c.oid = t.relid WHERE t.isleaf ORDER BY pg_get_expr(c.relpartbound, c.oid);
SELECT count(*) FROM own."a table with a very long name, made so by its most diligent dba";

-- refused
SELECT synclog.add_topic('directory', 'audit.rejected');
CREATE TABLE own.other (id text, "timestamp" timestamptz);
SELECT synclog.add_topic('directory', 'own.other');
SELECT synclog.add_topic('again', 'own.sync_log');
SELECT synclog.add_topic('bad name', 'own.other');
SELECT synclog.create_topics('elsewhere');
DROP TABLE own.sync_log CASCADE;
SELECT synclog.store('directory', '{}');
SELECT name, events, size, oldest FROM synclog.topics WHERE name = 'directory';
SELECT synclog.add_topic('directory', 'own.other');
SELECT synclog.store('directory', '{"_id": "x"}');

-- who owns nothing
CREATE ROLE regress_synclog_one;
CREATE ROLE regress_synclog_two;
SELECT format('GRANT CREATE ON DATABASE %I TO regress_synclog_one', current_database()) \gexec
SET ROLE regress_synclog_one;
SELECT name, relation, events, oldest FROM synclog.topics WHERE name = 'recon';
SELECT synclog.create_topics();
SELECT synclog.create_topics('mine');
SELECT synclog.store('recon', '{}');
SELECT synclog.make_month('audit.recon', '2050-01-01');
RESET ROLE;
GRANT USAGE ON SCHEMA own TO regress_synclog_one;
GRANT INSERT ON ALL TABLES IN SCHEMA own TO regress_synclog_one;
SET ROLE regress_synclog_one;
SELECT synclog.make_month('own.ages', '2050-01-01');
SELECT synclog.add_topic('again', 'own.middle');
RESET ROLE;
DELETE FROM synclog.topic;
GRANT INSERT ON synclog.topic TO regress_synclog_one;
SET ROLE regress_synclog_one;
SELECT synclog.create_topics('mine');
SELECT synclog.store('recon', '{"_id": "x", "timestamp": "2026-01-01T00:00:00.000Z"}');
GRANT USAGE, CREATE ON SCHEMA mine TO regress_synclog_two;
GRANT INSERT ON mine.recon TO regress_synclog_two;
SET ROLE regress_synclog_two;
SELECT synclog.store('recon', '{"_id": "y", "timestamp": "2027-01-01T00:00:00.000Z"}');
SELECT synclog.create_topics('mine');
RESET ROLE;
SELECT relowner::regrole, count(*) > 10 AS many FROM pg_class WHERE relnamespace = 'mine'::regnamespace GROUP BY 1;
-- not even a superuser walks into what somebody else has prepared
SELECT synclog.create_topics('mine');
SET client_min_messages = warning;
DELETE FROM synclog.topic;
DROP SCHEMA own, mine CASCADE;
DROP OWNED BY regress_synclog_one, regress_synclog_two;
DROP ROLE regress_synclog_one, regress_synclog_two;
