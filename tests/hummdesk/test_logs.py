"""What a log line holds of an error: where it happened, and no value of a row or a variable."""

import io
import logging
import logging.config

import pytest

from hummdesk.logs import logging_config


@pytest.mark.parametrize("readable", [True, False])
def test_error_is_logged_without_values(readable: bool) -> None:
    stream = io.StringIO()
    config = logging_config(readable=readable, level="INFO")
    config["handlers"]["stream"]["stream"] = stream
    config["loggers"] = {"tests.values": {"handlers": ["stream"], "propagate": False}}
    del config["root"]
    logging.config.dictConfig(config)
    secret = "hunter" + str(2)

    address = "maija@" + "example.fi"
    message = f"duplicate key\nDETAIL:  Key (value)=({address}) already exists."

    try:
        raise ValueError(message)
    except ValueError:
        logging.getLogger("tests.values").exception("refused")

    line = stream.getvalue()
    assert "refused" in line
    assert "duplicate key" in line
    assert address not in line
    assert secret not in line
