"""Lends tests servers, builders, fakes and a clock."""
