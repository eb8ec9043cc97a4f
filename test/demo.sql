-- What test/demo shows.  :data is the folder with the sample events.
\pset footer off
\pset null '(null)'
SET client_min_messages = warning;
SET timezone = 'UTC';
CREATE EXTENSION synclog;
\set ECHO queries

\echo
\echo == The tables of the six topics, in a schema of their own
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
SELECT name, relation, events, oldest, newest FROM synclog.topics ORDER BY name;

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
