-- Which fields a filter can use on a table.
SET client_min_messages = warning;
DROP SCHEMA IF EXISTS audit CASCADE;
DELETE FROM synclog.topic;
RESET client_min_messages;
SELECT synclog.create_topics();
SELECT * FROM synclog.filter_fields('audit.recon');
SELECT field FROM synclog.filter_fields('audit.access') WHERE resolves_to NOT LIKE 'column%';

-- a table of one's own: housekeeping columns are only those of a whole topic
CREATE DOMAIN fields_domain AS jsonb;
CREATE TYPE fields_part AS (a int, b text);
CREATE TABLE fields_own (gone int, id uuid, user_name varchar(40), "userName" text, "Odd name/%" numeric(10, 2), "CamelCase" int,
	codes int[], plain json, d fields_domain, part fields_part, raw json, tenant_id text, form bigint, "from" inet, x_1 bit);
ALTER TABLE fields_own DROP COLUMN gone;
SELECT * FROM synclog.filter_fields('fields_own');
CREATE VIEW fields_view AS SELECT id, upper(user_name) AS big, plain AS extra FROM fields_own;
SELECT * FROM synclog.filter_fields('fields_view');
ALTER TABLE fields_own ADD COLUMN extra jsonb;
SELECT * FROM synclog.filter_fields('fields_own') WHERE field ~ 'raw|tenant|form|^/\.';

-- every field is one that the translator takes, and what it makes of it is the column named
SELECT t.name, count(*), bool_and(CASE WHEN f.resolves_to LIKE 'column%' AND f.type NOT IN ('json', 'integer[]', 'fields_part', 'jsonb', 'fields_domain')
		THEN c.sql = '(' || substr(f.resolves_to, 8) || ' IS NOT NULL)'
		ELSE position(regexp_replace(f.resolves_to, '.*column ', '') IN c.sql) > 0 END) AS agree
FROM (SELECT name, relation FROM synclog.topic UNION ALL VALUES ('own', 'fields_own'::regclass)) t(name, relation),
	synclog.filter_fields(t.relation) f, synclog.to_sql(replace(f.field || ' pr', '...', 'x')::synclog.queryfilter, t.relation) c(sql)
GROUP BY 1 ORDER BY 1;

-- what is wrong
SELECT * FROM synclog.filter_fields(NULL);
SELECT * FROM synclog.filter_fields(0);
CREATE INDEX fields_index ON fields_own (id);
SELECT * FROM synclog.filter_fields('fields_index');
DROP TABLE fields_own CASCADE;
DROP TYPE fields_part;
DROP DOMAIN fields_domain;
