import json
import re
from pathlib import Path

from hummdesk.environment import PROJECT_ROOT

FRONTEND, DIST = Path(PROJECT_ROOT, "frontend"), Path(PROJECT_ROOT, "static/dist")


def test_icons_that_python_names_are_in_the_sprite() -> None:
    names = [line for line in (FRONTEND / "icons.txt").read_text().splitlines() if line and not line.startswith("#")]

    assert names == sorted(set(names))
    assert [name for name in names if f'id="{name}"' not in (DIST / "icons.svg").read_text()] == []


def test_lockfile_names_no_registry() -> None:
    lock = json.loads((FRONTEND / "package-lock.json").read_text())

    assert all("resolved" not in package for package in lock["packages"].values())
    assert all("integrity" in package for path, package in lock["packages"].items() if path)


def test_dependencies_are_pinned_exactly() -> None:
    package = json.loads((FRONTEND / "package.json").read_text())

    assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in package["devDependencies"].values())


def test_licence_of_everything_bundled_is_kept() -> None:
    licences = (DIST / "LICENSES.txt").read_text()

    for name in ("htmx.org", "idiomorph", "lucide-static", "@fontsource-variable/inter", "tailwindcss"):
        assert re.search(rf"^{re.escape(name)} \d", licences, re.MULTILINE)


def test_stylesheet_loads_nothing_from_other_hosts() -> None:
    urls = re.findall(r"url\(([^)]*)\)", (DIST / "app.css").read_text())

    assert sorted(url.strip("\"'") for url in urls) == ["inter-latin-ext.woff2", "inter-latin.woff2"]
