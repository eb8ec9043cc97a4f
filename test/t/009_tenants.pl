# Tenants are kept through dump and restore: grants, policies and privileges.
use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init;
$node->start;
$node->safe_psql('postgres', q{
	CREATE DATABASE logs TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C';
	CREATE ROLE owner;
	CREATE ROLE reader;
	CREATE ROLE writer;
	CREATE ROLE gone;
	GRANT CREATE ON DATABASE logs TO owner});
$node->safe_psql('logs', q{
	CREATE EXTENSION synclog;
	GRANT INSERT, UPDATE ON synclog.topic TO owner;
	GRANT SELECT, INSERT, DELETE ON synclog.tenant_grant TO owner;
	SET ROLE owner;
	SELECT synclog.create_topics();
	SELECT synclog.enable_tenants();
	SELECT synclog.grant_tenant('a', 'reader'), synclog.grant_tenant('b', 'writer', 'writer');
	RESET ROLE;
	SELECT synclog.grant_tenant('a', 'gone');
	DROP OWNED BY gone;
	DROP ROLE gone;
	SET ROLE owner;
	SET synclog.tenant_id = 'a';
	SELECT * FROM synclog.load('recon', '{"_id": "1", "timestamp": "2026-01-01T00:00:00.000Z"}' || E'\nnot JSON');
	SET synclog.tenant_id = 'b';
	SELECT * FROM synclog.load('recon', '{"_id": "2", "timestamp": "2026-01-01T00:00:00.000Z"}' || E'\nnot JSON')});

# what must be the same afterwards
my %queries = (
	grants => 'SELECT * FROM synclog.tenant_grant WHERE role IN (SELECT oid FROM pg_roles) ORDER BY 1, 2, 3',
	'who may write grants' => q{SELECT relacl FROM pg_class WHERE relname = 'tenant_grant'},
	policies => q{SELECT tablename, policyname, cmd, qual, with_check FROM pg_policies WHERE schemaname = 'audit' ORDER BY 1, 2},
	privileges => q{SELECT relname, relowner::regrole, relacl, relrowsecurity FROM pg_class WHERE relnamespace = 'audit'::regnamespace AND relkind <> 'i' AND relkind <> 'I' ORDER BY 1},
	'what a reader sees' => q{SET ROLE reader; SELECT r.*, (SELECT tenant_id FROM audit.rejected) FROM audit.recon r},
	'what a writer sees' => q{SET ROLE writer; SELECT has_table_privilege('audit.recon', 'SELECT'), synclog.tenants('add')},
	enabled => 'SELECT synclog.tenants_enabled()',
	gaps => 'SELECT * FROM synclog.tenant_gaps()');
my %before = map { $_ => $node->safe_psql('logs', $queries{$_}) } keys %queries;
is($before{gaps}, '', 'nothing leads around the policies');
like($before{'what a reader sees'}, qr/^1\|.*\|a$/, 'the reader sees his tenant');

my $dump = $node->basedir . '/dump';
foreach my $format ('custom', 'plain')
{
	my $database = "restored_$format";

	$node->command_ok(
		[ 'pg_dump', '-d', $node->connstr('logs'), '-F', $format, '-f', "$dump.$format" ],
		"pg_dump, format $format");
	$node->safe_psql('postgres', "CREATE DATABASE $database TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C'");
	$node->command_ok(
		$format eq 'plain' ?
		  [ 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-d', $node->connstr($database), '-f', "$dump.$format" ] :
		  [ 'pg_restore', '--exit-on-error', '-d', $node->connstr($database), "$dump.$format" ],
		'restore without an error');
	is($node->safe_psql($database, $queries{$_}), $before{$_}, $_) foreach sort keys %queries;

	# the number of a role that is gone may be another role's elsewhere
	is($node->safe_psql($database, 'SELECT count(*) FROM synclog.tenant_grant'), '2', 'no grant to a role that is gone');

	# it goes on: a new month is hidden
	is($node->safe_psql($database, q{
			SET ROLE writer;
			SELECT synclog.store('recon', '{"_id": "3", "timestamp": "2012-01-01T00:00:00.000Z"}');
			RESET ROLE;
			SELECT tenant_id FROM audit.recon WHERE id = '3';
			SELECT relrowsecurity, relowner::regrole, relacl IS NULL OR relacl::text NOT LIKE '%reader%' FROM pg_class WHERE oid = 'audit.recon_2012_01'::regclass}),
		"3\nb\nt|owner|t", 'storing goes on');
}

# whoever owns a database and its logs dumps them, whether tenants are off or on
$node->safe_psql('postgres', q{CREATE ROLE dba LOGIN});
$node->safe_psql('postgres', q{CREATE DATABASE plain OWNER dba TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C'});
$node->safe_psql('plain', q{
	CREATE EXTENSION synclog;
	GRANT INSERT, UPDATE ON synclog.topic TO dba;
	SET ROLE dba;
	SELECT synclog.create_topics()});
$node->command_ok(
	[ 'pg_dump', '-d', $node->connstr('plain') . ' user=dba', '-f', "$dump.plain" ],
	'dump by the owner of a database');
$node->safe_psql('plain', q{
	GRANT SELECT, INSERT, DELETE ON synclog.tenant_grant TO dba;
	SET ROLE dba;
	SELECT synclog.enable_tenants(), synclog.grant_tenant('a', 'reader')});
$node->command_ok(
	[ 'pg_dump', '-d', $node->connstr('plain') . ' user=dba', '-f', "$dump.plain" ],
	'and with tenants');

$node->stop;
done_testing();
