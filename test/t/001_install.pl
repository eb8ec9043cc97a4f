# The extension installs into a server, says its version, and goes again.
use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init;
$node->start;

my $control = slurp_file('synclog.control');
my ($version) = $control =~ /^default_version = '(.*)'$/m;

$node->safe_psql('postgres', 'CREATE EXTENSION synclog');
is( $node->safe_psql(
		'postgres',
		q{SELECT extversion FROM pg_extension WHERE extname = 'synclog'}),
	$version,
	'the version is that of the control file');

# but array and row types, which come with another object
is( $node->safe_psql(
		'postgres', q{
		SELECT pg_describe_object(d.classid, d.objid, 0)
		FROM pg_depend d JOIN pg_extension e ON d.refobjid = e.oid
		WHERE e.extname = 'synclog' AND d.deptype = 'e'
			AND d.refclassid = 'pg_extension'::regclass
			AND obj_description(d.objid, d.classid::regclass::text::name) IS NULL
			AND NOT EXISTS (
				SELECT FROM pg_type t LEFT JOIN pg_class c ON c.oid = t.typrelid
				WHERE d.classid = 'pg_type'::regclass AND t.oid = d.objid
					AND (c.relkind <> 'c' OR t.typcategory = 'A'))
		ORDER BY 1}),
	'',
	'every object has a comment');

$node->safe_psql('postgres', 'DROP EXTENSION synclog');
is( $node->safe_psql(
		'postgres',
		q{SELECT count(*) FROM pg_namespace WHERE nspname = 'synclog'}),
	'0',
	'dropping it leaves nothing');

# the script is read in the encoding of the database
$node->safe_psql('postgres',
	q{CREATE DATABASE japanese ENCODING 'EUC_JP' LOCALE 'C' TEMPLATE template0});
$node->safe_psql('japanese', 'CREATE EXTENSION synclog');
is($node->safe_psql('japanese', q{SELECT status FROM synclog.get('/nowhere')}),
	'404', 'it installs where bytes of UTF-8 are no characters');

$node->stop;
done_testing();
