# Exports as README.md writes them to files: flat memory of server and client,
# each event as it is, byte by byte, and files that can be read back; and the
# samples of all topics through CSV.
#
# SYNCLOG_ENTRIES is how many events there are.
use strict;
use warnings;
use utf8;

use Encode qw(encode);
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Cwd qw(getcwd);
use Time::HiRes qw(usleep);

my $entries = $ENV{SYNCLOG_ENTRIES} || 100_000;
# of memory that a process shares with nobody, in kB
my $limit = 16 * 1024;

my ($commands) = slurp_file('README.md') =~ /^## Exporting\n.*?^```sh\n(.*?)^```\n/ms;
my %command = reverse map { /(recon\.\w+)/ ? ($_, $1) : () } grep { /^psql / } split /\n/, $commands;
is_deeply([ sort keys %command ], [ 'recon.csv', 'recon.jsonl' ], 'README.md has two commands');

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init;
$node->append_conf('postgresql.conf', "fsync = off\nautovacuum = off\n");
$node->start;
$node->safe_psql('postgres',
	"CREATE DATABASE logs TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C'");

# what might be taken for something else on the way
my @messages = (
	'plain', '', undef, 'C:\new\temp\\\\', '\.', '\N', 'said "no", and left', '""', ",\t;",
	"line 1\nline 2\r\n\n\\.\nline 5", "\r", "Jürgen Ärger 漢字 😀", '=HYPERLINK("http://x")', '-1', ' ',
	"\x{2028}\x{FEFF}", 'x' x 1000);

sub sql_list { join ', ', map { defined $_ ? "'" . (s/'/''/gr) . "'" : 'NULL' } @_ }

my $setup = $node->basedir . '/setup.sql';
append_to_file($setup, encode('UTF-8', <<"END"));
	SET client_encoding = 'UTF8';
	CREATE EXTENSION synclog;
	SELECT synclog.create_topics();
	SELECT synclog.make_month('audit.recon', m) FROM generate_series('2020-01-01Z'::timestamptz, '2020-04-01Z', '1 month') m;
	INSERT INTO audit.recon (id, "timestamp", source_object_id, message, message_detail, form)
	SELECT 'e-' || lpad(n::text, 9, '0'), '2020-01-01T00:00:00Z'::timestamptz + n * interval '2000 h' / $entries,
		repeat('uid=user,ou=People,', 10), (ARRAY[@{[ sql_list(@messages) ]}])[1 + n % @{[ scalar @messages ]}],
		CASE WHEN n % 3 = 0 THEN jsonb_build_object('n', n) END, NULL
	-- not in the order in which they are to come out
	FROM generate_series(1, $entries) n ORDER BY n % 1009, n;
	VACUUM ANALYZE audit.recon;
END
$node->command_ok([ 'psql', '-Xq', '-v', 'ON_ERROR_STOP=1', '-d', 'logs', '-o', '/dev/null', '-f', $setup ], 'events');

# Gives the memory that a process shares with nobody, in kB; 0 without it.
sub private_memory
{
	my ($pid) = @_;
	open my $status, '<', "/proc/$pid/status" or return 0;
	my ($size) = do { local $/; <$status> // '' } =~ /^RssAnon:\s+(\d+) kB$/m;
	return $size || 0;
}

# Runs a command in a folder and gives the peaks of memory of its psql and of
# the backend that this talks to.
sub run_and_watch
{
	my ($command, $folder) = @_;
	my ($client, $server, $backend, $progress) = (0, 0, undef, 0);

	my $pid = fork // die "fork: $!";
	if ($pid == 0)
	{
		%ENV = (%ENV, PGHOST => $node->host, PGPORT => $node->port, PGDATABASE => 'logs', PGAPPNAME => 'export');
		chdir $folder or die "chdir: $!";
		exec 'sh', '-c', "exec $command" or die "exec: $!";
	}
	while (waitpid($pid, 1) == 0) # WNOHANG
	{
		$backend ||= $node->safe_psql('postgres',
			"SELECT pid FROM pg_stat_activity WHERE application_name = 'export'");
		$progress ||= $node->safe_psql('postgres',
			'SELECT coalesce(max(tuples_processed), 0) FROM pg_stat_progress_copy')
		  if $command =~ /\\copy/;
		my ($c, $s) = (private_memory($pid), $backend ? private_memory($backend) : 0);
		$client = $c if $c > $client;
		$server = $s if $s > $server;
		usleep(10_000);
	}
	is($?, 0, "$command runs");
	return ($client, $server, $progress);
}

my $folder = PostgreSQL::Test::Utils::tempdir;
foreach my $file (sort keys %command)
{
	my ($client, $server, $progress) = run_and_watch($command{$file}, $folder);
	cmp_ok($progress, '>', 0, 'and can be watched') if $file eq 'recon.jsonl';
  SKIP:
	{
		skip 'no /proc here', 4 unless -r '/proc/self/status';
		skip 'the sanitizer takes memory of its own', 4 if $ENV{ASAN_OPTIONS};
		cmp_ok($client, '>', 0, "the client's memory is known");
		cmp_ok($client, '<', $limit, "it is $client kB");
		cmp_ok($server, '>', 0, "the server's memory is known");
		cmp_ok($server, '<', $limit, "it is $server kB");
	}
}
cmp_ok(-s "$folder/recon.csv", '>', $entries * 200, 'there was more to hold');

# The files are what the events make, byte by byte.
sub json_string
{
	my %escape = ("\n" => 'n', "\r" => 'r', "\t" => 't', '"' => '"', '\\' => '\\');
	return '"' . ($_[0] =~ s/([\n\r\t"\\])/\\$escape{$1}/gr) . '"';
}

sub csv_field
{
	return '' unless defined $_[0];
	return $_[0] if $_[0] =~ /^[^",\r\n]+$/ && $_[0] ne '\.';
	return '"' . ($_[0] =~ s/"/""/gr) . '"';
}

open my $csv, '<:encoding(UTF-8)', "$folder/recon.csv" or die $!;
open my $json, '<:encoding(UTF-8)', "$folder/recon.jsonl" or die $!;
my $header = <$csv>;
my @columns = split /,/, $header =~ s/\n$//r;
is($columns[-1], 'extra', 'CSV ends with a column for other members');
my %wrong = (csv => 0, json => 0);
foreach my $n (1 .. $entries)
{
	my %event = (_id => sprintf('e-%09d', $n), sourceObjectId => 'uid=user,ou=People,' x 10);
	$event{message} = $messages[ $n % @messages ];
	my $line = <$json> // '';
	($event{timestamp}) = $line =~ /"timestamp":"([^"]+)"/;
	my $detail = $n % 3 == 0 ? qq({"n": $n}) : undef;
	my $expected = join ',', map { qq("$_->[0]":$_->[1]) } grep { defined $_->[1] } (
		map { [ $_, defined $event{$_} ? json_string($event{$_}) : undef ] } qw(_id timestamp message)
	  ),
	  [ messageDetail => $detail ], [ sourceObjectId => json_string($event{sourceObjectId}) ];
	$wrong{json}++ if $line ne "{$expected}\n";

	$event{messageDetail} = $detail =~ s/ //r if $detail;
	my $record = join(',', map { csv_field($event{$_}) } @columns) . "\n";
	read $csv, my $bytes, length $record;
	$wrong{csv}++ if ($bytes // '') ne $record;
}
is_deeply(\%wrong, { csv => 0, json => 0 }, 'the files have the events as they are');
ok(eof $csv && eof $json, 'and nothing else');

# and read back they are the same rows
my $columns = join ', ', map { qq("$_" text) } @columns;
$node->safe_psql('logs', <<"END");
	DELETE FROM synclog.topic;
	SELECT synclog.create_topics('again');
	CREATE UNLOGGED TABLE csv ($columns);
	COPY csv FROM '$folder/recon.csv' WITH (FORMAT csv, HEADER);
END
is( $node->safe_psql('logs', "SELECT * FROM synclog.load_file('recon', '$folder/recon.jsonl')"),
	"$entries|0|0",
	'load_file reads JSON Lines');
is( $node->safe_psql('logs', <<'END'), '0|0', 'into equal rows');
	SELECT count(*) FILTER (WHERE a IS NULL), count(*) FILTER (WHERE b IS NULL)
	FROM (SELECT t::text AS a FROM audit.recon t) a FULL JOIN (SELECT t::text AS b FROM again.recon t) b ON a = b
	WHERE a IS NULL OR b IS NULL
END
is( $node->safe_psql('logs', <<'END'), $entries, 'COPY reads CSV, with empty strings and nulls');
	SELECT count(*) FROM audit.recon r JOIN csv c ON r.id = c._id
	WHERE (r."timestamp", r.message, r.source_object_id, r.message_detail) IS NOT DISTINCT FROM
		(c."timestamp"::timestamptz, c.message, c."sourceObjectId", c."messageDetail"::jsonb)
END

# Every sample of each topic, through CSV and COPY.
$node->safe_psql('postgres',
	"CREATE DATABASE samples TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C'");
$node->safe_psql('samples', "CREATE EXTENSION synclog; SELECT synclog.create_topics()");
my $cwd = getcwd;
my %files = (
	sync_run => ['test/data/aps_entries.json'],
	directory_sync => ['test/data/code42_sync.jsonl'],
	provisioning_task => ['test/data/paraview_tasks.jsonl']);
foreach my $file (glob 'test/data/*.jsonl')
{
	my %part = map { $_ => 1 } split /\./, (split m{/}, $file)[-1];
	foreach my $topic (split /\n/, $node->safe_psql('samples', 'SELECT name FROM synclog.topic'))
	{
		push @{ $files{$topic} }, $file if $part{$topic};
	}
}
cmp_ok(scalar keys %files, '>=', 9, 'topics with samples');
foreach my $topic (sort keys %files)
{
	my $stored = 0;
	foreach my $file (@{ $files{$topic} })
	{
		my ($n) = split /\|/, $node->safe_psql('samples',
			"SELECT * FROM synclog.load_file('$topic', '$cwd/$file')");
		$stored += $n;
	}
	$node->command_ok(
		[   'psql', '-XAtq', '-v', 'FETCH_COUNT=10', '-d', 'samples', '-o', "$folder/$topic.csv",
			'-c', "SELECT synclog.export_csv('$topic')" ],
		"$topic: export");
	my ($head) = slurp_file("$folder/$topic.csv") =~ /^(.*)\n/;
	my $table = join ', ', map { qq("$_" text) } split /,/, $head;
	is( $node->safe_psql('samples', <<"END"), "$stored|", "$topic: $stored events are in its CSV");
		CREATE TABLE csv_$topic ($table);
		COPY csv_$topic FROM '$folder/$topic.csv' WITH (FORMAT csv, HEADER);
		-- what is nested compares as JSON, what has no column is in extra
		WITH pair AS (
			SELECT to_jsonb(c) AS c, synclog.event(t, false)::jsonb AS e FROM csv_$topic c FULL JOIN audit.$topic t
				ON t.id = c._id AND t."timestamp" = c."timestamp"::timestamptz),
		field AS (
			SELECT c->>'_id' AS id, key, c->>key AS has, CASE key WHEN 'extra'
				THEN nullif(e - (SELECT array_agg(k) FROM jsonb_object_keys(c) k WHERE k <> 'extra'), '{}') ELSE e->key END AS should
			FROM pair, jsonb_object_keys(c) key)
		SELECT (SELECT count(*) FROM pair WHERE c IS NOT NULL AND e IS NOT NULL), string_agg(format('%s %s: %s, %s', id, key, has, should), E'\\n')
		FROM field
		WHERE CASE WHEN jsonb_typeof(should) IN ('object', 'array') THEN has::jsonb IS DISTINCT FROM should
			ELSE has IS DISTINCT FROM should #>> '{}' END
END
}

# A database whose encoding lacks a character of an event that is kept as it came.
$node->safe_psql('postgres',
	"CREATE DATABASE bytes TEMPLATE template0 ENCODING 'SQL_ASCII' LOCALE 'C'");
$node->safe_psql('bytes', 'CREATE EXTENSION synclog; SELECT synclog.create_topics()');
my @kept = (
	'{"_id":"1","timestamp":"2020-01-01T00:00:00.000Z","\u00e4":1,"type":"\u00e4","none":"\u0000"}',
	'{"_id":"2","timestamp":"2020-01-02T00:00:00.000Z","type":"plain\u0021","none":"\u0000"}');
is( $node->safe_psql('bytes', "SELECT * FROM synclog.load('sync_run', '" . join("\n", @kept) . "')"),
	'2|0|0', 'SQL_ASCII: events with \\u are stored');
is($node->safe_psql('bytes', "SELECT synclog.export_json('sync_run')"), join("\n", @kept), 'and exported');
is( $node->safe_psql('bytes', "SELECT synclog.export_csv('sync_run', fields => '_id,type')"),
	qq(_id,type\n1,"""\\u00e4"""\n2,plain!), 'as CSV too');

done_testing();
