"""Brings therapists, clients and appointments in from files, through the gateway."""
