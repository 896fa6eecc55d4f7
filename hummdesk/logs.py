"""Structured logs: JSON in production, readable in development; ids only, with request id and schema."""

import logging
import re
from typing import Any

import structlog
from django.db import connection

_DETAIL = re.compile(r"\n(DETAIL|CONTEXT|HINT):.*")
logger = structlog.get_logger("hummdesk")


def add_schema(_logger: Any, _method: str, line: dict[str, Any]) -> dict[str, Any]:
    """Put the schema in force on a log line."""
    line.setdefault("schema", getattr(connection, "schema_name", ""))
    return line


def shared_processors() -> list[Any]:
    """Return the processors that our lines and the standard library's go through."""
    return [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        add_schema,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]


def without_values(_logger: Any, _method: str, line: dict[str, Any]) -> dict[str, Any]:
    """Cut the values of rows, such as addresses, that PostgreSQL adds to its errors as `DETAIL`."""
    exception = line.get("exception")
    if isinstance(exception, str):
        line["exception"] = _DETAIL.sub("", exception)
    for one in exception if isinstance(exception, list) else ():
        one["exc_value"] = _DETAIL.sub("", one["exc_value"])
    return line


def logging_config(*, readable: bool, level: str) -> dict[str, Any]:
    """Return the `LOGGING` setting: one stream, one formatter."""
    chain: list[Any] = [structlog.stdlib.ProcessorFormatter.remove_processors_meta]
    # Tracebacks without local variables: those hold bodies, addresses and secrets.
    if readable:
        plain = structlog.dev.plain_traceback
        chain.append(structlog.processors.format_exc_info)
        last: Any = structlog.dev.ConsoleRenderer(colors=False, exception_formatter=plain)
    else:
        without_locals = structlog.tracebacks.ExceptionDictTransformer(show_locals=False)
        chain.append(structlog.processors.ExceptionRenderer(without_locals))
        last = structlog.processors.JSONRenderer()
    chain.append(without_values)
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "structured": {
                "()": structlog.stdlib.ProcessorFormatter,
                "processors": [*chain, last],
                "foreign_pre_chain": shared_processors(),
            }
        },
        "handlers": {"stream": {"class": "logging.StreamHandler", "formatter": "structured"}},
        "root": {"handlers": ["stream"], "level": level},
        "loggers": {
            # Django's own 4xx lines carry paths with tokens and repeat what the request line says.
            "django.request": {"level": "ERROR"},
            "django.channels.server": {"level": "WARNING"},
            # The web server sets up handlers of its own before we are loaded: its lines are to look like ours.
            "uvicorn": {"handlers": [], "propagate": True},
            # It would tell of every socket that opens, with its ticket.
            "uvicorn.error": {"handlers": [], "level": "WARNING", "propagate": True},
            "uvicorn.access": {"handlers": [], "level": "WARNING", "propagate": True},
            "httpx": {"level": "WARNING"},
            "mail.log": {"level": "ERROR"},
        },
    }


def configure_structlog() -> None:
    """Send our lines through the standard library's handlers."""
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared_processors(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )


def level_name(name: str) -> str:
    """Return a level the standard library knows; anything else becomes INFO."""
    return name.upper() if name.upper() in logging.getLevelNamesMapping() else "INFO"
