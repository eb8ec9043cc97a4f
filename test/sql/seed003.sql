-- ParaView IAM, "Synchronization Logs": each statement of the document as a
-- question with its answer.  The layout of the records is inferred from it.
SET client_min_messages = warning; DROP SCHEMA IF EXISTS audit CASCADE; DELETE FROM synclog.topic; RESET client_min_messages; SELECT synclog.create_topics();
SET timezone = 'UTC';
SET jit = off;
\set events `cat "$PG_ABS_SRCDIR/data/paraview_tasks.jsonl"`
SELECT * FROM synclog.load('provisioning_task', :'events');

-- "Sources of Synchronization Records": the ten, with their numbers
SELECT number, source FROM synclog.provisioning_sources ORDER BY number;
SELECT s.number, count(t.task_id), min(t.task_id) AS task FROM synclog.provisioning_sources s LEFT JOIN audit.provisioning_tasks t USING (source) GROUP BY 1 ORDER BY 1;
-- events with only the number, only the name, the number for a name, or a source that nobody knows
SELECT * FROM synclog.load('provisioning_task', '
{"timestamp": "2024-03-01T00:00:00.000Z", "taskId": "S1", "sourceNo": 9}
{"timestamp": "2024-03-01T00:00:00.000Z", "taskId": "S2", "source": "Permission Expiry"}
{"timestamp": "2024-03-01T00:00:00.000Z", "taskId": "S3", "source": 9}
{"timestamp": "2024-03-01T00:00:00.000Z", "taskId": "S4", "source": "Night Watch", "sourceNo": 11}
{"timestamp": "2024-03-01T00:00:00.000Z", "taskId": "S5", "sourceNo": 12}
{"timestamp": "2024-03-01T00:00:00.000Z", "taskId": "S6"}
{"timestamp": "2024-03-01T00:00:00.000Z", "source": "Permission Expiry"}');
SELECT task_id, source, source_no, status FROM audit.provisioning_tasks WHERE task_id LIKE 'S%' ORDER BY 1;
SELECT count(*) FROM audit.provisioning_tasks WHERE source = 'Permission Expiry';
DELETE FROM audit.provisioning_task WHERE timestamp >= '2024-03-01';

-- "Monitor synchronization task progress": the life of a task, event by event; a
-- member is what the newest event says that has it
CREATE FUNCTION progress(task text) RETURNS TABLE (status text, started timestamptz, last_event timestamptz, members jsonb)
	LANGUAGE sql BEGIN ATOMIC
	SELECT t.status, t.started, t.last_event, jsonb_strip_nulls(to_jsonb(t) - '{tenant_id,task_id,status,started,last_event}'::text[])
	FROM audit.provisioning_tasks t WHERE t.task_id = task;
END;
SET synclog.no_response_after = -1;
SELECT synclog.store('provisioning_task', '{"_id": "p-1", "startTime": "2024-03-01T09:00:00.000Z", "taskId": "P", "application": "Feishu", "objectType": "Account", "action": "Create", "source": "User Access Request", "status": "Pending", "parameters": {"account": "u10", "roles": ["a"]}, "operationLog": "queued"}');
SELECT * FROM progress('P');
SELECT synclog.store('provisioning_task', '{"_id": "p-2", "timestamp": "2024-03-01T09:00:01.000Z", "taskId": "P", "status": "Running", "request": {"method": "POST", "body": {"user_id": "u10"}}, "operationLog": ["queued", "sent"]}');
SELECT * FROM progress('P');
SELECT synclog.store('provisioning_task', '{"_id": "p-3", "timestamp": "2024-03-01T09:00:02.000Z", "taskId": "P", "status": "Success", "response": "created", "permissionBindings": ["viewer"], "permissionUnbindings": []}');
-- one that comes late is no news
SELECT synclog.store('provisioning_task', '{"_id": "p-0", "timestamp": "2024-03-01T08:59:59.000Z", "taskId": "P", "status": "Pending", "response": "", "note": "late"}');
SELECT * FROM progress('P');
-- of the same instant the end is newer than what is still going on, then the greater _id
SELECT synclog.load('provisioning_task', '{"_id": "q-2", "timestamp": "2024-03-01T09:00:00.000Z", "taskId": "Q", "status": "Failed"}
{"_id": "q-1", "timestamp": "2024-03-01T09:00:00.000Z", "taskId": "Q", "status": "Success"}');
SELECT status FROM progress('Q');
SELECT count(synclog.store('provisioning_task', jsonb_build_object('_id', i, 'timestamp', '2024-03-01T09:00:00.000Z', 'taskId', 'Q of ' || tasks, 'status', s)))
	FROM (VALUES (1, 'end', 'Failed'), (2, 'end', 'Running'), (3, 'end', 'Pending'), (4, 'running', 'Running'), (5, 'running', 'Pending')) v(i, tasks, s);
SELECT task_id, status FROM audit.provisioning_tasks WHERE task_id LIKE 'Q of %' ORDER BY 1;
DELETE FROM audit.provisioning_task WHERE task_id LIKE 'Q of %';
-- a task is its tenant's
INSERT INTO audit.provisioning_task (id, timestamp, task_id, status, tenant_id) VALUES ('q-3', '2024-03-01 09:00:01Z', 'Q', 'Success', 'acme');
SELECT tenant_id, task_id, status, last_event FROM audit.provisioning_tasks WHERE task_id = 'Q' ORDER BY 1;
DELETE FROM audit.provisioning_task WHERE task_id = 'Q';

-- "Review synchronization history", by filter as well
SELECT task_id, application, action, source, status, started FROM audit.provisioning_tasks ORDER BY started, task_id;
SELECT synclog.query('provisioning_task', '/application eq "AD" and startTime lt "2024-02-29T08:06:00Z"', fields => 'taskId,action,status') ->> 'taskId' AS task;
SELECT task_id FROM audit.provisioning_tasks t WHERE synclog.matches(t, '/action eq "Update" and /sourceNo gt 5 and /lastEvent sw "2024-02-29"') ORDER BY 1;

-- "Examine synchronization errors"
SELECT task_id, application, action, response ->> 'msg' AS message FROM audit.provisioning_tasks WHERE status = 'Failed' ORDER BY task_id;
SELECT synclog.query('provisioning_task', '/status eq "Failed" and /response/code eq 99991', fields => 'taskId') ->> 'taskId' AS task;

-- "Inspect synchronization parameters and payloads"; View: "Operation logs, Task
-- parameters, Outgoing request payloads, Response messages"
SELECT operation_log, parameters, request, response FROM audit.provisioning_tasks WHERE task_id IN ('P', 'T0003') ORDER BY task_id;
-- any JSON value in each of them comes back and is found by filters
SELECT * FROM synclog.load('provisioning_task', '
{"_id": "v-1", "timestamp": "2024-03-02T00:00:00.000Z", "taskId": "V1", "operationLog": "connection refused", "response": "\"quoted\"", "request": "<xml/>", "parameters": 7}
{"_id": "v-2", "timestamp": "2024-03-02T00:00:00.000Z", "taskId": "V2", "operationLog": [{"step": "bind", "ok": true}], "response": "", "request": "{\"a\": [1]}", "parameters": []}
{"_id": "v-3", "timestamp": "2024-03-02T00:00:00.000Z", "taskId": "V3", "operationLog": null, "response": false, "request": {}, "parameters": "12"}');
SELECT synclog.query('provisioning_task', '/_id sw "v-"');
SELECT f, (SELECT string_agg(task_id, ' ' ORDER BY task_id) FROM audit.provisioning_tasks t WHERE synclog.matches(t, f::synclog.queryfilter)) AS tasks,
	(SELECT string_agg(task_id, ' ' ORDER BY task_id) FROM audit.provisioning_task t WHERE synclog.matches(t, f::synclog.queryfilter)) AS of_events
FROM unnest('{/operationLog eq \"connection refused\",/operationLog co \"refused\",/operationLog[step eq \"bind\"],/response eq \"\",/response eq false,/request/a eq 1,/request sw \"<\",/parameters eq 7,/parameters eq \"12\"}'::text[]) f;

-- "situations where the target application does not respond (i.e., no callback)":
-- as the log says it, or by time
SELECT task_id, status, response FROM audit.provisioning_tasks WHERE status = 'No Response';
SELECT synclog.store('provisioning_task', jsonb_build_object('_id', 'n-' || s, 'timestamp', synclog.iso8601(now() - interval '50 min'), 'taskId', 'N-' || s, 'status', s)) FROM unnest('{Pending,Running,Success,Failed,Paused}'::text[]) s;
RESET synclog.no_response_after;
SHOW synclog.no_response_after;
SELECT string_agg(status, ' ' ORDER BY task_id) FROM audit.provisioning_tasks WHERE task_id LIKE 'N-%';
SET synclog.no_response_after = '49min';
SELECT string_agg(status, ' ' ORDER BY task_id) FROM audit.provisioning_tasks WHERE task_id LIKE 'N-%';
SET synclog.no_response_after = -1;
SELECT synclog.no_response_after();
SELECT string_agg(status, ' ' ORDER BY task_id) FROM audit.provisioning_tasks WHERE task_id LIKE 'N-%';
RESET synclog.no_response_after;
DELETE FROM audit.provisioning_task WHERE task_id LIKE 'N-%' OR task_id LIKE 'V_';

-- "Viewing Synchronization Details": Account, Create or Update, Success; else NULL
SELECT count(synclog.store('provisioning_task', jsonb_build_object('timestamp', '2024-03-03T00:00:00.000Z', 'taskId', concat_ws(' ', o, a, s),
	'objectType', o, 'action', a, 'status', s, 'permissionBindings', '["viewer"]'::jsonb, 'permissionUnbindings', '["editor"]'::jsonb)))
FROM unnest('{Account,Organization}'::text[]) o, unnest('{Create,Update,Delete,Enable,Disable}'::text[]) a, unnest('{Success,Failed,Failed (Confirmed)}'::text[]) s
WHERE o = 'Account' OR a = 'Create';
SELECT task_id, status, permission_bindings, permission_unbindings FROM audit.provisioning_tasks WHERE last_event >= '2024-03-03' ORDER BY task_id;
DELETE FROM audit.provisioning_task WHERE timestamp >= '2024-03-03';

-- "Confirming Failed Synchronization": "If account deletion fails"
SELECT synclog.store('provisioning_task', '{"_id": "d-1", "timestamp": "2024-03-04T00:00:00.000Z", "taskId": "D", "application": "Feishu", "objectType": "Account", "action": "Delete", "source": "Manual Operations", "status": "Failed", "parameters": {"account": "u11"}, "response": "user is an owner"}');
SELECT synclog.provisioning_confirm('D', 'deleted in the console');
SELECT status, confirmed_by = current_user AS by_me, now() - confirmed_at BETWEEN '0' AND '1 min' AS now, note, response FROM audit.provisioning_tasks WHERE task_id = 'D';
-- what proceeds is the identity management's affair: the log has one event more
SELECT synclog.event(t)::jsonb - '{_id,timestamp,confirmedBy}'::text[] AS event FROM audit.provisioning_task t WHERE task_id = 'D' ORDER BY timestamp;
-- success from then on, whatever comes late
SELECT synclog.store('provisioning_task', jsonb_build_object('_id', 'd-2', 'timestamp', synclog.iso8601(now() + interval '1 min'), 'taskId', 'D', 'status', 'Failed'));
SELECT status, confirmed_by = current_user AS by_me, note FROM audit.provisioning_tasks WHERE task_id = 'D';
-- one that got no response, one that another dialect confirmed, without a note
SELECT synclog.provisioning_confirm('T0010');
SELECT task_id, status, confirmed_by IS NOT NULL AS by, confirmed_at = last_event AS at, note FROM audit.provisioning_tasks WHERE task_id IN ('T0006', 'T0010') ORDER BY 1;

-- who cannot be confirmed or retried, and why
CREATE FUNCTION told(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	detail text;
	hint text;
BEGIN
	EXECUTE statement INTO detail;
	RETURN 'done';
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
	RETURN concat_ws(' | ', SQLSTATE, SQLERRM, replace(regexp_replace(regexp_replace(nullif(detail, ''), '"[0-9a-f-]{36}"', '<task>'),
		'20(2[5-9]|[3-9][0-9])-[0-9-]+T[0-9:.]+Z', '<when>'), current_user, '<me>'), nullif(hint, ''));
END $$;
SELECT told(format('SELECT synclog.provisioning_%s(%L)', c, t)) FROM unnest('{confirm,retry}'::text[]) c, unnest('{T0001,D,T0006,T0010,nobody,NULL}'::text[]) t;
SELECT synclog.store('provisioning_task', '{"_id": "x", "taskId": "X", "note": "no status"}');
SELECT synclog.store('provisioning_task', jsonb_build_object('_id', 'y', 'timestamp', synclog.iso8601(now()), 'taskId', 'Y', 'status', 'Running'));
SELECT told(format('SELECT synclog.provisioning_confirm(%L)', t)) FROM unnest('{X,Y}'::text[]) t;
BEGIN ISOLATION LEVEL REPEATABLE READ;
SELECT told($$SELECT synclog.provisioning_confirm('T0003')$$);
ROLLBACK;
BEGIN ISOLATION LEVEL SERIALIZABLE;
SELECT told($$SELECT synclog.provisioning_retry('T0003')$$);
ROLLBACK;

-- "Retry After Modification": "re-initiated provisioning tasks due to previous failures"
SELECT synclog.provisioning_retry('T0003', '{"mail": "u02@example.com", "note": null}') AS first \gset
SELECT retry_of, retried_by = current_user AS by_me, application, object_type, action, source, source_no, status, parameters, request, response, operation_log, confirmed_by, note
	FROM audit.provisioning_tasks WHERE task_id = :'first';
SELECT status, retried_as = :'first' AS retried_as_first, parameters FROM audit.provisioning_tasks WHERE task_id = 'T0003';
SELECT told(format('SELECT synclog.provisioning_%s(%L)', c, 'T0003')) FROM unnest('{confirm,retry}'::text[]) c;
-- it is a task like any other: pending, it fails, is retried as it is, then goes well
SELECT replace(told(format('SELECT synclog.provisioning_retry(%L)', :'first')), :'first', '<first>');
SELECT synclog.store('provisioning_task', jsonb_build_object('_id', 'f', 'timestamp', synclog.iso8601(clock_timestamp()), 'taskId', :'first'::text, 'status', 'Failed', 'response', 'still locked')) AS event;
SELECT synclog.provisioning_retry(:'first') AS second \gset
SELECT synclog.store('provisioning_task', jsonb_build_object('_id', 's', 'timestamp', synclog.iso8601(clock_timestamp()), 'taskId', :'second'::text, 'status', 'Success')) AS event;
WITH RECURSIVE chain AS (
	SELECT * FROM audit.provisioning_tasks WHERE task_id = 'T0003'
	UNION ALL SELECT t.* FROM chain c JOIN audit.provisioning_tasks t ON t.task_id = c.retried_as
) SELECT status, source_no, response, parameters FROM chain;
-- parameters that are no objects are replaced
SELECT synclog.store('provisioning_task', jsonb_build_object('_id', 'r' || n, 'timestamp', '2024-03-05T00:00:00.000Z', 'taskId', 'R' || n, 'status', 'Failed', 'parameters', p))
	FROM (VALUES (1, '[1]'::jsonb), (2, '"text"'), (3, '{"a": {"b": 1}, "c": null}'), (4, NULL)) v(n, p);
SELECT count(synclog.provisioning_retry('R' || n, changed)) FROM (VALUES (1, '[2]'::jsonb), (2, NULL), (3, '{"a": {"d": 2}}'), (4, '{"a": 1}')) p(n, changed);
SELECT retry_of, parameters FROM audit.provisioning_tasks WHERE retry_of LIKE 'R%' ORDER BY 1;

-- several tenants with a task of that name: it goes to the one that is meant
INSERT INTO audit.provisioning_task (id, timestamp, task_id, status, tenant_id) VALUES ('m-1', '2024-03-01', 'M', 'Failed', 'acme'), ('m-2', '2024-03-01', 'M', 'Failed', ''), ('m-3', '2024-03-01', 'O', 'Failed', 'acme');
SELECT told($$SELECT synclog.provisioning_confirm('M')$$);
SELECT told($$SELECT synclog.provisioning_confirm('O', 'the only one')$$);
SET synclog.tenant_id = 'none';
SELECT told($$SELECT synclog.provisioning_confirm('M')$$);
SET synclog.tenant_id = '';
SELECT told($$SELECT synclog.provisioning_confirm('M', 'of no tenant')$$);
SET synclog.tenant_id = 'acme';
SELECT told($$SELECT synclog.provisioning_retry('M')$$);
SHOW synclog.tenant_id;
RESET synclog.tenant_id;
SELECT tenant_id, coalesce(retry_of, task_id) AS task, status, note, retried_as IS NOT NULL AS retried FROM audit.provisioning_tasks WHERE 'M' IN (task_id, retry_of) OR task_id = 'O' ORDER BY 1, 2, retry_of NULLS FIRST;

-- who may: what reading and storing take, nothing more
CREATE ROLE synclog_operator;
GRANT USAGE ON SCHEMA audit TO synclog_operator;
GRANT SELECT ON audit.provisioning_task TO synclog_operator;
SET ROLE synclog_operator;
SELECT told($$SELECT synclog.provisioning_confirm('T0008', 'by an operator')$$);
RESET ROLE;
GRANT INSERT ON audit.provisioning_task, audit.rejected TO synclog_operator;
SET ROLE synclog_operator;
SELECT told($$SELECT synclog.provisioning_confirm('T0008', 'by an operator')$$);
SELECT count(*) FROM audit.provisioning_tasks;
RESET ROLE;
SELECT status, confirmed_by, note FROM audit.provisioning_tasks WHERE task_id = 'T0008';
DROP OWNED BY synclog_operator;
DROP ROLE synclog_operator;

-- one task and the tasks of a day are found by index, whatever else there is
CREATE FUNCTION plan(query text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
	line text;
BEGIN
	FOR line IN EXECUTE 'EXPLAIN (COSTS OFF) ' || query LOOP
		CONTINUE WHEN line !~ 'Scan .* [el](_[0-9]+)?$' OR line !~ '2024_02';
		RETURN NEXT btrim(line, ' ->');
	END LOOP;
END $$;
SET enable_seqscan = off; SET enable_bitmapscan = off;
SELECT plan($$SELECT * FROM audit.provisioning_tasks WHERE task_id = 'T0003'$$);
SELECT plan($$SELECT * FROM audit.provisioning_tasks WHERE status = 'Failed' AND last_event >= '2024-02-29' AND last_event < '2024-03-01'$$);
RESET enable_seqscan; RESET enable_bitmapscan;

-- made again, and not in the way of somebody else's
SELECT synclog.create_topics();
DROP FUNCTION told, plan, progress;
