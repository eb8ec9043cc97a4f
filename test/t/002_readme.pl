# Every SQL block of README.md is run, in order and in one session, and a block
# without a language right behind it is what psql must print.  With
# SYNCLOG_README=write in the environment, what psql prints is written there.
use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $readme = slurp_file('README.md');
my $block = qr/^```sql\n(.*?)^```\n(?:\n```\n(.*?)^```\n)?/ms;
my (@sql, @expected);

while ($readme =~ /$block/g)
{
	push @sql, $1;
	push @expected, defined $2 ? $2 : '';
}
cmp_ok(scalar @sql, '>', 5, 'README.md has blocks of SQL');

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init(extra => [ '--encoding=UTF8', '--locale=C' ]);
$node->start;

my $script = join '', map { "\\echo @@ $_\n$sql[$_]" } 0 .. $#sql;
my ($in, $all) = ($script, '');
IPC::Run::run(
	[ 'psql', '-X', '-q', '-d', $node->connstr('postgres'), '-P', 'pager=off' ],
	'<', \$in, '>&', \$all);
my @output = split /^@@ \d+\n/m, $all;
shift @output;
s/ +$//mg, s/\n+\z/\n/ for @output;

if (($ENV{SYNCLOG_README} || '') eq 'write')
{
	my $n = 0;

	$readme =~ s{$block}{
		my $printed = $output[$n++];
		"```sql\n$1```\n" . ($printed =~ /\S/ ? "\n```\n$printed```\n" : '')
	}gem;
	append_to_file('README.md.new', $readme);
}
for my $i (0 .. $#sql)
{
	my ($first) = $sql[$i] =~ /^(.{0,60})/m;

	is($output[$i] =~ /\S/ ? $output[$i] : '', $expected[$i], $first);
}
$node->stop;
done_testing();
