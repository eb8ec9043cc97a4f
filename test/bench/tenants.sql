-- Who may see what; bench.sql includes it.  The million events are those of
-- three tenants, with 1 %, 30 % and 69 % of them; readers of the first, of the
-- second and of all three ask what the owner asks, whom no policy binds.
CREATE TABLE bench.reader (name name, share int, n int);
INSERT INTO bench.reader VALUES ('reader_1', 1, 100), ('reader_30', 30, 105), ('reader_100', 100, 150);
CREATE ROLE reader_1;
CREATE ROLE reader_30;
CREATE ROLE reader_100;
GRANT USAGE ON SCHEMA bench TO PUBLIC;
SELECT synclog.enable_tenants() \g /dev/null
SELECT synclog.grant_tenant(tenant_id, role::regrole)
FROM (VALUES ('small', 'reader_1'), ('middle', 'reader_30'), ('small', 'reader_100'), ('middle', 'reader_100'),
	('large', 'reader_100')) AS v(tenant_id, role) \g /dev/null

-- What an expression measures as a role.
CREATE FUNCTION bench.seen_by(role name, measure text) RETURNS float8
LANGUAGE plpgsql AS $$
DECLARE
	ms float8;
BEGIN
	PERFORM set_config('role', role, true);
	EXECUTE 'SELECT ' || measure INTO ms;
	PERFORM set_config('role', 'none', true);
	RETURN ms;
END
$$;

-- The same of an expression as a reader of so many hundredths and as the owner.
CREATE FUNCTION bench.compare_seen(measurement text, reader bench.reader, rounds int,
	bound text, owner text) RETURNS void
LANGUAGE sql AS $$
	SELECT bench.compare(format('%s: reader of %s %% / owner', measurement, (reader).share), 'µs', rounds,
		format('bench.seen_by(%L, %L)', (reader).name, bound),
		format('bench.seen_by(current_user, %L)', owner), 1000)
$$;

-- what a policy asks once in a query, against a call of nothing
SELECT bench.compare('synclog.tenants() as a reader of three tenants / pg_backend_pid()', 'µs', 300,
	'bench.seen_by(''reader_100'', ''bench.elapsed($$SELECT synclog.tenants()$$)'')',
	'bench.seen_by(''reader_100'', ''bench.elapsed($$SELECT pg_backend_pid()$$)'')', 1000)
\g /dev/null

-- Filters with an index, most of which ask for what is the tenant's.
SELECT bench.compare_seen('planning, ' || v.name, r, 300, m, m)
FROM bench.reader r, (VALUES
		('eq in 15 months', '/userId eq "user100"'),
		('a day', '/timestamp ge "2026-11-03" and /timestamp lt "2026-11-04"')) AS v(name, filter),
	format('bench.planned(%L)', format('SELECT * FROM audit.recon WHERE synclog.matches(recon, %L)', filter)) AS m
WHERE share = 100 \g /dev/null
SELECT bench.compare_seen('query(), ' || v.name, r, 100, m, m)
FROM bench.reader r, (VALUES
		('eq of an object', '/targetObjectId eq "managed/user/%2$s"'),
		('eq of a user', '/userId eq "user%1$s"'),
		('in, three users', '/userId in ''["user%1$s","user1%1$s","user2%1$s"]'''),
		('sw, anybody''s', '/userId sw "user777"'),
		('a user in a month', '/userId eq "user%1$s" and /timestamp sw "2026-11"'),
		('an hour, anybody''s', '/timestamp sw "2026-11-03T07"'),
		('a day, anybody''s', '/timestamp sw "2026-11-03"')) AS v(name, filter),
	format(filter, n, md5(n::text)::uuid) AS asked,
	format('bench.json(%L)', format('SELECT synclog.query(%L, %L)', 'recon', asked)) AS m \g /dev/null

-- Pages of what each of them sees: the newest, and the last one.
CREATE FUNCTION bench.page(filter text, cookie text DEFAULT NULL) RETURNS text
LANGUAGE sql AS $$
	SELECT format('bench.elapsed(%L)', format('SELECT length(synclog.query_page(%L, %L, sort_keys => %L, '
		'page_size => 100, cookie => %L)::text)', 'recon', filter, '-timestamp', cookie))
$$;
CREATE FUNCTION bench.last_cookie(role name, pages int) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
	cookie text;
BEGIN
	PERFORM set_config('role', role, true);
	cookie := bench.last_cookie(('', 'true', 'true', '-timestamp', '', pages, NULL)::bench.walk);
	PERFORM set_config('role', 'none', true);
	RETURN cookie;
END
$$;
SELECT bench.compare_seen('query_page(): page 1, ' || v.name, r, 100, bench.page(filter), bench.page(filter))
FROM bench.reader r, (VALUES
	('newest first', 'true'),
	('of a run of all three tenants', '/reconId eq "8f34a2c1-5d0b-4f27-9d8e-1b5a7c90e4d2-r3"')) AS v(name, filter) \g /dev/null
SELECT bench.compare_seen('query_page(): last page', r, 100,
	bench.page('true', bench.last_cookie(name, share * 100)),
	bench.page('true', bench.last_cookie(current_user, 10000)))
FROM bench.reader r \g /dev/null
-- plain SQL, in which the planner does not know whose events the policy lets through
SELECT bench.compare_seen('SELECT * … ORDER BY … LIMIT 100, newest first', r, 100, m, m)
FROM bench.reader r, format('bench.elapsed(%L)',
	'SELECT * FROM audit.recon ORDER BY timestamp DESC, id DESC LIMIT 100') AS m \g /dev/null
SELECT bench.compare_seen('the same with AND tenant_id = …', r, 100, m, m)
FROM bench.reader r, format('bench.elapsed(%L)',
	'SELECT * FROM audit.recon WHERE tenant_id = ''small'' ORDER BY timestamp DESC, id DESC LIMIT 100') AS m
WHERE share = 1 \g /dev/null
