"""Parties: several seats or machines that are one wish, made and moved all or none."""
