-- field_changes(), object_history(), transaction_history(): who changed that,
-- and the story of an object and of a transaction
SET client_min_messages = warning; DROP SCHEMA IF EXISTS audit CASCADE; DELETE FROM synclog.topic; RESET client_min_messages;
\set SHOW_CONTEXT never

-- without topics there is nothing, and no error
SELECT count(*) FROM synclog.object_history('bjensen');
SELECT count(*) FROM synclog.transaction_history('t');
SELECT count(*) FROM synclog.field_changes('bjensen');

SELECT synclog.create_topics();
\set ECHO none
\set load2 `cat "$PG_ABS_SRCDIR/data/recon.openidm2.jsonl"`
\set load4 `cat "$PG_ABS_SRCDIR/data/recon.openidm4.jsonl"`
SELECT * FROM synclog.load('recon', :'load2' || E'\n' || :'load4');
\set load2 `cat "$PG_ABS_SRCDIR/data/activity.openidm2.jsonl"`
\set load3 `cat "$PG_ABS_SRCDIR/data/activity.openidm4_repo_readback.jsonl"`
SELECT * FROM synclog.load('activity', :'load2' || E'\n' || :'load3');
\set load4 `cat "$PG_ABS_SRCDIR/data/sync.openidm4.jsonl"`
SELECT * FROM synclog.load('sync', :'load4');
\set load4 `cat "$PG_ABS_SRCDIR/data/config.openidm4.jsonl"`
SELECT * FROM synclog.load('config', :'load4');
\set load4 `cat "$PG_ABS_SRCDIR/data/authentication.openidm4.jsonl"`
SELECT * FROM synclog.load('authentication', :'load4');
\set load4 `cat "$PG_ABS_SRCDIR/data/access.openidm4.jsonl"`
SELECT * FROM synclog.load('access', :'load4');
\set events `cat "$PG_ABS_SRCDIR/data/seeds_events.jsonl"`
SELECT topic, count(DISTINCT id) FROM (
	SELECT line::jsonb->>'topic' AS topic, synclog.store(line::jsonb->>'topic', line::jsonb->'event') AS id
	FROM regexp_split_to_table(:'events', E'\n') line WHERE line <> '') e
GROUP BY topic ORDER BY topic;
\set ECHO all

CREATE FUNCTION pg_temp.story(asked text) RETURNS TABLE (at text, topic text, what text, situation text, outcome text, object text, target text, mapping text, user_id text, id text) LANGUAGE sql AS $$
	SELECT synclog.iso8601("timestamp"), topic, what, situation, outcome, object, target, mapping, user_id, id FROM synclog.object_history(asked) $$;
CREATE FUNCTION pg_temp.changes(asked text, wanted text DEFAULT NULL) RETURNS TABLE (at text, user_id text, run_as text, object_id text, field text, old jsonb, new jsonb) LANGUAGE sql AS $$
	SELECT synclog.iso8601("timestamp"), user_id, run_as, object_id, field, old, new FROM synclog.field_changes(asked, wanted) $$;

-- by a local id that two containers have, and that is a login's principal
SELECT * FROM pg_temp.story('bjensen');
-- by a userName, whose object has another id; by that id, and without its container
SELECT * FROM pg_temp.story('scarter');
SELECT topic, id FROM pg_temp.story('managed/user/42f8a60e-2019-4110-a10d-7231c3578e2b');
SELECT topic, id FROM pg_temp.story('42f8a60e-2019-4110-a10d-7231c3578e2b');
-- a target that topic sync has without its container; and the same text alone
SELECT * FROM pg_temp.story('system/ldap/account/uid=jdoe,ou=People,dc=example,dc=com');
SELECT topic, target FROM pg_temp.story('uid=jdoe,ou=People,dc=example,dc=com');
-- no other container's object with this id
SELECT topic, target FROM pg_temp.story('managed/user/uid=jdoe,ou=People,dc=example,dc=com');
SELECT topic, what, object FROM pg_temp.story('provisioner.openicf/csvfile');
SELECT what, object FROM pg_temp.story('managed/user/newuser');
SELECT count(*) FROM synclog.object_history('no such object');
SELECT count(*) FROM synclog.object_history(NULL);
-- the whole event
SELECT h.event::jsonb = synclog.read(h.topic, h.id)::jsonb AS same, count(*) FROM synclog.object_history('scarter') h GROUP BY 1;

-- where a mapping's targets are: as its runs have them, or by its name, or anywhere
SELECT * FROM synclog.recon_containers() ORDER BY mapping COLLATE "C";
SELECT * FROM synclog.load('sync', $$
{"_id": "s1", "timestamp": "2020-01-01T00:00:01.000Z", "mapping": "managedUser_systemLdapAccounts", "targetObjectId": "u-1"}
{"_id": "s2", "timestamp": "2020-01-01T00:00:02.000Z", "mapping": "systemNew_managedAlpha_user", "targetObjectId": "u-1"}
{"_id": "s3", "timestamp": "2020-01-01T00:00:03.000Z", "mapping": "systemHr__ACCOUNT___systemAdGroups", "targetObjectId": "u-1"}
{"_id": "s4", "timestamp": "2020-01-01T00:00:04.000Z", "mapping": "hr", "targetObjectId": "u-1"}
{"_id": "s5", "timestamp": "2020-01-01T00:00:05.000Z", "targetObjectId": "u-1"}
{"_id": "s6", "timestamp": "2020-01-01T00:00:06.000Z", "mapping": "hr", "targetObjectId": "u-10"}
{"_id": "s7", "timestamp": "2020-01-01T00:00:07.000Z", "mapping": "hr", "sourceObjectId": "system/ad/group/u-1"}
$$);
SELECT o.object, string_agg(h.id, ' ' ORDER BY h.id) FROM unnest('{u-1,system/ldap/account/u-1,managed/alpha_user/u-1,system/ad/group/u-1,managed/role/u-1}'::text[]) o(object), synclog.object_history(o.object) h GROUP BY o.object ORDER BY o.object COLLATE "C";
SELECT o.id, synclog.object_container(o.id) FROM unnest('{managed/user/x,managed/user,"system/ldap/account/cn=a/b,dc=c",system/ldap/account,internal/role/r,repo/internal/user/u,relationships/r,plain,"",/x}'::text[]) o(id);

-- a transaction, and those that extend it; _ and % are themselves
SELECT * FROM synclog.load('activity', $$
{"_id": "t1", "timestamp": "2020-01-01T00:00:00.000Z", "transactionId": "a_b%-85", "operation": "UPDATE", "objectId": "managed/user/t"}
{"_id": "t2", "timestamp": "2020-01-01T00:00:01.000Z", "transactionId": "a_b%-85/0", "operation": "UPDATE", "objectId": "managed/user/t"}
{"_id": "t3", "timestamp": "2020-01-01T00:00:02.000Z", "transactionId": "a_b%-85/0/1", "operation": "UPDATE", "objectId": "managed/user/t"}
{"_id": "t4", "timestamp": "2020-01-01T00:00:03.000Z", "transactionId": "a_b%-850", "operation": "UPDATE", "objectId": "managed/user/t"}
{"_id": "t5", "timestamp": "2020-01-01T00:00:04.000Z", "transactionId": "axbc-85/0", "operation": "UPDATE", "objectId": "managed/user/t"}
$$);
SELECT t.transaction, string_agg(h.id, ' ' ORDER BY h.id) FROM unnest('{a_b%-85,a_b%-85/0,a_b%-85/,a_b%,%}'::text[]) t(transaction), synclog.transaction_history(t.transaction) h GROUP BY t.transaction ORDER BY t.transaction COLLATE "C";
SELECT synclog.iso8601("timestamp") AS at, topic, what, situation, outcome, object, target, user_id, transaction_id FROM synclog.transaction_history('49bdb7cb-79a4-429d-856d-a7154005e41a-177');
-- 2.x: all that a root action caused, and an action with what it caused
SELECT synclog.iso8601("timestamp") AS at, topic, what, object, target, user_id, transaction_id FROM synclog.transaction_history('3c098d6f-a5e5-483c-a8ce-82911a10b0a9');
SELECT topic, what, object, id FROM synclog.transaction_history('0aaba292-1dd3-4e98-a0e2-04bec9ae5209');
SELECT topic, what, object, id FROM synclog.transaction_history('aa964020-b343-4d23-8e00-745ed4b79f50');
-- a request is named by its operation and path
SELECT h.topic, h.what, h.outcome, h.object, h.user_id FROM audit.access a, synclog.transaction_history(a.transaction_id) h WHERE a.id = (SELECT min(id) FROM audit.access);
SELECT count(*) FROM synclog.transaction_history(NULL);

-- who changed that: created, in 2.x and 4.x; changed, with before and after as text
SELECT * FROM pg_temp.changes('managed/user/bjensen');
SELECT * FROM pg_temp.changes('scarter');
SELECT * FROM pg_temp.changes('ucjensen');
-- the password changed, which shows nowhere but in passwordChanged
SELECT * FROM pg_temp.changes('udjensen');
-- deleted
SELECT field, old, new FROM pg_temp.changes('ufjensen', 'mail');
-- failed: nothing changed
SELECT count(*) FROM pg_temp.changes('ugjensen');
-- the configuration's objects
SELECT * FROM pg_temp.changes('provisioner.openicf/csvfile');

SELECT * FROM synclog.load('activity', $$
{"_id": "f1", "timestamp": "2020-02-01T00:00:01.000Z", "transactionId": "t", "userId": "u", "runAs": "r", "operation": "UPDATE", "objectId": "managed/user/f", "before": {"_id": "f", "_rev": "1", "same": [1], "n": 1, "list": [1, 2], "gone": "x", "null": null, "empty": {}, "address": {"city": "Rome", "zip": {"code": 1}, "_rev": "1"}, "kind": {"a": 1}, "a/b": {"~": 1}, "m\u00fc": 1}, "after": {"_id": "f", "_rev": "2", "same": [1], "n": 1.5, "list": [2, 1], "come": null, "null": "x", "empty": {"x": {}}, "address": {"city": "Oslo", "zip": {"code": 1, "box": {"n": 2}}, "_rev": "2"}, "kind": "scalar", "a/b": {"~": 2}, "m\u00fc": 2}}
{"_id": "f2", "timestamp": "2020-02-01T00:00:02.000Z", "operation": "PATCH", "objectId": "managed/user/f", "before": {"password": "s3cret-1", "secrets": [{"clientSecret": "s3cret-2", "n": 1}, {"$crypto": {"value": {"data": "s3cret-3"}}}], "answer": {"$crypto": {"value": {"data": "s3cret-4"}, "type": "salted-hash"}}, "deep": {"__PASSWORD__": "s3cret-5"}, "passwordAttempts": 0, "un": "plain"}, "after": {"password": "s3cret-6", "secrets": [{"clientSecret": "s3cret-2", "n": 2}, {"$crypto": {"value": {"data": "s3cret-3"}}}], "answer": {"$crypto": {"value": {"data": "s3cret-7"}, "type": "salted-hash"}}, "deep": {}, "newPassword": {"v": "s3cret-8"}, "passwordAttempts": 1, "un": {"$crypto": "s3cret-9"}, "text": "{\"$crypto\": \"s3cret-11\"}"}, "passwordChanged": true}
{"_id": "f3", "timestamp": "2020-02-01T00:00:03.000Z", "operation": "UPDATE", "objectId": "managed/user/f", "before": "{\"mail\": \"a\"}", "after": "{\"mail\": \"b\"}", "passwordChanged": "false"}
{"_id": "f4", "timestamp": "2020-02-01T00:00:04.000Z", "operation": "UPDATE", "objectId": "managed/user/f", "before": {"mail": "b"}, "after": {"mail": "c"}, "status": "FAILURE"}
{"_id": "f5", "timestamp": "2020-02-01T00:00:05.000Z", "operation": "UPDATE", "objectId": "managed/user/f", "before": "", "after": {"mail": "not known before"}}
{"_id": "f6", "timestamp": "2020-02-01T00:00:06.000Z", "operation": "UPDATE", "objectId": "managed/user/f", "before": null, "after": null, "changedFields": ["/password", "/mail"]}
{"_id": "f7", "timestamp": "2020-02-01T00:00:07.000Z", "operation": "CREATE", "objectId": "managed/user/g", "before": "", "after": {"userName": "First", "n": null}, "passwordChanged": true, "extra": "\u0000"}
{"_id": "f8", "timestamp": "2020-02-01T00:00:08.000Z", "operation": "UPDATE", "objectId": "managed/user/g", "before": {"userName": "First"}, "after": {"userName": "Second"}}
{"_id": "f9", "timestamp": "2020-02-01T00:00:09.000Z", "operation": "DELETE", "objectId": "managed/user/g", "before": {"userName": "Second", "tags": ["x", {"password": "s3cret-10"}]}, "after": ""}
{"_id": "f10", "timestamp": "2020-02-01T00:00:10.000Z", "operation": "READ", "objectId": "managed/user/g", "before": {"mail": "x"}, "after": null}
{"_id": "f11", "timestamp": "2020-02-01T00:00:11.000Z", "operation": "UPDATE", "objectId": "managed/user/g", "before": ["list"], "after": {"mail": "x"}}
{"_id": "f12", "timestamp": "2020-02-01T00:00:12.000Z", "operation": "UPDATE", "objectId": "managed/user/h", "before": {"$crypto": {"value": "s3cret-12"}}, "after": {"$crypto": {"value": "s3cret-13"}}}
{"_id": "f13", "timestamp": "2020-02-01T00:00:13.000Z", "operation": "UPDATE", "objectId": "managed/user/h", "before": {"passwordHistory": ["s3cret-14"], "passwords": {"a": "s3cret-15"}, "pwd-salt": "s3cret-16", "passwordPolicy": "old"}, "after": {"passwordPolicy": "new"}}
$$);
SELECT * FROM pg_temp.changes('managed/user/f');
SELECT * FROM pg_temp.changes('managed/user/h');
-- by each name that it ever had, and the logins by these
SELECT synclog.store('access', '{"_id": "l3", "timestamp": "2020-02-02T00:00:02.000Z", "action": "authenticate", "principal": "First", "status": "FAILURE"}'), synclog.store('access', '{"_id": "l4", "timestamp": "2020-02-02T00:00:03.000Z", "action": "logout", "principal": "First"}');
SELECT field, old, new FROM pg_temp.changes('First');
SELECT count(*) FROM pg_temp.changes('Second');
SELECT synclog.store('authentication', '{"_id": "l1", "timestamp": "2020-02-02T00:00:00.000Z", "principal": ["First"], "result": "SUCCESSFUL"}'), synclog.store('authentication', '{"_id": "l2", "timestamp": "2020-02-02T00:00:01.000Z", "principal": ["Third"], "result": "SUCCESSFUL"}');
SELECT topic, what, outcome, object, user_id, id FROM pg_temp.story('managed/user/g');
-- a field, and what is below and above it
SELECT wanted, field, old, new FROM unnest('{mail,/mail,/address,address/zip/,/address/city,/address/_rev,_rev,/kind/a,/list/0,/a%2Fb,/m%C3%BC,/mü,/password,/nothing,/ad,/}'::text[]) WITH ORDINALITY w(wanted, n), pg_temp.changes('managed/user/f', wanted) ORDER BY n, at, field COLLATE "C";
SELECT * FROM synclog.field_changes('f', '');
SELECT * FROM synclog.field_changes('f', 'a b');
SELECT * FROM synclog.field_changes('f', 'a%2');
-- from an instant on, before another
SELECT field, synclog.iso8601("timestamp") AS at FROM synclog.field_changes('f', 'mail', since => '2020-02-01T00:00:03Z');
SELECT count(*) FROM synclog.field_changes('f', 'mail', until => '2020-02-01T00:00:03Z');
SELECT count(*) FROM synclog.field_changes('f', 'mail', '2020-02-01T00:00:03Z', '2020-02-01T00:00:03.001Z');
SELECT count(*) FROM synclog.field_changes('nobody');
SELECT count(*) FROM synclog.field_changes(NULL);
-- nothing secret comes out, whoever is asked for
CREATE TEMP TABLE secret AS
	SELECT DISTINCT value #>> '{}' AS text FROM audit.activity t, LATERAL (VALUES (t.before), (t.after)) o(object),
		jsonb_path_query(object, 'strict $.** ? (@.type() == "object").* ? (@.type() == "string")') value
	WHERE value #>> '{}' ~ '^s3cret' OR EXISTS (SELECT FROM jsonb_path_query(object, 'strict $.**."$crypto".**') c WHERE c = value);
SELECT count(*) > 10 AS some FROM secret;
SELECT count(*) > 100 AS some, count(*) FILTER (WHERE EXISTS (SELECT FROM secret s WHERE strpos(c::text, s.text) > 0)) AS with_secrets
FROM (SELECT DISTINCT object_id FROM audit.activity UNION SELECT object_id FROM audit.config) o, synclog.field_changes(o.object_id) c;

-- pointers, as filters write them
SELECT synclog.pointer('address', 'city'), synclog.pointer('a/b', '', 'ü%'), synclog.pointer(VARIADIC '{}') AS whole, synclog.pointer('');
SELECT p, synclog.pointer_tokens(p), synclog.pointer(VARIADIC synclog.pointer_tokens(p)) FROM unnest('{mail,/address/city,a%2Fb/c/,//,/a~1b/0,/}'::text[]) p;
SELECT synclog.pointer('a', NULL);
SELECT synclog.pointer_tokens('a"b');
SELECT synclog.pointer(VARIADIC NULL), synclog.pointer_tokens(NULL);

-- topics of one's own: with the columns that they have
CREATE TABLE audit.badge (id text PRIMARY KEY, "timestamp" timestamptz, object_id varchar(50) COLLATE "POSIX", before jsonb, after jsonb, status text, transaction_id uuid, t text DEFAULT 'no row');
CREATE TABLE audit.bell (id text PRIMARY KEY, "timestamp" timestamptz, transaction_id varchar);
SET client_min_messages = warning;
SELECT synclog.add_topic('badge', 'audit.badge'), synclog.add_topic('bell', 'audit.bell');
RESET client_min_messages;
INSERT INTO audit.badge VALUES ('b1', '2020-02-03Z', 'managed/user/f', NULL, '{"door": 1}', 'FAILED', NULL), ('b2', '2020-02-04Z', 'managed/user/f', '{"door": 1}', '{"door": 2}', '', NULL);
INSERT INTO audit.bell VALUES ('b3', '2020-02-03Z', 'a_b%-85/2');
SELECT topic, what, outcome, object, user_id, id, event FROM synclog.object_history('managed/user/f') WHERE topic = 'badge';
SELECT object_id, field, old, new, user_id FROM synclog.field_changes('managed/user/f', 'door');
SELECT topic, id FROM synclog.transaction_history('a_b%-85');

-- as the caller: what he may not read is left out, and said
CREATE ROLE regress_synclog_helpdesk;
GRANT USAGE ON SCHEMA audit TO regress_synclog_helpdesk;
GRANT SELECT ON audit.activity, audit.sync TO regress_synclog_helpdesk;
SET ROLE regress_synclog_helpdesk;
SELECT topic, id FROM synclog.object_history('scarter');
SELECT count(*) FROM synclog.field_changes('scarter');
SELECT topic, id FROM synclog.transaction_history('49bdb7cb-79a4-429d-856d-a7154005e41a-177');
RESET ROLE;

-- All by index, also under a policy where the object is named in full; the
-- conditions of each partition are the same, so that one of each topic shows.
DELETE FROM synclog.topic WHERE name IN ('badge', 'bell');
CREATE FUNCTION pg_temp.indexes(about text, VARIADIC args text[]) RETURNS TABLE (relation text, index text) LANGUAGE plpgsql AS $$
DECLARE
	plan json;
	sql text := synclog.history_sql(about);
BEGIN
	FOR i IN 1..4 LOOP
		sql := replace(sql, '$' || i, format('(CAST(%L AS %s))', args[i], CASE i WHEN 3 THEN 'jsonb[]' WHEN 4 THEN 'jsonb' ELSE 'text[]' END));
	END LOOP;
	EXECUTE 'EXPLAIN (FORMAT JSON) ' || sql INTO plan;
	RETURN QUERY
		SELECT regexp_replace(n ->> 'Relation Name', '_\d{4}_\d\d$', ''), string_agg(DISTINCT regexp_replace(i ->> 'Index Name', '_\d{4}_\d\d', ''), ', ')
		FROM jsonb_path_query(plan::jsonb, 'strict $.** ? (exists (@."Relation Name"))') n
			LEFT JOIN LATERAL jsonb_path_query(n, 'strict $.** ? (exists (@."Index Cond"))') i ON true
		WHERE n ->> 'Relation Name' ~ '\d{4}_\d\d$'
		GROUP BY 1 ORDER BY 1;
END $$;
SET enable_seqscan = off;
SET enable_indexscan = off;
SELECT * FROM pg_temp.indexes('object', '{managed/user/g}', '{g}', '{"[\"First\"]"}', '{}');
SELECT * FROM pg_temp.indexes('transaction', '{t-85}');
-- a text that may be an id or a name
EXPLAIN (COSTS OFF) SELECT object_id FROM audit.activity_2020_02 t
WHERE split_part(t.object_id, '/', -1) = 'g' OR coalesce(t.after ->> 'userName', t.before ->> 'userName') = 'g';
GRANT SELECT ON ALL TABLES IN SCHEMA audit TO regress_synclog_helpdesk;
SET client_min_messages = warning;
DO $$
DECLARE
	t text;
BEGIN
	FOR t IN SELECT name FROM synclog.topic LOOP
		EXECUTE format('ALTER TABLE audit.%1$I ENABLE ROW LEVEL SECURITY; CREATE POLICY of_tenant ON audit.%1$I USING (tenant_id <> ''other'')', t);
	END LOOP;
END $$;
RESET client_min_messages;
SET ROLE regress_synclog_helpdesk;
SELECT * FROM pg_temp.indexes('object', '{managed/user/g}', '{g}', '{"[\"First\"]"}', '{}') WHERE relation <> 'authentication';
SELECT * FROM pg_temp.indexes('transaction', '{t-85}');
SELECT count(*) FROM synclog.object_history('managed/user/g');
RESET ROLE;
RESET enable_seqscan;
RESET enable_indexscan;
DROP OWNED BY regress_synclog_helpdesk;
DROP ROLE regress_synclog_helpdesk;

-- where objects are is known from a few entries of a run, however many there are
SELECT stored FROM synclog.load('recon', (SELECT string_agg(format('{"_id": "w%1$s", "timestamp": "2018-06-%2$sT00:00:00.000Z", "reconId": "w%2$s", "entryType": "%3$s", "mapping": "w", "sourceObjectId": "system/w/a/%1$s", "targetObjectId": "managed/w/%1$s"}',
	i, 10 + i / 2000, CASE i % 2000 WHEN 0 THEN 'start' ELSE 'entry' END), E'\n') FROM generate_series(0, 7999) i));
VACUUM ANALYZE audit.recon;
\set rows_read `echo "$PG_ABS_SRCDIR/rows_read.sql"`
\i :rows_read
BEGIN;
SELECT pg_temp.rows_read() AS before \gset
SELECT * FROM synclog.recon_containers() WHERE mapping = 'w';
SELECT pg_temp.rows_read() - :before < 400 AS few_rows;
COMMIT;
