# The end of a process's databases: $1 is psql, $2 a URL beside them, $3 the prefix of their names.
"$1" -XqAt "$2" <<SQL
SELECT format('DROP DATABASE %I WITH (FORCE)', datname) FROM pg_database WHERE starts_with(datname, '$3') \gexec
SQL
