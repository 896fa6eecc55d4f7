import subprocess
import sys
from pathlib import Path

import pytest

from .conftest import SmallProduct, processes_of


def _run(product: SmallProduct, *words: str, **settings: str) -> subprocess.CompletedProcess[str]:
    argv = [sys.executable, "-m", "hummdesk.embedded.run", *words]
    env = product.env(**settings)
    return subprocess.run(argv, cwd=product.root, env=env, capture_output=True, text=True, check=False, timeout=60)


def test_command_gets_servers_and_its_exit_code_is_handed_on(product: SmallProduct) -> None:
    finished = _run(product, "--test", "sh", "-c", "echo $DATABASE_URL $REDIS_URL $HUMMDESK_DATA_DIR; exit 7")

    database, redis, *folder = finished.stdout.split(maxsplit=2)
    assert finished.returncode == 7
    assert database.startswith("postgresql://postgres:")
    assert redis.startswith("redis://:")
    assert folder == [f"{product.root / 'var' / 'test'}\n"]
    assert processes_of(product.root) == []


def test_server_that_is_given_is_not_started(product: SmallProduct, tmp_path: Path) -> None:
    settings = {"DATABASE_URL": "postgresql://elsewhere/x", "HUMMDESK_TEST_DATA_DIR": str(tmp_path)}

    finished = _run(product, "--test", "printenv", "DATABASE_URL", **settings)

    assert finished.stdout == "postgresql://elsewhere/x\n"
    assert not (tmp_path / "postgres").exists()


@pytest.mark.parametrize(("words", "seen"), [(["--test"], ""), ([], "from the file")])
def test_env_file_is_for_the_product_and_not_for_tests(product: SmallProduct, words: list[str], seen: str) -> None:
    (product.root / ".env").write_text("HD_SEEN=from the file\n")

    finished = _run(product, *words, "sh", "-c", "echo $HD_SEEN", DATABASE_URL="given", REDIS_URL="given")

    assert finished.stdout == f"{seen}\n"
