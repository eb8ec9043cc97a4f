-- recon_report() and recon_html(): a reconciliation to look at
SET client_min_messages = warning; DROP SCHEMA IF EXISTS audit CASCADE; DELETE FROM synclog.topic; RESET client_min_messages; SELECT synclog.create_topics();
\a\t
\set VERBOSITY terse
SET timezone = 'UTC';

-- none to show
SELECT synclog.recon_report();
SELECT synclog.recon_html();

\getenv srcdir PG_ABS_SRCDIR
\set recon `cat "$PG_ABS_SRCDIR"/data/recon.openidm[234].jsonl`
SELECT stored FROM synclog.load('recon', :'recon');
-- the newest one, which failed before its first entry
SELECT synclog.recon_report();
SELECT synclog.recon_report('0178a256-7990-44bc-b2cd-8bbbb7b88f21-178');
SELECT synclog.recon_report('');
SELECT synclog.recon_html('nothing');
-- in the session's time zone
SET timezone = 'Asia/Kolkata';
SELECT line FROM string_to_table(synclog.recon_report('0178a256-7990-44bc-b2cd-8bbbb7b88f21-178'), E'\n') line WHERE line ~ '^  (Started|Ended)';
SET timezone = 'UTC';

-- one that runs: how far it is, compared with the last one; names that no
-- server gives, long ones, what terminals and browsers take for commands
SELECT stored FROM synclog.load('recon', (
	SELECT string_agg(json_build_object('_id', format('%s-%s', run, i), 'timestamp', synclog.iso8601(at + i * interval '1 s'),
			'reconId', run, 'entryType', CASE i WHEN 0 THEN 'start' WHEN last THEN 'summary' ELSE 'entry' END,
			'mapping', CASE WHEN i IN (0, last) THEN E'<script>document.title = "taken"</script>\x1b[2J&amp;''' END,
			'userId', '<b>nobody</b>', 'status', CASE WHEN i % 5 = 3 THEN 'FAILURE' WHEN i > 0 THEN 'SUCCESS' END,
			'situation', CASE WHEN i % 4 = 1 THEN '"><svg onload=alert(1)>' WHEN i % 4 = 2 THEN repeat('LONG_', 30) WHEN i IN (0, last) THEN NULL ELSE 'CONFIRMED' END,
			'action', CASE WHEN i NOT IN (0, last) THEN 'UPDATE' END,
			'sourceObjectId', CASE WHEN i NOT IN (0, last) THEN format('<img src=x onerror=alert(%s)>', i) END,
			'exception', CASE WHEN i % 5 = 3 THEN E'a.b.<i>Exception</i>: it\tsays </td> & "no" ' || repeat('and so on ', 12) || repeat('x', i % 2 * 100) END)::text, E'\n')
	FROM (VALUES ('run-1', now() - interval '1 day', 21, 21), ('run-2', now() - interval '5 min', 16, 99)) v(run, at, n, last)
		CROSS JOIN generate_series(0, n) i));
SELECT regexp_replace(line, '\d{4}-\d\d.*', '(a time)') FROM string_to_table(synclog.recon_report(), E'\n') line;
-- no line is too long
SELECT max(length(line)) <= 80 FROM unnest('{NULL,run-1,0178a256-7990-44bc-b2cd-8bbbb7b88f21-178}'::text[]) run
	CROSS JOIN string_to_table(synclog.recon_report(run), E'\n') line;

-- the page: its tags are its own, nothing comes from elsewhere
SELECT synclog.recon_html() AS html \gset
SELECT DISTINCT m[1] FROM regexp_matches(:'html', '<([^/! >]+)', 'g') m ORDER BY 1;
SELECT :'html' ~* '<script|<[^>]* on[a-z]+ ?=|https?://|url\(|src=[^x]|href|@import|\x1b' AS "asks or runs something";
SELECT regexp_replace(line, '\d{4}-\d\d-[^<]*', '(a time)', 'g') FROM string_to_table(:'html', E'\n') line
	WHERE line ~ '^<(title>|h1|p>|div><dt|progress|tr><th scope="row")';
-- entries over time, the failures among them, the causes, and this run and the one before it
SELECT regexp_replace(line, '\d{4}-\d\d-[^<]*:\d\d', '(a time)', 'g') FROM string_to_table(:'html', E'\n') line
	WHERE line ~ '^<g>.*"failed"|a bar is|^<tr.*class="(cause|time)"';

-- entries before the start and after the summary, and a run without both
SELECT synclog.store('recon', '{"_id": "o-1", "timestamp": "2020-01-31T23:59:59.000Z", "reconId": "odd", "entryType": "entry", "situation": "ABSENT", "status": "SUCCESS"}');
SELECT synclog.store('recon', '{"_id": "o-2", "timestamp": "2020-02-03T00:00:00.000Z", "reconId": "odd", "entryType": "entry", "status": "FAILURE"}');
SELECT synclog.recon_report('odd');
SELECT line FROM string_to_table(synclog.recon_html('odd'), E'\n') line WHERE line ~ '^<(desc|g>|figc|h1)';
SELECT synclog.store('recon', '{"_id": "o-3", "timestamp": "2020-02-01T00:00:00.000Z", "reconId": "odd", "entryType": "start", "mapping": "odd"}');
SELECT synclog.store('recon', '{"_id": "o-4", "timestamp": "2020-02-01T00:00:00.000Z", "reconId": "odd", "entryType": "summary", "message": "ABSENT: 7 ", "status": "FAILURE"}');
SELECT line FROM string_to_table(synclog.recon_report('odd'), E'\n') line WHERE line ~ '^  (State|Duration|Rate|Summary)';
SELECT line FROM string_to_table(synclog.recon_html('odd'), E'\n') line WHERE line ~ '^<(desc|g>|figc|tr.*current)';

SELECT synclog.store('recon', '{"_id": "o-5", "timestamp": "2020-02-01T00:00:01.000Z", "reconId": "odd", "entryType": "summary", "message": "ABSENT: 0 FOUND: 1 ", "status": "FAILURE"}');
SELECT line FROM string_to_table(synclog.recon_report('odd'), E'\n') line WHERE line ~ '^  Summary';

-- a summary that says that the run started after all of its events, and no name of a mapping
SELECT synclog.store('recon', '{"_id": "b-1", "timestamp": "2020-02-05T00:00:00.000Z", "reconId": "backward", "situation": "ABSENT", "status": "FAILURE"}');
SELECT synclog.store('recon', '{"_id": "b-2", "timestamp": "2020-02-05T00:00:59.000Z", "reconId": "backward", "entryType": "summary", "mapping": "", "messageDetail": {"started": "2020-02-05T00:01:00.001Z"}}');
SELECT line FROM string_to_table(synclog.recon_report('backward'), E'\n') line WHERE line ~ '^  (Mapping|Duration|Rate)';
SELECT line FROM string_to_table(synclog.recon_html('backward'), E'\n') line WHERE line ~ '^<(desc|g>|figc|h1)';

-- many causes: the first ones, and how many events the others have
SELECT stored FROM synclog.load('recon', (
	SELECT string_agg(json_build_object('_id', 'many-' || i, 'timestamp', '2020-03-01T00:00:00Z', 'reconId', 'many', 'status', 'FAILURE',
			'exception', 'a.' || repeat('Cause', i), 'sourceObjectId', 'a ' || repeat('long', 30))::text, E'\n')
	FROM generate_series(1, 60) i));
SELECT line FROM string_to_table(synclog.recon_report('many'), E'\n') line WHERE line ~ '^ {11,14}\d' LIMIT 2;
SELECT line FROM string_to_table(synclog.recon_report('many'), E'\n') WITH ORDINALITY l(line, i) ORDER BY i DESC LIMIT 5;
SELECT count(*), max(line) FILTER (WHERE line ~ 'more') FROM string_to_table(synclog.recon_html('many'), E'\n') line WHERE line ~ '^<tr><td class="n"';

-- bars: to an eighth, and something for whatever is there
SELECT length, synclog.report_bar(length, 3) || '|' FROM unnest('{0,0.001,0.05,0.3,0.5,0.99,1}'::numeric[]) length;

-- percents: what is there is not 0.0, and what is not all is not 100.0; in the page it has a bar
SELECT part, synclog.percent(part) FROM unnest('{0,0.0004,0.0005,0.5,0.9994,0.9996,1}'::numeric[]) part;
SELECT synclog.report_counts('Statuses', '{"FAILURE": 1, "SUCCESS": 9999}');
SELECT line FROM string_to_table(synclog.html_counts('Statuses', '{"FAILURE": 1, "SUCCESS": 9999, "NONE": 0}'), E'\n') line WHERE line ~ '^<tr.*row';

-- control characters, those above 127 too, and what turns the text around it
SELECT synclog.html(U&'a\009b31mb\202ec\2066d\0085\2028\0009e');
