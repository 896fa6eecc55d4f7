import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from hummdesk.embedded.errors import StartError
from hummdesk.embedded.postgres import Postgres
from hummdesk.embedded.servers import wait_until_ready

from .conftest import is_running


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory with a cluster in it."""
    folder = tmp_path_factory.mktemp("data directory")
    Postgres(folder).prepare()
    return folder


@pytest.fixture
def server(home: Path) -> Iterator[Postgres]:
    """A server that runs; what the test leaves running is ended."""
    postgres = Postgres(home)
    postgres.prepare()
    process = postgres.spawn()
    wait_until_ready(postgres, process)
    yield postgres
    _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGINT)
    process.wait(20)


def test_server_keeps_what_it_has_confirmed(server: Postgres) -> None:
    with psycopg.connect(server.url) as connection:
        shown = [connection.execute(f"SHOW {name}").fetchone() for name in ("fsync", "synchronous_commit")]

    assert shown == [("on",), ("on",)]


def test_server_sorts_alike_everywhere_and_brings_pgvector(server: Postgres) -> None:
    with psycopg.connect(server.url, autocommit=True) as connection:
        connection.execute("CREATE EXTENSION IF NOT EXISTS vector")
        row = connection.execute(
            "SELECT datlocprovider, datlocale, '[3,4]'::vector <-> '[0,0]' FROM pg_database WHERE datname = 'hummdesk'"
        ).fetchone()

    assert row == ("b", "C.UTF-8", 5.0)


def test_server_refuses_connection_without_password(server: Postgres) -> None:
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(host="127.0.0.1", port=server.port, user="postgres", dbname="hummdesk")


def test_stale_postmaster_is_stopped_before_next_start(home: Path, server: Postgres) -> None:
    stale = int(server.lease.read_text())

    Postgres(home).prepare()

    assert not is_running(stale)


def test_postmaster_that_was_killed_starts_again(home: Path, server: Postgres) -> None:
    with psycopg.connect(server.url, autocommit=True) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS kept AS SELECT 1 AS one")
        os.kill(int(server.lease.read_text()), signal.SIGKILL)

    again = Postgres(home)
    again.prepare()
    process = again.spawn()

    wait_until_ready(again, process)
    with psycopg.connect(again.url) as connection:
        assert connection.execute("SELECT one FROM kept").fetchone() == (1,)
    _end(process)


def test_pid_file_whose_number_went_to_another_program_is_removed(home: Path) -> None:
    pid_file = home / "postgres/data/postmaster.pid"
    pid_file.write_text(f"{os.getpid()}\n")

    Postgres(home).prepare()

    assert not pid_file.exists()


def test_cluster_of_other_major_version_is_refused_with_way_out(home: Path) -> None:
    version = home / "postgres/data/PG_VERSION"
    before = version.read_text()
    version.write_text("12\n")

    with pytest.raises(StartError, match=r"was written by PostgreSQL 12, .* Set HUMMDESK_PG_BIN"):
        Postgres(home).prepare()

    version.write_text(before)


def test_half_finished_cluster_is_made_anew(tmp_path: Path) -> None:
    (tmp_path / "postgres.new" / "data").mkdir(parents=True)
    (tmp_path / "postgres.new" / "data" / "PG_VERSION").write_text("18\n")
    postgres = Postgres(tmp_path, durable=False)

    postgres.prepare()

    assert (tmp_path / "postgres/data/global/pg_control").exists()
    assert not (tmp_path / "postgres.new").exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become others")
@pytest.mark.parametrize(
    ("become", "settings"),
    [
        pytest.param([], {"HUMMDESK_PG_ROOT": "setuid"}, id="root without user namespaces"),
        pytest.param(["unshare", "--user", "--map-user=4321", "--map-group=4321"], {}, id="user without a name"),
    ],
)
def test_server_runs_for_users_whom_postgres_refuses(become: list[str], settings: dict[str, str]) -> None:
    # Below /tmp itself, as pytest's own folders are closed to others.
    folder = Path("/tmp") / f"hummdesk-test-{os.getpid()}"
    folder.mkdir()
    script = (
        "import sys; from pathlib import Path; from hummdesk.embedded.servers import running_servers\n"
        "with running_servers(Path(sys.argv[1]), {'REDIS_URL': 'given'}, durable=False) as urls: print(*urls)"
    )

    try:
        finished = subprocess.run(
            [*become, sys.executable, "-c", script, folder],
            env={**os.environ, **settings},
            capture_output=True,
            text=True,
            check=False,
        )
    finally:
        shutil.rmtree(folder)

    assert (finished.stdout, finished.stderr) == ("DATABASE_URL\n", "")
