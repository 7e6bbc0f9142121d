"""The edge where programs knock: calendars by secret addresses now, more to come. It refuses to know how people sign in:
whoever holds a token may read what the token stands for, and nothing else.
"""
