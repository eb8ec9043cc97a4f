# What a query filter means, written from the description of the language alone
# and not from the C code: a parser of its own, and an evaluator that walks over
# values.  It knows neither PostgreSQL nor SQL.
#
# A value is [type, content]: ['s', string], ['n', text of a number], ['b', 0 or
# 1], ['z'] for null, ['a', values], ['o', {key => value}], ['t', text of an
# instant as it is printed], and undef where there is none.  A row is ['r',
# {column => value}]; its column extra holds the members that have no column.
# A column of floating point has ['f', text, pack's letter for its type].
package filter_oracle;

use strict;
use warnings;
no warnings qw(recursion);

use JSON::PP;
use Unicode::UCD ();

# ---- parser ----

my $space = qr/[ \t\r\n]/;
my $number = qr/[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?/;

# Gives the filter's tree: ['and', tree...], ['or', tree...], ['!', tree],
# ['true'], ['false'], ['pr', tokens], ['[]', tokens, tree] or [operator,
# tokens, literal].
sub parse
{
	my ($text) = @_;
	my $p = { text => \$text, brackets => 0 };

	pos($text) = 0;
	my $tree = parse_or($p);
	$text =~ /\G$space*/gc;
	fail($p, 'the end') if pos($text) < length($text);
	return $tree;
}

# Ends the parse of what is no filter.
sub fail
{
	my ($p, $what) = @_;
	my $at = pos(${ $p->{text} }) // 0;

	my $message = "expected $what at character $at of ${ $p->{text} }\n";
	utf8::encode($message);
	die $message;
}

# Takes the keyword, a token of its own in any case, if it comes next.
sub keyword
{
	my ($p, $word) = @_;
	my $end = $p->{brackets} ? qr/(?=[\](]|\)|$space|\z)/ : qr/(?=[(]|\)|$space|\z)/;

	return ${ $p->{text} } =~ /\G$space*\Q$word\E$end/gci;
}

sub parse_or
{
	my ($p) = @_;
	my @operands = parse_and($p);

	push @operands, parse_and($p) while keyword($p, 'or');
	return @operands == 1 ? $operands[0] : [ 'or', @operands ];
}

sub parse_and
{
	my ($p) = @_;
	my @operands = parse_not($p);

	push @operands, parse_not($p) while keyword($p, 'and');
	return @operands == 1 ? $operands[0] : [ 'and', @operands ];
}

sub parse_not
{
	my ($p) = @_;

	return [ '!', parse_primary($p) ] if keyword($p, '!');
	return parse_primary($p);
}

sub parse_primary
{
	my ($p) = @_;
	my $text = $p->{text};
	my $tree;

	if ($$text =~ /\G$space*\(/gc)
	{
		$tree = parse_or($p);
		$$text =~ /\G$space*\)/gc or fail($p, ')');
		return $tree;
	}
	return ['true']  if keyword($p, 'true');
	return ['false'] if keyword($p, 'false');

	# a bracket opens a subfilter, unless the word it stands in closes it too;
	# within a subfilter any does
	my $plain = qr/[^ \t\r\n()\[\]]/;
	my $balanced = qr/($plain*(?:\[(?-1)\]$plain*)*)/;
	my $field;
	if (!$p->{brackets} && $$text =~ /\G$space*+(?=$plain)$balanced(?=$space)/gc)
	{
		$field = $1;
	}
	elsif ($$text =~ /\G$space*($plain+)/gc)
	{
		$field = $1;
	}
	fail($p, 'a field') if !defined $field || $field eq '' || $field =~ /^["']/;
	my $tokens = parse_pointer($field);
	if ($$text =~ /\G\[/gc)
	{
		$p->{brackets}++;
		$tree = parse_or($p);
		$$text =~ /\G$space*\]/gc or fail($p, ']');
		$p->{brackets}--;
		return [ '[]', $tokens, $tree ];
	}
	return [ 'pr', $tokens ] if keyword($p, 'pr');
	$$text =~ /\G$space*([A-Za-z]+)/gc or fail($p, 'an operator');
	my $operator = $1;
	$operator = lc $operator if $operator =~ /^(?:eq|lt|le|gt|ge|co|sw)$/i;
	$operator =~ /^(?:eq|lt|le|gt|ge|co|sw|ew|in)$/ or fail($p, 'an operator');
	my $literal = parse_literal($p);
	$literal = parse_list($literal->[1]) if $operator eq 'in';
	return [ $operator, $tokens, $literal ];
}

# Parses a string, a number, true or false.
sub parse_literal
{
	my ($p) = @_;
	my $text = $p->{text};

	if ($$text =~ /\G$space*(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)')/gcs)
	{
		my $string = $1 // $2;
		$string =~ s/\\(.)/$1/gs;
		return [ 's', $string ];
	}
	return [ 'b', 1 ] if keyword($p, 'true');
	return [ 'b', 0 ] if keyword($p, 'false');
	$$text =~ /\G$space*($number)/gc or fail($p, 'a value');
	return [ 'n', $1 ];
}

# Parses the value of in, a JSON array of strings, numbers and booleans.
sub parse_list
{
	my ($json) = @_;
	my @elements;

	$json =~ /\G\s*\[\s*/gc or die "no array: $json\n";
	until ($json =~ /\G\s*\]\s*\z/gc)
	{
		$json =~ /\G\s*,\s*/gc or die "no array: $json\n" if @elements;
		if ($json =~ /\G("(?:[^"\\]|\\.)*")/gcs)
		{
			push @elements, [ 's', JSON::PP->new->allow_nonref->decode($1) ];
		}
		elsif ($json =~ /\G(true|false)/gc)
		{
			push @elements, [ 'b', $1 eq 'true' ? 1 : 0 ];
		}
		elsif ($json =~ /\G($number)/gc)
		{
			push @elements, [ 'n', $1 ];
		}
		else
		{
			die "no array of strings, numbers and booleans: $json\n";
		}
	}
	return \@elements;
}

# Gives the tokens of a pointer.
sub parse_pointer
{
	my ($pointer) = @_;

	$pointer =~ s{^/}{};
	return [] if $pointer eq '';
	$pointer =~ s{/$}{};
	return [''] if $pointer eq '';
	my @tokens = split m{/}, $pointer, -1;
	foreach my $token (@tokens)
	{
		utf8::encode($token);
		$token =~ s/%([0-9A-Fa-f]{2})/chr hex $1/ge;
		utf8::decode($token) or die "no UTF-8 in $pointer\n";
	}
	return \@tokens;
}

# ---- values ----

# Gives the column that a member is, if one can be.
sub column_of
{
	my ($member) = @_;

	return 'id' if $member eq '_id';
	my $column = $member =~ s/([A-Z])/_\l$1/gr;
	return $column ne 'id' && $column =~ s/(?<=.)_([a-z])/\u$1/gsr eq $member ? $column : undef;
}

# Gives the value that a pointer's tokens lead to.
sub value_at
{
	my ($value, @tokens) = @_;

	if ($value && $value->[0] eq 'r')
	{
		return $value unless @tokens;
		my $columns = $value->[1];
		my $column = column_of($tokens[0]);
		if (defined $column && $column ne 'extra' && exists $columns->{$column})
		{
			$value = $columns->{$column};
			shift @tokens;
		}
		else
		{
			$value = $columns->{extra};
		}
	}
	foreach my $token (@tokens)
	{
		return undef unless $value;
		if ($value->[0] eq 'o')
		{
			$value = $value->[1]{$token};
		}
		elsif ($value->[0] eq 'a' && $token =~ /^0*([0-9]{1,6})\z/)
		{
			$value = $value->[1][$1];
		}
		else
		{
			return undef;
		}
	}
	return $value;
}

# Gives the values that a predicate on a field looks at.
sub value_set
{
	my ($value) = @_;
	my @values = !$value ? () : $value->[0] eq 'a' ? @{ $value->[1] } : ($value);

	return grep { $_->[0] ne 'z' } @values;
}

my %folded;

# Folds a string's case: of each character the simple upper-case, and then of
# that the simple lower-case mapping.  The reference's characters are those of
# 16 bits.
sub fold
{
	my ($string) = @_;

	return $string =~ s/([\x{1}-\x{ffff}])/$folded{$1} \/\/= fold_character($1)/ger;
}

sub fold_character
{
	my ($character) = @_;

	foreach my $mapping ('upper', 'lower')
	{
		my $info = Unicode::UCD::charinfo(ord $character);
		$character = chr hex $info->{$mapping} if $info && $info->{$mapping};
	}
	return $character;
}

my %decimals;

# Gives a number's sign (-1, 0, 1), the place of its first digit, and its digits.
sub decimal
{
	my ($text) = @_;

	return $decimals{$text} //= do
	{
		$text =~ /^([+-]?)([0-9]*)\.?([0-9]*)(?:[eE]([+-]?[0-9]+))?\z/ or die "no number: $text\n";
		my ($sign, $whole, $fraction, $exponent) = ($1, $2, $3, $4 // 0);
		my $digits = $whole . $fraction;
		my $place = length($whole) + $exponent;
		$place -= length $1 if $digits =~ s/^(0+)//;
		$digits =~ s/0+$//;
		$digits eq '' ? [ 0, 0, '' ] : [ $sign eq '-' ? -1 : 1, $place, $digits ];
	};
}

# Compares two numbers exactly.
sub compare_numbers
{
	my ($x, $y) = map { decimal($_) } @_;

	return $x->[0] <=> $y->[0]
	  || $x->[0] * ($x->[1] <=> $y->[1] || $x->[2] cmp $y->[2]);
}

my %instants;

# Gives an instant in UTC, so that the order of texts is that of instants.
sub instant
{
	my ($text) = @_;

	return $instants{$text} //= do
	{
		$text =~ /^([0-9]{4})-([0-9]{2})(?:-([0-9]{2})
			(?:T([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:\.([0-9]{1,6}))?)?
			(?:Z|([+-])([0-9]{2}):([0-9]{2}))?)?)?\z/x
		  or die "no timestamp: $text\n";
		my ($y, $m, $d, $hour, $minute, $second, $fraction) =
		  ($1, $2, $3 // 1, $4 // 0, $5 // 0, $6 // 0, $7 // '');
		my $offset = $8 ? ($9 * 60 + $10) * ($8 eq '-' ? -60 : 60) : 0;

		# days since a first of March, when a year of months begins that ends
		# with the leap day
		$y -= $m <= 2;
		my $days = 365 * $y + int($y / 4) - int($y / 100) + int($y / 400)
		  + int((153 * ($m + ($m > 2 ? -3 : 9)) + 2) / 5) + $d - 1;
		sprintf '%015d.%-6s', $days * 86400 + $hour * 3600 + $minute * 60 + $second - $offset,
		  $fraction . '0' x (6 - length $fraction);
	};
}

# ---- evaluator ----

my %orders = (
	eq => sub { $_[0] == 0 },
	lt => sub { $_[0] < 0 },
	le => sub { $_[0] <= 0 },
	gt => sub { $_[0] > 0 },
	ge => sub { $_[0] >= 0 });

my %contents = (
	co => sub { index($_[0], $_[1]) >= 0 },
	sw => sub { substr($_[0], 0, length $_[1]) eq $_[1] },
	ew => sub { length $_[0] >= length $_[1] && substr($_[0], length($_[0]) - length $_[1]) eq $_[1] });

# Tells whether one value satisfies a comparison.
sub compare
{
	my ($operator, $value, $literal, $ignore_case) = @_;
	my $type = $value->[0];

	if ($operator eq 'in')
	{
		return scalar grep { compare('eq', $value, $_, $ignore_case) } @$literal;
	}
	return 0 unless ($type =~ tr/tf/sn/r) eq $literal->[0];
	my $order = $orders{$operator};
	if ($type eq 't' && $order)
	{
		return $order->(instant($value->[1]) cmp instant($literal->[1]));
	}
	if ($type eq 's' || $type eq 't')
	{
		my ($x, $y) = ($value->[1], $literal->[1]);
		($x, $y) = (fold($x), fold($y)) if $ignore_case;
		return $order ? $order->($x cmp $y) : $contents{$operator}->($x, $y);
	}
	$order //= $orders{eq};
	return $order->(compare_numbers($value->[1], $literal->[1])) if $type eq 'n';
	if ($type eq 'f')
	{
		# the literal is read as the column's type, or as the wider one if that
		# cannot hold it; beyond both it compares exactly
		my $x = unpack $value->[2], pack $value->[2], $value->[1];
		my $is_zero = compare_numbers($literal->[1], '0') == 0;
		foreach my $letter ($value->[2] eq 'f' ? ('f', 'd') : 'd')
		{
			my $y = unpack $letter, pack $letter, $literal->[1];
			return $order->($x <=> $y) if abs($y) != 9**9**9 && ($is_zero || $y != 0);
		}
		return $order->(compare_numbers($value->[1], $literal->[1]));
	}
	return $order->($value->[1] <=> $literal->[1]) if $type eq 'b';
	return 0;
}

# Tells whether a row or a value satisfies a filter's tree.
sub matches
{
	my ($tree, $root, $ignore_case) = @_;
	my ($operator, @operands) = @$tree;

	if ($operator eq 'and')
	{
		foreach my $operand (@operands)
		{
			return 0 unless matches($operand, $root, $ignore_case);
		}
		return 1;
	}
	if ($operator eq 'or')
	{
		foreach my $operand (@operands)
		{
			return 1 if matches($operand, $root, $ignore_case);
		}
		return 0;
	}
	return matches($operands[0], $root, $ignore_case) ? 0 : 1 if $operator eq '!';
	return 1 if $operator eq 'true';
	return 0 if $operator eq 'false';

	my $value = value_at($root, @{ $operands[0] });
	if ($operator eq 'pr')
	{
		return $value && $value->[0] ne 'z' ? 1 : 0;
	}
	foreach my $element (value_set($value))
	{
		return 1
		  if $operator eq '[]' ? matches($operands[1], $element, $ignore_case) :
		  compare($operator, $element, $operands[1], $ignore_case);
	}
	return 0;
}

1;
