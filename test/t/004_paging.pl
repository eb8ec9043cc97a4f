# Paging while others store events and drop old months: an event that is there
# throughout is seen exactly once, in every order.  And cookies that somebody
# forged, with the right checksum: they are errors, or pages.
#
# SYNCLOG_SEED is the seed of the events and of the cookies, which is printed.
use strict;
use warnings;

use IPC::Run ();
use MIME::Base64 qw(encode_base64url decode_base64url);
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(time);

my $seed = $ENV{SYNCLOG_SEED} || int(time * 1000) % 1_000_000_000;
srand $seed;
note "seed $seed";

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init;
$node->append_conf('postgresql.conf', "deadlock_timeout = 100ms\nfsync = off\n");
$node->start;
$node->safe_psql('postgres',
	"CREATE DATABASE logs TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C'");

# a year of events with few instants; the first three months will be dropped
$node->safe_psql('logs', sprintf q{
	CREATE EXTENSION synclog;
	SELECT synclog.create_topics();
	SELECT setseed(%f);
	CREATE TABLE instants AS
		SELECT date_trunc('milliseconds', timestamptz '2020-01-01Z' + random() * interval '360 days') AS instant
		FROM generate_series(1, 150);
	SELECT synclog.make_month('audit.recon', timestamptz '2020-01-01Z' + n * interval '1 month') FROM generate_series(0, 11) n;
	INSERT INTO audit.recon (id, "timestamp", mapping, tenant_id)
		SELECT md5(n::text), instant, nullif(n %% 4, 0), CASE WHEN n %% 5 = 0 THEN 't' ELSE '' END
		FROM (SELECT row_number() OVER () AS n, instant FROM instants, generate_series(1, 10)) i;
	CREATE TABLE stays AS SELECT id FROM audit.recon WHERE "timestamp" >= '2020-04-01Z';
	CREATE TABLE stop ();
	CREATE TABLE dropped (month text);
	CREATE TABLE seen (id text);

	-- stores events before, at and after wherever a reader is
	CREATE PROCEDURE write() LANGUAGE plpgsql AS $$
	BEGIN
		FOR i IN 1..2000 LOOP -- no more than a reader can follow
			EXIT WHEN EXISTS (SELECT FROM stop);
			PERFORM pg_sleep(random() * 0.005);
			BEGIN
				PERFORM synclog.store('recon', jsonb_strip_nulls(jsonb_build_object('_id', 'new ' || md5(random()::text || clock_timestamp()),
					'timestamp', CASE WHEN random() < 0.7 THEN (SELECT instant FROM instants ORDER BY random() LIMIT 1)
						ELSE timestamptz '2020-01-01Z' + random() * interval '400 days' END,
					'mapping', nullif(floor(random() * 4), 0)::text)));
			EXCEPTION WHEN OTHERS THEN
				NULL; -- its month was being dropped
			END;
			COMMIT;
		END LOOP;
	END $$;
	-- drops the old months again and again, since storing makes them anew
	CREATE PROCEDURE expire() LANGUAGE plpgsql AS $$
	DECLARE
		month text;
	BEGIN
		WHILE NOT EXISTS (SELECT FROM stop) LOOP
			FOREACH month IN ARRAY '{2020_01,2020_02,2020_03}'::text[] LOOP
				PERFORM pg_sleep(random() * 0.1);
				BEGIN
					EXECUTE format('DROP TABLE audit.recon_%%s', month);
					INSERT INTO dropped VALUES (month);
				EXCEPTION WHEN undefined_table OR deadlock_detected THEN
					NULL;
				END;
				COMMIT;
			END LOOP;
		END LOOP;
	END $$;
	-- reads all pages, each in a transaction of its own
	CREATE PROCEDURE walk(keys text, size int) LANGUAGE plpgsql AS $$
	DECLARE
		cookie text;
		page json;
	BEGIN
		TRUNCATE seen;
		LOOP
			page := synclog.query_page('recon', fields => '_id', sort_keys => keys, page_size => size, cookie => cookie);
			INSERT INTO seen SELECT e->>'_id' FROM json_array_elements(page->'result') e;
			COMMIT;
			cookie := page->>'pagedResultsCookie';
			EXIT WHEN cookie IS NULL;
			PERFORM pg_sleep(0.001);
		END LOOP;
	END $$;
}, rand());

my @others = map {
	IPC::Run::start([ 'psql', '-X', '-q', '-d', $node->connstr('logs'), '-c', "CALL $_()" ],
		'<', '/dev/null', '>', '/dev/null', '2>', $node->basedir . "/others.log");
} qw(write write expire);

my $arrived = 0;
foreach my $keys ('timestamp', '-timestamp', '+timestamp,-_id', 'mapping', '-mapping,timestamp', '-_id')
{
	my $size = 1 + int rand 60;
	my $before = $node->safe_psql('logs', 'SELECT count(*) FROM audit.recon');
	$node->safe_psql('logs', "CALL walk('$keys', $size)");
	is( $node->safe_psql('logs',
			q{SELECT count(*) || ' of ' || (SELECT count(*) FROM stays), count(DISTINCT id), max(n)
			FROM (SELECT id, count(*) AS n FROM seen JOIN stays USING (id) GROUP BY id) s}),
		$node->safe_psql('logs', q{SELECT count(*) || ' of ' || count(*), count(*), 1 FROM stays}),
		"$keys by $size: what stays is seen once");
	is($node->safe_psql('logs', 'SELECT count(*) - count(DISTINCT id) FROM seen'),
		0, 'and nothing twice');
	$arrived += $node->safe_psql('logs', q{SELECT count(*) FROM seen WHERE id LIKE 'new %'}) > 0;
}
my $dropped = $node->safe_psql('logs', 'SELECT count(*) FROM dropped');
$node->safe_psql('logs', 'INSERT INTO stop DEFAULT VALUES');
$_->finish foreach @others;
cmp_ok($dropped, '>', 5, "months were dropped: $dropped times");
cmp_ok($arrived, '>', 3, 'and events stored meanwhile were seen');

# ---- forged cookies ----

# CRC-32C, bit by bit
sub crc32c
{
	my $crc = 0xFFFFFFFF;

	foreach my $byte (unpack 'C*', $_[0])
	{
		$crc ^= $byte;
		$crc = $crc & 1 ? ($crc >> 1) ^ 0x82F63B78 : $crc >> 1 foreach 1 .. 8;
	}
	return $crc ^ 0xFFFFFFFF;
}

# Makes a cookie of what follows the checksum.
sub forge { return encode_base64url(pack('N', crc32c($_[0])) . $_[0]); }

my $cookie = $node->safe_psql('logs',
	q{SELECT synclog.query_page('recon', page_size => 1, sort_keys => 'mapping,timestamp')->>'pagedResultsCookie'});
my $body = substr decode_base64url($cookie), 4;
is(forge($body), $cookie, 'how a cookie is made');
my $query = substr $body, 0, 8;

# Writes keys as a cookie has them.
sub keys_of { return join '', map { defined $_ ? pack('N', length $_) . $_ : pack 'N', 0xFFFFFFFF } @_; }

my %forged = (
	'another place' => keys_of('3', '2020-06-01 00:00:00+00', 'x', ''),
	'no mapping' => keys_of(undef, '2020-06-01 00:00:00+00', 'x', ''),
	'words that are no SQL' => keys_of("') OR true --", 'infinity', "'; DROP TABLE stop; --", '$1'),
	'an hour that passes' => keys_of('3', 'now', 'x', ''),
	'no timestamp' => keys_of('3', 'a while ago', 'x', ''),
	'a NULL where there is none' => keys_of('3', undef, 'x', ''),
	'too few keys' => keys_of('3', '2020-06-01 00:00:00+00', 'x'),
	'too many keys' => keys_of('3', '2020-06-01 00:00:00+00', 'x', '', ''),
	'nothing' => '',
	'no text' => keys_of("\xFF", '2020-06-01 00:00:00+00', 'x', ''),
	'a zero byte' => keys_of("a\0b", '2020-06-01 00:00:00+00', 'x', ''),
	'a length beyond the end' => pack('N', 0x7FFFFFFF) . 'x',
	'a negative length' => pack('N', 0x80000000) . 'x',);
foreach my $n (1 .. 200)
{
	my $changed = keys_of('3', '2020-06-01 00:00:00+00', 'x', '');
	substr($changed, rand length $changed, rand 4) = join '', map { chr rand 256 } 0 .. rand 4;
	$forged{"change $n"} = $changed;
}
my $script = '';
foreach my $name (sort keys %forged)
{
	my $forged = forge($query . $forged{$name});
	$script .= qq{SELECT json_typeof(synclog.query_page('recon', page_size => 1, sort_keys => 'mapping,timestamp', cookie => '$forged')->'result') AS "$name";\n};
}
my ($rc, $out, $err) = $node->psql('logs', $script . q{SELECT 'still here';}, on_error_stop => 0);
like($out, qr/still here$/, 'forged cookies leave the session as it is');
cmp_ok(scalar(() = $out =~ /^array$/mg), '>=', 4, 'some are pages');
my @errors = $err =~ /ERROR:  (.*)/g;
cmp_ok(scalar @errors, '>=', 9, 'the others are errors');
is_deeply([ grep { !/^(?:invalid cookie|invalid input syntax for type |date\/time field value out of range|time zone |timestamp out of range)/ } @errors ],
	[], 'clear ones');

$node->stop;
done_testing();
