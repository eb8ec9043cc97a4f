-- query() and read(): filter, fields, sort keys, pages, and how they stream
SET client_min_messages = warning; DROP SCHEMA IF EXISTS audit CASCADE; DELETE FROM synclog.topic; RESET client_min_messages; SELECT synclog.create_topics();
\a\t
SELECT * FROM synclog.load('activity', $$
{"_id": "a", "timestamp": "2020-01-01T00:00:00.000Z", "objectId": "managed/user/a", "operation": "CREATE", "before": null, "after": {"mail": "A@x.org", "n": 10, "tags": ["x", "y", {"deep": 1}]}, "passwordChanged": true, "_rev": "0"}
{"_id": "b", "timestamp": "2020-01-03T00:00:00.000Z", "objectId": "managed/user/b", "operation": "UPDATE", "after": "{\"mail\": \"b@x.org\", \"n\": 9}", "passwordChanged": false}
{"_id": "c", "timestamp": "2020-01-02T00:00:00.000Z", "objectId": "managed/user/c", "operation": "update", "after": {"n": null}, "custom": {"k/l": 1, "": 2}}
{"_id": "d", "timestamp": "2020-01-02T00:00:00.000Z", "operation": null, "after": {"n": "text", "mail": {}}, "custom": {"k/l": 2}, "custom.x": "\"q"}
{"_id": "e", "timestamp": "2020-02-02T00:00:00.000Z", "operation": "DELETE", "after": {"mail": "e\u0000", "n": 1}, "custom" : { "k/l" : 3 } }
$$);

-- all, in the order of timestamp and _id
SELECT synclog.query('activity');
-- a filter, and one that ignores case
SELECT synclog.query('activity', '/operation eq "UPDATE"', fields => '_id');
SELECT synclog.query('activity', '/operation eq "UPDATE"', fields => '_id', ignore_case => true);
SELECT synclog.query('activity', '/after/mail co "x.org" and ! (/passwordChanged eq true)', fields => '_id');
SELECT synclog.query('activity', '/timestamp ge "2020-01-02" and /timestamp lt "2020-01-03"', fields => '_id');
SELECT count(*) FROM synclog.query('activity', NULL);
SELECT count(*) FROM synclog.query('activity', ignore_case => NULL);

-- fields: _id always, nulls stay, what is missing is left out
SELECT synclog.query('activity', fields => 'operation');
SELECT synclog.query('activity', fields => '/after/mail,/before');
SELECT synclog.query('activity', fields => ' after/n , /after/tags/2/deep , /after/tags/0 ');
SELECT synclog.query('activity', fields => 'after/tags/7,after/mail/x,objectId/x,passwordChanged');
SELECT synclog.query('activity', fields => 'custom,custom.x,_rev');
SELECT synclog.query('activity', fields => '/custom/k%2Fl');
-- also of JSON that came as text, in an event that is kept as it came
SELECT synclog.load('activity', $$
{"_id": "t", "timestamp": "2020-03-01T00:00:00.000Z", "passwordChanged": "true", "before": "", "after": "{\"mail\": \"a \\\"b\\\"\", \"n\": [{\"x\": 1}]}", "message": "{\"mail\": 1}"}
$$);
SELECT synclog.query('activity', '/_id eq "t"', fields => 'after/mail,after/n/0/x,before/mail,message/mail');
SELECT synclog.query('activity', '/_id eq "t"', fields => 'after,before');
DELETE FROM audit.activity WHERE id = 't';
SELECT synclog.query('activity', '/_id eq "a"', fields => 'after,after/mail');
SELECT synclog.query('activity', '/_id eq "a"', fields => 'after/mail,after');
SELECT synclog.query('activity', '/_id eq "c"', fields => '*');
SELECT synclog.query('activity', '/_id eq "c"', fields => '');
SELECT synclog.query('activity', '/_id eq "c"', fields => 'nothing/at/all');

-- sort keys: missing and null last in both directions, ties by _id
CREATE FUNCTION pg_temp.ids(sort_keys text) RETURNS text LANGUAGE sql AS
	$$ SELECT string_agg(e->>'_id', ' ') FROM synclog.query('activity', fields => '_id', sort_keys => sort_keys) e $$;
SELECT k, pg_temp.ids(k) FROM unnest(ARRAY['timestamp', '-timestamp', '+timestamp,-_id', '-timestamp,_id', '_id', '-_id',
	'operation', '-operation', 'passwordChanged', '-passwordChanged', '/after/n', '-/after/n', '-after/mail', 'custom/k%2Fl',
	'-custom/k%2Fl', 'nothing', '-nothing', 'objectId/x', '-after/tags/0', ' timestamp , -_id ', '-_rev,timestamp']) k;

-- pages
SELECT synclog.query('activity', fields => '_id', page_size => 2);
SELECT synclog.query('activity', fields => '_id', page_size => 2, page_offset => 4);
SELECT synclog.query('activity', fields => '_id', page_offset => 4);
SELECT synclog.query('activity', fields => '_id', page_size => 2, page_offset => 5);

-- read
SELECT synclog.read('activity', 'a');
SELECT synclog.read('activity', 'none') IS NULL, synclog.read('activity', NULL) IS NULL;
SELECT synclog.load('activity', '{"_id": "a", "timestamp": "2021-01-01T00:00:00.000Z", "message": "newer"}');
SELECT synclog.read('activity', 'a');

-- formatted
SELECT synclog.load('recon', '{"_id": "r", "timestamp": "2013-01-01T00:00:00.000Z", "rootActionId": "x", "entryType": "start", "action": null, "status": null}');
SELECT synclog.query('recon');
SELECT synclog.query('recon', formatted => false);
SELECT synclog.query('recon', fields => 'action,status');
SELECT synclog.query('recon', fields => 'action,status', formatted => false);

-- errors
\a\t
SELECT synclog.query('nope');
SELECT synclog.query(NULL);
SELECT synclog.query('activity', 'a eq');
SELECT synclog.query('activity', 'a foo 1');
SELECT synclog.query('activity', fields => 'a,,b');
SELECT synclog.query('activity', fields => 'a,b c');
SELECT synclog.query('activity', fields => 'a,b%zz');
SELECT synclog.query('activity', sort_keys => '');
SELECT synclog.query('activity', sort_keys => '-timestamp,-');
SELECT synclog.query('activity', sort_keys => '-/');
-- of a long list the beginning is shown, in whole characters
SELECT synclog.query('activity', fields => 'a,,' || repeat('é', 200));
SELECT synclog.query('activity', fields => repeat('a,', 1000) || 'a');
SELECT synclog.query('activity', sort_keys => repeat('a,', 100) || 'a');
SELECT count(*) > 0 FROM synclog.query('activity', fields => repeat('a,', 999) || 'a', sort_keys => repeat('a,', 99) || 'a');
SELECT synclog.query('activity', page_size => 0);
SELECT synclog.query('activity', page_offset => -1);
SELECT synclog.read('nope', 'x');

-- a topic of one's own, with other columns, types and no extra
CREATE TABLE audit.tickets (n int, id text PRIMARY KEY, "timestamp" timestamptz NOT NULL, ticket_state varchar(10), tags text[], doc json, dropped int, point point);
ALTER TABLE audit.tickets DROP COLUMN dropped;
SELECT synclog.add_topic('tickets', 'audit.tickets');
INSERT INTO audit.tickets VALUES (2, 't1', '2020-01-01', 'open', '{a,b}', '{"k": 2}', '(1,2)'), (10, 't2', '2020-01-01', NULL, NULL, '{"k": 1}', '(0,0)');
SELECT synclog.query('tickets');
SELECT synclog.query('tickets', '/n gt 5', fields => 'ticketState,doc/k');
SELECT synclog.query('tickets', fields => 'n', sort_keys => '-n');
SELECT synclog.query('tickets', fields => 'doc/k', sort_keys => 'doc/k');
SELECT synclog.query('tickets', fields => 'tags/1', sort_keys => '-tags');
SELECT synclog.query('tickets', fields => 'point', sort_keys => 'point');
SELECT synclog.query('tickets', fields => 'n,ticketstate');
SELECT synclog.query('tickets', sort_keys => 'timestamp,-zzzzzzzz');

-- names that need quotes, in the table and in what is asked
\a\t
CREATE TABLE audit."Odd ""t's" (id text NOT NULL, "timestamp" timestamptz NOT NULL, t text, "select" int, "it's" text, extra jsonb);
SET client_min_messages = warning;
SELECT synclog.add_topic('odd', 'audit."Odd ""t''s"');
RESET client_min_messages;
INSERT INTO audit."Odd ""t's" VALUES ('a', '2020-01-01Z', 'x', 1, 'y', '{"o''clock": {"\\": 2}}'), ('b', '2020-01-01Z', NULL, 2, NULL, '{"o''clock": {"\\": 1}}');
SELECT synclog.query('odd', '/t eq "x" or /select eq 2', sort_keys => '-t,select,it''s');
SELECT synclog.query('odd', fields => 'o''clock/%5C', sort_keys => '-o''clock/%5C');
SELECT synclog.query('odd', fields => 'o''clock/%5C,t', sort_keys => 'o''clock/%5C');
SELECT synclog.query('odd', fields => '_id', sort_keys => '''; drop');
SELECT synclog.query('odd', fields => '_id', sort_keys => ''';%20drop%20--');
SELECT synclog.read('odd', 'a'), synclog.read('odd', ''' or true --') IS NULL;
\a\t

-- columns of tables that have the members' own names
CREATE TABLE audit.camels (id text, "timestamp" timestamptz, "userName" text, "T" int, extra jsonb);
SELECT synclog.add_topic('camels', 'audit.camels');
SELECT synclog.store('camels', '{"_id": "c", "timestamp": "2020-01-01T00:00:00.000Z", "userName": "x", "T": 1, "user_name": "y"}');
SELECT "userName", "T", extra FROM audit.camels;
SELECT synclog.query('camels', '/userName eq "x" and /T eq 1', fields => 'userName,user_name', sort_keys => 'userName');
-- where there are both, the snake_case one is it
SELECT synclog.matches(r, '/userName eq "snake"') FROM (SELECT 'camel'::text AS "userName", 'snake'::text AS user_name) r;

-- streams: the first rows of many, without the others
SELECT load.stored FROM synclog.load('sync', (SELECT string_agg(format('{"_id": "%s", "timestamp": "2020-05-%sT00:00:00.000Z", "message": "%s"}',
	to_char(i, 'FM00000'), to_char(1 + i % 28, 'FM00'), repeat('x', 200)), E'\n') FROM generate_series(1, 3000) i)) load;
SELECT synclog.query('sync', fields => '_id', sort_keys => '_id') LIMIT 2;
SELECT (synclog.query('sync', fields => '_id', sort_keys => '_id'))->>'_id' AS _id OFFSET 2998;
SELECT count(*), count(DISTINCT e->>'_id') FROM synclog.query('sync') e;
SELECT count(*) FROM (SELECT synclog.query('sync')) q;
-- several at once, and each again for every outer row
SELECT n, synclog.query('sync', fields => '_id', sort_keys => '_id', page_size => n) AS a, synclog.query('sync', fields => '_id', sort_keys => '-_id', page_size => 1) AS b
FROM generate_series(1, 3) n;
SELECT n, e FROM generate_series(0, 2) n, LATERAL synclog.query('sync', fields => '_id', sort_keys => '_id', page_size => 1, page_offset => n) e;
SELECT n, (SELECT synclog.query('sync', fields => '_id', sort_keys => '_id', page_offset => n) LIMIT 1) FROM generate_series(0, 2) n;

-- a cursor outlives its transaction
BEGIN;
DECLARE c CURSOR WITH HOLD FOR SELECT synclog.query('sync', fields => '_id', sort_keys => '_id');
FETCH 2 FROM c;
COMMIT;
FETCH 1 FROM c;
CLOSE c;
-- a loop whose body fails and goes on, and one that is left
DO $$
DECLARE
	e json;
	n int := 0;
	failed int := 0;
BEGIN
	FOR e IN SELECT synclog.query('sync') LOOP
		n := n + 1;
		BEGIN
			PERFORM synclog.query('sync', page_size => 1), synclog.read('sync', '00001'), 1 / (n % 500);
		EXCEPTION WHEN division_by_zero THEN
			failed := failed + 1;
		END;
	END LOOP;
	RAISE NOTICE '% events, % failed', n, failed;
	FOR e IN SELECT synclog.query('sync', sort_keys => '_id') LOOP
		EXIT;
	END LOOP;
	RAISE NOTICE '%', e->>'_id';
END $$;
-- a loop that commits
CREATE PROCEDURE pg_temp.commits() LANGUAGE plpgsql AS $$
DECLARE
	e json;
	n int := 0;
BEGIN
	FOR e IN SELECT synclog.query('sync') LOOP
		n := n + 1;
		IF n % 1000 = 0 THEN
			COMMIT;
		END IF;
	END LOOP;
	RAISE NOTICE '% events', n;
END $$;
CALL pg_temp.commits();
-- what an error in the middle leaves behind is nothing
SELECT 1 / (length((synclog.query('sync', fields => '_id', sort_keys => '_id'))->>'_id') - 5);
BEGIN;
SAVEPOINT s;
DECLARE d CURSOR FOR SELECT synclog.query('sync', fields => '_id', sort_keys => '_id');
FETCH 1 FROM d;
ROLLBACK TO s;
SELECT count(*) FROM (SELECT synclog.query('sync')) q;
ROLLBACK;

-- as the caller: privileges and row security are the caller's
CREATE ROLE regress_synclog_reader;
GRANT USAGE ON SCHEMA audit TO regress_synclog_reader;
SET ROLE regress_synclog_reader;
SELECT synclog.query('sync');
SELECT synclog.read('sync', '00001');
RESET ROLE;
GRANT SELECT ON audit.sync TO regress_synclog_reader;
ALTER TABLE audit.sync ENABLE ROW LEVEL SECURITY;
CREATE POLICY first_ones ON audit.sync USING (id < '00003');
SET ROLE regress_synclog_reader;
SELECT synclog.query('sync', fields => '_id', sort_keys => '_id');
SELECT synclog.read('sync', '00003') IS NULL;
RESET ROLE;
-- and nothing is found by the caller's search path
CREATE SCHEMA regress_shadow;
CREATE FUNCTION regress_shadow.wrong(text, text) RETURNS boolean LANGUAGE sql AS 'SELECT 1 / 0 = 1';
CREATE OPERATOR regress_shadow.= (FUNCTION = regress_shadow.wrong, LEFTARG = text, RIGHTARG = text);
CREATE FUNCTION regress_shadow.to_jsonb(anyelement) RETURNS jsonb LANGUAGE sql AS 'SELECT (1 / 0)::text::jsonb';
SET search_path = regress_shadow, pg_catalog;
SELECT synclog.query('sync', '/_id eq "00002"', fields => '_id', sort_keys => 'message/x');
SELECT synclog.read('sync', '00002')->>'_id';
SELECT section, event->>'_id' FROM synclog.recon_entries('r', 's');
SELECT synclog.recon_grouped('r');
RESET search_path;
DROP SCHEMA regress_shadow CASCADE;
DROP OWNED BY regress_synclog_reader;
DROP ROLE regress_synclog_reader;
