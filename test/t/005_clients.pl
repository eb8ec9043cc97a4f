# Programs ask through their drivers: libpq's extended protocol, JDBC and
# psycopg 3, in each of their ways to send parameters and to take results.  All
# take the same steps and print what each gave as "step = value".
use strict;
use warnings;

use JSON::PP;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $events = <<'END';
{"_id": "e-1", "timestamp": "2026-11-21T10:00:01.000Z", "reconId": "r-1", "entryType": "start", "mapping": "hr"}
{"_id": "e-2", "timestamp": "2026-11-21T10:00:02.000Z", "reconId": "r-1", "entryType": "entry", "situation": "ABSENT"}
{"_id": "e-3", "timestamp": "2026-11-21T10:00:02.000Z", "reconId": "r-1", "entryType": "entry", "situation": "ABSENT"}
{"_id": "e-4", "timestamp": "2026-11-21T10:00:03.000Z"
{"_id": "e-5", "timestamp": "2026-11-21T10:00:04.000Z", "reconId": "r-1", "entryType": "summary", "status": "SUCCESS"}
END
my $absent = '/reconId eq "r-1" and /situation eq "ABSENT"';

my %answers = (
	'load' => '4 0 1',
	'load, a composite' => '(0,4,1)',
	'store' => 'e-6',
	'store, typed as JSON' => 'e-7',
	'insert' => '1',
	'read' => '{"_id":"e-2","entryType":"entry","reconId":"r-1",'
	  . '"situation":"ABSENT","timestamp":"2026-11-21T10:00:02.000Z"}',
	'query' => 'e-2 e-3',
	'query, all arguments' =>
	  '{"_id":"e-7","timestamp":"2026-11-21T10:00:06.000Z"} '
	  . '{"_id":"e-8","timestamp":"2026-11-21T10:00:06.000Z"}',
	'recon_entries' => 'start result result summary',
	'filter' => "($absent)",
	'matches' => join(' ', ('2') x 12),
	'matches, an event' => 'true',
	'stream' => 'e-1 e-2 e-3 e-5 e-6 e-7 e-8',
	'pages' => 'e-1 e-2 e-3 | e-5 e-6 e-7 | e-8 |',
	'get' => '200 application/json;charset=UTF-8',
	'get, the body' => '{"pagedResultsCookie":null,"remainingPagedResults":-1,'
	  . '"result":[{"_id":"e-2","situation":"ABSENT"},{"_id":"e-3","situation":"ABSENT"}],'
	  . '"resultCount":2,"totalPagedResults":-1,"totalPagedResultsPolicy":"NONE"}',
	'get, a mistake' => '400',
	'error' =>
	  '22P02 invalid input syntax for type queryfilter: "/situation eq"',
	'afterwards' => '2');

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init;
$node->start;
$node->safe_psql('postgres',
	'CREATE EXTENSION synclog; SELECT synclog.create_topics()');
my $conninfo = $node->connstr('postgres');
my $folder = PostgreSQL::Test::Utils::tempdir();

# a library that sanitizes the server is nothing for the programs
delete local $ENV{LD_PRELOAD};

# Runs a command that must not fail, and gives its output.
sub output_of
{
	my ($out, $err) = ('', '');
	IPC::Run::run(\@_, '>', \$out, '2>', \$err)
	  or diag("$_[0] failed: $err");
	chomp $out;
	return $out;
}

# Writes the JSON objects of a value with sorted members and without blanks.
sub canonical
{
	my ($value) = @_;
	my $json = JSON::PP->new->utf8->canonical;
	return $value unless $value =~ /^\{/;
	return join ' ', map { $json->encode($_) } $json->incr_parse($value);
}

# Runs a program in each of its modes, with plans that know the parameters and
# with plans that do not, and compares what the steps gave.
sub check_client
{
	my ($name, $modes, @command) = @_;

	foreach my $plans (qw(auto force_generic_plan))
	{
		$node->safe_psql('postgres',
			"ALTER DATABASE postgres SET plan_cache_mode = $plans");
		foreach my $mode (@$modes)
		{
			$node->safe_psql('postgres', 'TRUNCATE audit.recon');
			my %given = output_of(@command, $mode) =~ /^(.*?) = ?(.*)$/mg;
			$_ = canonical($_) foreach values %given;
			is_deeply(\%given, \%answers, "$name, $mode, plans $plans");
		}
	}
	return;
}

# Asks pg_config for one thing.
sub config
{
	my ($option) = @_;
	my ($out, $err) = run_command([ 'pg_config', $option ]);
	return $out;
}

output_of(split(' ', config('--cc')), '-Wall', '-Wextra', '-Werror',
	'-I' . config('--includedir'), '-o', "$folder/libpq",
	'test/clients/libpq.c', '-L' . config('--libdir'),
	'-Wl,-rpath,' . config('--libdir'), '-lpq');
check_client('libpq', [qw(text binary)], "$folder/libpq", $conninfo, $events);

# as in Debian's packages
my $driver = '/usr/share/java/postgresql.jar';
my $python = '/usr/bin/python3';

SKIP:
{
	skip 'no javac here'
	  unless eval { run_command([ 'javac', '-version' ]); 1 };
	skip "no $driver here" unless -e $driver;
	output_of('javac', '-Xlint:all', '-Werror', '-d', $folder,
		'test/clients/Jdbc.java');
	check_client(
		'JDBC',
		[
			'prepareThreshold=5', 'prepareThreshold=-1',
			'preferQueryMode=simple', 'stringtype=unspecified'
		],
		'java', '-cp', "$folder:$driver", 'Jdbc',
		$node->host . '/.s.PGSQL.' . $node->port, $events);
}

SKIP:
{
	skip 'no psycopg 3 here'
	  unless -x $python
	  && IPC::Run::run([ $python, '-c', 'import psycopg' ], '&>', \my $log);
	check_client('psycopg 3', [qw(server client binary)],
		$python, 'test/clients/psycopg3.py', $conninfo, $events);
}

$node->stop;
done_testing();
