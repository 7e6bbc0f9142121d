"""On which line of a TOML file each key stands: tomllib knows lines only where the syntax is broken."""

import re
import tomllib
from bisect import bisect_right

Path = tuple[str | int, ...]
"""The way to a value: names of keys and, inside arrays, places counted from 0."""

BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
BLANK = re.compile(r"(?:[ \t\r\n,]|#[^\n]*)*")
BARE_VALUE = re.compile(r"[^,\]}\n#]*")
QUOTED = re.compile(
    r'"""(?:\\.|[^\\])*?"""{1,3}(?!")|' + r"'''.*?'''{1,3}(?!')|" + r'"(?:\\.|[^"\\\n])*"|' + r"'[^'\n]*'", re.DOTALL
)
"""A string, the four ways of TOML; one in three quotes may end with up to two quotes of its own."""


def key_lines(text: str) -> dict[Path, int]:
    """Map the way to every table, key and array element to its line, counted from 1; tomllib must have read `text`."""
    return _Scanner(text).scan()


class _Scanner:
    """Walks once over the text; commas count as blanks, because the text is known to be right."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.lines: dict[Path, int] = {}
        self.tables: dict[Path, int] = {}
        self.line_ends = [place for place, letter in enumerate(text) if letter == "\n"]

    def scan(self) -> dict[Path, int]:
        base: Path = ()
        while self._skip_blanks():
            base = self._header() if self.text[self.at] == "[" else self._pair(base)
        return self.lines

    def _skip_blanks(self) -> bool:
        """Move over blanks and comments; whether anything is left."""
        found = BLANK.match(self.text, self.at)
        self.at = found.end() if found else self.at
        return self.at < len(self.text)

    def _mark(self, path: Path, place: int) -> None:
        """Note the line of the letter at `place`, unless the way is known: what stands first tells it."""
        self.lines.setdefault(path, bisect_right(self.line_ends, place - 1) + 1)

    def _header(self) -> Path:
        """Read [table] or [[table]] and return the way to it: the last element of every array on it."""
        start, width = self.at, 2 if self.text.startswith("[[", self.at) else 1
        self.at += width
        path = self._header_path(self._keys(), start, is_array=width > 1)
        self.at += width
        return path

    def _header_path(self, keys: tuple[str, ...], place: int, *, is_array: bool) -> Path:
        base: Path = ()
        for key in keys[:-1]:
            base = self._last_of((*base, key))
            self._mark(base, place)
        path = (*base, keys[-1])
        self._mark(path, place)
        if is_array:
            self.tables[path] = self.tables.get(path, 0) + 1
        last = self._last_of(path)
        self._mark(last, place)
        return last

    def _last_of(self, path: Path) -> Path:
        return (*path, self.tables[path] - 1) if path in self.tables else path

    def _pair(self, base: Path) -> Path:
        """Read `key = value` below `base`; return `base`."""
        start = self.at
        keys = self._keys()
        for depth in range(1, len(keys) + 1):
            self._mark((*base, *keys[:depth]), start)
        self.at += 1  # the equals sign
        self._value((*base, *keys))
        return base

    def _keys(self) -> tuple[str, ...]:
        """Read a key, dotted or not; stop at what follows it."""
        keys = [self._key()]
        while self.text[self.at] == ".":
            self.at += 1
            keys.append(self._key())
        return tuple(keys)

    def _key(self) -> str:
        self._skip_spaces()
        found = QUOTED.match(self.text, self.at) or BARE_KEY.match(self.text, self.at)
        assert found is not None, "tomllib has read this key"
        self.at = found.end()
        self._skip_spaces()
        written = found.group()
        return str(tomllib.loads(f"key = {written}")["key"]) if written[0] in "\"'" else written

    def _skip_spaces(self) -> None:
        while self.text[self.at] in " \t":
            self.at += 1

    def _value(self, path: Path) -> None:
        self._skip_spaces()
        if self.text[self.at] == "[":
            self._array(path)
        elif self.text[self.at] == "{":
            self._inline_table(path)
        else:
            found = QUOTED.match(self.text, self.at) or BARE_VALUE.match(self.text, self.at)
            self.at = found.end() if found else self.at

    def _array(self, path: Path) -> None:
        self.at += 1
        place = 0
        while self._skip_blanks() and self.text[self.at] != "]":
            self._mark((*path, place), self.at)
            self._value((*path, place))
            place += 1
        self.at += 1

    def _inline_table(self, path: Path) -> None:
        self.at += 1
        while self._skip_blanks() and self.text[self.at] != "}":
            self._pair(path)
        self.at += 1
