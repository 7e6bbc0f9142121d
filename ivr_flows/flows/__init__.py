"""Owns the flows themselves, each a frozen literal in a file of its own; refuses to hold rules, which belong to the
engine and to its checks.
"""
