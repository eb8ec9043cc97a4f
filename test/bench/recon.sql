-- Reconciliations; bench.sql includes it.  The runs of the list have :entries
-- entries together.
\set listed 1000
\set run 'b4c1d6a8-2f3e-4a57-8c9d-0e1f2a3b4c5d-1'
\set mapping 'systemLdapAccounts_managedUser'
TRUNCATE audit.recon;

-- what is measured is reading: the log need not outlive a crash
SELECT synclog.make_month('audit.recon', month)
FROM generate_series(timestamptz '2020-01-01Z', '2020-10-01Z', '1 month') AS month \g /dev/null
SELECT format('ALTER TABLE %s SET UNLOGGED', relid)
FROM pg_partition_tree('audit.recon')
WHERE isleaf \gexec

-- The list: a run every six hours, whose events have what the questions of this
-- list and of a server need.  One of a hundred was broken off.
CREATE FUNCTION bench.listed(runs int, entries int)
RETURNS TABLE (id text, at timestamptz, recon_id text, mapping text, entry_type text, situation text,
	action text, status text, message text, message_detail jsonb)
LANGUAGE sql AS $$
	SELECT format('d0a7c5e2-9b41-4c36-8f70-5a6b7c8d9e0f-%s', run * (entries + 2::bigint) + n),
		timestamptz '2020-01-01Z' + run * interval '6 hours' + n * interval '1 s',
		format('d0a7c5e2-9b41-4c36-8f70-5a6b7c8d9e0f-r%s', run),
		format('systemLdap%s_managedUser', run % 10),
		CASE n WHEN 0 THEN 'start' WHEN entries + 1 THEN 'summary' ELSE 'entry' END,
		CASE WHEN n BETWEEN 1 AND entries THEN (ARRAY['CONFIRMED', 'ABSENT'])[1 + n % 2] END,
		CASE WHEN n BETWEEN 1 AND entries THEN (ARRAY['UPDATE', 'CREATE'])[1 + n % 2] END,
		CASE WHEN n > 0 THEN 'SUCCESS' END,
		CASE n WHEN 0 THEN 'Reconciliation initiated by openidm-admin'
			WHEN entries + 1 THEN format('SOURCE_IGNORED: 0 FOUND_ALREADY_LINKED: 0 UNQUALIFIED: 0 ABSENT: %s '
				'TARGET_IGNORED: 0 MISSING: 0 UNASSIGNED: 0 AMBIGUOUS: 0 CONFIRMED: %s SOURCE_MISSING: 0 FOUND: 0 ',
				(entries + 1) / 2, entries / 2) END,
		CASE WHEN n = entries + 1 THEN jsonb_build_object('state', 'SUCCESS', 'stage', 'COMPLETED_SUCCESS',
			'stageDescription', 'reconciliation completed.',
			'progress', jsonb_build_object(
				'source', jsonb_build_object('existing', jsonb_build_object('processed', entries, 'total', entries::text)),
				'target', jsonb_build_object('existing', jsonb_build_object('processed', entries / 2, 'total', entries::text),
					'created', (entries + 1) / 2)),
			'situationSummary', jsonb_build_object('ABSENT', (entries + 1) / 2, 'CONFIRMED', entries / 2,
				'FOUND', 0, 'MISSING', 0, 'AMBIGUOUS', 0, 'UNASSIGNED', 0, 'UNQUALIFIED', 0, 'SOURCE_IGNORED', 0,
				'SOURCE_MISSING', 0, 'TARGET_IGNORED', 0, 'FOUND_ALREADY_LINKED', 0),
			'statusSummary', jsonb_build_object('SUCCESS', entries, 'FAILURE', 0)) END
	FROM generate_series(0, runs - 1) AS run, generate_series(0, entries + CASE run % 100 WHEN 99 THEN 0 ELSE 1 END) AS n
$$;
INSERT INTO audit.recon (id, timestamp, recon_id, mapping, entry_type, situation, action, status, message,
	message_detail, event_name, user_id)
SELECT *, 'recon', 'openidm-admin' FROM bench.listed(:listed, :entries / :listed);

-- the same in the columns and with the indexes of OpenIDM's own table
CREATE UNLOGGED TABLE bench.auditrecon (
	objectid varchar(56) NOT NULL,
	transactionid varchar(255) NOT NULL,
	activitydate varchar(29) NOT NULL,
	eventname varchar(50),
	userid varchar(255),
	trackingids text,
	activity varchar(24),
	exceptiondetail text,
	linkqualifier varchar(255),
	mapping varchar(511),
	message text,
	messagedetail text,
	situation varchar(24),
	sourceobjectid varchar(511),
	status varchar(20),
	targetobjectid varchar(511),
	reconciling varchar(12),
	ambiguoustargetobjectids text,
	reconaction varchar(36),
	entrytype varchar(7),
	reconid varchar(56)
);
INSERT INTO bench.auditrecon (objectid, activitydate, reconid, mapping, entrytype, situation, activity, status, message,
	messagedetail, eventname, userid, transactionid)
SELECT id, to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), recon_id, mapping, entry_type, situation,
	action, status, message, message_detail, 'recon', 'openidm-admin', ''
FROM bench.listed(:listed, :entries / :listed);
CREATE INDEX ON bench.auditrecon (reconid);
CREATE INDEX ON bench.auditrecon (entrytype);

-- The run: a million entries in eleven hours, over a month's end.
INSERT INTO audit.recon (id, timestamp, transaction_id, event_name, user_id, action, exception, link_qualifier,
	mapping, message, message_detail, situation, source_object_id, status, target_object_id, reconciling,
	ambiguous_target_object_ids, entry_type, recon_id)
SELECT format('b4c1d6a8-2f3e-4a57-8c9d-0e1f2a3b4c5d-%s', n + 1),
	timestamptz '2020-03-31T18:00:00Z' + n * interval '40 ms', :'run', 'recon', 'openidm-admin',
	(ARRAY['CREATE', 'UPDATE', 'UPDATE', 'EXCEPTION'])[1 + n % 4],
	CASE WHEN n % 50 = 3 THEN 'org.forgerock.json.resource.ConflictException: Target does not support attribute'
		|| repeat(E'\n\tat org.forgerock.openidm.sync.impl.ObjectMapping.createTargetObject(ObjectMapping.java:887)', 9) END,
	'default', :'mapping',
	CASE WHEN n % 50 = 3 THEN format('Target does not support attribute a%s', n % 7) END,
	CASE WHEN n % 50 = 3 THEN jsonb_build_object('attribute', format('a%s', n % 7)) END,
	(ARRAY['ABSENT', 'CONFIRMED', 'FOUND', 'AMBIGUOUS'])[1 + n % 4],
	format('system/ldap/account/uid=user%s,ou=People,dc=example,dc=com', n),
	CASE WHEN n % 50 = 3 THEN 'FAILURE' ELSE 'SUCCESS' END,
	format('managed/user/%s', md5(n::text)::uuid), 'source', '', 'entry', :'run'
FROM generate_series(1, 1000000) AS n;
INSERT INTO audit.recon (id, timestamp, transaction_id, event_name, user_id, mapping, message, status, recon_action,
	entry_type, recon_id)
VALUES (:'run' || '-start', '2020-03-31T18:00:00Z', :'run', 'recon', 'openidm-admin', :'mapping',
	'Reconciliation initiated by openidm-admin', NULL, 'recon', 'start', :'run'),
	(:'run' || '-summary', '2020-04-01T06:00:00Z', :'run', 'recon', 'openidm-admin', :'mapping',
	'ABSENT: 250000 CONFIRMED: 250000 FOUND: 250000 AMBIGUOUS: 250000 ', 'SUCCESS', 'recon', 'summary', :'run');
VACUUM ANALYZE audit.recon;
VACUUM ANALYZE bench.auditrecon;

-- Milliseconds that a statement takes with at most so many workers.
CREATE FUNCTION bench.parallel(workers int, statement text) RETURNS float8
LANGUAGE plpgsql AS $$
BEGIN
	PERFORM set_config('max_parallel_workers_per_gather', workers::text, true);
	RETURN bench.elapsed(statement);
END
$$;

-- a log that is kept has many more runs: this one is found by index
SET enable_seqscan = off;
SELECT format('SELECT * FROM synclog.recon_summary(%L)', :'run') AS summary,
	format('SELECT entry_type, reconciling, situation, status, action, count(*), count(source_object_id), '
		'count(target_object_id), max(timestamp) FROM audit.recon WHERE recon_id = %L GROUP BY 1, 2, 3, 4, 5',
		:'run') AS counted \gset
SELECT bench.compare('recon_summary() / GROUP BY for its numbers: 1,000,000 entries', 'ms', 5,
	format('bench.parallel(0, %L)', :'summary'), format('bench.parallel(0, %L)', :'counted')) \g /dev/null
SELECT bench.compare('the same, two workers', 'ms', 5,
	format('bench.parallel(2, %L)', :'summary'), format('bench.parallel(2, %L)', :'counted')) \g /dev/null
SELECT bench.compare('recon_summary(): two workers / none', 'ms', 5,
	format('bench.parallel(2, %L)', :'summary'), format('bench.parallel(0, %L)', :'summary')) \g /dev/null
SET max_parallel_workers_per_gather = 0;
-- who sees the events of no tenant
CREATE ROLE reader_none;
SELECT synclog.grant_tenant('', 'reader_none') \g /dev/null
SELECT bench.compare('recon_summary(): its reader / owner', 'ms', 5,
	format('bench.seen_by(''reader_none'', %L)', m), format('bench.seen_by(current_user, %L)', m))
FROM format('bench.elapsed(%L)', :'summary') AS m \g /dev/null
RESET enable_seqscan;

SELECT bench.compare(format('recon_entries() / SELECT %s … ORDER BY: the same run', name), 'rows/s', 2,
	format('bench.rate(%L)', format('SELECT synclog.recon_entries(%L)', :'run')),
	format('bench.rate(%L)', format('SELECT %s FROM audit.recon t WHERE recon_id = %L ORDER BY timestamp, id',
		name, :'run')))
FROM (VALUES ('*'), ('row_to_json(t)')) AS v(name) \g /dev/null

SELECT bench.compare(format('recon_runs(%s) / get-recons: %s runs, %s entries', name, :listed, :entries), 'ms', 20,
	format('bench.elapsed(%L)', query), format('bench.elapsed(%L)',
	'SELECT reconid, activitydate, mapping, message FROM bench.auditrecon '
	'WHERE mapping LIKE ''%'' AND mapping NOT LIKE '''' AND entrytype = ''summary'' '
	'ORDER BY activitydate DESC'))
FROM (VALUES
	('', 'SELECT * FROM synclog.recon_runs()'),
	('page_size => 100', 'SELECT * FROM synclog.recon_runs(page_size => 100)'),
	('mapping, state', 'SELECT * FROM synclog.recon_runs(''/mapping eq "systemLdap9_managedUser" '
		'and /state eq "UNFINISHED"'')')) AS v(name, query) \g /dev/null
