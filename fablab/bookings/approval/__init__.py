"""Requests that staff decide."""
