-- A corpus: filters of people and servers over all topics, and the clause that a person would write.
SET client_min_messages = warning;
DROP SCHEMA IF EXISTS audit CASCADE;
DELETE FROM synclog.topic;
RESET client_min_messages;
SELECT synclog.create_topics();
SET timezone = 'UTC';
-- three years by month, in all topics
SELECT t.name, l.* FROM synclog.topic t, (
	SELECT string_agg(jsonb_build_object('_id', 'e' || i, 'timestamp', to_char('2024-01-01'::timestamp + i * interval '13 hours', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
		'transactionId', 't' || i % 700, 'userId', 'u' || i % 30, 'eventName', 'event' || i % 4, 'action', CASE i % 4 WHEN 0 THEN 'CREATE' WHEN 1 THEN 'UPDATE' END, 'status', CASE i % 10 WHEN 0 THEN 'FAILURE' ELSE 'SUCCESS' END,
		'reconId', 'r' || i % 90, 'mapping', 'm' || i % 50, 'situation', CASE i % 3 WHEN 0 THEN 'ABSENT' WHEN 1 THEN 'CONFIRMED' END, 'entryType', CASE i % 100 WHEN 0 THEN 'start' WHEN 99 THEN 'summary' ELSE 'entry' END,
		'sourceObjectId', 'system/ldap/account/' || i, 'targetObjectId', 'managed/user/' || i, 'linkQualifier', CASE i % 7 WHEN 0 THEN 'default' END, 'messageDetail', jsonb_build_object('code', i),
		'objectId', 'managed/user/' || i % 200, 'operation', CASE i % 5 WHEN 0 THEN 'CREATE' ELSE 'PATCH' END, 'changedFields', jsonb_build_array('mail', 'f' || i % 9), 'after', jsonb_build_object('mail', i || '@example.com'), 'passwordChanged', i % 6 = 0, 'revision', i::text,
		'principal', jsonb_build_array('p' || i % 40), 'result', CASE i % 5 WHEN 0 THEN 'FAILED' ELSE 'SUCCESSFUL' END, 'entries', jsonb_build_array(jsonb_build_object('moduleId', 'JwtSession', 'result', 'FAILED')),
		'http', jsonb_build_object('method', 'GET', 'path', '/openidm/managed/user/' || i), 'response', jsonb_build_object('statusCode', (200 + i % 5 * 50)::text, 'elapsedTime', i), 'ip', '10.0.0.' || i % 250, 'client', jsonb_build_object('host', '10.0.0.' || i % 20))::text, E'\n')
	FROM generate_series(1, 2000) i) e(events), LATERAL synclog.load(t.name, events) l ORDER BY name;
ANALYZE audit.recon, audit.sync, audit.activity, audit.config, audit.authentication, audit.access;
SELECT count(*) FROM pg_inherits WHERE inhparent = 'audit.recon'::regclass AND inhrelid::regclass::text ~ 'recon_202[456]_';

CREATE TABLE corpus (k serial, topic text, filter text, clause text);
\copy corpus (topic, filter, clause) FROM stdin (DELIMITER '|')
recon|/_id eq "e5"|id = 'e5'
recon|/reconId eq "r7"|recon_id = 'r7'
recon|/reconId eq "r7" and /entryType eq "summary"|recon_id = 'r7' AND entry_type = 'summary'
recon|/reconId eq "r7" and ! (/entryType eq "summary")|recon_id = 'r7' AND (entry_type IS NULL OR entry_type <> 'summary')
recon|/reconId in '["r7","r8","r9"]' and /situation eq "ABSENT"|recon_id IN ('r7', 'r8', 'r9') AND situation = 'ABSENT'
recon|/entryType eq "start" and /timestamp ge "2026-01-01"|entry_type = 'start' AND timestamp >= '2026-01-01Z'
recon|/entryType eq "start" and /mapping sw "m1"|entry_type = 'start' AND mapping ^@ 'm1'
recon|/situation eq "ABSENT" or /situation eq "MISSING"|situation IN ('ABSENT', 'MISSING')
recon|/situation in '["ABSENT","MISSING"]' and /timestamp sw "2025-03"|situation IN ('ABSENT', 'MISSING') AND timestamp >= '2025-03-01Z' AND timestamp < '2025-04-01Z'
recon|! (/situation in '["ABSENT","MISSING"]')|situation IS NULL OR situation <> ALL (ARRAY['ABSENT', 'MISSING'])
recon|/sourceObjectId eq "system/ldap/account/77" or /targetObjectId eq "managed/user/78"|source_object_id = 'system/ldap/account/77' OR target_object_id = 'managed/user/78'
recon|/sourceObjectId sw "system/ldap/account/7"|source_object_id ^@ 'system/ldap/account/7'
recon|/targetObjectId ew "/77"|target_object_id LIKE '%/77'
recon|/linkQualifier pr and /exception pr|link_qualifier IS NOT NULL AND exception IS NOT NULL
recon|! (/linkQualifier pr)|link_qualifier IS NULL
recon|/messageDetail/code gt 1990|message_detail @@ 'strict (exists($."code" ? (@ > 1990)) \|\| exists($."code"[*] ? (@ > 1990)))'
recon|/reconId eq "r7" and (/status eq "FAILURE" or ! (/action pr))|recon_id = 'r7' AND (status = 'FAILURE' OR action IS NULL)
recon|/timestamp gt "2025-02-28T12:00:00Z" and /timestamp le "2025-03-01T00:00:00+02:00"|timestamp > '2025-02-28 12:00Z' AND timestamp <= '2025-02-28 22:00Z'
sync|/transactionId eq "t77"|transaction_id = 't77'
sync|/transactionId in '["t77","t78"]'|transaction_id IN ('t77', 't78')
sync|/sourceObjectId eq "system/ldap/account/77" and /situation eq "CONFIRMED"|source_object_id = 'system/ldap/account/77' AND situation = 'CONFIRMED'
sync|/targetObjectId co "user/19"|target_object_id LIKE '%user/19%'
sync|/timestamp lt "2024-02-01"|timestamp < '2024-02-01Z'
sync|! (/timestamp ge "2024-02-01" or /status eq "SUCCESS")|(timestamp IS NULL OR timestamp < '2024-02-01Z') AND (status IS NULL OR status <> 'SUCCESS')
sync|/action eq "CREATE" and /timestamp sw "2025-03-04"|action = 'CREATE' AND timestamp >= '2025-03-04Z' AND timestamp < '2025-03-05Z'
sync|/mapping ge "m3" and /mapping lt "m4"|mapping >= 'm3' AND mapping < 'm4'
sync|/linkQualifier eq "default" and /userId eq "u7"|link_qualifier = 'default' AND user_id = 'u7'
sync|/reconId eq "r7"|extra @@ 'strict (exists($."reconId" ? (@ == "r7")) \|\| exists($."reconId"[*] ? (@ == "r7")))'
sync|/mapping eq 7|false
sync|/transactionId eq "t1" and false|false
activity|/objectId eq "managed/user/77"|object_id = 'managed/user/77'
activity|/objectId eq "managed/user/77" and /timestamp gt "2026-06-01"|object_id = 'managed/user/77' AND timestamp > '2026-06-01Z'
activity|/objectId sw "managed/user/7"|object_id ^@ 'managed/user/7'
activity|/passwordChanged eq true|password_changed = true
activity|/passwordChanged eq false and /operation eq "PATCH"|password_changed = false AND operation = 'PATCH'
activity|! (/passwordChanged eq true)|password_changed IS NULL OR password_changed <> true
activity|/changedFields eq "mail"|changed_fields @@ 'strict (exists($ ? (@ == "mail")) \|\| exists($[*] ? (@ == "mail")))'
activity|/after/mail eq "7@example.com"|after @@ 'strict (exists($."mail" ? (@ == "7@example.com")) \|\| exists($."mail"[*] ? (@ == "7@example.com")))'
activity|/after/mail ew "@example.com" and /objectId eq "managed/user/3"|after @@ 'strict (exists($."mail" ? (@ like_regex "@example\\\\.com$")) \|\| exists($."mail"[*] ? (@ like_regex "@example\\\\.com$")))' AND object_id = 'managed/user/3'
activity|/before pr|before @@ 'strict exists($ ? (@ != null))'
activity|/userId eq "u7" and /operation in '["CREATE","DELETE"]'|user_id = 'u7' AND operation IN ('CREATE', 'DELETE')
activity|/transactionId eq "t7" or /activityId eq "x"|transaction_id = 't7' OR activity_id = 'x'
activity|/revision gt "5" and /revision lt "6"|revision > '5' AND revision < '6'
config|/objectId eq "managed/user/77"|object_id = 'managed/user/77'
config|/operation eq "CREATE" and /timestamp sw "2026"|operation = 'CREATE' AND timestamp >= '2026-01-01Z' AND timestamp < '2027-01-01Z'
config|/eventName co "vent" and /userId ew "7"|event_name LIKE '%vent%' AND user_id LIKE '%7'
config|/userId eq "100%_\\\\"|user_id = '100%_\\'
config|/userId co "100%_\\\\"|user_id LIKE '%100\\%\\_\\\\%'
config|/runAs pr|run_as IS NOT NULL
config|! (/operation eq "CREATE" and /userId eq "u7")|(operation IS NULL OR operation <> 'CREATE') OR (user_id IS NULL OR user_id <> 'u7')
config|/changedFields in '["f1","f2"]'|changed_fields @@ 'strict (exists($ ? (@ == "f1" \|\| @ == "f2")) \|\| exists($[*] ? (@ == "f1" \|\| @ == "f2")))'
config|true or /operation pr|true
config|/timestamp sw "2023-12-31T2"|timestamp >= '2023-12-31 20:00Z' AND timestamp < '2024-01-01Z'
authentication|/result eq "FAILED" and /timestamp ge "2026-10-01"|result = 'FAILED' AND timestamp >= '2026-10-01Z'
authentication|/principal eq "p7"|principal @@ 'strict (exists($ ? (@ == "p7")) \|\| exists($[*] ? (@ == "p7")))'
authentication|/principal eq "p7" and /result eq "FAILED"|principal @@ 'strict (exists($ ? (@ == "p7")) \|\| exists($[*] ? (@ == "p7")))' AND result = 'FAILED'
authentication|/principal in '["p7","p8"]'|principal @@ 'strict (exists($ ? (@ == "p7" \|\| @ == "p8")) \|\| exists($[*] ? (@ == "p7" \|\| @ == "p8")))'
authentication|/entries[moduleId eq "JwtSession" and result eq "SUCCESSFUL"]|entries @@ 'strict (exists($ ? (@ != null && @.type() != "array" && ((exists(@."moduleId" ? (@ == "JwtSession")) \|\| exists(@."moduleId"[*] ? (@ == "JwtSession"))) && (exists(@."result" ? (@ == "SUCCESSFUL")) \|\| exists(@."result"[*] ? (@ == "SUCCESSFUL")))))) \|\| exists($[*] ? (@ != null && ((exists(@."moduleId" ? (@ == "JwtSession")) \|\| exists(@."moduleId"[*] ? (@ == "JwtSession"))) && (exists(@."result" ? (@ == "SUCCESSFUL")) \|\| exists(@."result"[*] ? (@ == "SUCCESSFUL")))))))'
authentication|/userId eq "u7" and ! (/result eq "SUCCESSFUL")|user_id = 'u7' AND (result IS NULL OR result <> 'SUCCESSFUL')
authentication|/transactionId eq "t7"|transaction_id = 't7'
authentication|/method eq "x" or /provider eq "y"|method = 'x' OR provider = 'y'
authentication|/timestamp eq "2024-01-01T13:00:00.000Z"|timestamp = '2024-01-01 13:00Z'
authentication|/timestamp in '["2024-01-01T13:00:00.000Z","2025-01-01"]'|timestamp IN ('2024-01-01 13:00Z', '2025-01-01Z')
access|/_id eq "e7"|id = 'e7'
access|/_id in '["e7","e8"]'|id IN ('e7', 'e8')
access|/http/method eq "GET" and /timestamp sw "2025-05"|http @@ 'strict (exists($."method" ? (@ == "GET")) \|\| exists($."method"[*] ? (@ == "GET")))' AND timestamp >= '2025-05-01Z' AND timestamp < '2025-06-01Z'
access|/http/path sw "/openidm/managed/user/19"|http @@ 'strict (exists($."path" ? (@ starts with "/openidm/managed/user/19")) \|\| exists($."path"[*] ? (@ starts with "/openidm/managed/user/19")))'
access|/response/statusCode eq "400"|response @@ 'strict (exists($."statusCode" ? (@ == "400")) \|\| exists($."statusCode"[*] ? (@ == "400")))'
access|/response/elapsedTime gt 1500 and /userId eq "u1"|response @@ 'strict (exists($."elapsedTime" ? (@ > 1500)) \|\| exists($."elapsedTime"[*] ? (@ > 1500)))' AND user_id = 'u1'
access|/ip eq "10.0.0.7" and /status eq "FAILURE"|ip = '10.0.0.7' AND status = 'FAILURE'
access|/ip sw "10.0.0.1"|ip ^@ '10.0.0.1'
access|/transactionId eq "t7" and /eventName eq "event3"|transaction_id = 't7' AND event_name = 'event3'
access|! (/timestamp lt "2026-12-01")|timestamp IS NULL OR timestamp >= '2026-12-01Z'
access|/timestamp gt "2026-01-01" and /timestamp lt "2025-01-01"|timestamp > '2026-01-01Z' AND timestamp < '2025-01-01Z'
\.
-- with the estimates of costs and rows
CREATE FUNCTION plan_of(topic text, clause text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	line text;
	plan text := '';
BEGIN
	FOR line IN EXECUTE format('EXPLAIN (VERBOSE) SELECT id FROM audit.%I x WHERE %s', topic, clause) LOOP
		plan := plan || line || E'\n';
	END LOOP;
	RETURN plan;
END $$;
CREATE VIEW plans AS SELECT k, topic, filter, plan_of(topic, clause) AS by_hand, plan_of(topic, format('synclog.matches(x, %L)', filter)) AS matches,
	plan_of(topic, synclog.to_sql(filter::synclog.queryfilter, format('audit.%I', topic)::regclass, 'x')) AS to_sql FROM corpus;
SELECT topic, filter, matches = by_hand AS same_plan, to_sql = by_hand AS same_text FROM plans ORDER BY k;
SELECT count(*), count(*) FILTER (WHERE matches = by_hand) AS same_plan, count(*) FILTER (WHERE to_sql = by_hand) AS same_text FROM plans;
SELECT filter, matches, by_hand FROM plans WHERE matches <> by_hand OR to_sql <> by_hand ORDER BY k LIMIT 3;

-- estimates are those of the columns' statistics: rows of the plan against rows of the table, within a factor of two
CREATE FUNCTION estimate(clause text, OUT estimated int, OUT actual int) LANGUAGE plpgsql AS $$
DECLARE
	plan json;
BEGIN
	EXECUTE format('EXPLAIN (FORMAT JSON) SELECT id FROM audit.recon x WHERE %s', clause) INTO plan;
	estimated := plan->0->'Plan'->>'Plan Rows';
	EXECUTE format('SELECT count(*) FROM audit.recon x WHERE %s', clause) INTO actual;
END $$;
SELECT f, estimated BETWEEN actual / 2 AND actual * 2 AS honest FROM unnest(ARRAY['/situation eq "ABSENT"', '! (/situation eq "ABSENT")', '/situation in ''["ABSENT","CONFIRMED"]''', '/linkQualifier pr', '! (/linkQualifier pr)', '/status eq "FAILURE"',
	'/mapping eq "m7" or /mapping eq "m8"', '/timestamp ge "2026-01-01"', '/timestamp sw "2025"', '/entryType eq "start"', '/timestamp gt "2025-01-01" and /situation eq "ABSENT"']) f, estimate(format('synclog.matches(x, %L)', f));

-- constants fold, and what nothing can match reads nothing
SELECT f, synclog.to_sql(f::synclog.queryfilter, 'audit.recon'), plan_of('recon', format('synclog.matches(x, %L)', f)) ~ '^Result .*\n  Output: id\n  (Replaces: .*\n  )?One-Time Filter: false' AS reads_nothing
FROM unnest(ARRAY['true', 'false', '! false', '/mapping pr or true', '/mapping pr and false', '! (/mapping pr or true)', '(true or /mapping pr) and /mapping eq "m"', '/mapping in ''[]''', '! (/mapping in ''[]'')', '/mapping eq 5', '/mapping in ''[5,true]''', '/mapping/x pr', '/timestamp sw "no"', '/timestamp gt "2026-01-01" and /timestamp lt "2025-01-01"']) f;

-- ten executions with a constant filter keep what the planner sees, and with a parameter the custom plan
PREPARE constant(text) AS SELECT id FROM audit.recon x WHERE synclog.matches(x, '/reconId eq "r7"') AND situation = $1;
PREPARE parameter(synclog.queryfilter) AS SELECT id FROM audit.recon x WHERE synclog.matches(x, $1);
DO $$
BEGIN
	FOR i IN 1..10 LOOP
		EXECUTE 'EXECUTE constant(''ABSENT'')';
		EXECUTE 'EXECUTE parameter(''/reconId eq "r7" and /timestamp sw "2025-03"'')';
	END LOOP;
END $$;
EXPLAIN (COSTS OFF) EXECUTE parameter('/reconId eq "r7" and /timestamp sw "2025-03"');
SELECT name, generic_plans, custom_plans FROM pg_prepared_statements WHERE name = 'parameter';
DEALLOCATE ALL;

-- thousands of values over 37 months plan as one array
DO $$
DECLARE
	ors text := (SELECT string_agg(format('/reconId eq "r%s"', i), ' or ') FROM generate_series(1, 2000) i);
	values text := format('/reconId in ''[%s]''', (SELECT string_agg(format('"r%s"', i), ',') FROM generate_series(1, 2000) i));
	by_hand text := plan_of('recon', (SELECT format('recon_id IN (%s)', string_agg(quote_literal('r' || i), ',')) FROM generate_series(1, 2000) i));
BEGIN
	ASSERT plan_of('recon', format('synclog.matches(x, %L)', ors)) = by_hand;
	ASSERT plan_of('recon', format('synclog.matches(x, %L)', values)) = by_hand;
END $$;
DROP TABLE corpus CASCADE;
DROP FUNCTION plan_of(text, text), estimate(text);
