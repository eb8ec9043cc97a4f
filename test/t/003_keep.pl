# Logs are kept: through dump and restore, through the extension's going and
# coming back.  Credentials are not: neither the data folder nor the server's
# log has any afterwards.
use strict;
use warnings;

use File::Find;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

# the documents' curl headers and some that servers send
my @credentials = (
	'eyJhbGciOiJIUzI1NiJ9.p4XA', 'b3BlbmlkbS1hZG1pbjpvcGVuaWRtLWFkbWlu',
	'openidm-admin-password', 'session-jwt=eyJ0eXAiOiJKV1Qi');

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init;
# statements are not logged for their own sake, but with every error
$node->append_conf('postgresql.conf',
	"log_statement = none\nlog_error_verbosity = verbose\n");
$node->start;

# Makes a database.
sub create_database
{
	my ($name) = @_;
	$node->safe_psql('postgres',
		"CREATE DATABASE $name TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C'");
	return;
}

my @servers = qw(recon sync activity config authentication access);
my %documents = (
	sync_run => 'aps_entries.json',
	directory_sync => 'code42_sync.jsonl',
	provisioning_task => 'paraview_tasks.jsonl');
my $all_rows = join ' UNION ALL ', map {
	"SELECT '$_', t::text, synclog.event(t, false)::text, tableoid::regclass::text FROM audit.$_ t"
} @servers, keys %documents;
$all_rows .= ' ORDER BY 1, 2';

create_database('logs');
$node->safe_psql('logs', 'CREATE EXTENSION synclog; SELECT synclog.create_topics()');

# all dialects
chomp(my $here = `pwd`);
my $events = 0;
foreach my $file (sort glob("$here/test/data/*.openidm[234].jsonl"))
{
	my ($topic) = $file =~ m{([a-z]+)\.openidm\d\.jsonl$};
	my $lines = () = slurp_file($file) =~ /\n/g;
	is($node->safe_psql('logs', "SELECT * FROM synclog.load_file('$topic', '$file')"),
		"$lines|0|0", "$file");
	$events += $lines;
}
# and other products' documents
foreach my $topic (sort keys %documents)
{
	my $file = "$here/test/data/$documents{$topic}";
	my $lines = () = slurp_file($file) =~ /\n/g;
	is($node->safe_psql('logs', "SELECT * FROM synclog.load_file('$topic', '$file')"),
		"$lines|0|0", "$file");
	$events += $lines;
}

# what columns alone cannot give back, and credentials in every place
my @odd = (
	'{"_id":"odd 1","timestamp":"2026-01-01T00:00:00Z","a\u0000":"\ud800","n":1e5,"n":-0}',
	'{"_id":"odd 2","timestamp":"2019-01-01T00:00:00.000Z","http":"{\"a\":[1.50]}","status":null}',
	'{"status":"no _id, no timestamp"}',
	map {
		qq({"_id":"cred $_","timestamp":"2026-01-01T00:00:00.000Z","http":{"request":{"headers":)
		  . qq({"Authorization":["Bearer $credentials[0]"],"X-OpenIDM-Password":"$credentials[2]"},)
		  . qq("cookies":{"Cookie":"$credentials[3]"}}},"headers":{"authorization":"Basic $credentials[1]"},"x":"$_"})
	} ('a', '\u0000'));
$node->safe_psql('logs', "SELECT synclog.store('access', \$e\$$_\$e\$)") foreach @odd;
$events += @odd;

my $rows = $node->safe_psql('logs', $all_rows);
is($node->safe_psql('logs', 'SELECT sum(events) FROM synclog.topics'),
	$events, 'all events are there');

# broken ones: errors go to the log, texts to table rejected
foreach my $credential (@credentials)
{
	my $broken = qq({"_id":"x","headers":{"Cookie":"$credential"});
	my ($rc, $out, $err) =
	  $node->psql('logs', "SELECT synclog.store('access', '$broken')");
	isnt($rc, 0, 'a broken event is an error');
	unlike($err =~ s/^LINE.*//mrs, qr/\Q$credential/, 'which does not quote it');
	$node->psql('logs', "INSERT INTO audit.access_json VALUES ('$broken')");
	$node->psql('logs',
		"COPY audit.access_json FROM STDIN WITH (FORMAT csv, QUOTE E'\\x01', DELIMITER E'\\x02');\n$broken\n\\.\n"
	);
	$node->safe_psql('logs',
		"SELECT synclog.load('access', '$broken' || E'\\n{\"_id\":\"cred a\",\"timestamp\":\"2026-01-01T00:00:00.000Z\",\"headers\":{\"Cookie\":\"$credential\"}}')"
	);
}
is($node->safe_psql('logs', 'SELECT DISTINCT reason FROM audit.rejected ORDER BY 1'),
	"conflict\nnot valid JSON: it ends too early; its text may hold credentials and is not kept",
	'rejected');

# bytes that are no text
my $bytes = $node->basedir . '/bytes.jsonl';
append_to_file($bytes,
	"\xEF\xBB\xBF{\"_id\":\"bom\"}\n{\"_id\":\"\xff\xfe\"}\n{\"_id\":\"nul\0\"}\n{\"_id\":\"a \xc3\xa4\"}\n");
is($node->safe_psql('logs', "SELECT * FROM synclog.load_file('config', '$bytes')"),
	'2|0|2', 'bad UTF-8 is rejected line by line');
is($node->safe_psql('logs',
		"SELECT event FROM audit.rejected WHERE reason = 'not valid UTF-8' ORDER BY 1"),
	"{\"_id\":\"\\xff\\xfe\"}\n{\"_id\":\"nul\\x00\"}", 'and kept readable');
$rows = $node->safe_psql('logs', $all_rows);

# a file in UTF-16, as PowerShell writes them
append_to_file("$bytes.utf16", "\xFF\xFE" . join '', map { "$_\0" } split //,
	qq({"headers":{"Authorization":"$credentials[0]"}}\n));
is($node->safe_psql('logs', "SELECT rejected > 0 FROM synclog.load_file('config', '$bytes.utf16')"),
	't', 'UTF-16 is rejected');
is($node->safe_psql('logs', "SELECT count(*) FROM audit.rejected WHERE replace(event, '\\x00', '') LIKE '%$credentials[0]%'"),
	'0', 'and no credential in it is kept');

# a file larger than what is read at once, as lines and as one list
my $large = join ",\n",
  map { qq({"_id":"large $_","timestamp":"2026-01-01T00:00:00.000Z","message":") . 'x' x 500 . '"}' } 1 .. 3000;
append_to_file("$bytes.list", "[$large]");
append_to_file("$bytes.lines", $large =~ s/,\n/\n/gr);
is($node->safe_psql('logs', "SELECT * FROM synclog.load_file('sync', '$bytes.list')"),
	'3000|0|0', 'a large list');
is($node->safe_psql('logs', "SELECT * FROM synclog.load_file('sync', '$bytes.lines')"),
	'0|3000|0', 'the same as lines');
$rows = $node->safe_psql('logs', $all_rows);

# dump and restore
is($node->safe_psql('logs', "SELECT synclog.sync_run_number()"), '5', 'the number of a run is above those of the documents');
my $dump = $node->basedir . '/dump';
foreach my $format ('custom', 'plain')
{
	$node->command_ok(
		[ 'pg_dump', '-d', $node->connstr('logs'), '-F', $format, '-f', "$dump.$format" ],
		"pg_dump, format $format");
	create_database("restored_$format");
	$node->command_ok(
		$format eq 'plain' ?
		  [ 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-d', $node->connstr("restored_$format"), '-f', "$dump.$format" ] :
		  [ 'pg_restore', '--exit-on-error', '-d', $node->connstr("restored_$format"), "$dump.$format" ],
		'restore without an error');
	is($node->safe_psql("restored_$format", $all_rows), $rows, 'rows and events are equal');
	is( $node->safe_psql("restored_$format", 'SELECT name, relation, version FROM synclog.topic ORDER BY 1'),
		$node->safe_psql('logs', 'SELECT name, relation, version FROM synclog.topic ORDER BY 1'),
		'so are the topics');
	is( $node->safe_psql("restored_$format", 'SELECT * FROM audit.events ORDER BY topic, "timestamp", id'),
		$node->safe_psql('logs', 'SELECT * FROM audit.events ORDER BY topic, "timestamp", id'),
		'and view events');
	is($node->safe_psql("restored_$format", q{SELECT synclog.store('recon', '{"_id":"new","timestamp":"2012-01-01T00:00:00.000Z"}')}),
		'new', 'storing goes on');
	is($node->safe_psql("restored_$format", "SELECT synclog.sync_run_number()"), '6', 'and so do the numbers of runs');
}

# the extension goes and comes back
my $columns = q{SELECT attrelid::regclass, attname, attnum, atttypid::regtype FROM pg_attribute
	WHERE attrelid IN (SELECT oid FROM pg_class WHERE relnamespace = 'audit'::regnamespace AND relkind IN ('r', 'p')) ORDER BY 1, 3};
my $columns_before = $node->safe_psql('logs', $columns);
$node->safe_psql('logs', 'DROP EXTENSION synclog CASCADE');
is($node->safe_psql('logs', $columns), $columns_before, 'DROP EXTENSION CASCADE: no column is lost');
is($node->safe_psql('logs', 'SELECT count(*) FROM audit.events'),
	() = ($rows =~ /^(?:${\join '|', @servers})\|/gm), 'view events needs no extension');
$node->safe_psql('logs', 'CREATE EXTENSION synclog; SELECT synclog.create_topics()');
is($node->safe_psql('logs', $columns), $columns_before, 'create_topics takes the tables up');
is($node->safe_psql('logs', $all_rows), $rows, 'no event is lost');
is($node->safe_psql('logs', 'SELECT count(*) FROM audit.access_json'),
	$node->safe_psql('logs', 'SELECT count(*) FROM audit.access'), 'the views are back');

# nothing of a credential is on disk
$node->stop;
my @found;
find(
	{   no_chdir => 1,
		wanted => sub {
			return unless -f $_;
			my $content = slurp_file($_);
			foreach my $credential (@credentials)
			{
				push @found, "$_: $credential" if index($content, $credential) >= 0;
			}
		}
	},
	$node->data_dir);
is("@found", '', 'no credential in the data folder');
my $log = slurp_file($node->logfile);
like($log, qr/event cannot be stored/, "the errors are in the server's log");
is(join(' ', grep { index($log, $_) >= 0 } @credentials), '', "nor in the server's log");

done_testing();
