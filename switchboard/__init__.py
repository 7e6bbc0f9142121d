"""Composition: the one place that knows every part and puts them together into web, clock and command line; it holds no rule of its own."""
