"""Calls between services: grpc.aio in, grpc.aio out."""
