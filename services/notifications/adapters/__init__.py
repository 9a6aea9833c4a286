"""PostgreSQL, SMTP, templates, wire messages and the neighbour booking."""
