-- Who may see and do what: each function, table, partition and view, asked by
-- each role, of events of its own tenant, of another one's and of none.
SET client_min_messages = warning; DROP SCHEMA IF EXISTS audit CASCADE; DELETE FROM synclog.topic; RESET client_min_messages;
\set SHOW_CONTEXT never
SET timezone = 'UTC';
SET max_parallel_workers_per_gather = 0;
-- plans without sequential scans seem to cost enough to compile them
SET jit = off;
CREATE ROLE regress_synclog_none;
CREATE ROLE regress_synclog_reader;
CREATE ROLE regress_synclog_writer;
CREATE ROLE regress_synclog_manager;
CREATE ROLE regress_synclog_administrator;
CREATE ROLE regress_synclog_nobodys;
CREATE ROLE regress_synclog_owner;
SELECT format('GRANT CREATE ON DATABASE %I TO regress_synclog_owner', current_database()) \gexec
GRANT INSERT, UPDATE ON synclog.topic TO regress_synclog_owner;
GRANT SELECT, INSERT, DELETE ON synclog.tenant_grant TO regress_synclog_owner;
SET ROLE regress_synclog_owner;
SELECT synclog.create_topics();
SET client_min_messages = warning;
SELECT synclog.enable_tenants();
SELECT synclog.grant_tenant('mine', format('regress_synclog_%s', level)::regrole, level) FROM unnest('{reader,writer,manager,administrator}'::text[]) level;
SELECT synclog.grant_tenant('', 'regress_synclog_nobodys');
RESET client_min_messages;
RESET ROLE;

-- events of three tenants: their ids and keys do not tell whose they are, what else is in them does
CREATE SCHEMA matrix;
GRANT USAGE ON SCHEMA matrix TO PUBLIC;
CREATE FUNCTION matrix.events(topic text, mark text, n int) RETURNS text LANGUAGE sql AS $$
	SELECT string_agg((e || jsonb_build_object('timestamp', to_char('2026-01-01'::timestamp + e.at * interval '1 minute' + n * interval '1 second', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
		'userId', 'u', 'transactionId', 't', 'message', coalesce(e->>'message', 'message of ' || mark), 'extraMember', mark))::text, E'\n')
	FROM (
		SELECT row_number() OVER () AS at, 'recon' AS topic, jsonb_build_object('_id', format('%s%s%s', left(k, 2), n, r), 'entryType', k, 'reconId', format('r%s%s', n, r), 'mapping', 'm', 'status', CASE k WHEN 'start' THEN NULL ELSE 'FAILURE' END,
			'sourceObjectId', CASE k WHEN 'entry' THEN 'system/x/account/' || mark END, 'targetObjectId', CASE k WHEN 'entry' THEN 'managed/user/u' END, 'situation', CASE k WHEN 'entry' THEN mark || r END,
			'exception', CASE k WHEN 'entry' THEN 'E: ' || mark END, 'messageDetail', CASE k WHEN 'summary' THEN jsonb_build_object('situationSummary', jsonb_build_object(mark, n), 'mapping', 'm') END) AS e
		FROM generate_series(1, 2) r, unnest('{start,entry,summary}'::text[]) k
		UNION ALL SELECT 1, 'sync', jsonb_build_object('_id', 'en' || n || '1', 'mapping', 'm', 'status', 'FAILURE', 'sourceObjectId', 'managed/user/u', 'targetObjectId', mark)
		UNION ALL SELECT 1, 'activity', jsonb_build_object('_id', 'en' || n || '1', 'objectId', 'managed/user/u', 'operation', 'UPDATE', 'status', 'FAILURE', 'before', jsonb_build_object('userName', 'u', 'mail', 'old ' || mark), 'after', jsonb_build_object('userName', 'u', 'mail', mark))
		UNION ALL SELECT 1, 'activity', jsonb_build_object('_id', 'up' || n || '1', 'objectId', 'managed/user/u', 'operation', 'UPDATE', 'status', 'SUCCESS', 'before', jsonb_build_object('userName', 'u', 'mail', 'old ' || mark), 'after', jsonb_build_object('userName', 'u', 'mail', mark))
		UNION ALL SELECT 1, 'config', jsonb_build_object('_id', 'en' || n || '1', 'objectId', 'managed/user/u', 'operation', 'UPDATE', 'after', jsonb_build_object('mail', mark))
		UNION ALL SELECT 1, 'authentication', jsonb_build_object('_id', 'en' || n || '1', 'principal', jsonb_build_array('u', mark), 'result', 'FAILED', 'entries', jsonb_build_array(jsonb_build_object('moduleId', mark)))
		UNION ALL SELECT 1, 'access', jsonb_build_object('_id', 'en' || n || '1', 'http', jsonb_build_object('request', jsonb_build_object('path', '/openidm/managed/user/u')), 'response', jsonb_build_object('status', 'FAILED', 'detail', mark))
		UNION ALL SELECT 1, 'sync_run', jsonb_build_object('_id', n::text, 'type', mark)
		UNION ALL SELECT 1, 'sync_run_line', jsonb_build_object('_id', 'en' || n || '1', 'run', n::text, 'ordinal', 1, 'action', 'created-user', 'message', format('created user %s (email=u) (dn=u)', mark))
		UNION ALL SELECT 1, 'directory_sync', jsonb_build_object('_id', 'en' || n || '1', 'username', mark, 'action', 'Add', 'oldValue', '', 'newValue', mark)
		UNION ALL SELECT 1, 'provisioning_task', jsonb_build_object('_id', 'en' || n || '1', 'taskId', 'task' || n, 'status', 'Failed', 'application', mark, 'objectType', 'Account', 'action', 'Create', 'parameters', jsonb_build_object('name', mark))
		-- any other topic
		UNION ALL SELECT 1, events.topic, jsonb_build_object('_id', 'en' || n || '1')
			WHERE events.topic <> ALL ('{recon,sync,activity,config,authentication,access,sync_run,sync_run_line,directory_sync,provisioning_task}'::text[])
	) e WHERE e.topic = events.topic $$;
CREATE TABLE matrix.tenant (n int, mark text, tenant_id text);
INSERT INTO matrix.tenant VALUES (1, 'mine', 'mine'), (2, 'theirs', 'theirs'), (3, 'nobodys', '');
DO $$
DECLARE
	t matrix.tenant;
BEGIN
	FOR t IN SELECT * FROM matrix.tenant LOOP
		PERFORM set_config('synclog.tenant_id', t.tenant_id, false);
		PERFORM synclog.load(name, matrix.events(name, t.mark, t.n)) FROM synclog.topic WHERE relation::text LIKE 'audit.%';
		PERFORM synclog.load('recon', 'not JSON ' || t.mark);
	END LOOP;
END $$;
RESET synclog.tenant_id;
ANALYZE audit.recon;
SELECT tenant_id, count(*), (SELECT count(*) FROM audit.rejected r WHERE r.tenant_id = e.tenant_id) AS rejected FROM audit.recon e GROUP BY 1 ORDER BY 1;

-- What is called, and which functions that covers: add yours here.  Calls tell
-- no tenant, and give text.  A function that stands neither here nor at the end,
-- where those are that give and store no events, is found there.
CREATE TABLE matrix.call (k serial, functions text, call text);
GRANT SELECT ON matrix.call TO PUBLIC;
INSERT INTO matrix.call (functions, call) VALUES
	-- reading
	('read', $$SELECT concat(synclog.read('recon', 'en11'), synclog.read('recon', 'en21'), synclog.read('recon', 'en31'))$$),
	('query', $$SELECT synclog.query(name)::text FROM synclog.topic WHERE relation::text LIKE 'audit.%'$$),
	('query', $$SELECT synclog.query('recon', '/extraMember sw "th" or /situation co "nobody"', sort_keys => '-extraMember', ignore_case => true)$$),
	('query_page', $$SELECT synclog.query_page('recon', sort_keys => '-extraMember', total_policy => 'EXACT')$$),
	('query_page', $$SELECT count(*) || ' after the cookie of another one' FROM synclog.query_page('recon', page_size => 20, cookie => (SELECT cookie FROM matrix.cookie)) p, json_array_elements(p->'result')$$),
	('query_page', $$SELECT string_agg(p->>'totalPagedResults', ' ') FROM unnest('{NONE,EXACT,ESTIMATE}'::text[]) policy, synclog.query_page('recon', '/entryType eq "start"', page_size => 1, total_policy => policy) p$$),
	('get', $$SELECT synclog.get('/audit/recon?_queryFilter=true')$$),
	('get', $$SELECT (synclog.get('/audit/recon/en' || n || '1')).status::text FROM generate_series(1, 4) n$$),
	('get', $$SELECT (synclog.get('/audit/recon?_queryId=query-all')).body$$),
	('get', $$SELECT (synclog.get('/audit/recon?_queryId=get-recons')).body$$),
	('get', $$SELECT (synclog.get('/recon')).body || (synclog.get('/recon/r21')).body || (synclog.get('/recon/r31')).body$$),
	('get', $$SELECT (synclog.get('/recon/r' || n || '1')).status::text FROM generate_series(1, 4) n$$),
	-- directories and tasks
	('directory_sync_log', $$SELECT l::text FROM synclog.directory_sync_log() l$$),
	('get', $$SELECT (synclog.get('/api/v3/DirectorySyncLog')).body$$),
	('get', $$SELECT (synclog.get('/api/v3/DirectorySyncLog/csv')).body$$),
	('provisioning_tasks', $$SELECT t::text FROM audit.provisioning_tasks t$$),
	-- export
	('export_json', $$SELECT synclog.export_json(name) FROM synclog.topic WHERE relation::text LIKE 'audit.%'$$),
	('export_csv', $$SELECT synclog.export_csv(name) FROM synclog.topic WHERE relation::text LIKE 'audit.%'$$),
	-- event() and matches() see rows that their caller sees
	('event', $$SELECT synclog.event(r)::text FROM audit.recon r$$),
	('matches', $$SELECT r::text FROM audit.recon r WHERE synclog.matches(r, '/extraMember pr or ! (/extraMember pr)') OR synclog.matches(to_jsonb(r), 'true') OR synclog.matches(to_json(r), 'true') OR synclog.matches(r::text, 'true')$$),
	-- reconciliations
	('recon_entries', $$SELECT e::text FROM generate_series(1, 3) n, synclog.recon_entries('r' || n || '1') e$$),
	('recon_grouped', $$SELECT synclog.recon_grouped('r' || n || '1')::text FROM generate_series(1, 3) n$$),
	('recon_summary,recon_summarize', $$SELECT s::text FROM (SELECT NULL UNION ALL SELECT 'r' || n || '1' FROM generate_series(1, 3) n) r(r), synclog.recon_summary(r) s$$),
	('recon_runs,recon_listed,recon_heads', $$SELECT r::text || h::text FROM synclog.recon_runs() r, synclog.recon_heads() h$$),
	('recon_runs', $$SELECT count(*)::text FROM synclog.recon_runs()$$),
	('recon_trend', $$SELECT t::text FROM synclog.recon_trend() t$$),
	('recon_trend', $$SELECT t.runs || ' runs, ' || t.entries FROM synclog.recon_trend('m', '1 day') t$$),
	('recon_reported', $$SELECT r::text FROM synclog.recon_reported() r$$),
	('recon_report,recon_to_show,report_failures,recon_facts,report_counts', $$SELECT synclog.recon_report()$$),
	('recon_report', $$SELECT synclog.recon_report('r22')$$),
	('recon_html,html_timeline,html_failures,html_runs,html_counts,html_stack', $$SELECT synclog.recon_html()$$),
	('recon_diff', $$SELECT d::text FROM synclog.recon_diff() d$$),
	('recon_diff,recon_run', $$SELECT d::text FROM synclog.recon_diff('r12', 'r21') d$$),
	('recon_failures', $$SELECT f::text FROM synclog.recon_failures() f$$),
	('recon_failures', $$SELECT f::text FROM synclog.recon_failures('r31') f$$),
	('recon_repeat_offenders', $$SELECT o::text FROM synclog.recon_repeat_offenders('m', 1) o$$),
	('recon_containers', $$SELECT c::text FROM synclog.recon_containers() c$$),
	-- causes and histories
	('failures', $$SELECT f::text FROM synclog.failures('2020-01-01') f$$),
	('failures', $$SELECT f::text FROM synclog.failures('2020-01-01', grouped => false) f$$),
	('field_changes,object_states', $$SELECT f::text FROM synclog.field_changes('managed/user/u') f$$),
	('field_changes,find_object', $$SELECT f::text FROM synclog.field_changes('u', 'mail') f$$),
	('object_history,history', $$SELECT h::text FROM synclog.object_history('u') h$$),
	('transaction_history', $$SELECT h::text FROM synclog.transaction_history('t') h$$),
	-- topics
	('topics', $$SELECT format('%s %s %s', events, size IS NOT NULL, oldest) FROM synclog.topics WHERE name = 'recon'$$),
	('topic_facts', $$SELECT format('%s %s %s', events, size IS NOT NULL, newest) FROM synclog.topic_facts('audit.recon')$$),
	-- storing: for the tenant that is the role's, for another one's and none, what is there with the same and with other content
	('store', $$SELECT synclog.store('recon', matrix.events('sync', '', 9))$$),
	('store', $$SELECT synclog.store('recon', matrix.events('sync', '', 9)::json), synclog.store('sync', matrix.events('sync', '', 9)::jsonb)$$),
	('store', $$SELECT set_config('synclog.tenant_id', 'mine', true), synclog.store('recon', matrix.events('sync', '', 9))$$),
	('store', $$SELECT set_config('synclog.tenant_id', left('theirs_', -1), true), synclog.store('recon', matrix.events('sync', '', 9))$$),
	('store', $$SELECT set_config('synclog.tenant_id', '', true), synclog.store('recon', matrix.events('sync', '', 9))$$),
	('load', $$SELECT l::text FROM synclog.load('recon', E'{"_id": "new", "timestamp": "1970-01-01T00:00:00.000Z"}\nnot JSON') l$$),
	('load', $$SELECT l::text FROM synclog.load('recon', (SELECT string_agg(matrix.events('recon', mark, n), E'\n') FROM matrix.tenant_seen)) l$$),
	('load', $$SELECT l::text FROM synclog.load('recon', (SELECT string_agg(matrix.events('recon', '', n), E'\n') FROM generate_series(1, 3) n)) l$$),
	('load_file', $$SELECT l::text FROM synclog.load_file('recon', '/nowhere') l$$),
	('json_insert', $$INSERT INTO audit.recon_json SELECT matrix.events('sync', '', 9)$$),
	('provisioning_confirm,provisioning_claim,provisioning_store', $$SELECT synclog.provisioning_confirm('task1')$$),
	('provisioning_confirm', $$SELECT synclog.provisioning_confirm('task2')$$),
	('provisioning_retry', $$SELECT synclog.provisioning_retry('task1') IS NOT NULL$$),
	('provisioning_retry', $$SELECT synclog.provisioning_retry('task3') IS NOT NULL$$),
	('storing_tenant', $$SELECT synclog.storing_tenant('audit.recon')$$),
	-- runs with a log file
	('sync_run_entries,sync_run_tenants', $$SELECT synclog.sync_run_entries()::text$$),
	('sync_run_entries', $$SELECT synclog.sync_run_entries(left('theirs_', -1))::text$$),
	('sync_run_logfile', $$SELECT synclog.sync_run_logfile('1')$$),
	('sync_run_logfile', $$SELECT synclog.sync_run_logfile('2')$$),
	('get', $$SELECT (synclog.get('/idm-sync-log-entries')).body$$),
	('get', $$SELECT (synclog.get('/idm-sync-log-entries?tenantId=' || left(t, -1))).status::text FROM unnest('{mine_,theirs_,_,gamma_}'::text[]) t$$),
	('get', $$SELECT (synclog.get(format('/idm-sync-log-entries/%s/logfile', n))).status::text FROM generate_series(1, 4) n$$),
	('get', $$SELECT (synclog.get(format('/idm-sync-log-entries/%s/logfile?tenantId=%s', n, left(t, -1)))).status::text FROM generate_series(1, 2) n, unnest('{mine_,theirs_}'::text[]) t$$),
	('sync_run_load,sync_run_line_event,sync_run_load_lines', $$SELECT (synclog.sync_run_load('t', NULL, '2026-01-02Z', E'a: b\nc') > 0)::text$$),
	('sync_run_load,sync_run_load_for', $$SELECT (synclog.sync_run_load('t', left('mine_', -1), '2026-01-02Z', E'a: b\nc') > 0)::text$$),
	('sync_run_load', $$SELECT (synclog.sync_run_load('t', left('theirs_', -1), '2026-01-02Z', E'a: b\nc') > 0)::text$$),
	('sync_run_load', $$SELECT (synclog.sync_run_load('t', '', '2026-01-02Z', E'a: b\nc') > 0)::text$$),
	('sync_run_number', $$SELECT (synclog.sync_run_number() > 0)::text$$),
	-- grants and the catalogs
	('tenants', $$SELECT concat(synclog.tenants(), synclog.tenants('add'), synclog.tenants('manage'))$$),
	('tenant_grant', $$SELECT count(*)::text FROM synclog.tenant_grant$$),
	('tenant_grant', $$INSERT INTO synclog.tenant_grant SELECT left('theirs_', -1), r.oid, 'reader' FROM pg_roles r WHERE r.rolname = current_user$$),
	('grant_tenant', $$SELECT synclog.grant_tenant(left('theirs_', -1), current_user::text::regrole)$$),
	('revoke_tenant', $$SELECT synclog.revoke_tenant('mine', current_user::text::regrole)$$),
	('enable_tenants,apply_tenants,owned_topics', $$SELECT synclog.enable_tenants()$$),
	('guard_table', $$SELECT synclog.guard_table('audit.recon')$$),
	('hide_table,revoke_from_others', $$SELECT synclog.hide_table('audit.recon_2026_01')$$),
	('tenant_privileges,tenant_objects', $$SELECT synclog.tenant_privileges('{audit.recon}', 'regress_synclog_none')$$),
	('add_rejected_tenant', $$SELECT synclog.add_rejected_tenant('audit.rejected')$$),
	('create_topics,create_topic,create_json_view,create_events_view,create_tasks_view,create_run_sequence', $$SELECT synclog.create_topics()$$),
	('add_missing_columns', $$SELECT synclog.add_missing_columns('audit.recon', '{id,more}')$$),
	('add_topic,register_topic', $$SELECT synclog.add_topic('again', 'audit.recon_2026_01')$$),
	('make_month', $$SELECT synclog.make_month('audit.recon', '1990-01-01'), synclog.make_month('audit.recon', '2050-01-01')$$),
	('policies', $$SELECT p::text FROM pg_policies p$$),
	('statistics', $$SELECT (count(*) > 0)::text FROM pg_stats s WHERE s.schemaname = 'audit' AND s.tablename LIKE 'recon%'$$),
	('explain', $$EXPLAIN (ANALYZE, VERBOSE, COSTS OFF, TIMING OFF, SUMMARY OFF) SELECT * FROM audit.recon WHERE synclog.matches(recon, '/userId eq "u" and /extraMember pr')$$);

-- SQL on each table, partition and view
INSERT INTO matrix.call (functions, call)
SELECT format('%s %s', o.operation, CASE WHEN c.relispartition THEN 'partitions' WHEN c.relname = 'rejected' THEN 'rejected'
		WHEN c.relkind = 'p' THEN 'topics' WHEN c.relname LIKE '%\_json' THEN '_json views' ELSE 'view ' || c.relname END),
	format(o.call, c.oid::regclass, (SELECT inhparent::regclass FROM pg_inherits WHERE inhrelid = c.oid))
FROM pg_class c, (VALUES
	('SELECT', 'SELECT t::text FROM %s t', '{r,p,v}'),
	('SELECT FOR UPDATE', 'SELECT t::text FROM %s t FOR UPDATE', '{r,p}'),
	('INSERT of mine', 'INSERT INTO %s (id, "timestamp", tenant_id) VALUES (1, ''2026-01-02'', ''mine'')', '{r,p}'),
	('INSERT of theirs', 'INSERT INTO %s (id, "timestamp", tenant_id) VALUES (1, ''2026-01-02'', ''theirs'')', '{r,p}'),
	('INSERT of nobodys', 'INSERT INTO %s (id, "timestamp") VALUES (1, ''2026-01-02'')', '{r,p}'),
	('UPDATE', 'UPDATE %s t SET tenant_id = ''mine'' RETURNING t::text', '{r,p}'),
	('DELETE', 'DELETE FROM %s t RETURNING t::text', '{r,p,v}'),
	('MERGE', 'MERGE INTO %s t USING (SELECT) s ON true WHEN MATCHED THEN DELETE', '{r,p}'),
	('TRUNCATE', 'TRUNCATE %s', '{r,p}'),
	('LOCK', 'LOCK %s IN ACCESS EXCLUSIVE MODE', '{r,p}'),
	('ALTER', 'ALTER TABLE %s DISABLE ROW LEVEL SECURITY', '{r,p}'),
	('DETACH', 'ALTER TABLE %2$s DETACH PARTITION %1$s', '{r}'),
	('CREATE TRIGGER', 'CREATE TRIGGER t BEFORE INSERT ON %s FOR EACH ROW EXECUTE FUNCTION pg_catalog.suppress_redundant_updates_trigger()', '{r,p}'),
	('DROP', 'DROP TABLE %s CASCADE', '{r,p}')
) o(operation, call, kinds)
WHERE c.relnamespace = 'audit'::regnamespace AND c.relkind::text = ANY (o.kinds::text[]) AND NOT (o.operation = 'DETACH' AND NOT c.relispartition)
	AND NOT (o.operation = 'DELETE' AND c.relkind = 'v' AND c.relname NOT LIKE '%\_json') AND NOT (o.operation ~ '^INSERT' AND c.relname = 'rejected')
	AND (NOT c.relispartition OR c.relname LIKE '%\_2026\_01')
ORDER BY o.operation, c.relkind, c.relname;
INSERT INTO matrix.call (functions, call)
SELECT format('INSERT of %s rejected', mark), format('INSERT INTO audit.rejected (topic, reason, tenant_id) VALUES (''recon'', '''', %L)', tenant_id) FROM matrix.tenant ORDER BY n;

CREATE TABLE matrix.cookie AS SELECT synclog.query_page('recon', page_size => 3)->>'pagedResultsCookie' AS cookie;
-- the events that a role sees, so that it stores them again
CREATE VIEW matrix.tenant_seen WITH (security_invoker = true) AS SELECT * FROM matrix.tenant WHERE tenant_id = ANY (synclog.tenants('see'));
GRANT SELECT ON ALL TABLES IN SCHEMA matrix TO PUBLIC;

-- whose marks a text has: m(ine), t(heirs), n(obody's)
CREATE FUNCTION matrix.marks(t text) RETURNS text LANGUAGE sql AS $$
	SELECT string_agg(left(m, 1), '' ORDER BY m) FROM (SELECT DISTINCT m[1] AS m FROM regexp_matches(t, '(mine|theirs|nobodys)', 'g') m) m $$;
CREATE FUNCTION matrix.stored() RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
	stored jsonb;
BEGIN
	EXECUTE (SELECT format('SELECT jsonb_object_agg(t.mark, coalesce(s.n, 0)) FROM matrix.tenant t LEFT JOIN (SELECT tenant_id, count(*) AS n FROM (%s) s GROUP BY 1) s USING (tenant_id)',
		string_agg(format('SELECT tenant_id FROM %s', c.oid::regclass), ' UNION ALL '))
		FROM pg_class c WHERE c.relnamespace = 'audit'::regnamespace AND (c.relkind = 'p' OR c.relname = 'rejected')) INTO stored;
	RETURN stored;
END $$;
-- What became of a call: whose events the role saw, or the number or word that
-- it was given, and + whose events it stored; or the error.  And whose events
-- either told of that the call does not name.
CREATE FUNCTION matrix.outcome(role text, call text, OUT outcome text, OUT told text) LANGUAGE plpgsql AS $$
DECLARE
	stores boolean := call ~ 'store|load|confirm|retry|^INSERT|^UPDATE';
	before jsonb := CASE WHEN stores THEN matrix.stored() END;
	added text;
	given text := '';
	line text;
	message text;
	detail text;
	hint text;
BEGIN
	BEGIN
		EXECUTE format('SET LOCAL ROLE regress_synclog_%s', role);
		SET LOCAL enable_seqscan = off;
		IF call ~ '^(SELECT|EXPLAIN)|RETURNING' THEN
			FOR line IN EXECUTE call LOOP
				given := concat_ws(' ', nullif(given, ''), line);
			END LOOP;
		ELSE
			EXECUTE call;
		END IF;
		RESET ROLE;
		IF stores THEN
			SELECT '+' || string_agg(left(a.key, 1) || a.value::int - (before->>a.key)::int, ' ' ORDER BY a.key) INTO added
				FROM jsonb_each_text(matrix.stored()) a WHERE a.value <> before->>a.key;
		END IF;
		-- all is as it was
		RAISE EXCEPTION USING ERRCODE = 'MATRX', MESSAGE = given, DETAIL = coalesce(added, '');
	EXCEPTION WHEN OTHERS THEN
		GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
		told := translate(matrix.marks(concat(message, hint, detail)), coalesce(matrix.marks(call), ''), '');
		outcome := CASE WHEN SQLSTATE = 'MATRX'
			THEN coalesce(nullif(concat_ws(' ', coalesce(matrix.marks(message), CASE WHEN length(message) < 60 THEN nullif(message, '') END), nullif(detail, '')), ''), '-')
			ELSE SQLSTATE END;
	END;
END $$;

CREATE TABLE matrix.role AS SELECT * FROM (VALUES (1, 'none', ''), (2, 'reader', 'm'), (3, 'writer', ''), (4, 'manager', 'm'), (5, 'administrator', 'm'), (6, 'nobodys', 'n'), (7, 'owner', 'mnt')) r(place, role, sees);
SET client_min_messages = error;
CREATE TABLE matrix.cell AS SELECT c.k, c.functions, c.call, r.role, r.sees, o.outcome, o.told FROM matrix.call c CROSS JOIN matrix.role r CROSS JOIN LATERAL matrix.outcome(r.role, c.call) o;
RESET client_min_messages;
\pset null ''
-- calls of SQL are the same for all relations of a kind
SELECT CASE WHEN min(functions) ~ '^[A-Z]' THEN min(functions) ELSE left(regexp_replace(min(call), '^SELECT |synclog\.|::text', '', 'g'), 60) END AS call,
	string_agg(DISTINCT outcome, ' or ') FILTER (WHERE role = 'none') AS none,
	string_agg(DISTINCT outcome, ' or ') FILTER (WHERE role = 'reader') AS reader,
	string_agg(DISTINCT outcome, ' or ') FILTER (WHERE role = 'writer') AS writer,
	string_agg(DISTINCT outcome, ' or ') FILTER (WHERE role = 'manager') AS manager,
	string_agg(DISTINCT outcome, ' or ') FILTER (WHERE role = 'administrator') AS administrator,
	string_agg(DISTINCT outcome, ' or ') FILTER (WHERE role = 'nobodys') AS nobodys,
	string_agg(DISTINCT outcome, ' or ') FILTER (WHERE role = 'owner') AS owner
FROM matrix.cell GROUP BY CASE WHEN functions ~ '^[A-Z]' THEN functions ELSE k::text END ORDER BY min(k);

-- nobody is told of what he may not see
SELECT role, call, outcome, told FROM matrix.cell WHERE translate(told, sees, '') <> '' AND functions NOT IN ('tenants', 'storing_tenant');

-- nor where everybody has all privileges that can be granted: only refusals by privileges are fewer
DO $$
DECLARE
	relation regclass;
BEGIN
	FOR relation IN SELECT c.oid FROM pg_class c WHERE c.relnamespace = 'audit'::regnamespace AND c.relkind IN ('r', 'p', 'v') LOOP
		EXECUTE format('GRANT ALL ON %s TO PUBLIC', relation);
	END LOOP;
	GRANT USAGE ON SCHEMA audit TO PUBLIC;
END $$;
SET client_min_messages = error;
SELECT synclog.enable_tenants();
CREATE TABLE matrix.open AS SELECT c.k, c.functions, c.call, r.role, r.sees, o.outcome, o.told FROM matrix.call c CROSS JOIN matrix.role r CROSS JOIN LATERAL matrix.outcome(r.role, c.call) o
	WHERE r.role IN ('none', 'reader', 'writer') AND c.call !~ '^(ALTER|DROP|CREATE|LOCK)';
RESET client_min_messages;
SELECT role, call, outcome, told FROM matrix.open WHERE translate(told, sees, '') <> '' AND functions NOT IN ('tenants', 'storing_tenant');
SELECT DISTINCT o.role, c.outcome AS granted, o.outcome AS open FROM matrix.open o JOIN matrix.cell c USING (k, role)
WHERE o.outcome <> c.outcome ORDER BY 1, 2, 3;

-- functions that are neither above nor here, where those are that give and store no events
SELECT p.oid::regprocedure AS "neither asked above nor known to give no events"
FROM pg_proc p
WHERE p.pronamespace = 'synclog'::regnamespace AND p.provolatile <> 'i'
	AND p.proname <> ALL (SELECT unnest(string_to_array(functions, ',')) FROM matrix.call)
	AND p.proname <> ALL ('{
		event_row, filter_fields, matches_support, to_sql, topic_columns, topic_rows, topic_table,
		no_response_after, provisioning_state, tasks_sql,
		failed_rows, history_sql, recon_objects, topics_sql,
		recon_cookie, recon_page,
		html, one_line, report_bar, shown, wrapped,
		check_owner, lock_tenants, tenant_gaps, tenant_tables, tenants_enabled}'::text[])
ORDER BY 1;

SET client_min_messages = warning;
DROP SCHEMA audit, matrix CASCADE;
DELETE FROM synclog.topic;
DELETE FROM synclog.tenant_grant;
DROP OWNED BY regress_synclog_none, regress_synclog_reader, regress_synclog_writer, regress_synclog_manager, regress_synclog_administrator, regress_synclog_nobodys, regress_synclog_owner;
DROP ROLE regress_synclog_none, regress_synclog_reader, regress_synclog_writer, regress_synclog_manager, regress_synclog_administrator, regress_synclog_nobodys, regress_synclog_owner;
