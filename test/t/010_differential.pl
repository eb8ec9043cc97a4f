# Random filters over random rows of random tables, asked in every way that
# there is, against an evaluator in another language (test/filter_oracle.pm):
# all must give the same rows.
#
# SYNCLOG_DIFFERENTIAL is the number of pairs of a filter and a row (100,000),
# SYNCLOG_SEED the seed, which is printed; SYNCLOG_ROUND begins at a later one
# of the seed's tables.
use strict;
use warnings;
no warnings qw(recursion);
use utf8;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(time);

require './test/filter_oracle.pm';

# parts of the language
my %has = (ew => 0, in => 0, subfilter => 0);

my $filters_per_table = 50;
my $rows_per_table = 200;
# rows that an outer join adds
my $nulls_per_table = 2;

my $pairs = $ENV{SYNCLOG_DIFFERENTIAL} || 100_000;
my $seed = $ENV{SYNCLOG_SEED} || int(time * 1000) % 1_000_000_000;
my $first_round = $ENV{SYNCLOG_ROUND} || 1;
my $rounds = int(($pairs - 1) / ($filters_per_table * $rows_per_table)) + 1;

# ---- random values ----

sub chance { return rand() < $_[0]; }
sub pick { return $_[ int rand @_ ]; }

my @strings = (
	'', 'a', 'A', 'b', 'ab', 'aB', 'AB', 'abc', 'a%', 'a_', '%', '_', '\\', 'a\\', '\\\\', "'", "''", '"', 'a"b',
	'true', 'false', 'null', '5', '5.0', '1', '-1', "a\nb", "\t", ' ', 'a b', '.*', '^a', 'a$', '(a)', '(?i)a', '***=a', '***:a', '[a]',
	'{a}', '["a"]', '$', '@', '/', 'a,b', '\\u0061', "\x01", "\x7f", "\x{a0}", 'é', 'É', "e\x{301}", 'ß', 'ẞ', 'ss', 'İ', 'ı', 'i', 'I',
	'ſ', 's', 'S', "\x{212a}", 'k', 'K', 'ς', 'σ', 'Σ', 'ǆ', 'ǅ', 'Ǆ', 'ﬀ', 'ᾳ', 'ᾼ', '日本', '～', '😀', "\x{10428}", "\x{10400}", "\x{feff}",
	'2026-11-21T10:15:00.250Z', '2026-11', 'managed/user/1', 'MANAGED/user/1', 'ABSENT', 'absent', "a\r", ' a', 'a ', 'x' x 300);

my @numbers = (
	'0', '-0', '-0.0', '0.0', '5', '5.0', '5.00', '50e-1', '5e0', '1', '-1', '1.5', '0.1', '0.10', '1e-1', '0.2', '0.30000000000000004', '10', '1e1', '1e30', '1E+30',
	'1000000000000000000000000000000', '9007199254740992', '9007199254740993', '9007199254740993.0', '-9007199254740993', '9223372036854775807', '9223372036854775808',
	'-9223372036854775808', '-9223372036854775809', '32767', '32768', '-32769', '2147483647', '2147483648', '4.999999999999999999', '5.000000000000000000001',
	'1e400', '-1e400', '1e-400', '123456789012345678901234567890.123456789');

# as filters may spell them, and JSON not
my @spellings = ('+5', '5.', '.1', '005', '-0005', '+.1', '.0');

my @instants = (
	'2026-11-21T10:15:00.250Z', '2026-11-21T10:15:00.251Z', '2026-11-21T10:15:00.250001Z', '2026-11-21T10:15:00.000Z', '2026-11-21T00:00:00.000Z', '2026-11-20T23:59:59.999Z',
	'2026-12-01T00:00:00.000Z', '2026-11-30T23:59:59.999999Z', '2026-10-31T23:30:00.000Z', '2027-01-01T00:00:00.000Z', '2013-05-14T08:20:41.712345Z', '2013-05-14T08:20:41.712Z',
	'2024-02-29T12:00:00.000Z', '2024-03-01T00:00:00.000Z', '1999-12-31T23:59:59.999Z', '2000-01-01T00:00:00.000Z', '1970-01-01T00:00:00.000Z', '0999-01-01T00:00:00.000Z');

my @keys = ('a', 'b', 'A', 'x', '', '0', '1', '00', '-1', 'é', 'a b', 'a/b', 'a"b', "a'b", '$', '@', '%', '~1', '_id', 'id', 'extra', 'length', '*', 'a.b', 'a\\b', 'name', 'code');

# column => its type; members are found by the oracle's rule
my %types = (
	id => 'text COLLATE "C"', source_object_id => 'text COLLATE "C"', name => 'varchar(400)', title => 'text COLLATE "und-x-icu"', and => 'text', 'grö_ße' => 'text', 'odd "name"' => 'text COLLATE "POSIX"',
	timestamp => 'timestamptz', at => 'timestamp', day => 'date',
	entries => 'bigint', port => 'int', small => 'smallint', amount => 'numeric', share => 'double precision', true => 'boolean', active => 'boolean',
	tags => 'jsonb', before => 'jsonb', after_all => 'jsonb', plain => 'json', codes => 'text[]', words => 'text[] COLLATE "C"', extra => 'jsonb');

sub random_string
{
	return chance(0.85) ? pick(@strings) : pick(@strings) . pick(@strings);
}

sub random_json
{
	my ($depth) = @_;
	my $r = rand;

	return [ 's', random_string() ] if $r < 0.35;
	return [ 'n', pick(@numbers) ] if $r < 0.55;
	return [ 'b', int rand 2 ] if $r < 0.62;
	return ['z'] if $r < 0.68;
	return [ 's', pick(@instants) ] if $r < 0.7 || $depth > 3;
	return [ 'a', [ map { random_json($depth + 1) } 1 .. rand 5 ] ] if $r < 0.85;
	return random_object($depth);
}

sub random_object
{
	my ($depth) = @_;

	return [ 'o', { map { (pick(@keys) => random_json($depth + 1)) } 1 .. rand 5 } ];
}

# a value of a column's type, or undef for NULL
sub random_value
{
	my ($column) = @_;
	my $type = $types{$column};

	return undef if chance($column eq 'extra' ? 0.1 : 0.2);
	return [ 's', random_string() ] if $type =~ /^(?:text|varchar)(?!\[)/;
	return [ 'b', int rand 2 ] if $type eq 'boolean';
	return [ 't', pick(@instants) ] if $type =~ /^timestamp/;
	return [ 't', pick(grep { /T00:00:00.000Z/ } @instants) ] if $type eq 'date';
	return [ 'n', pick(@numbers) ] if $type eq 'numeric';
	return [ 'n', pick('0', '-0', '5', '1', '-1', '1.5', '0.1', '1e-1', '0.2', '10', '1e30', '9007199254740992', '-32769', '2147483648', '1e-300', '123456789.125') ] if $type =~ /^double/;
	if ($type =~ /^(?:bigint|int|smallint)$/)
	{
		my $limit = { bigint => '9223372036854775807', int => '2147483647', smallint => '32767' }->{$type};
		return [ 'n', pick(grep { /^-?[0-9]+$/ && filter_oracle::compare_numbers($_ =~ s/^-//r, $limit) <= 0 } @numbers) ];
	}
	return [ 'a', [ map { chance(0.15) ? ['z'] : [ 's', random_string() ] } 1 .. rand 4 ] ] if $type =~ /\[\]/;
	return random_object(0) if $column eq 'extra' && chance(0.95);
	return random_json(0);
}

# ---- values as text ----

sub json_string
{
	my ($string) = @_;

	$string =~ s/(["\\])/\\$1/g;
	$string =~ s/([\x00-\x1f])/sprintf '\\u%04x', ord $1/ge;
	return qq("$string");
}

sub json_text
{
	my ($value) = @_;
	my ($type, $content) = @$value;

	return json_string($content) if $type eq 's' || $type eq 't';
	return $content if $type eq 'n';
	return $content ? 'true' : 'false' if $type eq 'b';
	return 'null' if $type eq 'z';
	return '[' . join(',', map { json_text($_) } @$content) . ']' if $type eq 'a';
	return '{' . join(',', map { json_string($_) . ':' . json_text($content->{$_}) } sort keys %$content) . '}';
}

# a value as COPY's text format has it in a column of the type
sub copy_text
{
	my ($value, $type) = @_;
	my $text;

	return '\\N' unless $value;
	if ($type =~ /^json/)
	{
		$text = json_text($value);
	}
	elsif ($value->[0] eq 'a')
	{
		$text = '{' . join(',', map { $_->[0] eq 'z' ? 'NULL' : '"' . ($_->[1] =~ s/(["\\])/\\$1/gr) . '"' } @{ $value->[1] }) . '}';
	}
	elsif ($value->[0] eq 'b')
	{
		$text = $value->[1] ? 't' : 'f';
	}
	else
	{
		$text = $value->[1];
		$text =~ s/Z$// if $type eq 'timestamp' || $type eq 'date';
	}
	$text =~ s/\\/\\\\/g;
	$text =~ s/\n/\\n/g;
	$text =~ s/\r/\\r/g;
	$text =~ s/\t/\\t/g;
	return $text;
}

sub quote_literal { return "E'" . ($_[0] =~ s/(['\\])/\\$1/gr) . "'"; }
sub quote_name { return '"' . ($_[0] =~ s/"/""/gr) . '"'; }

# ---- random filters ----

# the member that is a column
sub member_of
{
	my ($column) = @_;

	return $column eq 'id' ? '_id' : $column =~ s/(?<=.)_([a-z])/\u$1/gr;
}

# steps into a value at random, for as long as there is something inside
sub random_path
{
	my ($value) = @_;
	my @tokens;

	while ($value && ($value->[0] eq 'o' || $value->[0] eq 'a') && chance(0.7))
	{
		if ($value->[0] eq 'o')
		{
			my @inside = sort keys %{ $value->[1] };
			push @tokens, @inside ? pick(@inside) : pick(@keys);
		}
		else
		{
			my $index = int rand(@{ $value->[1] } + 1);
			push @tokens, chance(0.1) ? "0$index" : $index;
		}
		$value = filter_oracle::value_at($value, $tokens[-1]);
	}
	push @tokens, pick(@keys) if chance(0.08);
	$tokens[ rand @tokens ] = pick(@keys) if @tokens && chance(0.05);
	return @tokens;
}

# the tokens of a pointer into one of the values, as far as it has columns and
# limits allow
sub random_tokens
{
	my ($samples, $columns) = @_;

	while (1)
	{
		my $sample = pick(@$samples);
		my @tokens;
		if ($sample && $sample->[0] eq 'r')
		{
			my @known = grep { $_ ne 'extra' } sort keys %$columns;
			if (exists $columns->{extra} && chance(0.35))
			{
				@tokens = random_path($sample->[1]{extra});
				@tokens = pick(@keys, 'extra', 'source_object_id', 'sourceObjectID') unless @tokens;
			}
			else
			{
				my $column = pick(@known);
				@tokens = (member_of($column), random_path($sample->[1]{$column}));
			}
			my $column = filter_oracle::column_of($tokens[0]);
			next unless defined $column && exists $columns->{$column} && $column ne 'extra' || exists $columns->{extra};
		}
		else
		{
			@tokens = random_path($sample);
		}
		my $digits = grep { /^[0-9]+$/ } @tokens;
		return @tokens if $digits <= 2;
	}
}

sub pointer
{
	my ($inside, @tokens) = @_;
	my $illegal = $inside ? qr{[\x00-\x20\x7f()"<>{}|\\^`#%/\[\]]} : qr{[\x00-\x20\x7f()"<>{}|\\^`#%/\[\]]};

	foreach my $token (@tokens)
	{
		my $encoded = '';
		foreach my $character (split //, $token)
		{
			if ($character =~ $illegal || chance(0.03))
			{
				utf8::encode($character);
				$encoded .= sprintf '%%%02' . pick('X', 'x'), ord $_ foreach split //, $character;
			}
			else
			{
				$encoded .= $character;
			}
		}
		$token = $encoded;
	}
	my $pointer = join '/', @tokens;
	$pointer .= '/' if @tokens && ($tokens[-1] eq '' || chance(0.03));
	return "/$pointer"
	  if chance(0.8) || $pointer eq '' || $pointer =~ m{^(?:['!/]|true$|false$)}i;
	return $pointer;
}

sub string_literal
{
	my ($string) = @_;
	my $quote = chance(0.7) ? '"' : "'";

	$string =~ s/([\\$quote])/\\$1/g;
	$string =~ s/([a-zé\n])/chance(0.05) ? "\\$1" : $1/ge;
	return "$quote$string$quote";
}

# an instant, spelled in one of the ways that mean it or something near
sub random_instant
{
	my ($text) = @_;
	my $r = rand;

	return substr $text, 0, 10 if $r < 0.15;
	return substr $text, 0, 7 if $r < 0.2;
	return substr($text, 0, 16) . pick('', 'Z', '+00:00', '-05:30') if $r < 0.3;
	return substr($text, 0, 19) . pick('', 'Z', '+01:00') if $r < 0.4;
	return $text =~ s/Z$/pick('', '+00:00', '+14:00', '-11:45', '+02:00')/er if $r < 0.6;
	return $text;
}

# a literal to compare a value with that may be there, of whatever type
sub random_literal
{
	my ($operator, $sample, $is_time) = @_;
	my @elements = grep { $_->[0] =~ /[snbt]/ } filter_oracle::value_set($sample);
	my $orders = $operator !~ /^(?:co|sw|ew)$/;
	my $value = @elements && chance(0.65) ? pick(@elements) : pick([ 's', random_string() ], [ 's', random_string() ], [ 'n', pick(@numbers, @spellings) ], [ 'b', int rand 2 ]);
	my ($type, $content) = @$value;

	if ($is_time && $orders && $type =~ /[st]/)
	{
		return [ 's', random_instant($type eq 't' ? $content : pick(@instants)) ];
	}
	$content = pick(@instants) if $is_time && chance(0.7) && $type =~ /[st]/;
	if ($type =~ /[st]/)
	{
		if (!$orders || chance(0.1))
		{
			my $start = $operator eq 'sw' ? 0 : int rand(1 + length $content);
			$content = $operator eq 'ew' ? substr $content, $start : substr $content, $start, int rand(2 + length($content) - $start)
			  if chance(0.7);
		}
		$content = pick(uc $content, lc $content, ucfirst $content, $content) if chance(0.3);
		return [ 's', $content ];
	}
	if ($type eq 'n')
	{
		my @same = grep { filter_oracle::compare_numbers($_, $content) == 0 } @numbers, @spellings;
		$content = pick(@same) if @same;
	}
	return [ $type, $content ];
}

sub literal_text
{
	my ($literal) = @_;
	my ($type, $content) = @$literal;

	return string_literal($content) if $type eq 's';
	return $content if $type eq 'n';
	my $word = $content ? 'true' : 'false';
	return chance(0.1) ? ucfirst $word : $word;
}

sub space { return chance(0.95) ? ' ' : pick('  ', "\t", "\n", " \r\n "); }

sub keyword { return chance(0.93) ? $_[0] : uc $_[0]; }

# a comparison, or a subfilter, on what the samples have
sub random_leaf
{
	my ($samples, $columns, $inside) = @_;

	return keyword(pick('true', 'false')) if chance(0.02);
	my @tokens = random_tokens($samples, $columns);
	my $field = pointer($inside, @tokens);
	return $field . space() . keyword('pr') if chance(0.12);

	my @values = map { filter_oracle::value_at($_, @tokens) } @$samples;
	my @there = grep { $_ && $_->[0] ne 'r' } @values;
	my $is_time = $columns && @tokens == 1
	  && ($types{ filter_oracle::column_of($tokens[0]) // '' } // '') =~ /^(?:timestamp|date)/
	  && exists $columns->{ filter_oracle::column_of($tokens[0]) };
	$is_time ||= grep { $_ && $_->[0] eq 't' } @there;
	if ($has{subfilter} && $inside < 3 && !$is_time && chance(grep({ $_->[0] eq 'a' } @there) ? 0.3 : 0.05))
	{
		my @elements = map { filter_oracle::value_set($_) } @there;
		@elements = (undef) unless @elements;
		return "$field\[ " . random_filter([@elements], undef, $inside + 1, 1) . (chance(0.5) ? '' : ' ') . ']';
	}
	my $column = $columns && @tokens ? filter_oracle::column_of($tokens[0]) // '' : '';
	my @operators = ('eq', 'eq', 'eq', 'co', 'sw', 'lt', 'le', 'gt', 'ge');
	@operators = ('eq', 'co', 'sw') if $column eq 'title' && exists $columns->{title} && @tokens == 1;
	push @operators, 'ew' if $has{ew};
	push @operators, 'in' if $has{in};
	my $operator = pick(@operators);
	my $sample = pick(@there ? @there : undef);
	if ($operator eq 'in')
	{
		my @elements = map { random_literal('in', pick(@there ? @there : undef), $is_time) } 1 .. rand 5;
		@elements = map { $_->[0] eq 'n' && $_->[1] !~ /^-?(?:0|[1-9])/ ? [ 'n', 5 ] : $_ } @elements;
		@elements = map { $_->[0] eq 'n' && $_->[1] =~ /\.$|^-?0[0-9]/ ? [ 'n', 5 ] : $_ } @elements;
		return "$field in " . string_literal(json_text([ 'a', \@elements ]));
	}
	# several values of one field
	my $n = $operator eq 'eq' && chance(0.1) ? 2 + int rand 4 : 1;
	my $text = join space() . keyword('or') . space(), map {
		my $value = literal_text(random_literal($operator, $sample, $is_time));
		$field . space() . ($operator =~ /^(?:ew|in)$/ ? $operator : keyword($operator)) . ($value =~ /^["']/ && chance(0.05) ? '' : space()) . $value
	} 1 .. $n;
	return $n > 1 ? "($text)" : $text;
}

sub random_filter
{
	my ($samples, $columns, $inside, $depth) = @_;
	my $r = rand;

	return random_leaf($samples, $columns, $inside) if $depth > 4 || $r < 0.45;
	if ($r < 0.6)
	{
		return keyword('!') . space() . random_leaf($samples, $columns, $inside) if chance(0.4);
		return '!' . (chance(0.8) ? ' ' : '') . '(' . random_filter($samples, $columns, $inside, $depth + 1) . ')';
	}
	my $text = '';
	foreach my $i (1 .. 2 + rand 3)
	{
		$text .= space() . keyword(pick('and', 'or')) . space() if $i > 1;
		my $operand = random_filter($samples, $columns, $inside, $depth + 1);
		$operand = chance(0.5) ? "($operand)" : "( $operand )" if chance(0.5);
		$text .= $operand;
	}
	return $text;
}

# ---- a table, and the ways to ask it ----

# settings under which the same text must mean the same
my @settings = (
	[ 'ISO, YMD', 'UTC', 3, 'postgres' ],
	[ 'SQL, DMY', 'Asia/Kathmandu', 0, 'sql_standard' ],
	[ 'German', 'America/St_Johns', -15, 'postgres_verbose' ],
	[ 'Postgres, MDY', 'Pacific/Apia', 1, 'iso_8601' ]);

sub set_settings
{
	my ($date_style, $zone, $digits, $interval_style) = @{ pick(@settings) };

	return "SET datestyle = '$date_style'; SET timezone = '$zone'; SET extra_float_digits = $digits; SET intervalstyle = $interval_style;\n"
	  . 'SET enable_seqscan = ' . pick('on', 'off') . '; SET enable_bitmapscan = ' . pick('on', 'on', 'off') . ";\n";
}

# a table of random columns in random order, or of documents, with its rows
sub random_table
{
	my %table = (document => chance(0.2) ? pick('jsonb', 'json', 'text') : undef);

	if ($table{document})
	{
		$table{ddl} = "CREATE TABLE rows (n bigint, doc $table{document});\n";
		$table{row} = 't.doc';
		foreach my $n (1 .. $rows_per_table)
		{
			my $value = chance(0.7) ? random_object(0) : random_json(0);
			push @{ $table{values} }, $value;
			push @{ $table{copy} }, "$n\t" . copy_text($value, 'json');
		}
		push @{ $table{values} }, (undef) x $nulls_per_table;
		return \%table;
	}

	my @columns = sort { rand() <=> 0.5 } grep { chance(0.55) } sort keys %types;
	splice @columns, int rand(1 + @columns), 0, 'n';
	local $types{n} = 'bigint';
	my $partitioned = exists { map { ($_ => 1) } @columns }->{timestamp} && chance(0.3);
	my @definitions;
	foreach my $column (@columns)
	{
		push @definitions, "gone_" . @definitions . " int" if chance(0.1);
		push @definitions, quote_name($column) . " $types{$column}";
	}
	my $name = $partitioned ? 'rows PARTITION BY RANGE ("timestamp")' : 'rows';
	my @gone = map { /^(gone_\S+)/ ? $1 : () } @definitions;
	$table{ddl} = 'CREATE TABLE rows (' . join(', ', @definitions) . ')' . ($partitioned ? ' PARTITION BY RANGE ("timestamp")' : '') . ";\n";
	if ($partitioned)
	{
		# another order of columns than the parent's
		$table{ddl} .= 'CREATE TABLE rows_2026_11 (' . join(', ', reverse map { quote_name($_) . " $types{$_}" } @columns) . ");\n"
		  . join('', map { "ALTER TABLE rows DROP COLUMN $_;\n" } @gone)
		  . "ALTER TABLE rows ATTACH PARTITION rows_2026_11 FOR VALUES FROM ('2026-11-01Z') TO ('2026-12-01Z');\n"
		  . "CREATE TABLE rows_2026_12 PARTITION OF rows FOR VALUES FROM ('2026-12-01Z') TO ('2027-01-01Z');\n"
		  . "CREATE TABLE rows_other PARTITION OF rows DEFAULT;\n";
	}
	else
	{
		$table{ddl} .= join '', map { "ALTER TABLE rows DROP COLUMN $_;\n" } @gone;
	}
	foreach my $column (@columns)
	{
		next if $types{$column} eq 'json' || chance(0.3);
		my $quoted = quote_name($column);
		$table{ddl} .= $types{$column} eq 'jsonb' ? "CREATE INDEX ON rows USING gin ($quoted " . pick('jsonb_path_ops', 'jsonb_ops') . ");\n" :
		  $types{$column} =~ /^(?:text|varchar)(?!\[)/ ? "CREATE INDEX ON rows (" . pick($quoted, "synclog.fold($quoted)", "$quoted COLLATE \"C\"", "$quoted text_pattern_ops") . ");\n" :
		  $types{$column} =~ /\[\]/ ? "CREATE INDEX ON rows USING gin ($quoted);\n" : "CREATE INDEX ON rows ($quoted);\n";
	}
	$table{row} = 't';
	$table{columns} = { map { ($_ => $types{$_}) } @columns };
	foreach my $n (1 .. $rows_per_table)
	{
		my %row = map { ($_ => $_ eq 'n' ? [ 'n', $n ] : random_value($_)) } @columns;
		push @{ $table{values} }, [ 'r', \%row ];
		push @{ $table{copy} }, join "\t", map { copy_text($row{$_}, $types{$_}) } @columns;
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
	return "string_agg(n || CASE WHEN m IS NULL THEN '?' ELSE '' END, ' ' ORDER BY n) FROM (SELECT n, $matches AS m FROM $from) x WHERE m IS NOT FALSE";
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
	my $script = "SET client_encoding = 'UTF8'; SET client_min_messages = warning;\n"
	  . "DROP SCHEMA IF EXISTS differential CASCADE; CREATE SCHEMA differential; SET search_path = differential;\n"
	  . $table->{ddl}
	  . "CREATE VIEW view_of_rows AS SELECT * FROM rows;\n"
	  . "CREATE TABLE filters (f int, filter synclog.queryfilter, ignore_case boolean);\n"
	  . "COPY rows FROM STDIN;\n" . join("\n", @{ $table->{copy} }) . "\n\\.\n"
	  . join('', map { "INSERT INTO filters VALUES ($_->{n}, " . quote_literal($_->{text}) . ', ' . ($_->{ignore_case} ? 'true' : 'false') . ");\n" } @$filters)
	  . (chance(0.7) ? "ANALYZE rows;\n" : '')
	  . set_settings()
	  . "SET plan_cache_mode = force_generic_plan;\n";

	foreach my $way (sort keys %ways)
	{
		my ($from, $condition, $answer) = @{ $ways{$way} };
		foreach my $filter (@$filters)
		{
			$script .= "SELECT '$way', '$answer', $filter->{n}, "
			  . way_query($from, $condition, "synclog.matches($table->{row}, " . quote_literal($filter->{text}) . ', ' . ($filter->{ignore_case} ? 'true' : 'false') . ')') . ";\n";
		}
		$script .= "PREPARE generic_$way(int, synclog.queryfilter, boolean) AS SELECT 'generic $way', '$answer', \$1, "
		  . way_query($from, $condition, "synclog.matches($table->{row}, \$2, \$3)") . ";\n"
		  . join '', map { "EXECUTE generic_$way($_->{n}, " . quote_literal($_->{text}) . ', ' . ($_->{ignore_case} ? 'true' : 'false') . ");\n" } @$filters;
	}

	$script .= "SELECT 'join', 'outer', f, string_agg(n::text, ' ' ORDER BY n) FILTER (WHERE m) FROM (SELECT f, n, synclog.matches($table->{row}, filter, ignore_case) AS m FROM filters CROSS JOIN ($outer)) x GROUP BY f;\n"
	  . "SELECT 'join where', 'rows', f, string_agg(n::text, ' ' ORDER BY n) FROM rows t JOIN filters ON synclog.matches($table->{row}, filter, ignore_case) GROUP BY f;\n";
	$script .= "CREATE TABLE texts AS SELECT f, synclog.to_sql(filter, 'rows', 't', ignore_case) AS sql FROM filters;\n" unless $table->{document};
	return $script;
}

# the session that executes the texts
sub second_script
{
	my $script = "SET client_encoding = 'UTF8';\n" . set_settings() . 'SET search_path = ' . pick('public', "''", 'pg_temp', 'information_schema') . ";\n";

	foreach my $way ('where', 'outer_join')
	{
		my ($from, $condition, $answer) = @{ $ways{$way} };
		$from =~ s/\brows t\b/differential.rows t/;
		my $query = quote_literal("SELECT 'to_sql $way', '$answer', %s, " . way_query($from, $condition, '%s'));
		$script .= "SELECT format($query, f, sql) FROM differential.texts ORDER BY f \\gexec\n";
	}
	$script .= "SELECT format(" . quote_literal("SELECT 'to_sql negated', 'others', %s, " . way_query($outer =~ s/\brows t\b/differential.rows t/r, 'WHERE', '((%s) IS NOT TRUE)')) . ", f, sql) FROM differential.texts ORDER BY f \\gexec\n";
	return $script;
}

# ---- the run ----

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init;
$node->append_conf('postgresql.conf', "autovacuum = off\njit = off\nlog_statement = none\n");
$node->start;
$node->safe_psql('postgres', "CREATE DATABASE logs TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C'");
$node->safe_psql('logs', 'CREATE EXTENSION synclog');
delete $types{title}
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

# says where an answer is another than expected
sub report_difference
{
	my ($table, $filter, $way, $expected, $got) = @_;
	my @got = split / /, $got;
	my %expected = map { ($_ => 1) } split / /, $expected;
	my %got = map { ($_ => 1) } @got;
	my @differ = grep { !!$expected{$_} != !!$got{$_} } sort { $a <=> $b } keys %{ { %expected, %got } };
	my $value = @differ && $differ[0] =~ /^[0-9]+$/ ? $table->{values}[ $differ[0] - 1 ] : undef;
	my $row = !$value ? 'NULL' : $value->[0] eq 'r' ? join(', ', map { "$_: " . ($value->[1]{$_} ? json_text($value->[1]{$_}) : 'NULL') } sort keys %{ $value->[1] }) : json_text($value);

	my $ignore_case = $filter->{ignore_case} ? 'true' : 'false';
	say_to_user("filter: $filter->{text}\nignore_case: $ignore_case\nway: $way\n"
		  . 'missing: ' . join(' ', grep { !$got{$_} } @differ) . "\nnot expected: " . join(' ', grep { $got{$_} } @differ)
		  . "\nthe first of these rows: $row\n");
	return;
}

my $started = time;
my $compared = 0;
my $differences = 0;
foreach my $round ($first_round .. $first_round + $rounds - 1)
{
	srand($seed + $round * 7919);
	my $table = random_table();
	my @samples = @{ $table->{values} }[ 0 .. $rows_per_table - 1 ];
	my @filters = map { { n => $_, ignore_case => int rand 2, text => random_filter([ map { pick(@samples) } 1 .. 8 ], $table->{columns}, 0, 0) } } 1 .. $filters_per_table;
	my @answers;
	my $failed = 0;
	my $errors = run_script(first_script($table, \@filters), \@answers);
	$errors .= run_script(second_script(), \@answers) unless $table->{document};

	foreach my $filter (@filters)
	{
		my $expected = expected_answers($table, $filter);
		my $given = $answers[ $filter->{n} ];
		my %wrong;
		foreach my $way ((map { ($_, "generic $_") } sort keys %ways), 'join', 'join where', $table->{document} ? () : ('to_sql where', 'to_sql outer_join', 'to_sql negated'))
		{
			my ($answer, $list) = @{ $given->{$way} // [ 'rows', $way eq 'join where' ? '' : 'no answer' ] };
			next if $list eq 'no answer' && $errors ne '';
			push @{ $wrong{"$answer|$list"} }, $way if $list ne $expected->{$answer};
		}
		foreach my $answer (sort keys %wrong)
		{
			my ($kind, $list) = split /\|/, $answer, 2;
			report_difference($table, $filter, join(', ', @{ $wrong{$answer} }), $expected->{$kind}, $list)
			  if $failed < 20;
		}
		$failed++ if %wrong;
		$compared += $rows_per_table;
	}
	say_to_user(substr $errors, 0, 3000) if $errors ne '';
	$differences += $failed;
	if ($failed || $errors ne '')
	{
		say_to_user("table: $table->{ddl}\nto repeat: SYNCLOG_SEED=$seed SYNCLOG_ROUND=$round SYNCLOG_DIFFERENTIAL=1");
		fail("round $round, seed $seed");
		last;
	}
}
is($differences, 0, "$compared pairs of a filter and a row, seed $seed");
note(sprintf '%.1f s', time - $started);

$node->stop;
done_testing();
