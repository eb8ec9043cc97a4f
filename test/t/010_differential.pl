# Random filters over random rows of random tables, asked in every way that
# there is, against an evaluator in another language (test/filter_oracle.pm):
# all must give the same rows.
#
# SYNCLOG_DIFFERENTIAL is the number of pairs of a filter and a row (100,000),
# SYNCLOG_SEED the seed, which is printed; SYNCLOG_ROUND begins at a later one
# of the seed's tables.
use strict;
use warnings;
use utf8;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(time);

BEGIN
{
	require './test/filter_oracle.pm';
	require './test/filter_random.pm';
}

my $filters_per_table = 50;
my $rows_per_table = 200;
# rows that an outer join adds
my $nulls_per_table = 2;

my $pairs = $ENV{SYNCLOG_DIFFERENTIAL} || 100_000;
my $seed = $ENV{SYNCLOG_SEED} || int(time * 1000) % 1_000_000_000;
my $first_round = $ENV{SYNCLOG_ROUND} || 1;
my $rounds = int(($pairs - 1) / ($filters_per_table * $rows_per_table)) + 1;

# column => type, of which a table has some
my $types = \%filter_random::types;

# ---- a table, and the ways to ask it ----

sub quote_literal { return "E'" . ($_[0] =~ s/(['\\])/\\$1/gr) . "'"; }
sub quote_name { return '"' . ($_[0] =~ s/"/""/gr) . '"'; }

# settings under which the same text must mean the same
my @settings = (
	[ 'ISO, YMD', 'UTC', 3, 'postgres' ],
	[ 'SQL, DMY', 'Asia/Kathmandu', 0, 'sql_standard' ],
	[ 'German', 'America/St_Johns', -15, 'postgres_verbose' ],
	[ 'Postgres, MDY', 'Pacific/Apia', 1, 'iso_8601' ]);

sub set_settings
{
	my ($date_style, $zone, $digits, $interval_style) = @{ filter_random::pick(@settings) };

	return "SET datestyle = '$date_style'; SET timezone = '$zone'; "
	  . "SET extra_float_digits = $digits; SET intervalstyle = $interval_style;\n"
	  . 'SET enable_seqscan = ' . filter_random::pick('on', 'off')
	  . '; SET enable_bitmapscan = ' . filter_random::pick('on', 'on', 'off') . ";\n";
}

# a table of random columns in random order, or of documents, with its rows
sub random_table
{
	my %table = (document => filter_random::chance(0.2) ? filter_random::pick('jsonb', 'json', 'text') : undef);

	if ($table{document})
	{
		$table{ddl} = "CREATE TABLE rows (n bigint, doc $table{document});\n";
		$table{row} = 't.doc';
		foreach my $n (1 .. $rows_per_table)
		{
			my $value = filter_random::chance(0.7) ? filter_random::random_object(0) : filter_random::random_json(0);
			push @{ $table{values} }, $value;
			push @{ $table{copy} }, "$n\t" . filter_random::copy_text($value, 'json');
		}
		push @{ $table{values} }, (undef) x $nulls_per_table;
		return \%table;
	}

	my %order = map { ($_ => rand) } sort keys %$types, 'n';
	my @columns = grep { $_ eq 'n' || filter_random::chance(0.55) } sort { $order{$a} <=> $order{$b} } keys %order;
	local $types->{n} = 'bigint';
	my (@definitions, @gone);
	foreach my $column (@columns)
	{
		if (filter_random::chance(0.1))
		{
			push @gone, 'gone_' . @gone;
			push @definitions, "$gone[-1] int";
		}
		push @definitions, quote_name($column) . " $types->{$column}";
	}
	my $partitioned = (grep { $_ eq 'timestamp' } @columns) && filter_random::chance(0.3);
	$table{ddl} = 'CREATE TABLE rows (' . join(', ', @definitions) . ')'
	  . ($partitioned ? ' PARTITION BY RANGE ("timestamp")' : '') . ";\n"
	  . join '', map { "ALTER TABLE rows DROP COLUMN $_;\n" } @gone;
	if ($partitioned)
	{
		# another order of columns than the parent's
		$table{ddl} .= 'CREATE TABLE rows_2026_11 ('
		  . join(', ', map { quote_name($_) . " $types->{$_}" } reverse @columns) . ");\n"
		  . "ALTER TABLE rows ATTACH PARTITION rows_2026_11 FOR VALUES FROM ('2026-11-01Z') TO ('2026-12-01Z');\n"
		  . "CREATE TABLE rows_2026_12 PARTITION OF rows FOR VALUES FROM ('2026-12-01Z') TO ('2027-01-01Z');\n"
		  . "CREATE TABLE rows_other PARTITION OF rows DEFAULT;\n";
	}
	foreach my $column (@columns)
	{
		my $quoted = quote_name($column);
		my $type = $types->{$column};
		next if $type eq 'json' || filter_random::chance(0.3);
		$table{ddl} .= 'CREATE INDEX ON rows '
		  . ( $type eq 'jsonb' ? "USING gin ($quoted " . filter_random::pick('jsonb_path_ops', 'jsonb_ops') . ')' :
			$type =~ /\[\]/ ? "USING gin ($quoted)" :
			$type =~ /^(?:text|varchar)/ ?
			'(' . filter_random::pick($quoted, "synclog.fold($quoted)", "$quoted COLLATE \"C\"", "$quoted text_pattern_ops") . ')' :
			"($quoted)") . ";\n";
	}
	$table{row} = 't';
	$table{columns} = { map { ($_ => $types->{$_}) } @columns };
	foreach my $n (1 .. $rows_per_table)
	{
		my %row = map { ($_ => $_ eq 'n' ? [ 'n', $n ] : filter_random::random_value($_)) } @columns;
		push @{ $table{values} }, [ 'r', \%row ];
		push @{ $table{copy} }, join "\t", map { filter_random::copy_text($row{$_}, $types->{$_}) } @columns;
	}
	push @{ $table{values} }, ([ 'r', { map { ($_ => undef) } @columns } ]) x $nulls_per_table;
	return \%table;
}

# The ways: what to select from, the condition, and what the answer lists: rows
# of the table, these and those of the outer join, or those that do not match.
my $outer = 'pg_catalog.generate_series(1, ' . ($rows_per_table + $nulls_per_table) . ') o(n) LEFT JOIN rows t USING (n)';
my %ways = (
	where => [ 'rows t', 'WHERE', 'rows' ],
	outer_join => [ $outer, 'WHERE', 'outer' ],
	negated => [ $outer, 'WHERE NOT', 'others' ],
	value => [ $outer, 'VALUE', 'outer' ],
	view => [ 'view_of_rows t', 'WHERE', 'rows' ],
	subquery => [ '(SELECT * FROM rows OFFSET 0) t', 'WHERE', 'rows' ],
	full_join => [ '(SELECT 1) o FULL JOIN rows t ON true', 'WHERE', 'rows' ]);

# a query for the numbers of the rows that match
sub way_query
{
	my ($from, $condition, $matches) = @_;

	return "string_agg(n::text, ' ' ORDER BY n) FROM $from $condition $matches" unless $condition eq 'VALUE';
	return "string_agg(n || CASE WHEN m IS NULL THEN '?' ELSE '' END, ' ' ORDER BY n)"
	  . " FROM (SELECT n, $matches AS m FROM $from) x WHERE m IS NOT FALSE";
}

# the answers that each way must give
sub expected_answers
{
	my ($table, $filter) = @_;
	my $tree = filter_oracle::parse($filter->{text});
	my (@rows, @outer, @others);
	my $n = 0;

	foreach my $value (@{ $table->{values} })
	{
		$n++;
		if (filter_oracle::matches($tree, $value, $filter->{ignore_case}))
		{
			push @outer, $n;
			push @rows, $n if $n <= $rows_per_table;
		}
		else
		{
			push @others, $n;
		}
	}
	return { rows => "@rows", outer => "@outer", others => "@others" };
}

# the session that makes the table and asks it in all ways but the text
sub first_script
{
	my ($table, $filters) = @_;
	my %arguments = map { ($_->{n} => quote_literal($_->{text}) . ', ' . ($_->{ignore_case} ? 'true' : 'false')) } @$filters;
	my $script = "SET client_encoding = 'UTF8'; SET client_min_messages = warning;\n"
	  . "DROP SCHEMA IF EXISTS differential CASCADE; CREATE SCHEMA differential; SET search_path = differential;\n"
	  . $table->{ddl}
	  . "CREATE VIEW view_of_rows AS SELECT * FROM rows;\n"
	  . "CREATE TABLE filters (f int, filter synclog.queryfilter, ignore_case boolean);\n"
	  . "COPY rows FROM STDIN;\n" . join("\n", @{ $table->{copy} }) . "\n\\.\n"
	  . join('', map { "INSERT INTO filters VALUES ($_->{n}, $arguments{$_->{n}});\n" } @$filters)
	  . (filter_random::chance(0.7) ? "ANALYZE rows;\n" : '')
	  . set_settings()
	  . "SET plan_cache_mode = force_generic_plan;\n";

	foreach my $way (sort keys %ways)
	{
		my ($from, $condition, $answer) = @{ $ways{$way} };
		$script .= "PREPARE generic_$way(int, synclog.queryfilter, boolean) AS SELECT 'generic $way', '$answer', \$1, "
		  . way_query($from, $condition, "synclog.matches($table->{row}, \$2, \$3)") . ";\n";
		foreach my $n (map { $_->{n} } @$filters)
		{
			$script .= "EXECUTE generic_$way($n, $arguments{$n});\n"
			  . "SELECT '$way', '$answer', $n, "
			  . way_query($from, $condition, "synclog.matches($table->{row}, $arguments{$n})") . ";\n";
		}
	}

	# the filter is a column; in the last, that of one call is not that of the next
	my $matches = "synclog.matches($table->{row}, filter, ignore_case)";
	my $numbers = "string_agg(n::text, ' ' ORDER BY n)";
	my $some = int rand 5;
	$script .= <<"END";
SELECT 'join', 'rows', f, $numbers FROM rows t JOIN filters ON $matches GROUP BY f;
SELECT 'outer join of filters', 'outer', f, $numbers FILTER (WHERE m)
FROM (SELECT f, n, $matches AS m FROM filters CROSS JOIN ($outer)) x GROUP BY f;
SELECT 'changing filter', 'outer', f, $numbers FILTER (WHERE m)
FROM (SELECT n, f, $matches AS m FROM $outer CROSS JOIN LATERAL
	(SELECT * FROM filters WHERE f % 5 = $some ORDER BY (f * n) % 11, f OFFSET 0) f) x GROUP BY f;
END
	$script .= "CREATE TABLE texts AS SELECT f, synclog.to_sql(filter, 'rows', 't', ignore_case) AS sql FROM filters;\n"
	  unless $table->{document};
	return $script;
}

# the session that executes the texts
sub second_script
{
	my $script = "SET client_encoding = 'UTF8';\n" . set_settings()
	  . 'SET search_path = ' . filter_random::pick('public', "''", 'pg_temp', 'information_schema') . ";\n";

	foreach my $way ('where', 'outer_join', 'negated')
	{
		my ($from, $condition, $answer) = @{ $ways{$way} };
		$from =~ s/\brows t\b/differential.rows t/;
		# the text may be NULL in place of false
		my $query = "SELECT 'to_sql $way', '$answer', %s, "
		  . way_query($from, $condition, $way eq 'negated' ? 'coalesce(%s, false)' : '%s');
		$script .= 'SELECT format(' . quote_literal($query) . ", f, sql) FROM differential.texts ORDER BY f \\gexec\n";
	}
	return $script;
}

# ---- the run ----

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init;
$node->append_conf('postgresql.conf', "autovacuum = off\njit = off\nlog_statement = none\n");
$node->start;
$node->safe_psql('postgres', "CREATE DATABASE logs TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C'");
$node->safe_psql('logs', 'CREATE EXTENSION synclog');
delete $types->{title}
  if $node->safe_psql('logs', q{SELECT count(*) FROM pg_collation WHERE collname = 'und-x-icu'}) eq '0';

note("seed $seed: to repeat, SYNCLOG_SEED=$seed");

# runs a script and adds to the answers
sub run_script
{
	my ($script, $answers) = @_;
	my ($out, $err);

	utf8::encode($script);
	$node->psql('logs', $script, stdout => \$out, stderr => \$err, on_error_stop => 0);
	foreach my $line (split /\n/, $out)
	{
		my ($way, $answer, $n, $list) = split /\|/, $line, 4;
		$answers->[$n]{$way} = [ $answer, $list ] if defined $list;
	}
	utf8::decode($err);
	return $err;
}

# prints text that may have any character
sub say_to_user
{
	my ($text) = @_;

	utf8::encode($text);
	diag($text);
	return;
}

# Asks a table in all ways.  Gives the filters with a wrong answer, each as
# [filter, ways, expected list, list], and the server's errors.
sub ask
{
	my ($table, $filters) = @_;
	my @answers;
	my @wrong;
	my $errors = run_script(first_script($table, $filters), \@answers);
	$errors .= run_script(second_script(), \@answers) unless $table->{document};
	my @always = ((map { ($_, "generic $_") } sort keys %ways),
		'join', 'outer join of filters', $table->{document} ? () : map { "to_sql $_" } 'where', 'outer_join', 'negated');

	foreach my $filter (@$filters)
	{
		my $expected = expected_answers($table, $filter);
		my $given = $answers[ $filter->{n} ];
		my %ways_of;
		# a join has no group where nothing matches
		$given->{join} //= [ 'rows', '' ];
		foreach my $way (@always, $given->{'changing filter'} ? 'changing filter' : ())
		{
			my ($answer, $list) = @{ $given->{$way} // [ 'rows', 'no answer' ] };
			push @{ $ways_of{$answer}{$list} }, $way if $list ne $expected->{$answer};
		}
		foreach my $answer (sort keys %ways_of)
		{
			push @wrong, map { [ $filter, $ways_of{$answer}{$_}, $expected->{$answer}, $_ ] } sort keys %{ $ways_of{$answer} };
		}
	}
	return (\@wrong, $errors);
}

# says where an answer is another than expected
sub report_difference
{
	my ($table, $filter, $ways, $expected, $got) = @_;
	my %expected = map { ($_ => 1) } split / /, $expected;
	my %got = map { ($_ => 1) } $got =~ /[0-9]+/g;
	my @missing = sort { $a <=> $b } grep { !$got{$_} } keys %expected;
	my @unexpected = sort { $a <=> $b } grep { !$expected{$_} } keys %got;
	my $first = @missing ? $missing[0] : $unexpected[0];
	my $value = defined $first ? $table->{values}[ $first - 1 ] : undef;
	my $row = !$value ? 'NULL' : $value->[0] ne 'r' ? filter_random::json_text($value) :
	  join ', ', map { "$_: " . ($value->[1]{$_} ? filter_random::json_text($value->[1]{$_}) : 'NULL') } sort keys %{ $value->[1] };

	say_to_user("filter:       $filter->{text}\nignore_case:  " . ($filter->{ignore_case} ? 'true' : 'false')
		  . "\nways:         " . join(', ', @$ways)
		  . ($got =~ /[^0-9 ]/ ? "\nanswer:       $got" : '')
		  . "\nmissing:      @missing\nnot expected: @unexpected\nthe first:    $row\n");
	return;
}

# Says what is wrong, in terms of single comparisons where these are wrong too.
sub report_differences
{
	my ($table, $wrong) = @_;
	my %filters;
	my $n = 0;

	foreach my $filter (map { $_->[0] } @$wrong)
	{
		$filters{"$filter->{ignore_case} $_"} = { n => ++$n, text => $_, ignore_case => $filter->{ignore_case} }
		  foreach @{ $filter->{leaves} };
	}
	my ($smaller) = ask($table, [ map { $filters{$_} } sort keys %filters ]);
	$wrong = $smaller if @$smaller;
	my @shown = grep { defined } @$wrong[ 0 .. 9 ];
	report_difference($table, @$_) foreach @shown;
	return;
}

my $started = time;
my $compared = 0;
my $failed = 0;
foreach my $round ($first_round .. $first_round + $rounds - 1)
{
	srand($seed + $round * 7919);
	my $table = random_table();
	my @samples = @{ $table->{values} }[ 0 .. $rows_per_table - 1 ];
	my @filters;
	foreach my $n (1 .. $filters_per_table)
	{
		# the same with and without its case, in the same run of changing filters
		if ($n > $filters_per_table - 5)
		{
			my $twin = $filters[ $n - 6 ];
			push @filters, { %$twin, n => $n, ignore_case => !$twin->{ignore_case} };
			next;
		}
		@filter_random::leaves = ();
		my $text = filter_random::random_filter([ map { filter_random::pick(@samples) } 1 .. 8 ], $table->{columns}, 0, 0);
		push @filters, { n => $n, text => $text, leaves => [@filter_random::leaves], ignore_case => int rand 2 };
	}
	my ($wrong, $errors) = ask($table, \@filters);
	$compared += @filters * $rows_per_table;
	next unless @$wrong || $errors ne '';

	$failed++;
	say_to_user(substr $errors, 0, 3000) if $errors ne '';
	report_differences($table, $wrong) if @$wrong;
	say_to_user("table:\n$table->{ddl}\nto repeat: SYNCLOG_SEED=$seed SYNCLOG_ROUND=$round SYNCLOG_DIFFERENTIAL=1");
	last;
}
is($failed, 0, "$compared pairs of a filter and a row, seed $seed");
note(sprintf '%.1f s', time - $started);

$node->stop;
done_testing();
