"""Sessions: demo, tests, lint, typing, conformance, docs, bench."""

from __future__ import annotations

import nox

nox.options.sessions = ["tests"]
nox.options.default_venv_backend = "uv|virtualenv"
nox.options.error_on_missing_interpreters = False

EXTRAS = ".[all,pandas,polars]"
TEST_TOOLS = [
    "pytest>=9.0",
    "pytest-timeout>=2.4",
    "pytest-xdist>=3.8",
    "hypothesis>=6.150",
    "pytest-examples>=0.0.18",
]

GUIDES = [
    "tiktok_async",
    "tiktok_async.research",
    "tiktok_async.research.endpoints",
    "tiktok_async.research.models",
    "tiktok_async.research.query",
    "tiktok_async.research.resources",
    "tiktok_async.errors",
    "tiktok_async.events",
    "tiktok_async.config",
    "tiktok_async.client",
    "tiktok_async.io.paginator",
    "tiktok_async.io.concurrent",
    "tiktok_async.io.ledger",
    "tiktok_async.io.output",
    "tiktok_async.tikapi",
    "tiktok_async.tikapi.client",
    "tiktok_async.tikapi.media",
    "tiktok_async.tikapi.chat",
    "tiktok_async.tikapi.links",
    "tiktok_async.tikapi.moving",
    "tiktok_async.tikapi.resources",
    "tiktok_async.tikapi.endpoints",
    "tiktok_async.tikapi.models",
    "tiktok_async.oauth",
    "tiktok_async.oauth.client",
    "tiktok_async.oauth.store",
    "tiktok_async.oauth.user",
    "tiktok_async.portability",
    "tiktok_async.portability.client",
    "tiktok_async.portability.endpoints",
    "tiktok_async.portability.life",
    "tiktok_async.portability.models",
    "tiktok_async.portability.archive",
    "tiktok_async.portability.guard",
    "tiktok_async.webhooks",
    "tiktok_async.jobs",
    "tiktok_async.jobs.spec",
    "tiktok_async.jobs.job",
    "tiktok_async.jobs.dataset",
    "tiktok_async.jobs.kinds",
    "tiktok_async.jobs.manifest",
    "tiktok_async.jobs.layout",
    "tiktok_async.jobs.engines.dask",
    "tiktok_async.jobs.sinks",
    "tiktok_async.io.shared",
    "tiktok_async.report",
    "tiktok_async.report.dataset",
    "tiktok_async.io.download",
    "tiktok_async.io.session",
    "tiktok_async.emulator",
    "tiktok_async.emulator.faults",
    "tiktok_async.emulator.tikapi",
    "tiktok_async.emulator.tikapi.settings",
    "tiktok_async.testing",
]
"""What the docs show: the guides are the docstrings of these."""


@nox.session
def demo(session: nox.Session) -> None:
    """Show the main job on each of the three APIs with an emulator, faults and all."""
    session.install(".[cli,parquet]")
    session.run("tiktok-async", "demo", *session.posargs)


@nox.session
def tests(session: nox.Session) -> None:
    """Run the tests."""
    session.install("-e", EXTRAS, *TEST_TOOLS)
    args = session.posargs or ["-n", "2"]
    session.run("python", "-W", "error::ResourceWarning", "-m", "pytest", *args)


@nox.session
def lint(session: nox.Session) -> None:
    """Check style, spelling, layers and dependencies."""
    session.install("-e", EXTRAS, "ruff>=0.17", "codespell>=2.4", "import-linter>=2.16")
    session.run("ruff", "check", ".")
    session.run("ruff", "format", "--check", ".")
    session.run("codespell")
    session.run("lint-imports")


@nox.session
def typing(session: nox.Session) -> None:
    """Check the types: mypy in strict mode, and completeness of the public API."""
    # What the emulator and the command line use when it is there must be typed too.
    session.install("-e", EXTRAS, "mypy>=2.4", "basedpyright>=1.40", "orjson", "uvloop")
    session.run("mypy")
    session.run("mypy", "tests/typing/api.py")
    session.run("basedpyright", "--ignoreexternal", "--verifytypes", "tiktok_async")


@nox.session
def conformance(session: nox.Session) -> None:
    """Drive clients that other people wrote against the emulator, and compare their rows."""
    session.install("-e", EXTRAS, *TEST_TOOLS)
    session.install(
        "researchtikpy==0.2.2", "tiktokresearchapi==1.0.4", "tikapi==3.2.2", "cachetools"
    )
    session.run("python", "-m", "pytest", "tests/conformance", *session.posargs)


@nox.session
def docs(session: nox.Session) -> None:
    """Render the docs into site/."""
    session.install("-e", EXTRAS, "pdoc>=16.0")
    session.run("pdoc", "-o", "site", "-d", "google", *GUIDES, *session.posargs)


@nox.session
def bench(session: nox.Session) -> None:
    """Run every benchmark side by side and write tables and JSON into benchmarks/results/."""
    session.install("-e", EXTRAS, "uvloop>=0.22", "orjson>=3.10", "ijson>=3.3", "tikapi==3.2.2")
    session.install("httpx2>=2", "requests>=2.32", "pydantic>=2.10", "cachetools")
    session.install("researchtikpy==0.2.2", "tiktokresearchapi==1.0.4")
    session.run("python", "-m", "benchmarks", *session.posargs)
