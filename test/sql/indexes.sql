-- Which filters use which index, for the owner and for a role that a policy binds: the README's table.
CREATE EXTENSION pg_trgm SCHEMA public;
CREATE SCHEMA indexed;
SET search_path = indexed, public;
CREATE TABLE event (tenant_id text COLLATE "C", b text COLLATE "C", h text COLLATE "C", l text, t text COLLATE "C", f text COLLATE "C", j jsonb, k jsonb, tags jsonb, at timestamptz, n int, amount numeric, share float8, uid uuid, extra jsonb);
INSERT INTO event SELECT CASE i % 2 WHEN 0 THEN 'x' ELSE 'y' END, CASE WHEN i % 50 > 0 THEN 'b' || i END, 'h' || i, 'l' || i, 't' || i || ' of ' || md5(i::text), 'F' || i, jsonb_build_object('mail', i || '@example.com', 'size', i), jsonb_build_object('Mail', i || '@Example.com'),
	jsonb_build_array('t' || i, 't' || i + 1), '2026-01-01Z'::timestamptz + i * interval '1 minute', i, i, i, md5(i::text)::uuid, jsonb_build_object('other', i)
	FROM generate_series(1, 20000) i;
CREATE INDEX "btree (b)" ON event (b);
CREATE INDEX "hash (h)" ON event USING hash (h);
CREATE INDEX "btree (l text_pattern_ops)" ON event (l text_pattern_ops);
CREATE INDEX "gin (t gin_trgm_ops)" ON event USING gin (t gin_trgm_ops);
CREATE INDEX "btree (synclog.fold(f))" ON event (synclog.fold(f));
CREATE INDEX "hash (synclog.fold(h))" ON event USING hash (synclog.fold(h));
CREATE INDEX "gin (synclog.fold(f) gin_trgm_ops)" ON event USING gin (synclog.fold(f) gin_trgm_ops);
CREATE INDEX "gin (j jsonb_path_ops)" ON event USING gin (j jsonb_path_ops);
CREATE INDEX "gin (synclog.fold(k) jsonb_path_ops)" ON event USING gin (synclog.fold(k) jsonb_path_ops);
CREATE INDEX "gin (tags jsonb_path_ops)" ON event USING gin (tags jsonb_path_ops);
CREATE INDEX "gin (extra jsonb_path_ops)" ON event USING gin (extra jsonb_path_ops);
CREATE INDEX "btree (at)" ON event (at);
CREATE INDEX "btree (n)" ON event (n);
CREATE INDEX "btree (amount)" ON event (amount);
CREATE INDEX "btree (share)" ON event (share);
CREATE INDEX "btree (uid)" ON event (uid);
ANALYZE event;
CREATE ROLE regress_synclog_bound;
GRANT USAGE ON SCHEMA indexed TO regress_synclog_bound;
GRANT SELECT ON event TO regress_synclog_bound;
ALTER TABLE event ENABLE ROW LEVEL SECURITY;
CREATE POLICY of_tenant ON event USING (tenant_id = 'x');

-- the indexes that a plan looks a filter up in
CREATE FUNCTION looked_up(filter text, folded boolean) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	plan jsonb;
BEGIN
	EXECUTE format('EXPLAIN (FORMAT JSON) SELECT n FROM indexed.event e WHERE synclog.matches(e, %L, %L)', filter, folded) INTO plan;
	RETURN (SELECT string_agg(node #>> '{"Index Name"}', ', ' ORDER BY node #>> '{"Index Name"}') FROM jsonb_path_query(plan, 'strict $.** ? (@."Index Cond" != null)') node);
END $$;
CREATE TABLE wanted (k serial, filter text, folded boolean DEFAULT false);
INSERT INTO wanted (filter) VALUES
	('/b eq "b7"'), ('/b in ''["b7","b8"]'''), ('/b eq "b7" or /b eq "b8"'), ('/b ge "b70" and /b lt "b71"'), ('/b sw "b70"'), ('! (/b pr)'), ('/b co "b70"'), ('/b ew "b70"'), ('! (/b eq "b7")'),
	('/h eq "h7"'), ('/h in ''["h7","h8"]'''), ('/h sw "h70"'), ('/b eq "b7" or /h eq "h8"'), ('/b eq "b7" and /t co "of 7f"'),
	('/l eq "l7"'), ('/l sw "l70"'), ('/t co "7 of 8f"'), ('/t ew "e4da3b7fbbce2345d7772b0674a318d5"'), ('/t sw "t77 of"'),
	('/j/mail eq "7@example.com"'), ('/j/mail in ''["7@example.com","8@example.com"]'''), ('/j/size eq 7'), ('/j/size lt 7'), ('/j/mail sw "77"'), ('/j/mail co "77"'), ('/j[mail eq "7@example.com" and size eq 7]'), ('! (/j/mail eq "7@example.com")'), ('/tags eq "t7"'), ('/tags/0 eq "t7"'), ('/other eq 7'),
	('/at eq "2026-01-02"'), ('/at lt "2026-01-01T01:00:00Z"'), ('/at sw "2026-01-02T10"'), ('/n eq 7'), ('/n in ''[7,8]'''), ('/n lt 7'), ('/n lt 7.5'), ('/amount eq 7'), ('/share eq 7'), ('/uid eq "e4da3b7f-bbce-2345-d777-2b0674a318d5"');
INSERT INTO wanted (filter, folded) VALUES ('/f eq "f7"', true), ('/h eq "H7"', true), ('/f in ''["f7","f8"]''', true), ('/f co "f777"', true), ('/f sw "f777"', true), ('/k/Mail eq "7@example.com"', true), ('/at eq "2026-01-02"', true);
CREATE TABLE owners AS SELECT k, looked_up(filter, folded) AS index FROM wanted;
GRANT SELECT ON wanted, owners TO regress_synclog_bound;
SET ROLE regress_synclog_bound;
SELECT filter, folded, index, looked_up(filter, folded) AS under_policy FROM wanted JOIN owners USING (k) ORDER BY k;
SELECT count(*) FROM event e WHERE synclog.matches(e, '/n le 10');
RESET ROLE;
SET client_min_messages = warning;
DROP SCHEMA indexed CASCADE;
DROP EXTENSION pg_trgm;
DROP ROLE regress_synclog_bound;
