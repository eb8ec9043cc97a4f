-- What test/demo shows.  :data is the folder with the sample events.
\pset footer off
\pset null '(null)'
SET client_min_messages = warning;
SET timezone = 'UTC';
CREATE EXTENSION synclog;
\set ECHO queries

\echo
\echo == The tables of the topics, in a schema of their own
\echo
SELECT synclog.create_topics('audit');

\echo == Events of three product generations are loaded, one JSON object a line
\echo
SELECT file, loaded.*
FROM pg_ls_dir(:'data') AS file,
     synclog.load_file(split_part(file, '.', 1), :'data' || '/' || file) AS loaded
WHERE file ~ '^[a-z]+\.openidm[234]\.jsonl$'
ORDER BY file;

ANALYZE;
SELECT name, relation, events, oldest, newest FROM synclog.topics WHERE events > 0 ORDER BY name;

\echo == A queryFilter, and the SQL that it stands for
\echo
\set filter '/reconId eq "0178a256-7990-44bc-b2cd-8bbbb7b88f21-178" and (/situation eq "ABSENT" or /action eq "EXCEPTION") and /timestamp sw "2017-02"'
\pset format unaligned
\pset tuples_only on
SELECT synclog.to_sql(:'filter', 'audit.recon');

\echo
\echo == Its plan is that of the SQL.  (Indexes, although these few events are
\echo == read faster without.)
\echo
SET enable_seqscan = off;
EXPLAIN (COSTS OFF)
SELECT * FROM audit.recon
WHERE synclog.matches(recon, :'filter');

\pset format aligned
\pset tuples_only off
\echo
\echo == Its events, as columns and as JSON
\echo
SELECT timestamp, situation, action, status, source_object_id
FROM audit.recon
WHERE synclog.matches(recon, :'filter')
ORDER BY timestamp;

\pset format unaligned
\pset tuples_only on
SELECT synclog.query('recon', :'filter', fields => 'situation,sourceObjectId,message',
                     sort_keys => '-timestamp', page_size => 3);

\echo
\echo == A filter that reaches into the objects before and after a change
\echo
\set filter '/timestamp sw "2015-11" and /operation eq "UPDATE" and /before/mail eq "old@example.com" and /after/mail pr'
SELECT synclog.to_sql(:'filter', 'audit.activity');

\echo
EXPLAIN (COSTS OFF)
SELECT * FROM audit.activity
WHERE synclog.matches(activity, :'filter');

\echo
\pset format aligned
\pset tuples_only off
SELECT timestamp, object_id, before->>'mail' AS old, after->>'mail' AS new
FROM audit.activity
WHERE synclog.matches(activity, :'filter')
ORDER BY timestamp;

\echo == A reconciliation: its start, its entries, its summary
\echo
SELECT section, event->>'timestamp' AS timestamp, event->>'situation' AS situation,
       event->>'action' AS action, event->>'status' AS status,
       event->>'sourceObjectId' AS source
FROM synclog.recon_entries('0178a256-7990-44bc-b2cd-8bbbb7b88f21-212');

\echo == The same as one JSON document (without the numbers of the summary)
\echo
\pset format unaligned
\pset tuples_only on
SELECT jsonb_pretty(synclog.recon_grouped('0178a256-7990-44bc-b2cd-8bbbb7b88f21-212')::jsonb
                    #- '{summary,messageDetail}');

\echo
\echo == The same for reading; recon_html() makes a page of it
\echo
SELECT synclog.recon_report('0178a256-7990-44bc-b2cd-8bbbb7b88f21-212');

\echo
\echo == A request as the documentation writes it, and its second page by the
\echo == cookie of the first
\echo
\set url 'http://localhost:8080/openidm/audit/recon?_queryFilter=/situation+eq"ABSENT"&_fields=situation,sourceObjectId&_sortKeys=-timestamp&_pageSize=3'
SELECT body, body::json->>'pagedResultsCookie' AS cookie FROM synclog.get(:'url') \gset
\echo :body
\echo
SELECT * FROM synclog.get(:'url' || '&_prettyPrint=true&_pagedResultsCookie=' || :'cookie');

\echo
\echo == What is wrong with a request is an answer as well
\echo
SELECT * FROM synclog.get('/openidm/audit/recon?_queryFilter=/situation+is+"ABSENT"');

\echo
\echo == A log file of another product, kept line by line, and the request for it
\echo
SELECT synclog.sync_run_load('initial-ldap-sync', NULL, '2015-10-16 22:00Z', pg_read_file(:'data' || '/seed000_logfile.log'));
SELECT body FROM synclog.get('/api/enterprise/idm-sync-log-entries');
SELECT group_name, string_agg(dn, ', ' ORDER BY ordinal) AS members
FROM audit.sync_run_line
WHERE object_kind = 'membership'
GROUP BY group_name ORDER BY group_name;

\echo
\echo == A directory sync log, by the request that its documentation prints
\echo
SELECT stored FROM synclog.load_file('directory_sync', :'data' || '/code42_sync.jsonl');
SELECT body FROM synclog.get('/api/v3/DirectorySyncLog?sortColumn=action&sortDirection=desc&page[number]=1&page[size]=2');

\echo
\echo == Any topic as CSV, or as JSON Lines that can be loaded again
\echo
SELECT synclog.export_csv('directory_sync', '/action eq "UPDATE"', fields => 'timestamp,username,field,oldValue,newValue');

\echo
\echo == Provisioning tasks that did not succeed, by the last of their events
\echo
\pset format aligned
\pset tuples_only off
SELECT stored FROM synclog.load_file('provisioning_task', :'data' || '/paraview_tasks.jsonl');
SELECT task_id, application, action, source, status
FROM audit.provisioning_tasks
WHERE status <> 'Success'
ORDER BY task_id;

\echo == Who may see what: a tenant sees its own events alone
\echo
SELECT synclog.enable_tenants();
CREATE ROLE acme;
SELECT synclog.grant_tenant('acme', 'acme', 'manager');
SET ROLE acme;
SELECT synclog.store('sync', '{"_id": "s-1", "timestamp": "2026-11-21T10:18:00.000Z", "mapping": "acme_hr"}');
SELECT name, events FROM synclog.topics WHERE events > 0;
RESET ROLE;
SELECT name, events FROM synclog.topics WHERE name = 'sync';
