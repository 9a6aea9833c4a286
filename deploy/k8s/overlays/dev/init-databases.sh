#!/bin/sh
# Creates one database and three roles per service; no service can open another's.
set -eu
for service in availability booking notifications matching audit; do
  db="kept_$service"
  psql -v ON_ERROR_STOP=1 -U postgres <<SQL
create role ${db}_owner login password '$KEPT_DATABASE_PASSWORD';
create role ${db}_server login password '$KEPT_DATABASE_PASSWORD';
create role ${db}_worker login password '$KEPT_DATABASE_PASSWORD';
create database $db owner ${db}_owner;
revoke connect on database $db from public;
grant connect on database $db to ${db}_owner, ${db}_server, ${db}_worker;
\connect $db
create extension btree_gist;
SQL
done
# The trail's server takes records in as one role and reads as another; by itself it does neither.
psql -v ON_ERROR_STOP=1 -U postgres <<SQL
create role kept_audit_ingest nologin;
create role kept_audit_reader nologin;
alter role kept_audit_server noinherit;
grant kept_audit_ingest, kept_audit_reader to kept_audit_server;
SQL
psql -v ON_ERROR_STOP=1 -U postgres -d kept_audit -f /docker-entrypoint-initdb.d/log-schema-changes.psql
