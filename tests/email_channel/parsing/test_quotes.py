import pytest
from hypothesis import given
from hypothesis import strategies as st

from email_channel.parsing.quotes import split_reply

ANSWER = "Thanks, that works.\n\nBest\nAnn"


@pytest.mark.parametrize(
    "introduction",
    [
        "On Thu, 14 Aug 2025 at 09:00, Help <help@x.example> wrote:",
        "On Thu, 14 Aug 2025 at 09:00, A Very Long Name of a Support Team <\nhelp@x.example> wrote:",
        "On 14 Aug 2025, at 09:00, Help\n<help@x.example>\nwrote:",
        "Help <help@x.example> wrote:",
        "to 14. elok. 2025 klo 9.00 Help (help@x.example) kirjoitti:",
        "Den tors 14 aug. 2025 kl 09:00 skrev Help <help@x.example>:",
        "Den 14.08.2025 09:00, skrev Help:",
        "Den tor. 14. aug. 2025 kl. 09.00 skrev Help <help@x.example>:",
        "Am Do., 14. Aug. 2025 um 09:00 Uhr schrieb Help <\nhelp@x.example>:",
        "Help <help@x.example> schrieb am Do., 14. Aug. 2025,\n09:00:",
        "Le jeu. 14 août 2025 à 09:00, Help <help@x.example> a écrit :",
        "El jue, 14 ago 2025 a las 9:00, Help (<help@x.example>) escribió:",
        "Il giorno gio 14 ago 2025 alle ore 09:00 Help <help@x.example> ha scritto:",
        "Op do 14 aug 2025 om 09:00 schreef Help <help@x.example>:",
        "czw., 14 sie 2025 o 09:00 Help <help@x.example> napisał(a):",
        "W dniu 14.08.2025 o 09:00, Help pisze:",
        "Em qui., 14 de ago. de 2025 às 09:00, Help <help@x.example> escreveu:",
        "чт, 14 авг. 2025 г. в 09:00, Help <help@x.example>:",
        "14.08.2025, 09:00, Help пишет:",
        "Help <help@x.example> 于2025年8月14日周四 09:00写道：",
        "2025年8月14日(木) 9:00 Help <help@x.example>:",
        "-----Original Message-----",
        "-------- Forwarded Message --------",
        "-----Ursprüngliche Nachricht-----",
        "-----Alkuperäinen viesti-----",
        "-----Ursprungligt meddelande-----",
        "________________________________\nFrom: Help <help@x.example>\nSent: Thursday\nTo: Ann\nSubject: Re: Lamp",
        "*From:* Help\n*Sent:* Thursday\n*To:* Ann\n*Subject:* Re: Lamp",
        "Lähettäjä: Help\nLähetetty: torstai\nVastaanottaja: Ann\nAihe: Lamppu",
        "Från: Help\nSkickat: torsdag\nTill: Ann\nÄmne: Lampa",
        "Von: Help\nGesendet: Donnerstag\nAn: Ann\nBetreff: Lampe",
        "De : Help\nEnvoyé : jeudi\nÀ : Ann\nObjet : Lampe",
        "发件人: Help\n发送时间: 2025年8月14日\n收件人: Ann\n主题: 灯",
        "##- Please type your reply above this line -##",
    ],
)
@pytest.mark.parametrize("quote", ["> Does it work?\n>\n> Help\n", "Does it work?\n\nHelp\n"])
def test_an_answer_above_is_what_is_visible(introduction: str, quote: str) -> None:
    reply = split_reply(f"{ANSWER}\n\n{introduction}\n\n{quote}")

    assert reply.visible == ANSWER
    assert reply.quoted.startswith(introduction)
    assert reply.quoted.endswith(quote.strip())


@pytest.mark.parametrize(
    "signature",
    [
        "-- \nAnn Lee\nSales",
        "--\nAnn Lee",
        "__________\nAnn Lee\nTel. 1",
        "Sent from my iPhone",
        "Sent from my Galaxy",
        "Get Outlook for iOS",
        "Lähetetty iPhonesta",
        "Skickat från min iPhone",
        "Sendt fra min iPad",
        "Von meinem iPhone gesendet",
        "Envoyé de mon iPhone",
        "Enviado desde mi iPhone",
        "Inviato da iPhone",
        "Verzonden vanaf mijn iPhone",
        "Отправлено с iPhone",
        "iPhoneから送信",
    ],
)
def test_a_signature_is_apart(signature: str) -> None:
    reply = split_reply(f"{ANSWER}\n\n{signature}\n\nOn 14 Aug 2025 at 09:00, Help <h@x.example> wrote:\n> Hi\n")

    assert (reply.visible, reply.signature) == (ANSWER, signature)


def test_an_answer_below_is_what_is_visible() -> None:
    reply = split_reply("On 14 Aug 2025 at 09:00, Help wrote:\n\n> Does it work?\n> Help\n\nYes, it does.\n")

    assert reply.visible == "Yes, it does."


def test_answers_in_between_keep_what_they_answer() -> None:
    text = "Hi,\n\nOn 14 Aug 2025 at 09:00, Help wrote:\n> Colour?\n\nBlue.\n\n> Size?\n\nLarge.\n\n> Bye\n"

    reply = split_reply(text)

    assert reply.visible == "Hi,\n\n> Colour?\n\nBlue.\n\n> Size?\n\nLarge."
    assert reply.quoted.endswith("> Bye")


def test_a_quote_at_the_end_is_hidden_and_one_at_the_start_is_not() -> None:
    assert split_reply("Yes.\n\n> Really?\n").visible == "Yes."
    assert split_reply("> Really?\n\nYes.\n").visible == "> Really?\n\nYes."


def test_a_question_below_a_quote_is_shown() -> None:
    reply = split_reply("Hi,\n\nOn 14 Aug 2025 at 09:00, Help wrote:\n> Blue or red?\n\nWhich is cheaper?\n")

    assert "Which is cheaper?" in reply.visible


def test_a_forwarded_mail_with_no_word_of_its_own_is_shown() -> None:
    text = (
        "---------- Forwarded message ---------\nFrom: A <a@x.example>\nDate: Thu\nSubject: Lamp\nTo: b\n\nIt broke.\n"
    )

    assert split_reply(text).visible == "It broke."


@pytest.mark.parametrize(
    "text",
    [
        "As I wrote in my mail of 3 May 2025 at 10:00:\nthe lamp is broken.",
        "On Monday I wrote to you about this:\nno answer yet.",
        "From: Helsinki\nTo: Oslo\nDate: 5 May",
        "The colours are:\n- red\n- blue",
        "I was sent from my desk to yours, and that is that.",
        "Sent from my office, it was lost on the way.",
        "Code:\n```\n-- comment\nFrom: x\nSubject: y\nDate: z\n```\nThat is all.",
        "a -- b\nc — d",
        "Order\n----------\nWhere is it? I ordered last week and have heard nothing since, not even a mail.",
    ],
)
def test_what_only_looks_like_a_quote_stays(text: str) -> None:
    assert split_reply(text).visible == text


def test_a_quote_that_a_program_has_wrapped_is_no_answer() -> None:
    text = "Yes.\n\nOn 14 Aug 2025 at 09:00, Help wrote:\n> a long line that was\nwrapped\n> and goes on\n"

    assert split_reply(text).visible == "Yes."


LINES = [
    *("", "text", "> quote", "-- ", "From: a", "Subject: b", "Sent: c", "```", "____________________", "a?", "wrote:"),
    "On 14 Aug 2025 at 09:00, A <a@x.example> wrote:",
    "-----Original Message-----",
    "Sent from my iPhone",
]


@given(st.lists(st.sampled_from(LINES), max_size=25), st.sampled_from(["\n", "\r\n"]))
def test_nothing_is_ever_lost(parts: list[str], line_end: str) -> None:
    text = line_end.join(parts)

    reply = split_reply(text)

    assert reply.original == text


@pytest.mark.timeout(10)
@pytest.mark.parametrize(
    "text",
    [
        "On " * 10_000,
        "On\n" * 100_000,
        "\n" * 10_000,
        "On Mon, 1 Jan 2025 at 10:00, a <a@b.example>\n" * 20_000,
        "On Mon, 1 Jan 2025 at 10:00, a <a@b.example> wrote:\n" * 20_000,
        "-" * 1_000_000,
        "From: a\n" * 100_000,
        ">" * 1_000_000,
        "> a\nb\n" * 100_000,
        "wrote:\n" * 100_000,
        "```\n" * 200_000,
        " " * 1_000_000,
    ],
    ids=lambda text: text[:12].strip(),
)
def test_split_reply_is_linear(text: str) -> None:
    assert split_reply(text).original == text
