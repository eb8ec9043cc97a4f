# A long reconciliation: its events stream through a backend whose memory does
# not grow with them, and its summary has the numbers that it was made with.
#
# SYNCLOG_ENTRIES is how many entries the run has.
use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $entries = $ENV{SYNCLOG_ENTRIES} || 200_000;
# of the backend's own memory, in kB
my $limit = 64 * 1024;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init;
$node->append_conf('postgresql.conf', "fsync = off\nautovacuum = off\n");
$node->start;
$node->safe_psql('postgres',
	"CREATE DATABASE logs TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C'");

# Two thirds are of the source phase, the others of the target phase; every 50th
# failed.  The last hour is in another month, and another run is between them,
# in a log of three years.
my %situations = (
	source => [qw(ABSENT CONFIRMED CONFIRMED FOUND SOURCE_MISSING)],
	target => [qw(CONFIRMED MISSING UNASSIGNED)]);
my %actions = (
	source => [qw(CREATE UPDATE UPDATE UPDATE EXCEPTION)],
	target => [qw(UPDATE EXCEPTION REPORT)]);
my $phase = sub { $_[0] % 3 < 2 ? 'source' : 'target' };

my (%situation, %status, %action, %processed);
foreach my $n (1 .. $entries)
{
	my $in = $phase->($n);
	$situation{ $situations{$in}[ $n % @{ $situations{$in} } ] }++;
	my $did = $actions{$in}[ $n % @{ $actions{$in} } ];
	$action{$did}++;
	$status{ $n % 50 == 7 ? 'FAILURE' : 'SUCCESS' }++;
	$processed{source}++ if $in eq 'source';
	$processed{ $did eq 'CREATE' ? 'created' : 'target' }++;
}

# Gives an element of a list of one phase as SQL.
sub by_phase
{
	my ($lists) = @_;
	my %element = map {
		my $list = $lists->{$_};
		$_ => sprintf q{('{%s}'::text[])[1 + n %% %d]}, join(',', @$list), scalar @$list
	} keys %$lists;
	return "CASE WHEN n % 3 < 2 THEN $element{source} ELSE $element{target} END";
}

# Gives counts as jsonb's text, with the names that are always there.
sub counts
{
	my ($counts, @always) = @_;
	my %all = ((map { $_ => 0 } @always), %$counts);
	return '{'
	  . join(', ', map { qq("$_": $all{$_}) }
		  sort { length $a <=> length $b || $a cmp $b } keys %all)
	  . '}';
}

# the server does not log all that it counts
my %claimed = (%situation, SOURCE_IGNORED => 5);

my ($situation_sql, $action_sql) = map { by_phase($_) } \%situations, \%actions;
$node->safe_psql('logs', <<"END");
	CREATE EXTENSION synclog;
	SELECT synclog.create_topics();
	SELECT synclog.make_month('audit.recon', m) FROM generate_series('2018-01-01Z'::timestamptz, '2020-12-01Z', '1 month') m;
	INSERT INTO audit.recon (id, "timestamp", transaction_id, event_name, user_id, entry_type, recon_id, mapping, link_qualifier,
		reconciling, situation, action, status, source_object_id, target_object_id, ambiguous_target_object_ids, message, exception)
	SELECT 'run-' || lpad(n::text, 9, '0'), '2020-01-31T14:00:00Z'::timestamptz + n * interval '11 h' / $entries, 'run', 'recon', 'admin',
		'entry', CASE WHEN n > 0 THEN 'run' ELSE 'other' END, 'systemLdapAccounts_managedUser', 'default',
		CASE WHEN n % 3 < 2 THEN 'source' ELSE 'target' END, $situation_sql, $action_sql,
		CASE WHEN n % 50 = 7 THEN 'FAILURE' ELSE 'SUCCESS' END,
		CASE WHEN n % 3 < 2 THEN format('system/ldap/account/uid=user%s,ou=People,dc=example,dc=com', n) END,
		format('managed/user/%s', md5(n::text)::uuid), '',
		CASE WHEN n % 50 = 7 THEN 'Target does not support attribute employeeType' END,
		CASE WHEN n % 50 = 7 THEN repeat(E'org.forgerock.json.resource.ConflictException: employeeType\\n\\tat', 20) END
	-- not in the order in which they are to come out
	FROM (SELECT n FROM generate_series(1, $entries) n UNION ALL SELECT -n FROM generate_series(1, 1000) n) n
	ORDER BY n % 1009, n;
	INSERT INTO audit.recon (id, "timestamp", user_id, entry_type, recon_id, mapping, recon_action, status, message_detail) VALUES
		('run-summary', '2020-02-01T01:00:01Z', 'admin', 'summary', 'run', 'systemLdapAccounts_managedUser', 'recon', 'SUCCESS',
			'{"state": "SUCCESS", "situationSummary": @{[ counts(\%claimed) ]}, "statusSummary": @{[ counts(\%status) ]}}'),
		('run-start', '2020-01-31T14:00:00Z', 'admin', 'start', 'run', 'systemLdapAccounts_managedUser', 'recon', NULL, NULL);
	VACUUM ANALYZE audit.recon;
END

# Reads the run in one session, whose backend says who it is, once by COPY and
# once through a cursor.  The events come in order, each once.  Compiled code
# would take memory for each month.
my $script = $node->basedir . '/stream.sql';
append_to_file($script, <<'END');
SELECT pg_backend_pid();
SET jit_above_cost = 0;
SET jit_inline_above_cost = 0;
SET jit_optimize_above_cost = 0;
COPY (SELECT synclog.recon_entries('run')) TO STDOUT;
SELECT 'again';
\set FETCH_COUNT 1000
SELECT synclog.recon_entries('run');
END
my %place = (start => 0, result => 1, summary => 2);
my (@sections, $pid);
my $disorder = 0;
my $last = '';
my $peak = 0;

# Gives the backend's memory that it shares with nobody, in kB; 0 without /proc.
sub private_memory
{
	open my $status, '<', "/proc/$pid/status" or return 0;
	my ($size) = do { local $/; <$status> } =~ /^RssAnon:\s+(\d+) kB$/m;
	return $size;
}

open my $stream, '-|', 'psql', '-XAtq', '-v', 'ON_ERROR_STOP=1', '-d', $node->connstr('logs'),
  '-f', $script
  or die "psql: $!";
while (my $line = <$stream>)
{
	if (my ($section) = $line =~ /^\((start|result|summary),/)
	{
		my ($id) = $line =~ /""_id"":\s*""([^"]+)""/;
		my ($timestamp) = $line =~ /""timestamp"":\s*""([^"]+)""/;
		my $now = "$place{$section} $timestamp $id";
		$disorder++ unless $last lt $now;
		$last = $now;
		my $n = $sections[-1]{$section}++;
		# it has sorted by now, and waits for this reader
		if ($n % 1000 == 0)
		{
			my $memory = private_memory();
			$peak = $memory if $memory > $peak;
		}
	}
	elsif ($line eq "again\n" || $line =~ /^(\d+)$/)
	{
		$pid //= $1;
		push @sections, {};
		$last = '';
	}
}
ok(close $stream, 'the events stream');
my $all = { start => 1, result => $entries, summary => 1 };
is_deeply(\@sections, [ $all, $all ], 'all are there');
is($disorder, 0, 'and in order');

SKIP:
{
	skip 'no /proc here', 2 unless -r '/proc/self/status';
	skip 'the sanitizer takes memory of its own', 2 if $ENV{ASAN_OPTIONS};
	cmp_ok($peak, '>', 0, "the backend's memory is known");
	cmp_ok($peak, '<', $limit, "it is $peak kB with $entries entries");
}

# and the numbers are those that the run was made with
my @situations = qw(ABSENT AMBIGUOUS CONFIRMED FOUND FOUND_ALREADY_LINKED MISSING SOURCE_IGNORED
  SOURCE_MISSING TARGET_IGNORED UNASSIGNED UNQUALIFIED);
is( $node->safe_psql('logs', <<'END'),
	SET TimeZone = 'UTC';
	SELECT state, started, ended, entries, situation_summary, status_summary, action_summary,
		progress #> '{source,existing,processed}', progress #> '{target,existing,processed}',
		progress #> '{target,created}', unlogged, agrees
	FROM synclog.recon_summary('run')
END
	join('|',
		'SUCCESS',
		'2020-01-31 14:00:00+00',
		'2020-02-01 01:00:01+00',
		$entries,
		counts(\%situation, @situations),
		counts(\%status),
		counts(\%action),
		@processed{qw(source target created)},
		'{"SOURCE_IGNORED": 5}',
		't'),
	'recon_summary counts them');
is( $node->safe_psql('logs',
		"SELECT count(*), count(*) FILTER (WHERE state = 'SUCCESS') FROM synclog.recon_runs()"),
	'1|1', 'recon_runs lists what has a start or a summary');

done_testing();
