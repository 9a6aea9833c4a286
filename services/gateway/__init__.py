"""The one door: HTTP, JSON and OpenAPI outside, gRPC inside; nothing durable of its own."""
