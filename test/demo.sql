-- What test/demo shows.  :data is the folder with the sample events.
\set QUIET on
\pset footer off
\pset null '(null)'
SET client_min_messages = warning;
CREATE EXTENSION synclog;
\set ECHO queries

\echo
\echo == The topics and their tables, in a schema of their own
\echo
SELECT synclog.create_topics('audit');

\echo == Loading events of three product generations, one JSON object a line
\echo
SELECT file, loaded.*
FROM pg_ls_dir(:'data') AS file,
     synclog.load_file(split_part(file, '.', 1), :'data' || '/' || file) AS loaded
WHERE file ~ '^[a-z]+\.openidm[234]\.jsonl$'
ORDER BY file;

ANALYZE;
SELECT name, relation, events, oldest, newest FROM synclog.topics ORDER BY name;

\echo == A queryFilter: the SQL it stands for
\echo
\set ECHO none
\set filter '/reconId eq "0178a256-7990-44bc-b2cd-8bbbb7b88f21-178" and (/situation eq "ABSENT" or /action eq "EXCEPTION") and /timestamp ge "2017-02-01T00:00:00Z"'
\set ECHO queries
SELECT synclog.to_sql(:'filter', 'audit.recon');

\echo == its plan, which is that of the SQL: months that cannot match are not in it
\echo == (without seqscans, which would be cheapest for samples as small as these)
\echo
SET enable_seqscan = off;
EXPLAIN (COSTS OFF)
SELECT * FROM audit.recon WHERE synclog.matches(recon, :'filter');

\echo == and its events, as columns and as JSON
\echo
SELECT timestamp, situation, action, source_object_id
FROM audit.recon WHERE synclog.matches(recon, :'filter')
ORDER BY timestamp;

SELECT synclog.query('recon', :'filter',
                     fields => 'situation,sourceObjectId,ambiguousTargetObjectIds',
                     sort_keys => '-timestamp', page_size => 3);

\echo == A filter that reaches into the objects before and after a change
\echo
\set ECHO none
\set filter '/before/mail eq "old@example.com" and /after/mail sw "u" and !(/after/mail co "jjensen") and /passwordChanged eq true'
\set ECHO queries
SELECT synclog.to_sql(:'filter', 'audit.activity');

EXPLAIN (COSTS OFF)
SELECT * FROM audit.activity WHERE synclog.matches(activity, :'filter');

SELECT timestamp, object_id, before->>'mail' AS before, after->>'mail' AS after
FROM audit.activity WHERE synclog.matches(activity, :'filter')
ORDER BY timestamp;

\echo == A reconciliation: its start, its entries, its summary
\echo
SELECT section, event->>'timestamp' AS timestamp, event->>'situation' AS situation,
       event->>'action' AS action, event->>'status' AS status,
       event->>'sourceObjectId' AS source
FROM synclog.recon_entries('0178a256-7990-44bc-b2cd-8bbbb7b88f21-212');

\echo == and grouped in one JSON document
\echo
SELECT jsonb_pretty(synclog.recon_grouped('0178a256-7990-44bc-b2cd-8bbbb7b88f21-221')::jsonb);
