-- Alfresco Process Services, "Synchronization log entries": each call of the
-- document, its parameters, and its answers byte for byte.
SET client_min_messages = warning; DROP SCHEMA IF EXISTS audit CASCADE; DELETE FROM synclog.topic; RESET client_min_messages; SELECT synclog.create_topics();
\a\t
\set SHOW_CONTEXT never
SET timezone = 'UTC';
-- the LF at the end of a file would be lost
\set logfile `cat "$PG_ABS_SRCDIR/data/seed000_logfile.log"; echo .`
\set printed `cat "$PG_ABS_SRCDIR/data/seed000_entries.json"`
\set differential `cat "$PG_ABS_SRCDIR/data/aps_differential.log"; echo .`
\set entries `cat "$PG_ABS_SRCDIR/data/aps_entries.json"`
CREATE TEMP TABLE file (name text, log text);
INSERT INTO file VALUES ('logfile', left(:'logfile', -1)), ('differential', left(:'differential', -1));
CREATE FUNCTION pg_temp.lines(of text) RETURNS SETOF text LANGUAGE sql AS
	$$ SELECT format('%s|%s|%s', ordinal, action, message) FROM audit.sync_run_line WHERE run = of ORDER BY ordinal $$;

-- an initial synchronization has happened
SELECT synclog.sync_run_load('initial-ldap-sync', NULL, '2015-10-16T22:00:00Z', log) FROM file WHERE name = 'logfile';
-- GET /api/enterprise/idm-sync-log-entries
SELECT * FROM synclog.get('/api/enterprise/idm-sync-log-entries');
SELECT body = :'printed' AS as_printed FROM synclog.get('/api/enterprise/idm-sync-log-entries');
-- GET /api/enterprise/idm-sync-log-entries/{id}/logfile
SELECT * FROM synclog.get('/api/enterprise/idm-sync-log-entries/1/logfile');
SELECT body = log AS as_printed FROM synclog.get('/api/enterprise/idm-sync-log-entries/1/logfile'), file WHERE name = 'logfile';

-- runs from elsewhere, by the names of the document; the first is there
SELECT * FROM synclog.load('sync_run', :'entries');
SELECT body FROM synclog.get('http://localhost:8080/activiti-app/api/enterprise/idm-sync-log-entries/');
SELECT body = replace(:'entries', E'\n ', '') AS as_loaded FROM synclog.get('/api/enterprise/idm-sync-log-entries');
SELECT synclog.query('sync_run', '/id gt 1 and /timeStamp lt "2015-10-17T06:00:00.000+0000"');
-- start and size
SELECT u, status, body FROM unnest(ARRAY['start=0&size=2', 'start=2&size=2', 'start=3', 'size=1', 'size=0', 'start=4', 'start=2147483647&size=2147483647',
	'start=1&size=1&tenantId=']) u, synclog.get('/api/enterprise/idm-sync-log-entries?' || u);
-- what is wrong
SELECT u, status, content_type, body FROM unnest(ARRAY['start=-1', 'start=', 'size=x', 'size=1.0', 'size=2147483648', 'size=1&size=2', 'page=2', '_fields=id', 'x', '=',
	'_prettyPrint=true', 'tenantId=1&tenantId=1']) u, synclog.get('/api/enterprise/idm-sync-log-entries?' || u);
SELECT u, status, content_type, body FROM unnest(ARRAY['5/logfile', '/logfile', '01/logfile', 'x%20y/logfile', '1/logfile?start=1', '1/logfile?tenantId=x', '1', '1/log',
	'1/logfile/x']) u, synclog.get('/api/enterprise/idm-sync-log-entries/' || u);
-- a run without a log file
SELECT status, content_type, body = '' FROM synclog.get('/api/enterprise/idm-sync-log-entries/2/logfile');

-- the next number is above those that are there
SELECT synclog.sync_run_load('differential-ldap-sync', NULL, '2015-10-18T02:00:00.123456Z', log) FROM file WHERE name = 'differential';
SELECT body = log FROM synclog.get('/api/enterprise/idm-sync-log-entries/5/logfile'), file WHERE name = 'differential';
-- in order of the number; ids that are none come behind, as text; the first of a run's events counts
SELECT * FROM synclog.load('sync_run', '{"_id": "10", "timestamp": "2015-10-19T00:00:00.000Z", "type": "full-ldap-sync", "status": "running"}
{"_id": "10", "timestamp": "2015-10-19T01:00:00.000Z", "type": "other", "status": "success"}
{"_id": "0", "timestamp": "2026-01-01T00:00:00.000Z", "type": "a \"quoted\" é"}
{"_id": "007", "timestamp": "2026-01-01T00:00:00.000Z"}
{"_id": "\"x\"", "timestamp": "+12000-01-01T00:00:00.000Z", "type": null}
{"_id": "1000000000000000000", "timestamp": "2026-01-01T00:00:00.0009Z", "type": ""}
{"_id": "999999999999999999", "timestamp": "2026-01-01T00:00:00.0009Z", "type": "far"}');
SELECT synclog.sync_run_entries(start => 4);
SELECT synclog.sync_run_load('after-10', NULL, '2026-01-01Z', NULL);
SELECT synclog.sync_run_entries(size => -1);
SELECT count(*) FROM synclog.sync_run_entries(start => NULL, size => NULL);
SELECT count(*) FROM synclog.sync_run_logfile(NULL);

-- what the messages name
\a\t
SELECT run, action, object_kind, name, mail, dn, group_name, capability FROM audit.sync_run_line ORDER BY run, ordinal;
\a\t
-- everything about a user, about a group
SELECT synclog.query('sync_run_line', '/dn eq "jlennon"', sort_keys => 'timestamp,ordinal', fields => 'run,action');
SELECT synclog.query('sync_run_line', '/groupName eq "singers"', sort_keys => 'timestamp,ordinal', fields => 'run,message');
SET enable_seqscan = off;
EXPLAIN (COSTS OFF) SELECT * FROM audit.sync_run_line_2015_10 l WHERE synclog.matches(l, '/dn eq "jlennon"');
RESET enable_seqscan;
CREATE TEMP TABLE odd AS SELECT * FROM unnest(ARRAY[
	E'created user John (Jack) O''Hara: the 1st (email=null) (dn=cn=John (Jack),ou=users)\r', 'created user  (email=a) (dn=b)', 'created user A (email=x) B (email=a@b) (dn=c)',
	'updated user A (email=) (dn=null)', 'created user A (email=x) (dn=y (email=z))', 'created user A (dn=x)', 'deactivated user user X (email=user) (dn=user)',
	'created group membership of user groups', E'removed group membership of user cn=a b,ou=c for group managers: (senior)\r', 'created group ', 'updated group group x',
	'deleted group membership of user a for group b', 'removed capability tenant-mgmt from user cn=John user Doe', 'added capability tenant-mgmt from user jlennon',
	'added capability tenant-mgmt to group managers: user', E'added capability tenant-mgmt to group \r', 'added capability a b to user c', 'Created user A (email=a) (dn=b)',
	'x created user A (email=a) (dn=b)', 'created', '', NULL, repeat('created user A ', 200000) || '(email=a) (dn=b)']) WITH ORDINALITY o(message, ordinal);
SELECT sum(l.stored) FROM odd o, synclog.load('sync_run_line', json_build_object('_id', 'odd-' || o.ordinal, 'timestamp', '2016-01-01T00:00:00Z', 'run', 'odd',
	'ordinal', o.ordinal, 'message', o.message)::text) l;
\pset null -
SELECT object_kind, length(name) AS length, left(name, 30) AS name, mail, dn, group_name, capability, left(message, 40) AS message FROM audit.sync_run_line WHERE run = 'odd' ORDER BY ordinal;
\pset null ''

-- odd logs: no LF at the end, empty lines, CR, lines without ": ", with more than one, with nothing else
CREATE TEMP TABLE log AS SELECT * FROM unnest(ARRAY['a: b', E'a: b\n', E'\n', E'\n\n', E'a: b: c\r\n\r\n: x\na: \n: \na:b\n\n x', E'\t"\\é\u2028\x07\n', NULL, '']) WITH ORDINALITY l(log, n);
CREATE TEMP TABLE loaded AS SELECT n, log, synclog.sync_run_load('odd', NULL, '2016-01-02Z', log)::text AS id FROM (SELECT * FROM log ORDER BY n) l;
SELECT l.n, l.id, (SELECT count(*) FROM pg_temp.lines(l.id)) AS lines, r.status, r.content_type,
	r.body = coalesce(l.log, '') || CASE WHEN l.log <> '' AND right(l.log, 1) <> E'\n' THEN E'\n' ELSE '' END AS same
FROM loaded l, synclog.get(format('/api/enterprise/idm-sync-log-entries/%s/logfile', l.id)) r ORDER BY l.n;
SELECT l.id, to_json(line) FROM loaded l, pg_temp.lines(l.id) line WHERE l.n IN (3, 4, 5) ORDER BY l.n;
-- more lines than are stored at once
SELECT synclog.sync_run_load('long', NULL, '2016-01-03Z', (SELECT string_agg(format('line: %s', n), E'\n') FROM generate_series(1, 25001) n)) AS long \gset
SELECT count(*), min(ordinal), max(ordinal), count(*) FILTER (WHERE message = ordinal::text) FROM audit.sync_run_line WHERE run = :'long';
SELECT status, body = (SELECT string_agg(format(E'line: %s\n', n), '') FROM generate_series(1, 25001) n)
	FROM synclog.get(format('/api/enterprise/idm-sync-log-entries/%s/logfile', :'long'));
SET synclog.max_response = '100kB';
SELECT status, content_type, body FROM synclog.get(format('/api/enterprise/idm-sync-log-entries/%s/logfile', :'long'));
RESET synclog.max_response;

-- lines stored one by one, as they happen, are the same as a file
SELECT synclog.store('sync_run', '{"id": 500, "type": "initial-ldap-sync", "timeStamp": "2015-10-16T22:00:00.000+0000"}');
SELECT synclog.store('sync_run_line', json_build_object('_id', '500-' || n, 'timestamp', '2015-10-16T22:00:00.000Z', 'run', '500', 'ordinal', n,
	'action', split_part(line, ': ', 1), 'message', split_part(line, ': ', 2)))
	FROM file, string_to_table(rtrim(log, E'\n'), E'\n') WITH ORDINALITY l(line, n) WHERE name = 'logfile' ORDER BY n;
SELECT a.body = b.body AS same FROM synclog.get('/api/enterprise/idm-sync-log-entries/1/logfile') a, synclog.get('/api/enterprise/idm-sync-log-entries/500/logfile') b;
SELECT to_jsonb(l) - '{id,run}'::text[] FROM audit.sync_run_line l WHERE run = '1' EXCEPT SELECT to_jsonb(l) - '{id,run}'::text[] FROM audit.sync_run_line l WHERE run = '500';

-- all or nothing
SELECT synclog.sync_run_load(NULL, NULL, now(), 'a: b');
SELECT synclog.sync_run_load('x', NULL, 'infinity', 'a: b');
SELECT synclog.store('sync_run_line', '{"_id": "501-3", "timestamp": "2016-01-04T00:00:00.000Z", "message": "before its run"}');
SELECT synclog.sync_run_load('x', NULL, '2016-01-04Z', E'a: b\nc: d\ne: f\ng: h');
ALTER TABLE audit.sync_run_line ADD CONSTRAINT brief CHECK (length(message) < 1000) NOT VALID;
SELECT synclog.sync_run_load('x', NULL, '2016-01-04Z', (SELECT string_agg('a: ' || repeat('b', n / 11), E'\n') FROM generate_series(1, 12000) n));
ALTER TABLE audit.sync_run_line DROP CONSTRAINT brief;
ALTER TABLE audit.sync_run ADD CONSTRAINT brief CHECK (length(type) < 1000) NOT VALID;
SELECT synclog.sync_run_load(repeat('x', 1000), NULL, '2016-01-04Z', 'a: b');
ALTER TABLE audit.sync_run DROP CONSTRAINT brief;
CREATE FUNCTION pg_temp.forget() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
CREATE TRIGGER nothing BEFORE INSERT ON audit.sync_run_2016_01 FOR EACH ROW EXECUTE FUNCTION pg_temp.forget();
SELECT synclog.sync_run_load('x', NULL, '2016-01-04Z', 'a: b');
DROP TRIGGER nothing ON audit.sync_run_2016_01;
SELECT count(*) FROM audit.sync_run WHERE type ~ '^x';
SELECT count(*) FROM audit.sync_run_line WHERE run ~ '^50[1-9]$';
ALTER SEQUENCE audit.sync_run_id_seq OWNED BY NONE;
SELECT synclog.sync_run_load('x', NULL, '2016-01-04Z', 'a: b');
ALTER SEQUENCE audit.sync_run_id_seq OWNED BY audit.sync_run.id;

-- who may only add does not see the runs that are there, and gets no number of theirs
CREATE ROLE regress_synclog_one;
CREATE ROLE regress_synclog_two;
GRANT USAGE ON SCHEMA audit TO regress_synclog_one, regress_synclog_two;
GRANT INSERT ON audit.sync_run_line, audit.rejected TO regress_synclog_one;
SET ROLE regress_synclog_one;
SELECT synclog.sync_run_load('added', NULL, '2030-05-01Z', 'a: b');
SELECT synclog.sync_run_number();
RESET ROLE;
GRANT INSERT ON audit.sync_run TO regress_synclog_one;
SELECT setval('audit.sync_run_id_seq', 1, false);
SET ROLE regress_synclog_one;
SELECT synclog.sync_run_load('added', NULL, '2015-10-16T22:00Z', 'a: b') AS id \gset
SELECT :id AS behind_the_hidden;
SELECT * FROM synclog.get('/api/enterprise/idm-sync-log-entries');
SELECT * FROM synclog.get(format('/api/enterprise/idm-sync-log-entries/%s/logfile', :id));
RESET ROLE;
SELECT type, (SELECT * FROM pg_temp.lines(id)) FROM audit.sync_run WHERE number = :id AND type = 'added';

-- tenants
TRUNCATE audit.sync_run, audit.sync_run_line;
SELECT setval('audit.sync_run_id_seq', 1, false);
SELECT synclog.sync_run_load('initial-ldap-sync', 'acme', '2015-10-16T22:00:00Z', 'a: acme''s');
-- the only tenant
SELECT * FROM synclog.get('/api/enterprise/idm-sync-log-entries');
SELECT synclog.sync_run_load('initial-ldap-sync', 'beta', '2015-10-16T22:00:00Z', 'a: beta''s');
-- the setting is as it was: none
SELECT synclog.sync_run_load('initial-ldap-sync', NULL, '2015-10-16T22:00:00Z', 'a: nobody''s');
SET synclog.tenant_id = 'beta';
SELECT synclog.sync_run_load('initial-ldap-sync', 'acme', '2015-10-17T22:00:00Z', 'a: acme''s');
SELECT synclog.sync_run_load('initial-ldap-sync', NULL, '2015-10-17T22:00:00Z', 'a: beta''s');
SELECT synclog.sync_run_load('initial-ldap-sync', '', '2015-10-17T22:00:00Z', 'a: nobody''s');
-- the same id as another tenant's
SELECT synclog.store('sync_run', '{"id": 1, "type": "same", "timeStamp": "2015-10-16T22:00:00.000+0000"}');
RESET synclog.tenant_id;
SELECT number, tenant_id, type, (SELECT array_agg(l.message ORDER BY l.ordinal) FROM audit.sync_run_line l WHERE l.run = r.id AND l.tenant_id = r.tenant_id) FROM audit.sync_run r ORDER BY 1, 2;
-- not kept apart
CREATE TEMP TABLE asked AS SELECT * FROM unnest(ARRAY['', '?tenantId=acme', '?tenantId=beta', '?tenantId=', '?tenantId=gamma', '/1/logfile', '/1/logfile?tenantId=acme',
	'/1/logfile?tenantId=beta', '/2/logfile', '/2/logfile?tenantId=acme', '/3/logfile', '/9/logfile']) WITH ORDINALITY a(url, n);
GRANT SELECT ON asked TO PUBLIC;
SELECT url, status, body FROM asked, synclog.get('/api/enterprise/idm-sync-log-entries' || url) ORDER BY n;
-- kept apart: for managers and administrators of the tenant
SET client_min_messages = warning;
SELECT synclog.enable_tenants();
RESET client_min_messages;
SET ROLE regress_synclog_one;
SELECT status, body FROM synclog.get('/api/enterprise/idm-sync-log-entries?tenantId=acme');
RESET ROLE;
SELECT synclog.grant_tenant('acme', 'regress_synclog_one', 'manager'), synclog.grant_tenant('beta', 'regress_synclog_one', 'reader');
SET ROLE regress_synclog_one;
SELECT url, status, body FROM asked, synclog.get('/api/enterprise/idm-sync-log-entries' || url) ORDER BY n;
SELECT synclog.sync_run_load('managed', NULL, '2015-10-18T22:00:00Z', 'a: b');
SELECT synclog.sync_run_load('managed', 'beta', '2015-10-18T22:00:00Z', 'a: b');
SELECT synclog.sync_run_load('managed', '', '2015-10-18T22:00:00Z', 'a: b');
RESET ROLE;
SELECT tenant_id, count(*) FROM audit.sync_run WHERE type = 'managed' GROUP BY 1;
SELECT synclog.grant_tenant('beta', 'regress_synclog_one', 'administrator');
SET ROLE regress_synclog_one;
SELECT url, status, body FROM asked, synclog.get('/api/enterprise/idm-sync-log-entries' || url) ORDER BY n;
RESET ROLE;
SELECT synclog.grant_tenant('acme', 'regress_synclog_two', 'reader'), synclog.grant_tenant('acme', 'regress_synclog_two', 'writer');
SET ROLE regress_synclog_two;
SELECT url, status, body FROM asked, synclog.get('/api/enterprise/idm-sync-log-entries' || url) ORDER BY n;
SELECT synclog.sync_run_load('written', NULL, '2015-10-18T22:00:00Z', 'a: b') > 6;
RESET ROLE;
-- not for the owner, whom it does not bind
SELECT url, status, left(body, 40) FROM asked, synclog.get('/api/enterprise/idm-sync-log-entries' || url) ORDER BY n;

SET client_min_messages = warning;
DROP SCHEMA audit CASCADE;
DELETE FROM synclog.topic;
DELETE FROM synclog.tenant_grant;
DROP OWNED BY regress_synclog_one, regress_synclog_two;
DROP ROLE regress_synclog_one, regress_synclog_two;
