# The page of recon_html() in a browser, headless Chromium: its numbers are read
# back from what the browser made of it, nothing in it runs or is fetched, and it
# can be seen in light and dark.
use strict;
use warnings;

use Compress::Zlib;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my ($chromium) = grep { -x } map { "$_/chromium" } split /:/, $ENV{PATH};
my $node = PostgreSQL::Test::Cluster->new('main');
$node->init(extra => [ '--encoding=UTF8', '--locale=C' ]);
$node->start;

my $folder = PostgreSQL::Test::Utils::tempdir();
my $mapping = q{<script>document.title = "taken"</script>"&'};

# Makes the events of a run: a start, entries, and a summary without counts.
sub run_events
{
	my ($run, $day, $entries) = @_;
	my @situations = ('CONFIRMED', 'CONFIRMED', 'CONFIRMED', 'ABSENT', 'AMBIGUOUS',
		'<i>NEW</i>');
	my @events = ([ 0, 'start', "mapping" => $mapping, "userId" => '</code>' ]);

	for my $i (1 .. $entries)
	{
		push @events,
		  [
			$i, 'entry',
			"reconciling" => 'source',
			"situation" => $situations[ $i * $i % @situations ],
			"status" => ($i % 9 == 4 ? 'FAILURE' : 'SUCCESS'),
			"action" => ($i % 2 ? 'UPDATE' : '<b>'),
			"sourceObjectId" => "system/hr/<img src=x onerror=alert($i)>",
			($i % 9 == 4 ? ("exception" => "java.lang.X" . ($i % 2) . ": no & <never>") : ()) ];
	}
	push @events, [ $entries + 1, 'summary', "status" => 'SUCCESS' ];
	return map {
		my ($i, $type, %members) = @$_;
		my $time = sprintf '2026-11-%02dT02:%02d:%02d.000Z', $day, $i / 60, $i % 60;
		my $text = join ', ', map { my $v = $members{$_}; $v =~ s/(["\\])/\\$1/g; qq("$_": "$v") } sort keys %members;

		qq({"_id": "$run-$i", "timestamp": "$time", "reconId": "$run", "entryType": "$type", $text})
	} @events;
}

my $events = join "\n", map { run_events("run-$_", $_, 40 * $_) } 1 .. 5;
$node->safe_psql('postgres',
	"CREATE EXTENSION synclog; SELECT synclog.create_topics(); SELECT synclog.load('recon', \$\$$events\$\$)");

# The names and numbers that a query gives.
sub counts_of
{
	my ($query) = @_;
	my %counts = map { /^(.*)\|(\d+)$/s ? ($1, $2) : () }
	  split /\n/, $node->safe_psql('postgres', $query);

	return \%counts;
}

# What an element of the browser's document says, its markup taken away.
sub text_of
{
	my ($text) = @_;

	$text =~ s/<[^>]*>//g;
	$text =~ s/&lt;/</g;
	$text =~ s/&gt;/>/g;
	$text =~ s/&quot;/"/g;
	$text =~ s/&amp;/&/g;
	return $text;
}

# The rows of a table of the browser's document, each a list of its cells' texts.
sub rows_of
{
	my ($dom, $id) = @_;
	my ($table) = $dom =~ m{<table id="$id".*?<tbody>(.*?)</tbody>}s;

	return map { [ map { text_of($_) } m{<t[hd]\b[^>]*>(.*?)</t[hd]>}gs ] } $table =~ m{<tr\b[^>]*>(.*?)</tr>}gs;
}

# A number as the page shows it.
sub number
{
	my ($text) = @_;

	$text =~ tr/,//d;
	return $text;
}

my $html = $node->safe_psql('postgres', 'SELECT synclog.recon_html()');
my $named = $node->safe_psql('postgres', "SELECT synclog.recon_html('run-5')");
append_to_file("$folder/run.html", "$html\n");
is($html =~ s{<footer>.*}{}sr, $named =~ s{<footer>.*}{}sr, 'the newest run');
unlike($html, qr{https?://|url\(|\@import|<(?:script|link|iframe|img|object|use|image|a)\b}, 'the page asks for nothing');
unlike($html, qr{<[^>]*\son\w+=}, 'the page runs nothing');

# blocks are bytes where the encoding knows no characters, and missing in others
for ([ 'SQL_ASCII', "\xe2\x96\x88" x 2 . "\xe2\x96\x8c" ], [ 'LATIN1', '###' ])
{
	my ($encoding, $bar) = @$_;

	$node->safe_psql('postgres', "CREATE DATABASE \"$encoding\" ENCODING '$encoding' TEMPLATE template0");
	$node->safe_psql($encoding, 'CREATE EXTENSION synclog');
	is($node->safe_psql($encoding, 'SELECT synclog.report_bar(0.5, 5)'), $bar, "a bar in $encoding");
}
$node->safe_psql('SQL_ASCII', "SELECT synclog.create_topics(); SELECT synclog.load('recon', \$\$$events\$\$)");
like($node->safe_psql('SQL_ASCII', 'SELECT synclog.recon_report()'), qr/^  CONFIRMED +100 +50\.0 %  \xe2\x96\x88/m,
	'a report in SQL_ASCII');
is($node->safe_psql('SQL_ASCII', 'SELECT synclog.recon_html()') =~ s{<footer>.*}{}sr,
	$html =~ s{<footer>.*}{}sr, 'the page in SQL_ASCII');

# Runs the browser on the page, with arguments, and gives what it prints.  It
# complains of what a container lacks.  If it hangs, it is killed with all of its
# processes, and once more tried; its output is a file, since a process of it that
# outlives it would keep a pipe open.
sub browse
{
	my $out = "$folder/out";

	local %ENV = (PATH => $ENV{PATH}, HOME => $folder, TMPDIR => $ENV{TMPDIR} // '/tmp');
	for my $try (1, 2)
	{
		return slurp_file($out) if IPC::Run::run(
			[
				'timeout', '-k', '5', '60', $chromium, '--headless', '--no-sandbox', '--disable-gpu',
				'--disable-dev-shm-usage', '--disable-breakpad', '--no-first-run',
				"--user-data-dir=$folder/profile", '--window-size=400,600', @_, "file://$folder/run.html" ],
			'<', '/dev/null', '>', $out, '2>', "$folder/err");
		diag("the browser failed: $?\n" . substr(slurp_file("$folder/err"), -1000));
	}
	die 'the browser does not work';
}

SKIP:
{
	skip 'there is no chromium', 1 unless $chromium;

	my $dom = browse('--dump-dom');
	my ($title) = $dom =~ m{<title>(.*?)</title>}s;

	is(text_of($title), "Reconciliation of $mapping", 'title');
	is(text_of($dom =~ m{(<h1>.*?</h1>)}s), $mapping, 'heading');
	for my $part ('situation', 'status', 'action')
	{
		my $id = { situation => 'situations', status => 'statuses', action => 'actions' }->{$part};
		my %shown = map { ($_->[0], number($_->[1])) } rows_of($dom, $id);

		is_deeply(\%shown,
			counts_of("SELECT key, value FROM synclog.recon_summary('run-5'), jsonb_each_text(${part}_summary)"), $id);
	}
	my %facts = map { text_of($_) } $dom =~ m{<dt>(.*?)</dt><dd>(.*?)</dd>}gs;
	is($facts{Entries}, $node->safe_psql('postgres', "SELECT entries FROM synclog.recon_summary('run-5')"), 'entries');
	is($facts{User}, '</code>', 'a fact with markup');
	is_deeply(
		[ map { [ @$_[ 1, 0 ] ] } rows_of($dom, 'failures') ],
		[ map { [ split /\|/ ] } split /\n/, $node->safe_psql('postgres', "SELECT cause, count FROM synclog.recon_failures('run-5')") ],
		'failures');
	is_deeply(
		[ map { [ @$_[ 1, 2, 4 ] ] } rows_of($dom, 'runs') ],
		[ map { [ "run-$_", 'SUCCESS', 40 * $_ ] } reverse 1 .. 5 ],
		'the last runs');

	my ($timeline) = $dom =~ m{<figure id="timeline">(.*?)</figure>}s;
	my ($entries, $failed) = (0, 0);
	while ($timeline =~ m{<title>[^<]*: ([\d,]+) entries, ([\d,]+) failed</title>}g)
	{
		$entries += number($1);
		$failed += number($2);
	}
	is($entries, 200, 'entries over time');
	is($failed, counts_of("SELECT key, value FROM synclog.recon_summary('run-5'), jsonb_each_text(status_summary)")->{FAILURE},
		'failures over time');

	# a picture of the page: its first pixel is the background, and it is not empty
	for ([ 'light', 1, 'f4f5f7' ], [ 'dark', 0, '121518' ])
	{
		my ($scheme, $setting, $background) = @$_;
		my $file = "$folder/$scheme.png";

		browse("--blink-settings=preferredColorScheme=$setting", '--hide-scrollbars', "--screenshot=$file");
		my $png = -e $file ? slurp_file($file) : '';
		my ($width, $height) = unpack 'x16 N2', $png;
		my ($at, $data) = (8, '');
		while ($at < length $png)
		{
			my ($length, $type) = unpack "x$at N a4", $png;

			$data .= substr $png, $at + 8, $length if $type eq 'IDAT';
			$at += $length + 12;
		}
		my $pixels = uncompress($data) // '';
		is("${width}x$height", '400x600', "$scheme: size of the picture");
		is(unpack('x H6', $pixels), $background, "$scheme: background");
		cmp_ok(scalar(grep { index($pixels, chr) >= 0 } 0 .. 255), '>', 100, "$scheme: many colours");
	}
}

$node->stop;
done_testing();
