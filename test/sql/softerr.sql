-- From 16 on a wrong filter is an error that can be asked for (15 leaves this test out).
SELECT f, pg_input_is_valid(f, 'synclog.queryfilter')
FROM (VALUES ('a pr'), ('a eq null'), (repeat('(', 64)), ('')) v(f);
SELECT * FROM pg_input_error_info('a eq 1 and b = 2', 'synclog.queryfilter');
SELECT * FROM pg_input_error_info(repeat('(', 64) || 'a pr', 'synclog.queryfilter');
