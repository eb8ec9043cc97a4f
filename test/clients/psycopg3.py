"""What a program does with synclog through psycopg 3: 005_clients.pl runs this
and knows the answers.  Usage: psycopg3.py CONNINFO EVENTS server|client|binary"""

import json
import sys
from urllib.parse import urlencode

import psycopg
from psycopg.types.json import Jsonb

conninfo, events, mode = sys.argv[1:]
binary = mode == "binary"

ABSENT = '/reconId eq "r-1" and /situation eq "ABSENT"'


def new_event(name):
    """An event to store."""
    return {"_id": name, "timestamp": "2026-11-21T10:00:06.000Z"}


def show(step, *values):
    """Prints what a step gave; JSON and booleans have come as Python's own."""
    print(step, "=", *[json.dumps(v) if isinstance(v, (dict, bool)) else v
                       for v in values])


def text_of(value):
    """A filter as text: in binary it follows the number of its format."""
    return value[1:].decode() if isinstance(value, bytes) else value


def run(query, *parameters, cursor=None, **options):
    """Runs a query, whose parameters are sent in binary if results are."""
    cursor = cursor or db.cursor(binary=binary)
    return cursor.execute(query.replace("%s", "%b") if binary else query,
                          parameters, **options)


def ask(query, *parameters, **options):
    """The columns of all rows of a query's answer, in one list."""
    return [value for row in run(query, *parameters, **options) for value in row]


with psycopg.connect(
        conninfo, autocommit=True,
        cursor_factory=psycopg.ClientCursor if mode == "client" else None) as db:

    # storing
    show("load", *ask("SELECT * FROM synclog.load('recon', %s)", events))
    show("load, a composite", "(%s,%s,%s)" % ask(
        "SELECT synclog.load('recon', %s)", events)[0])
    show("store", *ask("SELECT synclog.store(%s, %s)",
                       "recon", json.dumps(new_event("e-6"))))
    show("store, typed as JSON", *ask("SELECT synclog.store(%s, %s)",
                                      "recon", Jsonb(new_event("e-7"))))
    show("insert", run("INSERT INTO audit.recon_json VALUES (%s)",
                       json.dumps(new_event("e-8"))).rowcount)

    # reading
    show("read", *ask("SELECT synclog.read(%s, %s)", "recon", "e-2"))
    show("query", *[event["_id"] for event in ask(
        "SELECT synclog.query('recon', %s)", ABSENT)])
    show("query, all arguments", *ask(
        "SELECT synclog.query(%s, %s, fields => %s, sort_keys => %s,"
        " page_size => %s, page_offset => %s)",
        "recon", "/_id pr", "/timestamp", "-timestamp,_id", 2, 1))
    show("recon_entries", *ask(
        "SELECT section FROM synclog.recon_entries(%s, %s)", "r-1", "ABSENT"))
    show("filter", *map(text_of, ask("SELECT %s::synclog.queryfilter", ABSENT)))
    count = "SELECT count(*) FROM audit.recon WHERE synclog.matches(recon, %s)"
    show("matches", *[value for _ in range(12)
                      for value in ask(count, ABSENT, prepare=True)])
    show("matches, an event", *ask("SELECT synclog.matches(%s, %s)",
                                   json.dumps({"a": [1, 2]}), "/a eq 2"))

    # streaming: a cursor of the server's needs a transaction
    with db.transaction(), db.cursor("events", binary=binary) as cursor:
        cursor.itersize = 2
        show("stream", *[event["_id"] for event in ask(
            "SELECT synclog.query('recon', %s)", "/_id sw 'e'", cursor=cursor)])

    # pages, each with the cookie of the one before
    given, cookie, first = [], None, True
    while first or cookie:
        page, = ask("SELECT synclog.query_page('recon', %s, page_size => %s,"
                    " cookie => %s)", "/_id pr", 3, cookie)
        given += [event["_id"] for event in page["result"]] + ["|"]
        cookie, first = page["pagedResultsCookie"], False
    show("pages", *given)

    # requests as their documents write them
    url = "/openidm/audit/recon?" + urlencode(
        {"_queryFilter": ABSENT, "_fields": "situation"})
    status, content_type, body = ask("SELECT * FROM synclog.get(%s)", url)
    show("get", status, content_type)
    show("get, the body", body)
    show("get, a mistake", *ask("SELECT status FROM synclog.get(%s)",
                                "/audit/recon?_queryFilter=/situation+eq"))

    # an error, and the connection afterwards
    try:
        ask("SELECT synclog.query('recon', %s)", "/situation eq")
    except psycopg.Error as error:
        show("error", error.sqlstate, error.diag.message_primary)
    show("afterwards", *ask("SELECT count(*) FROM synclog.query('recon', %s)",
                            ABSENT))
