"""Raw mails for tests, as customers' programs write them."""

from itertools import count

CUSTOMER = "Ada Byron <ada@customers.example>"
SUPPORT = "support@acme.example"
_numbers = count(1)


def raw_mail(
    *,
    sender: str | None = CUSTOMER,
    to: str = SUPPORT,
    subject: str = "The drill is broken",
    text: str = "It stopped turning.",
    message_id: str | None = "",
    headers: tuple[tuple[str, str], ...] = (),
) -> bytes:
    """Return a plain mail with CRLF line ends. `message_id` "" makes a new one; None leaves the field out."""
    fields = [("From", sender), ("To", to), ("Subject", subject), ("Date", "Mon, 23 Nov 2026 01:06:00 +0200")]
    fields.append(("Message-ID", f"<{next(_numbers)}.mail@customers.example>" if message_id == "" else message_id))
    fields += [*headers, ("Content-Type", "text/plain; charset=utf-8")]
    lines = [f"{name}: {value}" for name, value in fields if value is not None]
    return "\r\n".join([*lines, "", text, ""]).encode("utf-8", "surrogateescape")


def html_mail(html: str, *, text: str = "", **fields: str) -> bytes:
    """Return a mail with an HTML form and a plain one beside it."""
    head = {"From": CUSTOMER, "To": SUPPORT, "Subject": "In colour", "Message-ID": f"<{next(_numbers)}@html.example>"}
    lines = [f"{name}: {value}" for name, value in (head | fields).items()]
    parts = [
        f"--b\r\nContent-Type: text/{kind}; charset=utf-8\r\n\r\n{body}\r\n"
        for kind, body in (("plain", text), ("html", html))
        if body
    ]
    body = "".join(parts) + "--b--\r\n"
    return ("\r\n".join([*lines, 'Content-Type: multipart/alternative; boundary="b"', "", body])).encode()
