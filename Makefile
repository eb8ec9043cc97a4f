EXTENSION  = synclog
EXTVERSION = $(shell sed -n "s/^default_version *= *'\(.*\)'/\1/p" synclog.control)
MODULE_big = synclog
OBJS       = $(patsubst %.c,%.o,$(sort $(wildcard src/*.c)))
DATA       = $(wildcard sql/synclog--*.sql)

PG_CPPFLAGS = -DSYNCLOG_VERSION='"$(EXTVERSION)"'
PG_CFLAGS   = -Wall -Wextra -Wno-unused-parameter -Wno-sign-compare -Wno-missing-field-initializers
SHLIB_LINK  = $(shell pkg-config --libs json-c)

REGRESS        = $(patsubst test/sql/%.sql,%,$(sort $(wildcard test/sql/*.sql)))
REGRESS_OPTS   = --inputdir=test --encoding=UTF8 --load-extension=synclog
ISOLATION      = $(patsubst test/specs/%.spec,%,$(sort $(wildcard test/specs/*.spec)))
ISOLATION_OPTS = --inputdir=test --outputdir=. --encoding=UTF8 --load-extension=synclog
TAP_TESTS      = 1
PROVE_TESTS   ?= test/t/*.pl

PG_CONFIG ?= pg_config
PGXS := $(shell $(PG_CONFIG) --pgxs 2>/dev/null)
# absent on a machine where test/check has yet to install it
-include $(PGXS)

# soft errors came with 16
ifeq ($(MAJORVERSION),15)
REGRESS := $(filter-out softerr,$(REGRESS))
endif

$(OBJS): $(wildcard src/*.h)

.PHONY: bench
bench:
	test/bench/run
