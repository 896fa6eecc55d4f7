"""How PostgreSQL is run by root, whom it refuses, and by users without a name."""

import os
import pwd
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from hummdesk.embedded.errors import StartError

# Any uid but 0 would do, except that initdb wants its entry in /etc/passwd: 1 ("daemon") is everywhere.
_USER_NAMESPACE = ("unshare", "--user", "--map-user=1", "--map-group=1")


@dataclass(frozen=True)
class Identity:
    """What turns a command into one run by somebody whom PostgreSQL accepts: words before it, arguments of Popen.

    `owner` is the user and the group, as seen from outside, that its files must belong to.
    """

    prefix: tuple[str, ...] = ()
    popen: dict[str, Any] = field(default_factory=dict)
    owner: tuple[int, int] | None = None

    def command(self, argv: Sequence[str]) -> list[str]:
        """The words to run for these words."""
        return [*self.prefix, *argv]

    def own(self, folder: Path) -> None:
        """The folder and all in it belong to the user who runs the command."""
        if self.owner is None or folder.stat().st_uid == self.owner[0]:
            return
        for path in (*folder.rglob("*"), folder):  # itself last: cut short, the next start does it all again
            os.chown(path, *self.owner, follow_symlinks=False)


@cache
def unprivileged_identity() -> Identity:
    """Nothing special for a user; for root a user namespace, else (where containers forbid it) the user nobody."""
    user_id = os.geteuid()
    if user_id != 0 and _has_name(user_id):
        return Identity()
    if _user_namespace_works():
        return Identity(prefix=_USER_NAMESPACE, owner=(user_id, os.getegid()))
    if user_id != 0:
        return Identity()
    nobody = pwd.getpwnam("nobody")
    return Identity(
        popen={"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []},
        owner=(nobody.pw_uid, nobody.pw_gid),
    )


def ensure_reachable(identity: Identity, *folders: Path) -> None:
    """Raises StartError if the user who runs the command cannot enter one of the folders."""
    for folder in folders:
        if not identity.popen:
            return
        if subprocess.run(["test", "-x", folder], check=False, cwd="/", **identity.popen).returncode:
            raise StartError(
                f"PostgreSQL cannot run as root, and the user nobody cannot reach {folder}. Move HummDesk out of "
                "root's home or set HUMMDESK_DATA_DIR to a folder such as /var/tmp/hummdesk; or set DATABASE_URL."
            )


def _has_name(user_id: int) -> bool:
    """False in a container that was started with a bare number for a user, which initdb refuses."""
    try:
        return bool(pwd.getpwuid(user_id))
    except KeyError:
        return False


def _user_namespace_works() -> bool:
    if os.environ.get("HUMMDESK_PG_ROOT") == "setuid" or not shutil.which("unshare"):
        return False
    return subprocess.run([*_USER_NAMESPACE, "true"], check=False, capture_output=True).returncode == 0
