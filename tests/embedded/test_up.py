import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from .conftest import SmallProduct, eventually, is_running, processes_of

Started = list[subprocess.Popen[bytes]]
LEASES = ("postgres.lease", "redis.lease")


@pytest.fixture
def running(product: SmallProduct, started: Started) -> subprocess.Popen[bytes]:
    """The product is up."""
    process = product.up()
    started.append(process)
    assert eventually(lambda: product.says("HummDesk is up."), 60), product.output.read_text()
    return process


def test_up_runs_steps_and_tells_addresses(product: SmallProduct, running: subprocess.Popen[bytes]) -> None:
    assert product.pid_of_web_worker()
    assert product.says(f"http://nordhem.localhost:{product.port}")
    assert product.says(f"SMTP 127.0.0.1:{product.smtp_port}")
    assert eventually(lambda: product.says("mail     | running mail_listener"))


def test_up_keeps_programs_out_of_reach_of_terminal(product: SmallProduct, running: subprocess.Popen[bytes]) -> None:
    assert eventually(product.pid_of_mail)

    assert os.getsid(product.pid_of_mail()) == product.pid_of_mail()


def test_list_of_processes_tells_programs_apart(product: SmallProduct, running: subprocess.Popen[bytes]) -> None:
    assert eventually(product.pid_of_mail)

    words = processes_of(product.root)

    assert [title for title in words if title.startswith("hummdesk mail: manage.py mail_l")]
    assert len([title for title in words if title.startswith("hummdesk web: -m hummdesk.embed")]) == 2


def test_up_stops_everything_when_asked(product: SmallProduct, running: subprocess.Popen[bytes]) -> None:
    assert eventually(product.pid_of_mail)
    running.send_signal(signal.SIGINT)

    assert running.wait(15) == 0
    assert processes_of(product.root) == []
    assert product.says("mail     | goodbye from mail")
    assert product.says("HummDesk has stopped.")


def test_up_starts_again_at_once_after_it_was_killed(
    product: SmallProduct, running: subprocess.Popen[bytes], started: Started
) -> None:
    running.kill()

    started.append(product.up())

    assert eventually(lambda: product.says("HummDesk is up."), 60), product.output.read_text()


def test_up_leaves_no_process_when_killed(product: SmallProduct, running: subprocess.Popen[bytes]) -> None:
    running.kill()

    assert eventually(lambda: not processes_of(product.root), 15), processes_of(product.root)


def test_up_restarts_killed_programs_and_servers(product: SmallProduct, running: subprocess.Popen[bytes]) -> None:
    assert eventually(product.pid_of_mail)
    killed = product.pid_of_mail()
    for lease in LEASES:
        os.kill(int((product.root / "var" / lease).read_text()), signal.SIGKILL)
    os.kill(killed, signal.SIGKILL)

    assert eventually(lambda: product.pid_of_mail() not in {0, killed})
    assert eventually(lambda: servers_run(product))
    for name in ("mail", "postgres", "redis"):
        assert product.says(f"{name} was killed by SIGKILL. Starting it again")


def servers_run(product: SmallProduct) -> bool:
    pids = [int((product.root / "var" / lease).read_text() or 0) for lease in LEASES]
    pid_file = product.root / "var/postgres/data/postmaster.pid"
    return all(map(is_running, pids)) and pid_file.exists() and "ready" in pid_file.read_text()


def test_up_keeps_answering_while_killed_web_process_is_replaced(
    product: SmallProduct, running: subprocess.Popen[bytes]
) -> None:
    for _ in range(2):  # as many as there are
        os.kill(product.pid_of_web_worker(), signal.SIGKILL)
        assert product.pid_of_web_worker()

    assert product.says("web was killed by SIGKILL. Starting it again")


def test_up_runs_programs_that_are_not_forked(product: SmallProduct, started: Started) -> None:
    started.append(product.up(HUMMDESK_PRELOAD="0"))

    assert eventually(lambda: product.says("HummDesk is up."), 60), product.output.read_text()
    assert product.pid_of_web_worker()
    assert eventually(lambda: product.says("mail     | running mail_listener"))


def test_up_shows_why_code_cannot_be_loaded(product: SmallProduct) -> None:
    urls = product.root / "hummdesk" / "urls.py"
    urls.write_text("import missing_module")

    sentence = product.refused()

    urls.write_text("")
    assert "HummDesk did not start. Its code cannot be loaded:" in sentence
    assert "No module named 'missing_module'" in sentence
    assert processes_of(product.root) == []


def test_second_up_on_same_data_is_refused(product: SmallProduct, running: subprocess.Popen[bytes]) -> None:
    sentence = product.refused(PORT="1")

    assert "already runs on the data directory" in sentence
    assert f"http://localhost:{product.port}" in sentence


def test_run_joins_servers_that_are_up(product: SmallProduct, running: subprocess.Popen[bytes]) -> None:
    argv = [sys.executable, "-m", "hummdesk.embedded.run", "printenv", "DATABASE_URL"]

    url = subprocess.check_output(argv, cwd=product.root, env=product.env(), text=True)

    port = (product.root / "var/postgres/data/postmaster.pid").read_text().splitlines()[3]
    assert f"@127.0.0.1:{port}/hummdesk" in url


def test_up_with_failing_step_says_so_and_stops(product: SmallProduct) -> None:
    sentence = product.refused(FAKE_FAILS="migrate_accounts")

    assert "the migration is wrong" in sentence
    assert "`manage.py migrate_accounts` failed, see above. Once mended, `make up` continues there." in sentence
    assert processes_of(product.root) == []


@pytest.mark.parametrize(("setting", "name"), [("PORT", "port"), ("SMTP_PORT", "smtp_port")])
def test_up_on_taken_port_names_port_and_way_out(product: SmallProduct, setting: str, name: str) -> None:
    port = getattr(product, name)
    with socket.create_server(("127.0.0.1", port)):
        sentence = product.refused()

    assert f"Port {port} is taken by another program." in sentence
    assert f"{setting}={port + 1} make up" in sentence


def test_up_with_unwritable_data_directory_says_which(product: SmallProduct, tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    sentence = product.refused(HUMMDESK_DATA_DIR=str(tmp_path / "file" / "data"))

    assert f"The data directory {tmp_path / 'file' / 'data'} cannot be written" in sentence
    assert "HUMMDESK_DATA_DIR=/some/folder PORT=8001 SMTP_PORT=2526 make up" in sentence
