"""The words by which mail programs mark what they quote, in the languages they speak, and tests of single lines.

Each pattern is anchored or bounded, so that a test is linear in the line; callers bound the line.
"""

import re

LINE_CHARS = 1_000
# "wrote", one form per ending; the auxiliary ("a écrit", "ha scritto") stands in front and need not be known.
_WROTE = re.compile(
    r"""\b(?:wrote|writes|kirjoitti|kirjutas|skrev|skrifaði|schrieb|schreef|geschreven|geschrieben|écrit|ecrit|escribió
    |escribio|escribiu|escreveu|escriure|scritto|scrive|scris|napisał(?:a|\(a\))?|napisal(?:a|\(a\))?|napisao|napisala
    |napísal(?:a|\(a\))?|napsal(?:a|\(a\))?|pisze|píše|írta|yazdı|yazmış|έγραψε|написал(?:а|\(а\))?|написав
    |написа|пишет
    |пише|писал(?:а)?|viết|menulis|rašė|parašė|rakstīja|shkroi)\b|写道|写到|寫道|書きました|のメール|작성|썼습니다|כתב|كتب|نوشت|เขียน""",
    re.IGNORECASE | re.VERBOSE,
)
_STARTS_LIKE_DATE = re.compile(
    r"""[\W_]{0,6}(?:(?:on|am|at|le|el|il|em|op|on\ the|den|dne|dnia|w\ dniu|dňa|na|în|la|pe|в|у|pada|vào|tarihinde|ons
    |på|kl|klo|em\ |no\ dia|el\ día|il\ giorno|on\ date|date|à|a)\s.{0,40}?\d|\d{1,4}\s{0,2}[-./年\s]\s{0,2}\w
    |(?:mon|tue|wed|thu|fri|sat|sun|mo|di|mi|do|fr|sa|so|lun|mar|mer|jeu|ven|sam|dim|ma|ke|to|pe|la|su|tis|ons|tor|lör|sön
    |man|tir|fre|lør|søn|пн|вт|ср|чт|пт|сб|вс)\w{0,8}[.,]{0,2}\s.{0,20}?\d|在\s{0,2}\d|於\s{0,2}\d)""",
    re.IGNORECASE | re.VERBOSE,
)
_DATE = re.compile(r"\b(?:19|20)\d\d\b|\d{4}年|\b\d{1,2}[:.h]\d\d\b|\b\d{1,2}[./-]\d{1,2}[./-]\d{2}\b")
_ADDRESS = re.compile(r"[^\s<>@]{1,100}@[^\s<>@]{2,200}")
_ANGLE_ADDRESS = re.compile(r"[<\[][^\s<>@]{1,100}@[^\s<>@]{2,200}[>\]]")
_COLON_END = re.compile(r"[:：][\s*_\xa0]{0,5}$")

_DASHES = r"[-_=*+~–—>#|\s]"
_ORIGINAL = re.compile(
    rf"""{_DASHES}{{2,60}}(?:original\ (?:message|mail|email|appointment)
    |reply\ message|forwarded\ (?:message|mail|by.{{0,80}})
    |ursprüngliche\ (?:nachricht|mail|e-mail)|originalnachricht|original-nachricht|weitergeleitete\ nachricht
    |message\ (?:d')?origin(?:al|e)|message\ initial|courriel\ original|message\ transféré|message\ transmis
    |mensaje\ original|mensaje\ reenviado|mensagem\ original|mensagem\ encaminhada|mensaje\ de\ origen
    |messaggio\ (?:originale|inoltrato|originario)|oorspronkelijk\ bericht|doorgestuurd\ bericht|originele\ bericht
    |ursprungligt\ meddelande|originalmeddelande|ursprungsmeddelande|vidarebefordrat\ (?:meddelande|brev)
    |oprindelig\ (?:meddelelse|besked|e-mail)|original\ meddelelse|videresendt\ (?:meddelelse|besked|melding)
    |opprinnelig\ melding|opprinnelig\ e-post|alkuperäinen\ viesti|edelleenlähetetty\ viesti|välitetty\ viesti
    |(?:treść\ )?(?:oryginalna\ wiadomość|oryginalnej\ wiadomości|wiadomość\ oryginalna)|wiadomość\ oryginalna
    |przekazana\ wiadomość|wiadomość\ przekazana|původní\ (?:zpráva|e-mail)|přeposlaná\ zpráva|pôvodná\ správa
    |eredeti\ üzenet|mesaj\ original|mesajul\ original|orijinal\ (?:mesaj|ileti)|özgün\ ileti|αρχικό\ μήνυμα
    |исходное\ (?:сообщение|письмо)|оригинальное\ (?:сообщение|письмо)|пересылаемое\ сообщение|пересланное\ сообщение
    |пересылаемое\ письмо|первоначальное\ сообщение|оригинальне\ повідомлення|algne\ sõnum|originalne\ poruka
    |原始邮件|原始郵件|原邮件|转发邮件|轉寄郵件|转发的邮件|元のメッセージ|元のメール|転送されたメッセージ|転送メッセージ
    |original\ メッセージ|원본\ 메시지|원본\ 메일|전달된\ 메시지|הודעה\ מקורית|الرسالة\ الأصلية)
    \s{{0,3}}[:：]?{_DASHES}{{0,60}}$""",
    re.IGNORECASE | re.VERBOSE,
)
_FORWARD = re.compile(
    r"""[>\s]{0,4}(?:begin\ forwarded\ message|start\ of\ forwarded\ message|anfang\ der\ weitergeleiteten\ nachricht
    |weitergeleitete\ nachricht|début\ du\ message\ (?:réexpédié|transféré)|inizio\ messaggio\ inoltrato
    |inicio\ del\ mensaje\ reenviado|início\ da\ mensagem\ (?:encaminhada|reenviada)|begin\ doorgestuurd\ bericht
    |vidarebefordrat\ (?:brev|mejl|meddelande)|videresendt\ (?:besked|melding)|start\ på\ videresendt\ melding
    |välitetty\ viesti|edelleenlähetetty\ viesti(?:\ alkaa)?|początek\ przekazywanej\ wiadomości
    |начало\ переадресованного\ сообщения|начало\ пересылаемого\ сообщения|begin\ original\ message
    |转发的邮件|下面是被转发的邮件|転送されたメッセージ)\s{0,3}[:：]\s{0,3}$""",
    re.IGNORECASE | re.VERBOSE,
)
_REPLY_ABOVE = re.compile(
    r"""[\W_]{0,12}(?:please\ )?(?:
    (?:type|write|enter|add|put)\ your\ (?:reply|response|answer)\ above\ th(?:is|e)\ line
    |reply\ above\ th(?:is|e)\ line|(?:please\ )?reply\ (?:only\ )?above
    |bitte\ (?:antworten|schreiben)\ sie\ .{0,20}(?:oberhalb|über)\ dieser\ (?:zeile|linie)
    |(?:skriv|svara).{0,20}ovanför\ (?:den\ här\ )?(?:raden|linjen)
    |(?:skriv|svar).{0,20}over\ (?:denne|denna)\ (?:linje|linjen|linie)
    |kirjoita\ .{0,20}tämän\ (?:rivin|viivan)\ yläpuolelle|(?:répondez|écrivez).{0,30}au-dessus\ de\ cette\ ligne
    |(?:escriba|responda).{0,30}(?:por\ encima|arriba)\ de\ esta\ línea|rispondi\ sopra\ questa\ (?:riga|linea)
    |(?:typ|schrijf).{0,20}boven\ deze\ (?:lijn|regel))""",
    re.IGNORECASE | re.VERBOSE,
)

_FROM = """from von de da fra från fran van od lähettäjä oт от від feladó kimden gönderen expediteur expéditeur
    absender
    mittente remitente remetente afzender avsändare avsender afsender nadawca odesílatel odosielateľ
    saatja 发件人 发送人
    寄件者 寄件人
    差出人 送信者 送信元 보낸사람 από מאת"""
_DATE_LABELS = """sent date gesendet datum envoyé envoye enviado enviada inviato data fecha sendt dato skickat
    skickades
    verzonden wysłano wysłane lähetetty päiväys päivämäärä pvm отправлено дата надіслано elküldve küldve dátum odesláno
    odoslané message gönderme tarih saadetud kuupäev trimis 发送时间 发送日期 日期 时间 傳送時間
    寄件日期 送信日時 日時 日付 보낸날짜 날짜 ημερομηνία
    נשלח expediée"""
_TO = """to an à para a til till aan do vastaanottaja komu кому címzett kime alıcı destinataire empfänger destinatario
    destinatário geadresseerde mottagare modtager mottaker către saaja 收件人 收件者 宛先 받는사람 προς אל"""
_SUBJECT = """subject betreff objet asunto assunto oggetto emne ämne amne onderwerp temat aihe тема tárgy
    předmět predmet
    konu subiect teema asia otsikko 主题 主題 主旨 件名 제목 θέμα נושא rubrik sujet"""
_OTHER = """cc cc: bcc kopie copie kopia kopi kopio copia cópia копия копія másolat reply-to reply antwort-an antwort
    risposta répondre importance priority attachments bilagor anlagen 抄送 副本 cc： 답장"""
_LABEL = re.compile(r"[>\s]{0,6}[*_]{0,2}([^\W\d_][^:：*_]{0,24}?)[*_]{0,2}\s{0,3}[:：][*_]{0,2}(?:\s|$|(?<=：))")
LABELS = {
    word: kind
    for kind, words in (("o", _OTHER), ("t", _TO), ("d", _DATE_LABELS), ("f", _FROM), ("s", _SUBJECT))
    for word in words.split()
}

_SENT_FROM = re.compile(
    r"""(?!.{0,150}\b(?:is|was|were|are|will|has|today|yesterday)\b)[\s*_>\[(«"'.–—-]{0,6}(?:
    (?:sent|send|written|posted|typed)\ (?:from|via|with|using|by)\s
    (?!me\b|you\b|us\b|the\ (?!samsung|new|all))\S.{0,80}
    |get\ outlook\ for\ .{2,60}|download\ outlook\ .{0,40}|(?:sent|reply)\ from\ my\s.{2,60}
    |(?:von|aus|mit)\ (?:meine[mr]|unterwegs|dem|der|outlook|samsung|gmx|web\.de).{0,60}gesendet.{0,20}
    |gesendet\ (?:von|mit|über|aus|vom).{2,80}
    |diese\ nachricht\ wurde\ von\ mein.{2,80}|outlook\ für\ .{2,40}|holen\ sie\ sich\ outlook.{0,40}
    |envoyé\ (?:de|depuis|à\ partir\ de|avec|par|via).{2,80}|télécharge[rz]\ outlook.{2,40}|obtenir\ outlook.{2,40}
    |enviado\ (?:desde|do|de|a\ partir|pelo|por|via|con|através)\s.{2,80}|obtener\ outlook.{2,40}
    |obter\ o\ outlook.{2,40}
    |inviato\ (?:da|dal|con|tramite)l?\s?.{2,80}|scarica\ outlook.{2,40}|ottieni\ outlook.{2,40}
    |verzonden\ (?:vanaf|vanuit|met|via|van)\s.{2,80}|outlook\ voor\ .{2,40}|(?:download|verkrijg)\ outlook.{2,40}
    |skickat\ (?:från|med|via)\s.{2,80}|skickades\ från\s.{2,80}|(?:hämta|skaffa)\ outlook.{2,40}
    |sendt\ (?:fra|med|via)\s.{2,80}|(?:hent|få)\ outlook.{2,40}
    |lähetetty\s.{2,60}(?:sta|stä|lta|ltä|lla|llä)(?:ni)?\b.{0,20}|hanki\ outlook.{2,40}
    |lähetetty\ (?:iphon|ipad|android|outlook|samsung|huawei).{0,60}
    |wysłan[eoya]\ (?:z|ze|przy|za)\s.{2,80}|pobierz\ (?:aplikację\ )?outlook.{0,40}
    |odesláno\ (?:z|ze)\s.{2,60}|odoslané\ z\s.{2,60}
    |отправлено\ (?:с|из|через)\s.{2,80}|отправлено\ от\ .{2,60}|скачать\ outlook.{0,40}|надіслано\ з\s.{2,60}
    |elküldve\ .{2,60}|trimis\ (?:de\ pe|din)\s.{2,60}|.{2,40}(?:’dan|'dan|’den|'den|dan|den)\ gönderildi
    |发自我的.{1,40}|从我的.{1,30}发送|來自我的.{1,40}|從我的.{1,30}傳送|.{1,30}から送信
    |나의\ .{1,30}에서\ 보냄|.{1,30}에서\ 보냄
    )[\s*_.)\]»"']{0,4}$""",
    re.IGNORECASE | re.VERBOSE,
)


def is_attribution(lines: list[str]) -> bool:
    """Whether lines together are "On <date>, <name> <address> wrote:" in some language."""
    text = " ".join(lines)[:LINE_CHARS]
    if not _COLON_END.search(text):
        return False
    has_verb = _WROTE.search(text) is not None
    starts_like_date = _STARTS_LIKE_DATE.match(lines[0]) is not None
    is_dated = starts_like_date and _DATE.search(text) is not None
    if has_verb and (is_dated or _ADDRESS.search(text)):
        return True
    return is_dated and _ANGLE_ADDRESS.search(text) is not None


def begins_like_date(line: str) -> bool:
    """Whether a line begins as an attribution does: a preposition or a weekday and a number, or a date."""
    return _STARTS_LIKE_DATE.match(line) is not None


def ends_with_colon(line: str) -> bool:
    """Whether a colon ends the line, apart from blanks and marks of emphasis."""
    return _COLON_END.search(line[-20:]) is not None


def has_wrote(line: str) -> bool:
    """Whether a line says that somebody wrote."""
    return _WROTE.search(line) is not None


def is_original_marker(line: str) -> bool:
    """Whether a line says that the original or a forwarded message follows, or that a reply belongs above it."""
    line = line[:200]
    return bool(_ORIGINAL.match(line) or _FORWARD.match(line) or _REPLY_ABOVE.match(line))


def header_label(line: str) -> str | None:
    """Return the kind of header that a line shows: f(rom), d(ate), t(o), s(ubject), o(ther); None for no header."""
    match = _LABEL.match(line[:200])
    if match is None:
        return None
    words = match[1].lower().split()
    return LABELS.get(words[0]) or LABELS.get("".join(words)) if len(words) <= 2 else None


def has_address(line: str) -> bool:
    """Whether a line holds an e-mail address."""
    return _ADDRESS.search(line[:LINE_CHARS]) is not None


def is_sent_from(line: str) -> bool:
    """Whether a line is what phones and programs put under a mail."""
    return len(line) <= 150 and _SENT_FROM.match(line) is not None
