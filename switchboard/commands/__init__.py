"""The commands, one file for each group: they read options, call one function and print; they hold no rule."""
