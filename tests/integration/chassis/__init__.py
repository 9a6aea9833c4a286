"""The chassis on real PostgreSQL and RabbitMQ."""
