# get() on a standby and in a database of another encoding, and what a dump has
# of the named queries.
use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init(allows_streaming => 1);
$node->start;
$node->safe_psql(
	'postgres', q{
	CREATE EXTENSION synclog;
	SELECT synclog.create_topics();
	INSERT INTO synclog.named_query (id, topic, filter, about)
		VALUES ('mine', 'sync', '/message eq ${message?}', 'my own');
	SELECT synclog.load('sync', '{"_id": "a", "timestamp": "2020-01-01T00:00:00.000Z", "message": "x"}');
	SELECT synclog.load('recon', '{"_id": "b", "timestamp": "2020-01-01T00:00:00.000Z", "reconId": "r", "entryType": "start"}');
});

# Gives the answers to some requests, one a line.
my @requests = (
	'/audit/sync/a?_fields=message', '/audit/sync?_queryId=mine&message=x&_fields=_id',
	'/audit/sync?_queryFilter=x', '/audit/sync/none', '/recon/r?_fields=state',
	'/audit/recon?_queryId=audit-by-recon-id&reconId=r&_fields=_id');

sub answers
{
	my ($server, $database) = @_;
	return join "\n",
	  map { $server->safe_psql($database, "SELECT status, body FROM synclog.get('$_')") } @requests;
}
my $answers = answers($node, 'postgres');
like($answers, qr/^200\|\{"_id":"a","message":"x"\}\n200\|.*\n400\|.*\n404\|.*\n200\|.*\n200\|.*$/,
	'requests are answered');

# what a standby cannot do is write, and get does not
$node->backup('backup');
my $standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($node, 'backup', has_streaming => 1);
$standby->start;
is(answers($standby, 'postgres'), $answers, 'so they are on a standby');
$standby->stop;

# the dump has the user's query, the extension those that it ships
my $dump = $node->basedir . '/dump';
$node->command_ok([ 'pg_dump', '-Fc', '-f', $dump, 'postgres' ], 'pg_dump');
$node->safe_psql('postgres', 'CREATE DATABASE restored');
$node->command_ok([ 'pg_restore', '--exit-on-error', '-d', 'restored', $dump ], 'restore');
my $queries = 'SELECT * FROM synclog.named_query ORDER BY id, topic';
is($node->safe_psql('restored', $queries),
	$node->safe_psql('postgres', $queries), 'the named queries are the same');
is(answers($node, 'restored'), $answers, 'and so are the answers');

# a URL's escapes are UTF-8 in every database
$node->safe_psql('postgres',
	q{CREATE DATABASE latin ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0});
$node->safe_psql(
	'latin', q{
	SET client_encoding = 'UTF8';
	CREATE EXTENSION synclog;
	SELECT synclog.create_topics();
	INSERT INTO audit.sync (id, "timestamp", message) VALUES (U&'\00E9', now(), U&'\00FC');
});
is( $node->safe_psql(
		'latin', q{
		SET client_encoding = 'UTF8';
		SELECT body = U&'{"_id":"\00E9","message":"\00FC"}' FROM (VALUES (''), ('http://host')) h(host),
			(VALUES ('%C3%A9'), (U&'\00E9')) p(id), synclog.get(host || '/audit/sync/' || id || '?_fields=message');
		SELECT body::json->'result'->0->>'_id' = U&'\00E9' FROM
			synclog.get(U&'/audit/sync?_queryFilter=message+eq+"%C3%BC"+and+message+eq+"\00FC"')}),
	join("\n", ('t') x 5),
	'characters are found, escaped or not, in LATIN1');
like(
	$node->safe_psql('latin', q{SELECT status, body FROM synclog.get('/audit/sync/%E2%82%AC')}),
	qr/^400\|.*"sqlstate":"22P05"/,
	'a character that the database does not have is a bad request');

# digits of other scripts, which ICU knows for digits, are no counts
SKIP:
{
	skip 'no ICU', 1
	  if $node->safe_psql('postgres', q{SELECT count(*) FROM pg_collation WHERE collname = 'und-x-icu'}) eq '0';
	$node->safe_psql('postgres',
		q{CREATE DATABASE icu ENCODING 'UTF8' LOCALE 'C' LOCALE_PROVIDER icu ICU_LOCALE 'und' TEMPLATE template0});
	$node->safe_psql(
		'icu', q{
		CREATE EXTENSION synclog;
		SELECT synclog.create_topics();
		INSERT INTO audit.recon (id, "timestamp", recon_id, entry_type, message, message_detail) VALUES
			('a', now(), 'message', 'summary', U&'ABSENT: \0663', NULL),
			('b', now(), 'detail', 'summary', NULL, jsonb_build_object('situationSummary', jsonb_build_object('ABSENT', U&'\0663')));
	});
	is( $node->safe_psql(
			'icu', q{
			SELECT status FROM synclog.get('/recon');
			SELECT s.recon_id, s.unlogged FROM (VALUES ('message'), ('detail')) r(id), synclog.recon_summary(r.id) s;
			SELECT sum(entries) FROM synclog.recon_trend();
			SELECT count(synclog.recon_report(id)) FROM (VALUES ('message'), ('detail')) r(id)}),
		"200\nmessage|\ndetail|{}\n0\n2",
		'and GET /recon goes on');
}

$node->stop;
done_testing();
