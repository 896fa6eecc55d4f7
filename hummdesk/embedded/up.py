"""`make up`: the servers, the schema, the demo data and all programs of HummDesk, until Ctrl-C.

Every step can be repeated: a start that was cut short is continued by the next one.
"""

import os
import sys
import time
import traceback
from collections.abc import Mapping

from hummdesk.embedded.console import Console
from hummdesk.embedded.data_directory import DataDirectory, open_data_directory
from hummdesk.embedded.errors import StartError
from hummdesk.embedded.joining import shared_settings
from hummdesk.embedded.local_provider import local_provider_program, local_provider_settings
from hummdesk.embedded.ports import exchange, is_free, listening_socket
from hummdesk.embedded.processes import end_with_parent
from hummdesk.embedded.product import Product, is_development, load_code, product_from_environment
from hummdesk.embedded.servers import embedded_servers, wait_until_ready
from hummdesk.embedded.supervisor import Supervisor
from hummdesk.environment import load_env_file

_WEB_TIMEOUT_S = 60.0
# Programs whose supervisor was killed need a moment to let go of their ports.
_PORT_PATIENCE_S = 1.0
_OTHER_WAY = "HUMMDESK_DATA_DIR=/some/folder PORT=8001 SMTP_PORT=2526 make up"
_DEMO_SLUGS = ("nordhem", "acme")


class Stopped(Exception):
    """Ctrl-C came before everything was up."""


def main() -> int:
    """HummDesk ran and has ended, all its processes with it. Returns the exit code."""
    load_env_file()
    console = Console()
    try:
        product = product_from_environment()
        data_directory = open_data_directory(product.data_directory, other_way=_OTHER_WAY)
        ensure_ports_are_free(product)
        data_directory.note_holder(f"process {os.getpid()}, {product.url()}")
        with Supervisor(console) as supervisor:
            run_until_stopped(product, data_directory, supervisor)
    except StartError as error:
        console.say(f"HummDesk did not start. {error}")
        return 1
    except Stopped:
        console.say("Stopped before the start was complete; the next `make up` continues it.")
        return 130
    console.say("HummDesk has stopped.")
    return 0


def ensure_ports_are_free(product: Product) -> None:
    """Raises StartError, which names the port, if another program keeps listening on the web or the mail port."""
    deadline = time.monotonic() + _PORT_PATIENCE_S
    listeners = (("PORT", product.host, product.port), ("SMTP_PORT", product.smtp_host, product.smtp_port))
    for setting, host, port in listeners:
        while not is_free(host, port):
            if time.monotonic() > deadline:
                raise StartError(
                    f"Port {port} is taken by another program. Stop it, or choose another port: "
                    f"{setting}={port + 1} make up"
                )
            time.sleep(0.1)


def run_until_stopped(product: Product, data_directory: DataDirectory, supervisor: Supervisor) -> None:
    """All ran until the end was asked for; the servers still run, and stop with the supervisor.

    Raises StartError if a step fails, Stopped if the end was asked for before the page could be used.
    """
    env = product.settings() | start_servers(product, supervisor)
    env |= local_provider_settings(product, env)
    with shared_settings(data_directory.path, env):
        if not is_development():
            # Before the code is loaded, which looks through these files once.
            _run_step(product, "collectstatic", "--noinput", env=env, supervisor=supervisor)
        if product.is_preloaded:
            load_code_or_refuse(env)
        prepare_database(product, env, supervisor)
        supervisor.console.say("Starting HummDesk…")
        with listening_socket(product.host, product.port) as listener:
            for program in product.programs(env, listener):
                supervisor.start(program)
            if env.get("HUMMDESK_MAIL_CAUGHT"):
                supervisor.start(local_provider_program(product, env))
            announce_when_up(product, supervisor)
            while not supervisor.is_stopping:
                supervisor.run_for(3600)
            supervisor.console.say("Stopping…")
            supervisor.stop("web", "mail")
        supervisor.stop("worker", "beat")
        supervisor.stop("provider")


def load_code_or_refuse(env: Mapping[str, str]) -> None:
    """The code that the programs share is loaded. Raises StartError, with the traceback, if it cannot be."""
    try:
        load_code(env)
    except Exception as error:  # whatever the code does wrong on import
        raise StartError(f"Its code cannot be loaded:\n{traceback.format_exc()}") from error


def start_servers(product: Product, supervisor: Supervisor) -> dict[str, str]:
    """The settings that name the embedded servers, which answer."""
    servers = embedded_servers(product.data_directory, os.environ, durable=True)
    if servers:
        supervisor.console.say(f"Starting {' and '.join(server.title for server in servers.values())}…")
    started = [(server, supervisor.start(server)) for server in servers.values()]
    for server, process in started:
        wait_until_ready(server, process, pause=lambda duration_s: _run_for(supervisor, duration_s))
    return {setting: server.url for setting, server in servers.items()}


def prepare_database(product: Product, env: Mapping[str, str], supervisor: Supervisor) -> None:
    """All accounts have the present schema; in development the demo accounts exist."""
    supervisor.console.say("Migrating…")
    _run_step(product, "migrate_accounts", env=env, supervisor=supervisor)
    if not is_development():
        return
    seeded = product.data_directory / "demo-data-made"
    if not seeded.exists():
        supervisor.console.say("Creating demo data (first start, about 20 s)…")
    _run_step(product, "seed_demo", "--if-empty", env=env, supervisor=supervisor)
    seeded.touch()


def announce_when_up(product: Product, supervisor: Supervisor) -> None:
    """The addresses stand in the output, once the web server answers or after a minute without that."""
    deadline = time.monotonic() + _WEB_TIMEOUT_S
    while not is_healthy(product):
        if time.monotonic() > deadline:
            supervisor.console.say("The web server does not answer yet; see the lines above. Still trying.")
            return
        _run_for(supervisor, 0.2)
    supervisor.console.say(welcome(product))


def is_healthy(product: Product) -> bool:
    """True if the web server answers."""
    request = f"GET /api/health HTTP/1.1\r\nHost: {product.base_domain}\r\nConnection: close\r\n\r\n"
    answer = exchange(product.port, request.encode(), host=product.local_host, timeout_s=2)
    return answer.startswith(b"HTTP/1.1 200")


def welcome(product: Product) -> str:
    """Where everything is, and in development how to sign in."""
    lines = ["", "HummDesk is up.", "", f"  Sign in        {product.url()}"]
    if is_development():
        lines += [f"  Demo account   {product.url(slug)}" for slug in _DEMO_SLUGS]
        lines += [
            f"  Sent mail      {product.url(path='/catcher')}",
            "",
            "  Users      admin@, leader@, agent@ and agent2@, each of nordhem.example and acme.example",
            "  Operator   super@hummdesk.example",
            "  Password   hummdesk-demo (for all of them)",
            "",
        ]
    return "\n".join(
        [*lines, f"  Mail in        SMTP {product.smtp_host}:{product.smtp_port}", "", "Stop with Ctrl-C.", ""]
    )


def _run_step(product: Product, *words: str, env: Mapping[str, str], supervisor: Supervisor) -> None:
    code, output = supervisor.run_to_end(product.step(*words, env=env))
    if supervisor.is_stopping:
        raise Stopped
    if code:
        supervisor.console.relay(words[0], output.encode())
        raise StartError(f"`manage.py {' '.join(words)}` failed, see above. Once mended, `make up` continues there.")


def _run_for(supervisor: Supervisor, duration_s: float) -> None:
    supervisor.run_for(duration_s)
    if supervisor.is_stopping:
        raise Stopped


if __name__ == "__main__":
    if "--end-with-parent" in sys.argv:
        import signal

        end_with_parent(signal.SIGTERM, os.getppid())
    sys.exit(main())
