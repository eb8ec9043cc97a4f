-- Which filters look events up in an index for a role that sees one tenant's:
-- the same as for the owner, but for operators that are not leakproof.
SET client_min_messages = warning; DROP SCHEMA IF EXISTS audit CASCADE; DELETE FROM synclog.topic; RESET client_min_messages;
SET timezone = 'UTC';
SET datestyle = 'ISO';
SELECT synclog.create_topics();
CREATE TABLE audit.own (id text, "timestamp" timestamptz, tenant_id text NOT NULL, n int, big bigint, done boolean, amount numeric, share float8, name text);
CREATE INDEX ON audit.own (n);
CREATE INDEX ON audit.own (big);
CREATE INDEX ON audit.own (done);
CREATE INDEX ON audit.own (amount);
CREATE INDEX ON audit.own (share);
CREATE INDEX ON audit.own (name text_pattern_ops);
CREATE INDEX ON audit.own ("timestamp");
CREATE INDEX ON audit.activity (password_changed);
CREATE INDEX ON audit.recon (synclog.fold(mapping));
SELECT synclog.add_topic('own', 'audit.own');
SELECT t.tenant_id, set_config('synclog.tenant_id', t.tenant_id, false) IS NOT NULL AS set, l.*
FROM unnest('{a,b}'::text[]) t(tenant_id), LATERAL (SELECT sum(stored) AS stored FROM unnest('{recon,sync,activity,authentication,access,own}'::text[]) topic, LATERAL synclog.load(CASE WHEN set_config('synclog.tenant_id', t.tenant_id, false) <> '' THEN topic END, (
	SELECT string_agg(jsonb_build_object('_id', i, 'timestamp', synclog.iso8601('2026-01-01Z'::timestamptz + i * interval '1 hour'), 'transactionId', 't' || i, 'userId', 'u' || i,
		'reconId', 'r' || i, 'mapping', 'M' || i, 'entryType', CASE i % 3 WHEN 0 THEN 'start' ELSE 'entry' END, 'sourceObjectId', 'system/x/account/' || i, 'targetObjectId', 'managed/user/' || i,
		'objectId', 'managed/user/' || i, 'passwordChanged', i % 2 = 0, 'principal', 'p' || i, 'n', i, 'big', i, 'done', i % 2 = 0, 'amount', i, 'share', i, 'name', 'n' || i)::text, E'\n')
	FROM generate_series(1, 500) i))) l;
RESET synclog.tenant_id;
ANALYZE audit.recon, audit.sync, audit.activity, audit.authentication, audit.access, audit.own;
CREATE ROLE regress_synclog_bound;
SELECT synclog.enable_tenants();
SELECT synclog.grant_tenant('a', 'regress_synclog_bound');

CREATE SCHEMA plans;
GRANT USAGE ON SCHEMA plans TO regress_synclog_bound;
CREATE FUNCTION plans.looked_up(topic text, filter text, folded boolean) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	plan jsonb;
BEGIN
	EXECUTE format('EXPLAIN (FORMAT JSON) SELECT id FROM audit.%I e WHERE synclog.matches(e, %L, %L)', topic, filter, folded) INTO plan;
	-- in the month that has the events; servers from 17 on look the tenant up as well where an index has it
	RETURN (SELECT string_agg(DISTINCT translate(regexp_replace(node #>> '{"Index Cond"}', ' AND \(tenant_id = ANY \(.*$', ''), '()', ''), ' | ')
		FROM jsonb_path_query(plan, 'strict $.** ? (@."Index Cond" != null)') node
		WHERE node #>> '{"Index Name"}' ~ '^own|2026_01' AND node #>> '{"Index Cond"}' !~ '^\(tenant_id = ANY \(');
END $$;
-- servers from 17 on write it otherwise
CREATE FUNCTION plans.explained(query text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
	line text;
BEGIN
	FOR line IN EXECUTE 'EXPLAIN (VERBOSE, COSTS OFF) ' || query LOOP
		RETURN NEXT regexp_replace(line, '\(?\(InitPlan 1\)\.col1\)?|\(?\$0\)?| \(returns \$0\)', '', 'g');
	END LOOP;
END $$;
CREATE TABLE plans.asked AS
SELECT row_number() OVER () AS k, f.* FROM (
	SELECT topic, format(filter, field, value) AS filter, false AS folded
	FROM (VALUES ('recon', 'reconId', 'r7'), ('recon', 'transactionId', 't7'), ('recon', 'userId', 'u7'), ('activity', 'transactionId', 't7'), ('authentication', 'userId', 'u7')) c(topic, field, value),
		unnest(ARRAY['/%s eq "%s"', '/%1$s in ''["%2$s","x"]''', '/%s lt "%s"', '/%s le "%s"', '/%s gt "%s"', '/%s ge "%s"', '/%s sw "%s"']) filter
	UNION ALL
	-- hash indexes, and one for operators of patterns
	SELECT topic, format(filter, field, value), false
	FROM (VALUES ('recon', '_id', '7'), ('recon', 'sourceObjectId', 'system/x/account/7'), ('sync', 'targetObjectId', 'managed/user/7'), ('activity', 'objectId', 'managed/user/7'), ('access', 'principal', 'p7')) c(topic, field, value),
		unnest(ARRAY['/%s eq "%s"', '/%1$s in ''["%2$s","x"]''']) filter
	UNION ALL
	SELECT 'own', filter, false FROM unnest(ARRAY['/name eq "n7"', '/name in ''["n7","x"]''', '/name sw "n7"']) filter
	UNION ALL
	SELECT topic, filter, false FROM unnest('{recon,own}'::text[]) topic, unnest(ARRAY['/timestamp eq "2026-01-02"', '/timestamp in ''["2026-01-02","2026-01-03"]''', '/timestamp lt "2026-01-02"', '/timestamp le "2026-01-02"', '/timestamp gt "2026-01-20"', '/timestamp ge "2026-01-20"', '/timestamp sw "2026-01-02T1"']) filter
	UNION ALL
	SELECT 'own', format(filter, field), false FROM unnest('{n,big,share,amount}'::text[]) field, unnest(ARRAY['/%s eq 7', '/%s in ''[7,8]''', '/%s lt 7', '/%s le 7', '/%s gt 490', '/%s ge 490']) filter
	UNION ALL
	VALUES ('own', '/done eq true', false), ('own', '/done eq false', false), ('activity', '/passwordChanged eq true', false), ('activity', '/passwordChanged in ''[false]''', false),
		('recon', '/reconId eq "r7" and /message co "x"', false), ('recon', '/reconId eq "r7" or /userId eq "u7"', false), ('recon', '/entryType eq "start" and /timestamp gt "2026-01-20"', false),
		('recon', '/mapping eq "m7"', true), ('recon', '/mapping in ''["m7","m8"]''', true), ('recon', '/mapping sw "m7"', true), ('recon', '/mapping lt "m2"', true),
		('authentication', '/principal eq "p7"', false),
		('events', '/object eq "system/x/account/7"', false), ('events', '/userId eq "u7"', false)
) f;
\set rows_read `echo "$PG_ABS_SRCDIR/rows_read.sql"`
\i :rows_read
SET enable_seqscan = off;
CREATE TABLE plans.owner AS SELECT *, plans.looked_up(topic, filter, folded) AS lookup FROM plans.asked;
GRANT SELECT ON ALL TABLES IN SCHEMA plans TO regress_synclog_bound;
SET ROLE regress_synclog_bound;
SELECT o.topic, o.filter, b.lookup IS NOT DISTINCT FROM o.lookup AS same, b.lookup FROM plans.owner o, plans.looked_up(o.topic, o.filter, o.folded) b(lookup) ORDER BY k;
-- a tenant is looked up once in a query, and the plan tells of none
SELECT plans.explained($$SELECT id FROM audit.own e WHERE synclog.matches(e, '/n eq 7')$$);
SELECT plans.explained($$SELECT id FROM audit.own e WHERE synclog.matches(e, '/amount eq 7 and /name eq "n7"')$$);
-- a page of who sees one tenant's events reads no other's rows, in either order
SET enable_sort = off;
SELECT pg_temp.rows_read() AS before \gset
SELECT page->'resultCount' AS events FROM synclog.query_page('recon', sort_keys => '-timestamp', page_size => 50) page;
SELECT pg_temp.rows_read() - :before < 80 AS few;
SELECT pg_temp.rows_read() AS before \gset
SELECT count(*) AS events FROM synclog.query('recon', sort_keys => 'timestamp', page_size => 50);
SELECT pg_temp.rows_read() - :before < 80 AS few;
RESET enable_sort;
RESET ROLE;
-- what other policies let through is seen by functions as it is in the table
CREATE POLICY everybody ON audit.recon FOR SELECT USING (id < '2');
SET ROLE regress_synclog_bound;
SELECT count(*) AS rows, (SELECT count(*) FROM synclog.query('recon')) AS events FROM audit.recon;
RESET ROLE;
RESET enable_seqscan;
SET client_min_messages = warning;
DROP SCHEMA audit, plans CASCADE;
DELETE FROM synclog.topic;
DELETE FROM synclog.tenant_grant;
DROP ROLE regress_synclog_bound;
