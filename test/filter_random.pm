# Random values, their texts in JSON and in COPY, and random filters over them.
# It knows the language's grammar and its limits, but neither a server nor what
# a filter means, but for the path to a value.
package filter_random;

use strict;
use warnings;
no warnings qw(recursion);
use utf8;

# parts of the language
my %has = (ew => 1, in => 1, subfilter => 1);

# ---- random values ----

sub chance { return rand() < $_[0]; }
sub pick { return $_[ int rand @_ ]; }

my @strings = (
	'', 'a', 'A', 'b', 'ab', 'aB', 'AB', 'abc', 'a%', 'a_', '%', '_', '\\', 'a\\', '\\\\', "'",
	"''", '"', 'a"b', 'true', 'false', 'null', '5', '5.0', '1', '-1', "a\nb", "\t", ' ', 'a b',
	'.*', '^a', 'a$', '(a)', '(?i)a', '***=a', '***:a', '[a]', '{a}', '["a"]', '$', '@', '/', 'a,b',
	'\\u0061', "\x01", "\x7f", "\x{a0}", 'é', 'É', "e\x{301}", 'ß', 'ẞ', 'ss', 'İ', 'ı', 'i', 'I',
	'ſ', 's', 'S', "\x{212a}", 'k', 'K', 'ς', 'σ', 'Σ', 'ǆ', 'ǅ', 'Ǆ', 'ﬀ', 'ᾳ', 'ᾼ', '日本', '～',
	'😀', "\x{10428}", "\x{10400}", "\x{feff}", '2026-11-21T10:15:00.250Z', '2026-11',
	'managed/user/1', 'MANAGED/user/1', 'ABSENT', 'absent', "a\r", ' a', 'a ', 'x' x 150);

# those that a wrong translation would take for each other
my @colliding = ('', 'a', 'A', 'b', 'ab', 'aB', 'a%', 'a_', '%', '_', '\\', 'a\\', '.', 'É', 'é', '5', 'true');

my @numbers = (
	'0', '-0', '-0.0', '0.0', '5', '5.0', '5.00', '50e-1', '5e0', '1', '-1', '1.5', '0.1', '0.10',
	'1e-1', '0.2', '0.30000000000000004', '10', '1e1', '1e30', '1E+30',
	'1000000000000000000000000000000', '9007199254740992', '9007199254740993', '9007199254740993.0',
	'-9007199254740993', '9223372036854775807', '9223372036854775808', '-9223372036854775808',
	'-9223372036854775809', '32767', '32768', '-32769', '2147483647', '2147483648',
	'4.999999999999999999', '5.000000000000000000001', '1e400', '-1e400', '1e-400',
	'123456789012345678901234567890.123456789');

my @floats = (
	'0', '-0', '5', '1', '-1', '1.5', '0.1', '1e-1', '0.2', '10', '1e30', '9007199254740992',
	'-32769', '2147483648');

# as filters may spell them, and JSON not
my @spellings = ('+5', '5.', '.1', '005', '-0005', '+.1', '.0');

my @instants = (
	'2026-11-21T10:15:00.250Z', '2026-11-21T10:15:00.251Z', '2026-11-21T10:15:00.250001Z',
	'2026-11-21T10:15:00.2501Z', '2026-11-21T10:15:00.000Z', '2026-11-21T00:00:00.000Z',
	'2026-11-20T23:59:59.999Z', '2026-12-01T00:00:00.000Z', '2026-11-30T23:59:59.999999Z',
	'2026-10-31T23:30:00.000Z', '2027-01-01T00:00:00.000Z', '2013-05-14T08:20:41.712345Z',
	'2013-05-14T08:20:41.712Z', '2024-02-29T12:00:00.000Z', '2024-03-01T00:00:00.000Z',
	'1999-12-31T23:59:59.999Z', '2000-01-01T00:00:00.000Z', '1970-01-01T00:00:00.000Z',
	'0999-01-01T00:00:00.000Z');

my @keys = (
	'a', 'b', 'A', 'x', '', '0', '1', '00', '-1', 'é', 'a b', 'a/b', 'a"b', "a'b", '$', '@', '%',
	'~1', '_id', 'id', 'extra', 'length', '*', 'a.b', 'a\\b', 'name', 'code');

# column => its type; members are found by the oracle's rule
our %types = (
	id => 'text COLLATE "C"',
	source_object_id => 'text COLLATE "C"',
	name => 'varchar(400)',
	title => 'text COLLATE "und-x-icu"',
	and => 'text',
	'grö_ße' => 'text',
	'odd "name"' => 'text COLLATE "POSIX"',
	timestamp => 'timestamptz',
	at => 'timestamp',
	day => 'date',
	entries => 'bigint',
	port => 'int',
	small => 'smallint',
	amount => 'numeric',
	share => 'double precision',
	ratio => 'real',
	true => 'boolean',
	active => 'boolean',
	tags => 'jsonb',
	before => 'jsonb',
	after_all => 'jsonb',
	plain => 'json',
	codes => 'text[]',
	words => 'text[] COLLATE "C"',
	extra => 'jsonb');

sub random_string
{
	my $string = pick(chance(0.5) ? @colliding : @strings);

	return chance(0.85) ? $string : $string . pick(@colliding);
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
	return [ 'f', pick(@floats, '1e-300', '123456789.123'), 'd' ] if $type =~ /^double/;
	return [ 'f', pick(@floats), 'f' ] if $type eq 'real';
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
	return $content if $type eq 'n' || $type eq 'f';
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
			return () if chance(0.02);
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
	my (@tokens) = @_;
	my $illegal = qr{[\x00-\x20\x7f()"<>{}|\\^`#%/\[\]]};

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
	my @elements = grep { $_->[0] =~ /[snbtf]/ } filter_oracle::value_set($sample);
	my $orders = $operator !~ /^(?:co|sw|ew)$/;
	my $value = @elements && chance(0.65) ? pick(@elements) :
	  pick([ 's', random_string() ], [ 's', random_string() ],
		[ 'n', pick(@numbers, @spellings) ], [ 'b', int rand 2 ]);
	my ($type, $content) = @$value;

	$type = 'n' if $type eq 'f';
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

# the comparisons of the filter that was made last
our @leaves;

# a comparison, or a subfilter, on what the samples have
sub random_leaf
{
	my ($samples, $columns, $inside) = @_;
	my $leaf = make_leaf($samples, $columns, $inside);

	push @leaves, $leaf unless $inside;
	return $leaf;
}

sub make_leaf
{
	my ($samples, $columns, $inside) = @_;

	return keyword(pick('true', 'false')) if chance(0.02);
	my @tokens = random_tokens($samples, $columns);
	my $field = pointer(@tokens);
	return $field . space() . keyword('pr') if chance(0.12);

	my @values = map { filter_oracle::value_at($_, @tokens) } @$samples;
	my @there = grep { $_ && $_->[0] ne 'r' } @values;
	my $column = $columns && @tokens == 1 ? filter_oracle::column_of($tokens[0]) : undef;
	my $type = defined $column && $columns->{$column} || '';
	my $is_time = $type =~ /^(?:timestamp|date)/;
	# whose order is another than that of bytes
	my $is_icu = $type =~ /icu/;
	$is_time ||= grep { $_ && $_->[0] eq 't' } @there;
	if ($has{subfilter} && $inside < 3 && !$is_icu && chance(grep({ $_->[0] eq 'a' } @there) ? 0.3 : 0.05))
	{
		if ($columns && !@tokens)
		{
			return "$field\[ " . random_filter($samples, $columns, $inside + 1, 1) . ' ]';
		}
		my @elements = map { filter_oracle::value_set($_) } @there;
		@elements = ($is_time ? [ 't', pick(@instants) ] : undef) unless @elements;
		return "$field\[ " . random_filter([@elements], undef, $inside + 1, 1) . (chance(0.5) ? '' : ' ') . ']';
	}
	my @operators = ('eq', 'eq', 'eq', 'co', 'sw', 'lt', 'le', 'gt', 'ge');
	@operators = ('eq', 'co', 'sw') if $is_icu;
	push @operators, 'ew' if $has{ew};
	push @operators, 'in' if $has{in};
	my $operator = pick(@operators);
	my $sample = pick(@there ? @there : undef);
	if ($operator eq 'in')
	{
		my @elements = map { random_literal('in', pick(@there ? @there : undef), $is_time) } 1 .. rand 5;
		# numbers there are spelled as in JSON
		my $json_number = qr/^-?(?:0|[1-9][0-9]*)(?:[.e][0-9]|E|\z)/;
		@elements = map { $_->[0] eq 'n' && $_->[1] !~ $json_number ? [ 'n', 5 ] : $_ } @elements;
		return "$field in " . string_literal(json_text([ 'a', \@elements ]));
	}
	# several values of one field
	my $n = $operator eq 'eq' && chance(0.1) ? 2 + int rand 4 : 1;
	my $text = join space() . keyword('or') . space(), map {
		my $value = literal_text(random_literal($operator, $sample, $is_time));
		$field . space() . ($operator eq 'ew' ? $operator : keyword($operator))
		  . ($value =~ /^["']/ && chance(0.05) ? '' : space()) . $value
	} 1 .. $n;
	return $n > 1 ? "($text)" : $text;
}

# a filter on what the samples have: rows with these columns, or values
sub random_filter
{
	my ($samples, $columns, $inside, $depth) = @_;
	my $r = rand;

	return random_leaf($samples, $columns, $inside) if $depth > 3 || $r < 0.5;
	if ($r < 0.65)
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

1;
