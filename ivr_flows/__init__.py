"""Owns what a call says and which key leads where, as frozen flows and a small pure engine; refuses to know the
carrier, the database and the web.
"""
