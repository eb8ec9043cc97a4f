-- who may see what: grants, policies, privileges, and whose events a session stores
SET client_min_messages = warning; DROP SCHEMA IF EXISTS audit CASCADE; DELETE FROM synclog.topic; RESET client_min_messages;
\set SHOW_CONTEXT never
SET timezone = 'UTC';
SET jit = off;
SELECT synclog.enable_tenants();
CREATE ROLE regress_synclog_owner;
CREATE ROLE regress_synclog_a;
CREATE ROLE regress_synclog_b;
CREATE ROLE regress_synclog_both;
CREATE ROLE regress_synclog_member IN ROLE regress_synclog_a;
CREATE ROLE regress_synclog_noinherit NOINHERIT IN ROLE regress_synclog_a;
SELECT format('GRANT CREATE ON DATABASE %I TO regress_synclog_owner', current_database()) \gexec
GRANT INSERT, UPDATE ON synclog.topic TO regress_synclog_owner;
GRANT SELECT, INSERT, DELETE ON synclog.tenant_grant TO regress_synclog_owner;
-- 17 has one more privilege
CREATE FUNCTION public.acl(relation oid) RETURNS text LANGUAGE sql STABLE AS $$
	SELECT replace(replace(regexp_replace(c.relacl::text, 'arwdDxtm?/', 'all/'), 'regress_synclog_', ''), '/owner', '') FROM pg_class c WHERE c.oid = relation $$;
SET ROLE regress_synclog_owner;
SELECT synclog.create_topics();

-- what tenant an event has: the setting's, the column's default; empty is one that is set
CREATE VIEW audit.tenants WITH (security_invoker = true) AS SELECT tenant_id, id, status, "timestamp" FROM audit.recon;
SELECT synclog.storing_tenant('audit.recon');
SELECT synclog.store('recon', '{"_id": "1", "timestamp": "2026-01-01T00:00:00.000Z", "status": "of none"}');
SET synclog.tenant_id = 'a';
SELECT synclog.storing_tenant('audit.recon'), synclog.storing_tenant('synclog.topic');
SELECT synclog.store('recon', '{"_id": "1", "timestamp": "2026-01-01T00:00:00.000Z", "status": "of a"}');
SELECT * FROM synclog.load('recon', '{"_id": "2", "timestamp": "2026-01-01T00:00:00.000Z", "tenantId": "b"}
{"_id": "1", "timestamp": "2026-01-01T00:00:00.000Z", "status": "of a, changed"}');
SET synclog.tenant_id = 'b';
INSERT INTO audit.recon_json VALUES ('{"_id": "1", "timestamp": "2026-01-01T00:00:00.000Z", "status": "of b"}');
INSERT INTO audit.recon_json VALUES ('{"_id": "1", "timestamp": "2026-01-01T00:00:00.000Z", "status": "of b, changed"}');
ALTER TABLE audit.recon ALTER tenant_id SET DEFAULT 'by default';
RESET synclog.tenant_id;
SELECT synclog.store('recon', '{"_id": "1", "timestamp": "2026-01-01T00:00:00.000Z"}');
SET synclog.tenant_id = '';
SELECT synclog.store('recon', '{"_id": "3", "timestamp": "2026-01-01T00:00:00.000Z"}');
RESET synclog.tenant_id;
ALTER TABLE audit.recon ALTER tenant_id SET DEFAULT '';
DELETE FROM audit.recon WHERE tenant_id = 'by default';
SELECT * FROM audit.tenants ORDER BY tenant_id, id;
SELECT tenant_id, reason, event FROM audit.rejected ORDER BY received_at;
SELECT synclog.event(r) FROM audit.recon r WHERE id = '2';
TRUNCATE audit.rejected;

-- not before they are enabled; privileges show all until then
SELECT synclog.tenants_enabled();
SELECT synclog.grant_tenant('a', 'regress_synclog_a');
GRANT USAGE ON SCHEMA audit TO regress_synclog_both;
GRANT SELECT, INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER ON audit.recon, audit.recon_2026_01 TO regress_synclog_both WITH GRANT OPTION;
GRANT SELECT, REFERENCES (id) ON audit.sync TO PUBLIC;
SET ROLE regress_synclog_both;
GRANT TRUNCATE ON audit.recon TO regress_synclog_b;
SELECT count(*) FROM audit.recon;
\set VERBOSITY terse
SELECT synclog.enable_tenants();
\set VERBOSITY default

-- then a role sees its tenants' events; of privileges SELECT and INSERT are left
SET ROLE regress_synclog_owner;
SELECT synclog.enable_tenants();
SELECT synclog.tenants_enabled();
SET ROLE regress_synclog_both;
SELECT count(*) FROM audit.recon;
SELECT count(*) FROM audit.recon_2026_01;
SET ROLE regress_synclog_owner;
SELECT relname, acl(oid), relrowsecurity FROM pg_class WHERE relname IN ('recon', 'recon_2026_01', 'sync') ORDER BY relname;
SELECT count(*) FROM pg_attribute WHERE attrelid = 'audit.sync'::regclass AND attacl <> '{}';
SELECT tablename, policyname, permissive, roles, cmd, qual, with_check FROM pg_policies WHERE schemaname = 'audit' AND tablename IN ('recon', 'rejected') ORDER BY 1, 2;
SELECT count(*) FROM pg_class WHERE relnamespace = 'audit'::regnamespace AND relkind IN ('r', 'p') AND NOT relrowsecurity;
-- nor do the owner's own grants
SELECT synclog.grant_tenant('a', 'regress_synclog_owner'), synclog.revoke_tenant('a', 'regress_synclog_owner');
-- again changes nothing
SELECT synclog.grant_tenant('a', 'regress_synclog_a');
SELECT synclog.grant_tenant('a', 'regress_synclog_both', 'writer');
SELECT synclog.grant_tenant('b', 'regress_synclog_both');
SELECT md5(string_agg(c.relname || c.relrowsecurity || c.relacl::text, ',' ORDER BY c.oid)) AS before FROM pg_class c WHERE relnamespace = 'audit'::regnamespace \gset
SELECT synclog.enable_tenants();
SELECT md5(string_agg(c.relname || c.relrowsecurity || c.relacl::text, ',' ORDER BY c.oid)) = :'before' AS same FROM pg_class c WHERE relnamespace = 'audit'::regnamespace;
SELECT * FROM synclog.tenant_gaps();

-- grants: a member has them, one that does not inherit has not until SET ROLE
SELECT synclog.grant_tenant('b', 'regress_synclog_b', 'manager'), synclog.grant_tenant('', 'regress_synclog_b', 'administrator'), synclog.grant_tenant('a', 'regress_synclog_a');
SELECT * FROM synclog.tenant_grant ORDER BY 1, 2, 3;
SET ROLE regress_synclog_a;
SELECT * FROM synclog.tenant_grant ORDER BY 1, 2, 3;
SELECT synclog.tenants(), synclog.tenants('add'), synclog.tenants('manage'), synclog.tenants(NULL);
SELECT synclog.tenants('seen');
SELECT * FROM audit.tenants ORDER BY tenant_id, id;
SET ROLE regress_synclog_member;
SELECT synclog.tenants(), count(*) FROM audit.recon;
SET ROLE regress_synclog_noinherit;
SELECT synclog.tenants();
SELECT count(*) FROM audit.recon;
SET ROLE regress_synclog_b;
SELECT synclog.tenants(), synclog.tenants('add'), synclog.tenants('manage');
SELECT * FROM audit.tenants ORDER BY tenant_id, id;
SELECT * FROM synclog.tenant_grant ORDER BY 1, 2, 3;
-- who may not, and what is wrong
\set VERBOSITY terse
SELECT synclog.grant_tenant('a', 'regress_synclog_b');
SELECT synclog.revoke_tenant('a', 'regress_synclog_a');
\set VERBOSITY default
INSERT INTO synclog.tenant_grant VALUES ('a', 'regress_synclog_b', 'reader');
UPDATE synclog.tenant_grant SET tenant_id = 'a';
DELETE FROM synclog.tenant_grant;
SET ROLE regress_synclog_owner;
SELECT synclog.grant_tenant(NULL, 'regress_synclog_b');
SELECT synclog.grant_tenant('a', NULL);
SELECT synclog.grant_tenant('a', 'regress_synclog_b', NULL);
SELECT synclog.grant_tenant('a', 'regress_synclog_b', 'owner');
SELECT synclog.grant_tenant('a', 0);
SELECT synclog.grant_tenant('a', 'regress_synclog_nobody');
SELECT synclog.revoke_tenant(NULL, 'regress_synclog_b');
SELECT synclog.revoke_tenant('a', NULL);

-- whose events a role stores: its only tenant's, or the one that it says, of those that it may
SET ROLE regress_synclog_both;
SELECT synclog.storing_tenant('audit.recon');
SELECT synclog.store('recon', '{"_id": "4", "timestamp": "2025-01-01T00:00:00.000Z", "status": "new month"}');
SELECT synclog.store('recon', '{"_id": "4", "timestamp": "2025-01-01T00:00:00.000Z", "status": "new month"}');
SELECT * FROM audit.tenants ORDER BY tenant_id, id;
SET synclog.tenant_id = 'b';
SELECT synclog.store('recon', '{"_id": "5", "timestamp": "2026-01-01T00:00:00.000Z"}');
SELECT * FROM synclog.load('recon', '{"_id": "5", "timestamp": "2026-01-01T00:00:00.000Z"}');
INSERT INTO audit.recon_json VALUES ('{"_id": "5", "timestamp": "2026-01-01T00:00:00.000Z"}');
SET synclog.tenant_id = '';
SELECT synclog.store('recon', '{"_id": "5", "timestamp": "2026-01-01T00:00:00.000Z"}');
SET ROLE regress_synclog_b;
RESET synclog.tenant_id;
SELECT synclog.store('recon', '{"_id": "5", "timestamp": "2026-01-01T00:00:00.000Z"}');
SET synclog.tenant_id = '';
SELECT synclog.store('recon', '{"_id": "5", "timestamp": "2026-01-01T00:00:00.000Z"}');
SET synclog.tenant_id = 'b';
SELECT synclog.store('recon', '{"_id": "5", "timestamp": "2026-01-01T00:00:00.000Z"}');
RESET synclog.tenant_id;
SET ROLE regress_synclog_a;
SELECT synclog.store('recon', '{"_id": "5", "timestamp": "2026-01-01T00:00:00.000Z"}');
SET ROLE regress_synclog_owner;
SELECT * FROM audit.tenants WHERE id >= '4' ORDER BY tenant_id, id;

-- a duplicate that is hidden is a duplicate: one of other content too, and nothing tells of it
SET ROLE regress_synclog_both;
SELECT * FROM synclog.load('recon', '{"_id": "4", "timestamp": "2025-01-01T00:00:00.000Z", "status": "new month"}
{"_id": "4", "timestamp": "2025-01-01T00:00:00.000Z", "status": "other"}
{"_id": "1", "timestamp": "2026-01-01T00:00:00.000Z", "status": "other"}
{"_id": "late", "status": "each time"}
{"_id": "late", "status": "each time"}
not JSON');
SELECT * FROM synclog.load('recon', '{"_id": "late", "status": "each time"}');
INSERT INTO audit.recon_json VALUES ('{"_id": "1", "timestamp": "2026-01-01T00:00:00.000Z", "status": "other"}');
SELECT count(*) FROM audit.rejected;
-- what is seen is told: equal or not, and late events by their _id
SET ROLE regress_synclog_b;
SET synclog.tenant_id = 'b';
SELECT * FROM synclog.load('recon', '{"_id": "1", "timestamp": "2026-01-01T00:00:00.000Z", "status": "of b"}
{"_id": "1", "timestamp": "2026-01-01T00:00:00.000Z", "status": "other"}
{"_id": "1", "timestamp": "2026-02-01T00:00:00.000Z", "status": "other"}
{"_id": "2", "timestamp": "2026-01-01T00:00:00.000Z"}
{"_id": "1", "status": "late"}
not JSON');
SELECT tenant_id, reason, event FROM audit.rejected ORDER BY received_at;
RESET synclog.tenant_id;
SET ROLE regress_synclog_owner;
SELECT tenant_id, reason, event FROM audit.rejected ORDER BY received_at;
SELECT count(*) FROM audit.recon WHERE id = 'late';
DELETE FROM audit.recon WHERE id = 'late';

-- COPY, with the trigger of the view, and SQL on the table
SET ROLE regress_synclog_both;
\copy audit.recon_json FROM stdin WITH (FORMAT csv, QUOTE E'\x01', DELIMITER E'\x02')
{"_id": "copied", "timestamp": "2026-01-01T00:00:00.000Z"}
{"_id": "copied", "timestamp": "2026-01-01T00:00:00.000Z", "status": "other"}
{"_id": "1", "timestamp": "2026-01-01T00:00:00.000Z"}
\.
INSERT INTO audit.recon (id, "timestamp", tenant_id) VALUES ('by SQL', '2026-01-01', 'a') ON CONFLICT DO NOTHING;
INSERT INTO audit.recon (id, "timestamp", tenant_id) VALUES ('by SQL', '2026-01-01', 'a') ON CONFLICT DO NOTHING;
INSERT INTO audit.recon (id, "timestamp", tenant_id) VALUES ('by SQL', '2026-01-01', 'a') RETURNING id;
INSERT INTO audit.recon (id, "timestamp", tenant_id) VALUES ('by SQL', '2026-01-01', 'b');
INSERT INTO audit.recon (id, "timestamp") VALUES ('by SQL', '2026-01-01');
INSERT INTO audit.rejected (topic, reason, tenant_id) VALUES ('recon', 'by SQL', 'b');
UPDATE audit.recon SET status = 'x';
DELETE FROM audit.recon;
TRUNCATE audit.recon;
DROP TABLE audit.recon;
ALTER TABLE audit.recon DISABLE ROW LEVEL SECURITY;
ALTER TABLE audit.recon DETACH PARTITION audit.recon_2026_01;
DROP POLICY tenant_see ON audit.recon;
SELECT synclog.hide_table('audit.recon');
SELECT synclog.guard_table('audit.recon');
SELECT synclog.make_month('audit.recon', '2020-01-01');
SET row_security = off;
SELECT count(*) FROM audit.recon;
SELECT synclog.store('recon', '{"_id": "6", "timestamp": "2026-01-01T00:00:00.000Z"}');
RESET row_security;
SET ROLE regress_synclog_owner;
SELECT tenant_id, id FROM audit.recon WHERE id IN ('copied', 'by SQL') ORDER BY 1, 2;

-- months that are made now are hidden, whatever the default privileges are
ALTER DEFAULT PRIVILEGES IN SCHEMA audit GRANT ALL ON TABLES TO PUBLIC, regress_synclog_b;
SET ROLE regress_synclog_both;
SELECT synclog.store('recon', '{"_id": "7", "timestamp": "2024-01-01T00:00:00.000Z"}');
SET ROLE regress_synclog_owner;
SELECT relrowsecurity, acl(oid) FROM pg_class WHERE oid = 'audit.recon_2024_01'::regclass;
-- one that is attached by hand is not, until tenants are enabled again
CREATE TABLE audit.attached (LIKE audit.recon INCLUDING DEFAULTS);
INSERT INTO audit.attached (id, "timestamp", tenant_id) VALUES ('8', '2023-01-01', 'b');
ALTER TABLE audit.recon ATTACH PARTITION audit.attached FOR VALUES FROM ('2023-01-01') TO ('2023-02-01');
SELECT * FROM synclog.tenant_gaps();
SELECT synclog.enable_tenants();
SELECT * FROM synclog.tenant_gaps();
SET ROLE regress_synclog_a;
SELECT * FROM audit.attached;
SET ROLE regress_synclog_owner;
ALTER DEFAULT PRIVILEGES IN SCHEMA audit REVOKE ALL ON TABLES FROM PUBLIC, regress_synclog_b;
-- one that is detached stays hidden
ALTER TABLE audit.recon DETACH PARTITION audit.attached;
SELECT relrowsecurity, acl(oid) FROM pg_class WHERE oid = 'audit.attached'::regclass;

-- other ways around the policies
CREATE VIEW audit.all_events AS SELECT id, status FROM audit.recon;
CREATE MATERIALIZED VIEW audit.kept_events AS SELECT id, status FROM audit.recon;
CREATE VIEW audit.of_events AS SELECT * FROM audit.events;
CREATE POLICY everybody ON audit.sync USING (true);
GRANT SELECT ON audit.all_events, audit.kept_events, audit.of_events TO regress_synclog_a;
SELECT synclog.enable_tenants();
DROP VIEW audit.all_events, audit.of_events;
DROP MATERIALIZED VIEW audit.kept_events;
DROP POLICY everybody ON audit.sync;
RESET ROLE;
ALTER TABLE audit.recon_2024_01 OWNER TO regress_synclog_a;
SELECT * FROM synclog.tenant_gaps();
ALTER TABLE audit.recon_2024_01 OWNER TO regress_synclog_owner;
SET ROLE regress_synclog_owner;

-- topics of one's own: a table of no tenant, one with a tenant of its own, one whose key has none, a foreign one
CREATE SCHEMA own;
CREATE TABLE own.doors (id text, "timestamp" timestamptz, n serial, PRIMARY KEY (id));
CREATE TABLE own.gates (id text, "timestamp" timestamptz, tenant_id varchar(5), PRIMARY KEY (id, tenant_id));
CREATE TABLE own.walls (id text PRIMARY KEY, "timestamp" timestamptz, tenant_id text NOT NULL DEFAULT '');
CREATE TABLE own.rejected (topic text, received_at timestamptz, reason text, event text);
SELECT synclog.add_topic('doors', 'own.doors'), synclog.add_topic('gates', 'own.gates'), synclog.add_topic('walls', 'own.walls');
SELECT * FROM synclog.tenant_gaps();
SELECT tablename, cmd, coalesce(qual, with_check) FROM pg_policies WHERE schemaname = 'own' ORDER BY 1, 2;
SELECT relname, acl(oid) FROM pg_class WHERE relnamespace = 'own'::regnamespace AND relkind IN ('r', 'v', 'S') ORDER BY 1;
SET ROLE regress_synclog_b;
SELECT synclog.store('doors', '{"_id": "1", "timestamp": "2026-01-01T00:00:00.000Z"}');
SET synclog.tenant_id = 'b';
SELECT synclog.store('gates', '{"_id": "1", "timestamp": "2026-01-01T00:00:00.000Z"}');
SELECT synclog.store('gates', '{"_id": "2", "timestamp": "2026-01-01T00:00:00.000Z", "tenantId": ""}');
SELECT synclog.store('gates', '{"_id": "3", "timestamp": "2026-01-01T00:00:00.000Z", "tenantId": "a"}');
SELECT synclog.store('walls', '{"_id": "1", "timestamp": "2026-01-01T00:00:00.000Z"}');
SELECT id FROM own.doors;
SELECT id, tenant_id FROM own.gates ORDER BY id;
SET synclog.tenant_id = 'too long';
SELECT synclog.store('gates', '{"_id": "4", "timestamp": "2026-01-01T00:00:00.000Z"}');
RESET synclog.tenant_id;
SET ROLE regress_synclog_both;
SELECT synclog.store('doors', '{"_id": "2", "timestamp": "2026-01-01T00:00:00.000Z"}');
SELECT * FROM synclog.load('walls', '{"_id": "1", "timestamp": "2026-01-02T00:00:00.000Z", "tenantId": "a"}
not JSON');
SELECT id, tenant_id FROM own.gates ORDER BY id;
SET ROLE regress_synclog_owner;
SELECT tenant_id, topic, reason FROM own.rejected;
RESET ROLE;
-- in a schema of another role, who alone lets roles into it
CREATE SCHEMA others;
GRANT USAGE, CREATE ON SCHEMA others TO regress_synclog_owner;
SET ROLE regress_synclog_owner;
CREATE TABLE others.fences (id text, "timestamp" timestamptz, tenant_id text);
SELECT synclog.add_topic('fences', 'others.fences');
SELECT acl(oid), (SELECT count(*) FROM pg_namespace n, aclexplode(n.nspacl) WHERE n.nspname = 'others') AS of_schema FROM pg_class WHERE oid = 'others.fences'::regclass;
RESET ROLE;
-- what is rejected goes to a superuser's table too, which is his to guard
CREATE TABLE others.rejected (topic text, received_at timestamptz, reason text, event text);
GRANT SELECT, INSERT ON others.rejected TO regress_synclog_a;
SELECT * FROM synclog.tenant_gaps() WHERE relation = 'others.rejected'::regclass;
DELETE FROM synclog.topic WHERE name = 'fences';
DROP SCHEMA others CASCADE;
CREATE FOREIGN DATA WRAPPER regress_synclog_nothing;
CREATE SERVER regress_synclog_nowhere FOREIGN DATA WRAPPER regress_synclog_nothing;
GRANT USAGE ON FOREIGN SERVER regress_synclog_nowhere TO regress_synclog_owner;
SET ROLE regress_synclog_owner;
CREATE FOREIGN TABLE own.far (id text, "timestamp" timestamptz, tenant_id text) SERVER regress_synclog_nowhere;
GRANT SELECT ON own.far TO regress_synclog_a;
SELECT synclog.add_topic('far', 'own.far');
SELECT acl(oid) FROM pg_class WHERE oid = 'own.far'::regclass;
GRANT SELECT ON own.far TO regress_synclog_a;
SELECT * FROM synclog.tenant_gaps() WHERE relation = 'own.far'::regclass;
RESET ROLE;
DELETE FROM synclog.topic WHERE name = 'far';
DROP FOREIGN DATA WRAPPER regress_synclog_nothing CASCADE;
SET ROLE regress_synclog_owner;

-- called again: new topics are guarded, and have the privileges of those that are granted tenants
DROP TABLE audit.config CASCADE;
ALTER TABLE audit.rejected DROP COLUMN tenant_id CASCADE;
SELECT synclog.create_topics();
SELECT relrowsecurity, acl(oid) FROM pg_class WHERE oid = 'audit.config'::regclass;
SELECT acl(oid) FROM pg_class WHERE oid IN ('audit.config_json'::regclass, 'audit.events'::regclass) ORDER BY relname;
SELECT tablename, cmd, coalesce(qual, with_check) FROM pg_policies WHERE schemaname = 'audit' AND tablename IN ('config', 'rejected') ORDER BY 1, 2;

-- revoked: privileges go with the last grant that needs them
SELECT synclog.revoke_tenant('b', 'regress_synclog_both', 'writer');
SELECT synclog.revoke_tenant('a', 'regress_synclog_both', 'writer');
SELECT acl(oid) FROM pg_class WHERE oid = 'audit.recon'::regclass;
-- whoever may take grants back needs no right to give them
RESET ROLE;
REVOKE INSERT ON synclog.tenant_grant FROM regress_synclog_owner;
SET ROLE regress_synclog_owner;
SELECT synclog.revoke_tenant('b', 'regress_synclog_both');
SELECT count(*) FROM synclog.tenant_grant WHERE role = 'regress_synclog_both'::regrole;
RESET ROLE;
GRANT INSERT ON synclog.tenant_grant TO regress_synclog_owner;
SET ROLE regress_synclog_owner;
SELECT synclog.revoke_tenant('b', 'regress_synclog_both');
SELECT acl(oid) FROM pg_class WHERE oid = 'audit.recon'::regclass;
SELECT nspname, nspacl FROM pg_namespace WHERE nspname IN ('audit', 'own') ORDER BY 1;
SET ROLE regress_synclog_both;
SELECT count(*) FROM audit.recon;
RESET ROLE;
-- a role that is gone leaves its grants, which mean nothing, until they are revoked
CREATE ROLE regress_synclog_gone;
SELECT synclog.grant_tenant('a', 'regress_synclog_gone');
DROP OWNED BY regress_synclog_gone;
SELECT oid AS gone FROM pg_roles WHERE rolname = 'regress_synclog_gone' \gset
DROP ROLE regress_synclog_gone;
SELECT count(*) FROM synclog.tenant_grant WHERE role = :gone;
SELECT synclog.enable_tenants();
SELECT synclog.revoke_tenant('a', :gone);
SELECT count(*) FROM synclog.tenant_grant WHERE role = :gone;

-- numbers that speak of what others see: none for who may not see them
SET ROLE regress_synclog_a;
SELECT name, events, size, oldest, newest FROM synclog.topics WHERE name IN ('recon', 'doors') ORDER BY name;
SELECT count(*) FROM pg_stats WHERE schemaname IN ('audit', 'own');
SELECT page->'totalPagedResults' AS total FROM unnest('{NONE,ESTIMATE,EXACT}'::text[]) policy, synclog.query_page('recon', page_size => 1, total_policy => policy) page;
SET ROLE regress_synclog_owner;
SELECT page->>'totalPagedResults' <> '-1' AS estimated FROM synclog.query_page('recon', page_size => 1, total_policy => 'ESTIMATE') page;

-- retention: who has the owner's privileges drops months, as ever
RESET ROLE;
CREATE ROLE regress_synclog_retention IN ROLE regress_synclog_owner;
SET ROLE regress_synclog_retention;
DROP TABLE audit.recon_2024_01;
DELETE FROM audit.recon WHERE "timestamp" < '2026-01-01';
RESET ROLE;

-- without the extension nobody sees anything; with it again, when tenants are enabled
SET client_min_messages = warning;
\set VERBOSITY terse
DROP EXTENSION synclog;
\set VERBOSITY default
DROP EXTENSION synclog CASCADE;
SET ROLE regress_synclog_a;
SELECT count(*) FROM audit.recon;
RESET ROLE;
CREATE EXTENSION synclog;
GRANT INSERT, UPDATE ON synclog.topic TO regress_synclog_owner;
GRANT SELECT, INSERT, DELETE ON synclog.tenant_grant TO regress_synclog_owner;
SET ROLE regress_synclog_owner;
SELECT synclog.create_topics();
SELECT synclog.tenants_enabled();
SELECT synclog.enable_tenants();
SELECT synclog.grant_tenant('a', 'regress_synclog_a');
SET ROLE regress_synclog_a;
SELECT * FROM audit.tenants ORDER BY tenant_id, id;
RESET ROLE;

-- a policy of somebody's own, without tenants: what it hides is a duplicate, what is seen a conflict
DROP SCHEMA audit, own CASCADE;
DELETE FROM synclog.topic;
DELETE FROM synclog.tenant_grant;
SELECT synclog.create_topics();
ALTER TABLE audit.recon ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON audit.recon FOR SELECT USING (mapping = 'm');
CREATE POLICY adding ON audit.recon FOR INSERT WITH CHECK (true);
GRANT USAGE ON SCHEMA audit TO regress_synclog_a;
GRANT SELECT, INSERT ON audit.recon, audit.rejected TO regress_synclog_a;
SELECT * FROM synclog.load('recon', '{"_id": "1", "timestamp": "2026-01-01T00:00:00.000Z", "mapping": "m"}
{"_id": "2", "timestamp": "2026-01-01T00:00:00.000Z", "mapping": "n"}');
SET ROLE regress_synclog_a;
SELECT * FROM synclog.load('recon', '{"_id": "1", "timestamp": "2026-01-01T00:00:00.000Z", "mapping": "m"}
{"_id": "1", "timestamp": "2026-01-01T00:00:00.000Z", "mapping": "n"}
{"_id": "2", "timestamp": "2026-01-01T00:00:00.000Z", "mapping": "m"}
{"_id": "2", "timestamp": "2026-01-01T00:00:00.000Z", "mapping": "n"}
{"_id": "3", "timestamp": "2026-01-01T00:00:00.000Z", "mapping": "n"}');
SELECT tenant_id, reason, event FROM audit.rejected;
RESET ROLE;

DROP SCHEMA audit CASCADE;
DROP FUNCTION public.acl(oid);
DELETE FROM synclog.topic;
DROP OWNED BY regress_synclog_owner, regress_synclog_a, regress_synclog_b, regress_synclog_both;
DROP ROLE regress_synclog_owner, regress_synclog_a, regress_synclog_b, regress_synclog_both, regress_synclog_member, regress_synclog_noinherit, regress_synclog_retention;
