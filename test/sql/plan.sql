-- A filter is planned as the WHERE that a person would have written.
SET client_min_messages = warning;
DROP SCHEMA IF EXISTS audit CASCADE;
DELETE FROM synclog.topic;
RESET client_min_messages;
SELECT synclog.create_topics();
CREATE FUNCTION plan_of(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	line text;
	plan text := '';
BEGIN
	FOR line IN EXECUTE 'EXPLAIN (COSTS OFF) ' || query LOOP
		plan := plan || line || E'\n';
	END LOOP;
	RETURN plan;
END $$;

SELECT l.* FROM (
	SELECT string_agg(jsonb_build_object('_id', 'e' || i, 'timestamp', to_char('2026-01-01'::timestamp + i * interval '17 minutes', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
		'reconId', 'r' || i % 300, 'mapping', 'm' || i % 50, 'situation', CASE i % 3 WHEN 0 THEN 'ABSENT' WHEN 1 THEN 'CONFIRMED' END,
		'status', 'SUCCESS', 'entryType', 'entry', 'sourceObjectId', 'system/ldap/account/' || i, 'messageDetail', jsonb_build_object('code', i))::text, E'\n')
	FROM generate_series(1, 20000) i) e(events), LATERAL synclog.load('recon', events) l;
ANALYZE audit.recon;

-- the filter, and the clause by hand
CREATE TABLE pairs (n serial, filter text, clause text);
INSERT INTO pairs (filter, clause) VALUES
	('/reconId eq "r7"', $$recon_id = 'r7'$$),
	('/reconId eq "r7" and /situation eq "ABSENT"', $$recon_id = 'r7' AND situation = 'ABSENT'$$),
	('/reconId eq "r7" or /reconId eq "r8"', $$recon_id IN ('r7', 'r8')$$),
	('/reconId eq "r7" or /sourceObjectId eq "system/ldap/account/5"', $$recon_id = 'r7' OR source_object_id = 'system/ldap/account/5'$$),
	('/timestamp ge "2026-02-03T00:00:00Z" and /timestamp lt "2026-02-04"', $$timestamp >= '2026-02-03Z' AND timestamp < '2026-02-04Z'$$),
	('/timestamp sw "2026-02"', $$timestamp >= '2026-02-01Z' AND timestamp < '2026-03-01Z'$$),
	('/timestamp gt "2026-03-01" and /timestamp lt "2026-02-01"', $$timestamp > '2026-03-01Z' AND timestamp < '2026-02-01Z'$$),
	('/mapping sw "m4"', $$mapping ^@ 'm4'$$),
	('/mapping co "4"', $$mapping LIKE '%4%'$$),
	('/mapping ge "m3" and /mapping le "m4"', $$mapping >= 'm3' AND mapping <= 'm4'$$),
	('! (/situation eq "ABSENT")', $$situation IS NULL OR situation <> 'ABSENT'$$),
	('! (/situation eq "ABSENT" or /status eq "SUCCESS")', $$(situation IS NULL OR situation <> 'ABSENT') AND (status IS NULL OR status <> 'SUCCESS')$$),
	('/reconId eq "r7" and ! (/entryType eq "summary")', $$recon_id = 'r7' AND (entry_type IS NULL OR entry_type <> 'summary')$$),
	('! (/timestamp lt "2026-08-01")', $$timestamp IS NULL OR timestamp >= '2026-08-01Z'$$),
	('/situation pr and ! (/linkQualifier pr)', $$situation IS NOT NULL AND link_qualifier IS NULL$$),
	('/messageDetail/code eq 77', $$message_detail @@ 'strict (exists($."code" ? (@ == 77)) || exists($."code"[*] ? (@ == 77)))'$$),
	('/nosuch/member pr', $$extra @@ 'strict exists($."nosuch"."member" ? (@ != null))'$$),
	('true', 'true'), ('false', 'false'), ('/reconId eq "r7" or true', 'true'), ('/reconId eq 7', 'false'),
	('/_id eq "e5"', $$id = 'e5'$$);
SELECT filter, plan_of(format('SELECT * FROM audit.recon WHERE synclog.matches(recon, %L)', filter))
	= plan_of(format('SELECT * FROM audit.recon WHERE %s', clause)) AS same_plan,
	plan_of(format('SELECT * FROM audit.recon r WHERE %s', synclog.to_sql(filter, 'audit.recon', 'r')))
	= plan_of(format('SELECT * FROM audit.recon r WHERE %s', clause)) AS same_text
FROM pairs ORDER BY n;

-- what the plans are
\a
SELECT plan_of(format('SELECT * FROM audit.recon WHERE synclog.matches(recon, %L) AND timestamp < ''2026-03-01Z'' AND timestamp >= ''2026-02-01Z''', filter)) FROM pairs WHERE n IN (2, 6, 8, 16) ORDER BY n;
\a
EXPLAIN (COSTS OFF) SELECT * FROM audit.recon WHERE synclog.matches(recon, '/timestamp gt "2026-03-01" and /timestamp lt "2026-02-01"');

-- elsewhere than over the table itself
CREATE VIEW runs AS SELECT recon_id, situation, timestamp AS at, upper(mapping) AS big FROM audit.recon;
SELECT what, plan_of(format(query, $$synclog.matches(x, '/reconId eq "r7" and /timestamp ge "2026-08-01"')$$))
	= plan_of(format(query, $$x.recon_id = 'r7' AND x.timestamp >= '2026-08-01Z'$$)) AS same_plan
FROM (VALUES
	('alias', 'SELECT id FROM audit.recon x WHERE %s'),
	('join', 'SELECT x.id FROM audit.recon x JOIN audit.sync s ON s.transaction_id = x.transaction_id AND %s'),
	('left join', 'SELECT s.id FROM audit.sync s LEFT JOIN audit.recon x ON s.transaction_id = x.transaction_id AND %s'),
	('subquery', 'SELECT id FROM (SELECT * FROM audit.recon) x WHERE %s'),
	('union all', 'SELECT id FROM (SELECT id, recon_id, timestamp FROM audit.recon UNION ALL SELECT id, recon_id, timestamp FROM audit.recon) x WHERE %s'),
	('distinct', 'SELECT id FROM (SELECT DISTINCT id, recon_id, timestamp FROM audit.recon) x WHERE %s'),
	('limit', 'SELECT id FROM (SELECT id, recon_id, timestamp FROM audit.recon LIMIT 5) x WHERE %s'),
	('exists', 'SELECT id FROM audit.sync s WHERE EXISTS (SELECT FROM audit.recon x WHERE x.id = s.id AND %s)'),
	('aggregate', 'SELECT count(*) FROM audit.recon x WHERE %s GROUP BY situation'),
	('delete', 'DELETE FROM audit.recon x WHERE %s'),
	('update', 'UPDATE audit.recon x SET status = NULL WHERE %s')) v(what, query);
SELECT plan_of($$SELECT * FROM runs WHERE synclog.matches(runs, '/reconId eq "r7" and /at ge "2026-08-01" and /big eq "M7"')$$)
	= plan_of($$SELECT * FROM runs WHERE recon_id = 'r7' AND at >= '2026-08-01Z' AND big = 'M7'$$) AS view_same_plan;
-- where the filter may not be taken apart it still answers
EXPLAIN (COSTS OFF) SELECT situation, count(*) FROM audit.recon r WHERE synclog.matches(r, '/reconId eq "r7"') AND timestamp < '2026-02-01Z' GROUP BY ROLLUP (situation);
SELECT situation, count(*) FROM audit.recon r WHERE synclog.matches(r, '/reconId eq "r7"') GROUP BY ROLLUP (situation) ORDER BY 1, 2;
-- outside a condition the answer is true or false, never NULL
EXPLAIN (VERBOSE, COSTS OFF) SELECT synclog.matches(r, '/situation eq "ABSENT" or /messageDetail/code gt 5') FROM audit.recon_2026_01 r;
SELECT synclog.matches(r, '/situation eq "ABSENT"') AS absent, count(*) FROM audit.recon r GROUP BY 1 ORDER BY 1;
SELECT count(*) FROM audit.recon r WHERE NOT synclog.matches(r, '/situation eq "ABSENT"');
SELECT count(*) FROM audit.recon r WHERE synclog.matches(r, '/situation eq "ABSENT"') IS FALSE;
SELECT count(*) FILTER (WHERE NOT synclog.matches(r, '/situation eq "ABSENT"')) FROM audit.recon r;

-- indexes serve JSON beside such a value too, and partial ones
CREATE TABLE documents (k int, j jsonb);
CREATE INDEX documents_j ON documents USING gin (j jsonb_path_ops);
CREATE INDEX documents_k ON documents (k) WHERE synclog.matches(j, '/q eq 1');
SET enable_seqscan = off;
EXPLAIN (COSTS OFF) SELECT k FROM documents d WHERE synclog.matches(d, '/j/q eq 77') AND NOT synclog.matches(d, '/k eq 5');
SET enable_bitmapscan = off; SET enable_indexonlyscan = off;
EXPLAIN (COSTS OFF) SELECT k FROM documents WHERE synclog.matches(j, '/q eq 1') ORDER BY k;
RESET enable_seqscan; RESET enable_bitmapscan; RESET enable_indexonlyscan;
DROP TABLE documents;

-- an EXISTS that becomes a hashed subplan is simplified as a part of the outer
-- query: its values and its nameless rows are its own
CREATE TABLE inner_rows (k int, a text);
INSERT INTO inner_rows VALUES (1, 'x'), (2, NULL), (3, 'y');
ANALYZE inner_rows;
SELECT k, EXISTS (SELECT 1 FROM inner_rows i WHERE i.k = g.k AND NOT synclog.matches(i, '/a eq "x"')) FROM generate_series(1, 3) g(k);
SELECT k, EXISTS (SELECT 1 FROM inner_rows i, inner_rows j, (SELECT a, k AS n FROM inner_rows OFFSET 0) s
	WHERE s.n = g.k AND i.k = s.n AND j.k = s.n AND synclog.matches(s, '/a eq "x"')) FROM generate_series(1, 3) g(k);
SELECT g.k, EXISTS (SELECT 1 FROM inner_rows i, (SELECT a, k AS n FROM inner_rows OFFSET 0) s
	WHERE s.n = g.k AND i.k = s.n AND synclog.matches(s, '/a eq "x"')) FROM generate_series(1, 3) g(k), (SELECT 'w'::text AS n, k AS a FROM inner_rows OFFSET 0) o WHERE o.a = g.k ORDER BY 1;
DROP TABLE inner_rows;

-- row-level security: leakproof operators keep their index for a bound role
CREATE ROLE regress_synclog_reader;
GRANT USAGE ON SCHEMA audit TO regress_synclog_reader;
GRANT SELECT ON audit.recon TO regress_synclog_reader;
ALTER TABLE audit.recon ENABLE ROW LEVEL SECURITY;
CREATE POLICY of_tenant ON audit.recon USING (synclog.matches(recon, '/status eq "SUCCESS"') AND tenant_id = '');
GRANT EXECUTE ON FUNCTION plan_of(text) TO regress_synclog_reader;
GRANT SELECT ON pairs TO regress_synclog_reader;
SET ROLE regress_synclog_reader;
SELECT filter, plan_of(format('SELECT * FROM audit.recon WHERE synclog.matches(recon, %L)', filter))
	= plan_of(format('SELECT * FROM audit.recon WHERE %s', clause)) AS same_plan
FROM pairs WHERE n < 17 ORDER BY n;
EXPLAIN (COSTS OFF) SELECT * FROM audit.recon WHERE synclog.matches(recon, '/reconId eq "r7" and /situation eq "ABSENT" and /timestamp sw "2026-02"');
SELECT count(*) FROM audit.recon WHERE synclog.matches(recon, '/reconId eq "r7"');
RESET ROLE;
DROP POLICY of_tenant ON audit.recon;
ALTER TABLE audit.recon DISABLE ROW LEVEL SECURITY;

-- partitions whose columns stand elsewhere
CREATE TABLE parent (a text COLLATE "C", b int, c jsonb) PARTITION BY LIST (b);
CREATE TABLE child (c jsonb, gone int, b int, a text COLLATE "C");
ALTER TABLE child DROP COLUMN gone;
ALTER TABLE parent ATTACH PARTITION child FOR VALUES IN (1);
INSERT INTO parent VALUES ('x', 1, '{"k": "v"}'), ('y', 1, NULL);
SELECT a FROM parent WHERE synclog.matches(parent, '/a eq "x" and /c/k eq "v"');
SELECT a FROM parent, (VALUES ('/a eq "x" and /c/k eq "v"'::synclog.queryfilter), ('! (/c/k eq "v")')) v(f) WHERE synclog.matches(parent, f);

-- a prepared statement keeps its custom plan: the tenth is as the first
PREPARE p(text) AS SELECT id FROM audit.recon WHERE synclog.matches(recon, $1);
DO $$
BEGIN
	FOR i IN 1..10 LOOP
		EXECUTE 'EXECUTE p(''/reconId eq "r7"'')';
	END LOOP;
END $$;
SELECT plan_of($$EXECUTE p('/reconId eq "r7"')$$) = plan_of($$SELECT id FROM audit.recon WHERE recon_id = 'r7'$$) AS custom;
SELECT generic_plans, custom_plans > 0 AS custom_plans FROM pg_prepared_statements WHERE name = 'p';

-- thousands of alternatives plan at once
DO $$
DECLARE
	f text := (SELECT string_agg(format('/reconId eq "r%s"', i), ' or ') FROM generate_series(1, 2000) i);
	plan text := plan_of(format('SELECT id FROM audit.recon WHERE synclog.matches(recon, %L)', f));
BEGIN
	ASSERT plan ~ 'recon_id = ANY', plan;
END $$;

DROP TABLE pairs, parent;
DROP VIEW runs;
DROP OWNED BY regress_synclog_reader;
DROP ROLE regress_synclog_reader;
DROP FUNCTION plan_of(text);
DEALLOCATE p;
