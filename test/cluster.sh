# shellcheck shell=bash
# Sourced by test/check, test/demo and test/bench/run: packages, a build in a
# temporary copy of the tree, and a cluster of its own there.  It knows nothing
# of what is tested or shown.  Nothing is installed outside Debian's packages,
# no port is opened, and no cluster that was there before is touched.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

# what the caller's shell says about servers and locales must not reach ours
for name in ${!PG@} ${!LC_@}; do
	[ "$name" = PG_CONFIG ] || unset "$name"
done
unset name LANGUAGE MAKEFLAGS MAKELEVEL MFLAGS
# not LC_ALL, which pg_regress takes away, leaving databases in SQL_ASCII
export LANG=C.UTF-8

# Ends the run with a message.
die()
{
	printf '%s: %s\n' "$(basename "$0")" "$*" >&2
	exit 1
}

# Runs a command as root.
as_root()
{
	if [ "$(id -u)" = 0 ]; then
		"$@"
	elif command -v sudo >/dev/null; then
		sudo "$@"
	else
		die "needs root or sudo for: $*"
	fi
}

# Runs a command as the user that owns the servers, which cannot be root.
as_server()
{
	if [ "$(id -u)" = 0 ]; then
		runuser -u postgres -- "$@"
	else
		"$@"
	fi
}

# Runs apt-get so that it neither asks nor gives up at once.
apt_get()
{
	as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq \
		-o DPkg::Lock::Timeout=300 -o Acquire::Retries=3 "$@" </dev/null
}

# Installs those of the packages that are missing.
install_packages()
{
	local package missing=()

	for package; do
		dpkg-query -W -f '${db:Status-Abbrev}' "$package" 2>/dev/null |
			grep -q '^ii' || missing+=("$package")
	done
	[ ${#missing[@]} -gt 0 ] || return 0
	printf 'installing %s\n' "${missing[*]}"
	# old lists may still do where a mirror does not answer
	apt_get update || :
	apt_get install --no-install-recommends -y "${missing[@]}" >/dev/null ||
		die "could not install ${missing[*]}"
}

# Prints the major version of the server that this Debian release ships.
release_version()
{
	apt-cache show --no-all-versions postgresql 2>/dev/null |
		sed -n 's/^Depends:.*postgresql-\([0-9][0-9]*\).*/\1/p' || :
}

# Makes PG_CONFIG, bindir and major those of the server to use (PG_CONFIG's, or
# else the newest one that Debian packages installed, or else the release's
# own), and installs what building for it needs, with the packages given.
need_server()
{
	local found

	if [ -z "${PG_CONFIG:-}" ]; then
		# by number, since 9 comes before 15
		found=$(find /usr/lib/postgresql/*/bin/postgres 2>/dev/null |
			sort -V | tail -n 1) || :
		major=${found#/usr/lib/postgresql/}
		major=${major%%/*}
		[ -n "$major" ] || major=$(release_version)
		if [ -z "$major" ]; then
			apt_get update || :
			major=$(release_version)
		fi
		[ -n "$major" ] || die "finds no PostgreSQL among the packages"
		install_packages "postgresql-$major" "postgresql-server-dev-$major" \
			libjson-c-dev pkgconf make gcc libc6-dev perl libipc-run-perl "$@"
		PG_CONFIG=/usr/lib/postgresql/$major/bin/pg_config
	fi
	use_server "$PG_CONFIG"
}

# Makes PG_CONFIG, bindir and major those of one server, which must be there.
use_server()
{
	PG_CONFIG=$1
	export PG_CONFIG
	bindir=$("$PG_CONFIG" --bindir) || die "cannot run $PG_CONFIG"
	major=$("$PG_CONFIG" --version | sed 's/^PostgreSQL \([0-9]*\).*/\1/')
	[ -x "$bindir/postgres" ] || die "finds no server in $bindir"
	[ -e "$("$PG_CONFIG" --pgxs)" ] ||
		die "finds no pgxs.mk: postgresql-server-dev-$major is missing"
}

# Makes the temporary folder, work; whoever calls it calls remove_work at exit.
make_work()
{
	# not in TMPDIR: a socket's path ends at 107 bytes
	work=$(mktemp -d /tmp/synclog.XXXXXX)
	chmod 755 "$work"
	[ "$(id -u)" != 0 ] || chown postgres: "$work"
}

# Stops the servers of the temporary folder and removes it.
remove_work()
{
	local pid

	[ -n "${work:-}" ] || return 0
	find "$work" -name postmaster.pid 2>/dev/null | while read -r pid; do
		as_server "$bindir/pg_ctl" -s -D "$(dirname "$pid")" -m immediate \
			stop </dev/null >/dev/null 2>&1 || :
	done
	rm -rf "$work"
	work=
}

# Copies the tree to a folder, without what builds and tests leave in it.
copy_tree()
{
	mkdir -p "$1"
	tar -C "$root" --exclude=./.git --exclude='*.o' --exclude='*.so' \
		--exclude='*.bc' --exclude=./results --exclude=./log \
		--exclude=./output_iso --exclude='./tmp_check*' \
		--exclude='./regression.*' -cf - . | tar -C "$1" --no-same-owner -xf -
	[ "$(id -u)" != 0 ] || chown -R postgres: "$1"
}

# Builds in a copy of the tree, work/tree, with the make variables given, and
# stages it; work/staged.conf is the configuration that lets a server find it.
build()
{
	local stage=$work/stage

	copy_tree "$work/tree"
	as_server make -s -C "$work/tree" with_llvm=no "$@" </dev/null &&
		as_server make -s -C "$work/tree" with_llvm=no "$@" install \
			DESTDIR="$stage" </dev/null >/dev/null || return 1
	if [ "$major" -ge 18 ]; then
		printf "extension_control_path = '%s:\$system'\n" \
			"$stage$("$PG_CONFIG" --sharedir)"
		printf "dynamic_library_path = '%s:\$libdir'\n" \
			"$stage$("$PG_CONFIG" --pkglibdir)"
	else
		# a setting of Debian's own packages
		printf "extension_destdir = '%s'\n" "$stage"
	fi >"$work/staged.conf"
}

# Starts a cluster in the temporary folder, with the configuration lines given,
# and lets psql and its kin find it.
start_cluster()
{
	local data=$work/data

	as_server "$bindir/initdb" -D "$data" -U postgres -A trust -N \
		</dev/null >/dev/null
	{
		cat "$work/staged.conf"
		printf '%s\n' "listen_addresses = ''" \
			"unix_socket_directories = '$work'" 'fsync = off' "$@"
	} | as_server tee -a "$data/postgresql.conf" >/dev/null
	as_server "$bindir/pg_ctl" -s -w -D "$data" -l "$work/server.log" \
		start </dev/null >/dev/null || {
		tail -n 20 "$work/server.log" >&2
		die "the server did not start"
	}
	export PGHOST=$work PGUSER=postgres PGDATABASE=postgres
	PATH=$bindir:$PATH
}
