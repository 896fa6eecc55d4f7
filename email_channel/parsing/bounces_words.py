"""What mail servers say when they refuse, by reason: data for `bounces_reason`.

Patterns are matched against words in lower case with single blanks, without the codes. Each has bounded gaps, so that
the time is linear. The order counts: the first reason whose words are found is the one.
"""

import re

from email_channel.parsing.bounces_codes import BounceReason

WORDS_READ = 1_500

_MAILBOX_FULL = (
    r"(?:mail|in)[ -]?(?:box|folder|dir)\S{0,3} (?:\S{1,60} ){0,3}(?:is |was |already )*(?:too )?full"
    r"|over (?:its |the |their |his |her |disk |mail |storage |allowed )*quota|overquota|overdrawn"
    r"|(?<!relay )(?<!daily )(?<!hourly )(?<!sending )(?<!rate )(?<!outgoing )quota\b"
    r"|(?:mailbox|inbox|account|user|recipient)\S{0,3} (?:\S{1,60} ){0,5}(?:reached|at|over) (?:\S{1,20} )"
    r"{0,3}(?:limit|maximum|capacity)|exceed\w{0,3} (?:\S{1,20} ){0,3}storage"
    r"|storage (?:\S{1,20} ){0,3}(?:exceed|exhaust)|exhausted (?:\S{1,20} ){0,3}(?:storage|space)"
    r"|(?:blocks|inode|disk) limit exceeded|(?:mailbox|inbox) (?:storage |has |is )*(?:exceed|too large|over)"
    r"|(?:does not|doesn't) have enough (?:\S{1,20} ){0,2}(?:space|storage)"
    r"|(?:user|recipient|mailbox) .{0,40}too (?:many|much) (?:mail|messages|data)"
    r"|quota (?:has been |is |was )?(?:exceed|full|violation|would)"
    r"|exceed(?:s|ed|ing)? (?:\S{1,40} ){0,5}(?:quota|mailbox (?:size|storage)|storage (?:limit|alloc|space))"
    r"|(?:mailbox|storage|quota|inbox|account)\S{0,3} (?:\S{1,60} ){0,5}(?:exceed|over)\w{0,4} (?:\S{1,20}"
    r" ){0,4}(?:quota|limit|size|alloc|maximum|space|storage)|mailbox size limit|mailbox[. ]full|mbox full"
    r"|maildir over|mail-quota|disk quota|quota exceed|exceeded quota"
    r"|out of (?:mailbox |storage |disk )*(?:space|storage)\b.{0,40}(?:inbox|mailbox|recipient|user|gmail)?"
    r"|(?:inbox|mailbox|recipient|account) (?:\S{1,60} ){0,3}out of (?:storage )?space"
    r"|(?:not enough|insufficient|no) (?:storage |disk |mailbox |free )*(?:space|storage) .{0,40}(?:mailbo"
    r"x|user|recip)|over the maximum allowed (?:mailbox|number)|too much mail(?: data)?\b|recipient storage full"
    r"|over.?size mailbox|number of messages .{0,60}exceed|mailbox .{0,40}exceeded the local limit"
    r"|mailbox has exceeded|would exceed (?:\S{1,20} ){0,3}(?:quota|mailbox)|user is overquota|account is full"
    r"|mailbox overflow|postfach .{0,60}voll|speicherplatz .{0,60}(?:erschöpft|überschritten)|boîte .{0,60}pleine"
    r"|casella .{0,60}piena|buz[oó]n .{0,60}(?:lleno|completo)|caixa .{0,60}cheia|postilaatikko .{0,60}täynnä"
    r"|postlåda .{0,60}full|postvak .{0,60}vol\b|skrzynk\w{1,3} .{0,60}(?:pełna|przepełn)|ящик .{0,60}переполнен"
    r"|邮箱.{0,20}满|\b(?:ofr|lpn)\d{0,3}_(?:417|420)\b|メールボックスが(?:一杯|いっぱい|満杯)|受信(?:容量|box|ボックス).{0,20}(?:超|一杯|いっぱい)"
)
# Orange numbers its replies: OFR_416, LPN007_416 (postmaster.orange.fr).
_SURELY_UNKNOWN = r"\b(?:ofr|lpn)\d{0,3}_416\b|recipnotfound|recipientnotfound|cuda_nsu"
_TOO_LARGE = (
    r"(?:message|mail|file|content|e-mail)(?:'s)? (?:is |was |file |length |size |body )*too (?:big|large|long)"
    r"|(?:message|mail|e-mail|line) (?:size )?limit exceeded"
    r"|(?:message|mail|e-mail|body) (?:\S{1,30} ){0,4}exceed\w{0,3} (?:\S{1,30} ){0,6}(?:size|max\w{0,6}|l"
    r"imit|length)|message (?:header )?size (?:\S{1,30} ){0,4}(?:exceed|violat|limit|larger)"
    r"|maximum (?:\S{1,20} ){0,2}message size"
    r"|larger than (?:the )?(?:current |maximum |allowed )*(?:system |message )?(?:size|limit)"
    r"|too large to (?:accept|send)|size limit (?:for|of) (?:\S{1,20} ){0,3}(?:exceed|reached)|max message size"
    r"|zu groß|datenvolumen|trop volumineu|message data size|demasiado grande|サイズ(?:が|を)?.{0,10}超"
)
_OVER_LIMIT = r"message (?:size )?(?:too large|exceeds .{0,30}limit) for (?:this |the )?(?:recipient|mailbox|user)"
_SUSPENDED = (
    r"extended inactivity"
    r"|(?:account|mailbox|user|recipient|domain|address|e-?mail)\S{0,3} (?:\S{1,60} ){0,4}(?:is|has been|wa"
    r"s|been|are) (?:\S{1,15} ){0,2}(?:suspended|disabled|deactivated|frozen|inactive|locked|on hold|pause"
    r"d|expired|discontinued|terminated|dormant)"
    r"|(?:suspended|disabled|deactivated|inactive|frozen|locked|expired|dormant)[ /,]{1,2}(?:\S{1,15}[ /])"
    r"{0,2}(?:user|account|mailbox|recipient|address)"
    r"|(?:user|account|mailbox) (?:temporarily )?(?:suspended|disabled|inactive|locked|frozen|expired|sleeping)"
    r"|(?:inactive|disabled|suspended|deactivated|closed|dormant|frozen|locked) (?:e-?mail )?(?:mailbox|ac"
    r"count|user|recipient|address)|invalid/inactive user"
    r"|is (?:currently |temporarily |administratively )?(?:inactive|deactivated|disabled|suspended|frozen)\b"
    r"|(?:mailbox|account|user) (?:is )?(?:not active|currently suspended|under maintenance|administrative"
    r"ly disabled)|blocked due to inactivity|temporarily (?:suspended|disabled|locked)"
    r"|(?:mailbox|account|user) deactivated"
    r"|(?:account|mailbox|user|recipient)\S{0,3} (?:\S{1,60} ){0,3}(?:is|has been|was) (?:\S{1,15} )?(?:bl"
    r"ocked|cancel\w{2,4}|closed|quarantined)|not (?:an )?active (?:user|account|mailbox|recipient)"
    r"|account .{0,40}not been (?:used|activated)|\b(?:ofr|lpn)\d{0,3}_40[23]\b|boite du destinataire archivee"
    r"|user .{0,60}temporarily locked|recipient suspend|account closed due to inactivity"
)
# The mailbox is there; its owner or a filter of theirs does not want the mail.
_FILTERED = (
    r"recipient preferences|mail preferences?|user rules|message (?:has been |was )?filtered"
    r"|(?:refus|reject|block)\w{0,4} (?:\S{1,20} ){0,4}by (?:the |its |your )?(?:recipient|user|addressee)"
    r"|(?:recipient|user|addressee) (?:\S{1,80} ){0,3}(?:refuses|rejects|blocks|only accepts)\b"
    r"|only accepting (?:mail|messages) from|blocked by the recipient"
    r"|refuses? to (?:receive|accept) (?:this |your )?mail"
    r"|not accepting any (?:new )?(?:mail|messages)"
)
_MOVED = (
    r"address (?:\S{1,60} ){0,2}(?:has (?:been )?(?:changed|replaced|moved)|changed to)"
    r"|(?:user|recipient|mailbox|address|account) (?:\S{1,60} ){0,3}(?:has |have )?moved(?: to|;|,|\.| |$)"
    r"|has been replaced by|new (?:e-?mail )?address is"
    r"|please (?:use|try|update).{0,40}(?:new|forward)\w{0,3} address"
    r"|no longer (?:works?|employed|with (?:the|this|our))|has left the (?:company|organi)|user moved|moved, try"
)
_NO_RELAYING = (
    r"allowed to be relayed"
    r"|relay(?:ing|s)?(?: mail| access| of mail| to \S{1,80}| from \S{1,80}| operation)* (?:is |was |are |h"
    r"as been )?(?:denied|not (?:permitted|allowed|authori|possible|supported)|prohibit|reject|refused|dis"
    r"abled)"
    r"|(?:unable|not permitted|not allowed|not authori[sz]ed|refus\w{1,3}|cannot|can't|don't|do not|does n"
    r"ot|won't) (?:to )?relay|isn't in my list of allowed rcpthosts|not a (?:valid mail )?gateway"
    r"|insecure mail relay|no relaying|relay denied|denied by .{0,20}relay|authentication required for relay"
    r"|we don't handle mail for|not local host .{0,60}gateway|must be authenticated to relay"
    r"|send mail through your (?:isp|provider)"
)
_AUTHENTICATION = (
    r"\b(?:spf|dkim|dmarc|sender policy framework|domainkeys|sender id)\b[^.]{0,160}(?:fail|unauth|reject|"
    r"not (?:allowed|permitted|pass|authori|valid|aligned)|denied|violat|forge|missing|invalid|refus|block"
    r"|quarantin|no\b|policy|does not|did not|softfail|error|hard)"
    r"|(?:fail\w{0,3}|reject\w{0,3}|violat\w{1,4}|pass|due to|because of|per|by|without|no|missing|lack\w{"
    r"0,3}|invalid|valid) (?:\S{1,40} ){0,6}\(?(?:spf|dkim|dmarc|sender policy framework|domainkeys)\b"
    r"|unauthenticated (?:e-?)?mail"
    r"|(?:message|mail|sender|e-?mail|domain).{0,40}(?:not|isn't|failed?) (?:properly |sufficient |pass )*"
    r"authentica(?:ted|tion)|authentication check"
    r"|(?:authentication|authorization) (?:failed|failure|results? .{0,20}fail)|failed authentication"
    r"|unauthorized sender ip|not (?:a )?(?:permitted|designated) sender"
)
_USER_UNKNOWN = (
    r"(?:user|recipient|mailbox|account|address|rcpt|alias|addressee|name)\S{0,2} (?:\S{1,80} ){0,3}(?:is "
    r"|was |are )?(?:unknown|not (?:known|found|exist\w{0,3}|present|valid|listed|recogni[sz]ed|in)|invali"
    r"d|non[- ]?existent|undefined|unrouteable)"
    r"|(?:user|recipient|mailbox|account|address|addressee|alias|inbox)\S{0,2} (?:\S{1,80} ){0,6}(?:does|d"
    r"o|did|could|can|was|is)(?: not|n't|not) (?:\S{1,12} ){0,2}(?:exist|found|be found|listed|match|recog"
    r"ni[sz]ed|known|valid|have)"
    r"|(?:unknown|invalid|bad|no such|non-?existent|undeliverable|unroute?able|illegal|incorrect|wrong|not"
    r" a valid|isn't a valid) (?:\S{1,20} ){0,2}(?:user|recipient|mailbox|mail box|account|address|address"
    r"ee|alias|local part|rcpt|mail drop)"
    r"|no (?:mailbox|account|such person|user|mail box|one) (?:here |\S{1,20} )?(?:by|with|of|under|at|fou"
    r"nd|listed|for|named)"
    r"|\bno (?:valid |active |known |local |matching )(?:user|recipient|mailbox|account|address)|not listed in"
    r"|is not known|unknown: ?<?\S{1,80}@"
    r"|(?:address|account|mailbox|user) (?:is |was )?(?:no longer|not) (?:available|valid|in use|active|used)"
    r"|no such (?:user|person|mailbox|recipient|address|account|local|alias|name|email|e-mail|addressee)"
    r"|(?:does not|doesn't|don't|do not|didn't|did not) (?:have|know|recogni[sz]e|find|match|list) (?:\S{1"
    r",20} ){0,3}(?:\S{0,30}account|user|recipient|mailbox|address|alias)"
    r"|(?:not|n't) (?:a |an |our )?(?:known|valid|local|existing|existent|legal|deliverable) (?:user|recip"
    r"ient|mailbox|address|account|customer|alias)|user (?:unknown|not known|doesn't exist)|unknown user"
    r"|not our customer|no mailbox|mailbox (?:does not exist|not found)"
    r"|(?:this|the|that) (?:\S{1,20} ){0,3}(?:user|recipient|mailbox|address|account|email) (?:\S{1,80} ){"
    r"0,4}(?:doesn't|does not|didn't) (?:\S{1,20} ){0,2}(?:exist|have)"
    r"|(?:this|the) (?:user|account|mailbox|recipient|address) .{0,60}(?:no longer (?:available|exist|vali"
    r"d|active|in use|on)|has been (?:deleted|removed|cancel\w{2,4}|closed))"
    r"|(?:address|recipient)(?: address)?:? (?:<\S{1,200}> ?:? )?(?:rejected(?:: (?:access denied|user|unk"
    r"nown|undeliverable|invalid|no such)|[.)]|\Z)|lookup failed|verification failed|not found)"
    r"|(?:mailbox|recipient|address) (?:is )?(?:unavailable|not available)(?! due)(?!.{0,20}(?:temporar|try))"
    r"|no (?:valid )?recipients?\b|not listed in .{0,30}directory|couldn't be found|wasn't found at"
    r"|wasn't able to find|could not be found .{0,30}(?:domain|office|directory)"
    r"|delivery to this (?:user|address) .{0,30}restricted by|unroute?able (?:address|user)|address unknown"
    r"|(?:address|user) lookup failed|can't find (?:user|recipient|mailbox)"
    r"|resolver\.adr\.(?:recipnotfound|exrecipnotfound|recipientnotfound)|recipnotfound|sorry, no mailbox here"
    r"|vpopmail user .{0,20}(?:not|unknown)|access denied, please check your .{0,30}address|recipient no longer"
    r"|user not found|not a user|not exist(?:s|ing)?\b.{0,20}(?:user|mailbox|recipient)?"
    r"|unbekannte[rs]? (?:benutzer|empfänger|adresse)"
    r"|(?:benutzer|empfänger|adresse|postfach).{0,60}(?:unbekannt|existiert nicht|nicht (?:bekannt|gefunde"
    r"n|vorhanden))"
    r"|(?:utilisateur|destinataire|adresse|boîte).{0,60}(?:inconnu|n'existe pas|introuvable|invalide|n.existe)"
    r"|(?:usuario|destinatario|buz[oó]n|direcci[oó]n|cuenta).{0,60}(?:desconocid|no existe|inv[aá]lid|inexistente)"
    r"|(?:utente|destinatario|indirizzo|casella).{0,60}(?:sconosciut|inesistente|non esiste|non valid)"
    r"|(?:usu[aá]rio|destinat[aá]rio|endereço|conta).{0,60}(?:desconhecid|n[aã]o existe|inexistente)"
    r"|(?:mottagare|användare|adress|vastaanottaja|käyttäjä|modtager|bruger|mottaker|bruker)\S{0,3} .{0,60"
    r"}(?:okänd|finns inte|saknas|tuntematon|ei ole|ei löydy|ukendt|findes ikke|ukjent|finnes ikke)"
    r"|(?:пользовател|получател|адрес|ящик).{0,60}(?:не (?:найден|существует|зарегистрир)|неизвест)"
    r"|(?:gebruiker|ontvanger|adres|postvak).{0,60}(?:onbekend|bestaat niet|niet gevonden)"
    r"|(?:宛先|あて先|送信先|受信者|ユーザ|アドレス).{0,30}(?:存在し|見つかり|不明|無効|ありません)|リストにありません|登録されていません|用户不存在|收件人.{0,20}不存在|无此用户"
)
_HOST_UNKNOWN = (
    r"(?:host|domain|hostname)(?: name)?\S{0,2} (?:\S{1,80} ){0,3}(?:is |was )?(?:unknown|not (?:found|exi"
    r"st|known|valid|resolv)|does not exist|doesn't exist|nonexistent)"
    r"|(?:unknown|no such|illegal|nonexistent|unresolvable|unroute?able|undefined) (?:\S{1,20} ){0,2}(?:ho"
    r"st|domain|hostname|mail exchanger)|invalid (?:domain|host)|nxdomain|unrouteable mail domain"
    r"|(?:domain|host)\S{0,3} (?:\S{1,80} ){0,3}(?:couldn't|could not|cannot|can't|unable to) (?:be )?(?:f"
    r"ound|find|resolv\w{1,2}|locate)"
    r"|(?:couldn't|could not|cannot|can't|unable to) (?:find|resolve|locate|lookup) (?:\S{1,30} ){0,5}(?:h"
    r"ost|domain|mx|mail exchanger)|mx records? (?:point|refer)\w{0,3} to non-?existent"
    r"|domain mentioned .{0,60}unknown|domain must (?:exist|resolve)|host not found|name or service not known"
    r"|no (?:mx|a|dns) (?:or \S{1,5} )?records? .{0,40}(?:domain|host|found)|no (?:mail )?exchanger (?:found )?for"
    r"|no mx (?:record|or a\b)"
    r"|dns.{0,20}domain.{0,40}(?:not exist|nonexist)|domain is not reachable|bad destination host"
    r"|account or domain may not exist|illegal host/domain"
    r"|(?:\A|[ <'(])[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){1,5}[>')]? (?:does not|doesn't) exist"
)
_SENDER_REJECTED = (
    r"sender(?:'s)?(?: address| domain| ip| e-?mail| mailbox| verif\w{1,8}| id)*\S{0,2} (?:\S{1,80} ){0,3}"
    r"(?:is |was |has been |not |does |could )*(?:reject|denied|invalid|unknown|refus|block|not (?:allowed"
    r"|permitted|accept|exist|found|valid|resolv)|fail|undeliv|unroute|blacklist|missing|incorrect|blank|m"
    r"ust|prohibit)"
    r"|(?:bad|invalid|unrout(?:e)?able|unknown|illegal|no such|malformed|unresolvable|forged|fake|refused|"
    r"rejected|blocked|null|empty) (?:\S{1,15} ){0,2}(?:sender|return[- ]path|reverse[- ]path|mail from|fr"
    r"om address|envelope.sender|originator)"
    r"|(?:domain of sender|sender domain|from domain|envelope sender|return address|mail from|from address"
    r"|from header|originator)\S{0,3} .{0,80}(?:not|n't|invalid|reject|denied|fail|unknown|block|refus|mus"
    r"t)|you are not allowed to (?:post|send)"
    r"|not (?:allowed|permitted|authori[sz]ed) to (?:send|post)(?! .{0,40}relay)|may not have permission to post"
    r"|only (?:accepts?|members)|restrict\w{1,5}.{0,60}(?:sender|posting)|from: domain|valid from\b"
    r"|empty envelope senders? not allowed|unable to verify (?:your )?(?:sender|address)"
    r"|callout verification failed|groups\.google\.com/"
    r"|the group .{0,200}(?:not exist|doesn't exist|couldn't be found)|resolver\.rst\.(?:not)?auth"
    r"|sendernotauthenticated"
)
_VIRUS = (
    r"virus|malware|infected|trojan|executable (?:file|attachment)|dangerous (?:attachment|file)"
    r"|attach\w{1,8} .{0,60}(?:not allowed|blocked|prohibited|denied|security)"
    r"|(?:illegal|blocked|forbidden) attachment"
)
_REVERSE_DNS = (
    r"host ?name doesn't match|unverif(?:y|i)able sending|(?:client|sending) (?:host|ip).{0,40}(?:dns|hostname|resolv)"
    r"|reverse[- ](?:dns|lookup|hostname|map)|\bptr\b|\brdns\b|without (?:a )?(?:valid )?(?:reverse|hostname)"
    r"|fcrdns|cannot (?:find|resolve) your (?:hostname|reverse)|no reverse|cannot resolve your|unresolvable relay"
)
_SPAM = (
    r"\bspam\b|spam(?:my|med|ming|ware|assassin|cop)?\b|unsolicited|bulk (?:e-?)?mail|\buce\b|\bube\b|junk mail"
    r"|rated as spam|looks like spam|spam-like|blocked by .{0,30}(?:content|filter)|mail content denied|bayesian"
    r"|phish|message .{0,30}scor\w{1,3}|advertis\w{1,6}|content (?:rejected|filter)|considered (?:as )?spam"
    r"|high probability of spam|rejected by .{0,40}filter"
)
_REPUTATION = r"(?:bad|poor|low|very low|negative) reputation|reputation (?:is|of)|senderscore|reputation"
_TOO_MANY = (
    r"too many (?:\S{1,30} ){0,3}(?:connect|recipient|message|session|error|mail|concurrent|invalid|email|bad|hop)"
    r"|(?:rate|frequency|sending|hourly|daily|connection|message)[ -](?:\S{1,20} )?(?:limit|quota|throttl)\w{0,3}"
    r"|throttl|rate[- ]?limit|too (?:fast|frequent|quickly|often)|maximum .{0,40}(?:connection|recipient)"
    r"|number of .{0,60}exceed|slow down|sent too many|exceeded the (?:max|limit|allow)|connection limit"
    r"|limit .{0,30}(?:exceed|reach)\w{0,3}|rate that prevents|temporarily deferred due to|unusual rate"
)
_HELO = (
    r"(?:helo|ehlo)\b.{0,60}(?:reject|invalid|refus|not|bad|denied)|client host rejected"
    r"|client (?:host|ip) (?:\S{1,60} )?(?:rejected|blocked|denied)"
)
_BLOCKED = (
    r"black ?-?list|block ?-?list|\brbl\b|dnsbl|spamhaus|spamcop|barracudacentral|sorbs|uceprotect|\bcbl\b"
    r"|blocked (?:by|for|using|because|due|from|until)"
    r"|(?:ip|host|client|server|network|connection|address|access|domain|you|sender)\S{0,3} (?:\S{1,80} ){"
    r"0,4}(?:is |are |was |has been |been )(?:\S{1,15} ){0,2}(?:blocked|banned|listed|blacklisted|rejected"
    r"|denied|refused|blackholed)|banned|access (?:is )?denied"
    r"|(?:client|helo|ehlo) (?:host|name|command)? ?(?:rejected|denied|invalid)"
    r"|helo .{0,60}(?:invalid|reject|match)|connection (?:refused|rejected|dropped|denied)|listed (?:in|on|at|by)"
    r"|dial-?up|dynamic(?:ally)? .{0,30}ip|your (?:ip|host|network|server|mail server)|greylist|grey-list|graylist"
    r"|bad helo|service (?:not available|refused)|not allowed to connect"
    r"|denied (?:by|due to) .{0,20}(?:policy|access)|refused to talk to (?:me|us)"
)
_POLICY = (
    r"polic(?:y|ies)|not accepted for|prohibited by|administrativ\w{1,5} prohib|violat"
    r"|administrative(?:ly)? (?:denied|reject|block)|security polic|violates|terms of service|compliance|not rfc"
    r"|rfc ?(?:2|5|6)\d{3}|non-compliant"
)
_SECURITY = (
    r"\btls\b|starttls|encrypt|certificate|authentication (?:required|credentials|mechanism)|not authori[sz]ed"
    r"|unauthori[sz]ed|permission denied|email address is not verified|password|security|smtp auth"
)
_NOT_ACCEPTING = (
    r"null mx|(?:does not|doesn't|do not|not) accept(?:ing|s)? (?:\S{1,20} ){0,2}(?:e-?mail|mail|messages)"
    r"|no longer accept|host .{0,60}does not (?:accept|receive)|couldn't find a mail exchanger|name server: \."
    r"|not accepting (?:network )?messages|smtp protocol returned a permanent error|mail receiving disabled"
)
_EXPIRED = (
    r"expir\w{1,5}|\d{1,3} ?(?:hours?|days?)\b|timeout|retr(?:y|ied|ies|ying)\b"
    r"|could not be delivered (?:within|after)|queue lifetime"
    r"|(?:queue|delivery|retry|message|time)\S{0,3} (?:\S{1,20} ){0,4}(?:expired|timed? ?out|too long|exceeded)"
    r"|too old|maximum .{0,20}retr|connection timed? ?out|timed? ?out|in (?:the )?queue too long"
    r"|not yet been delivered|retry time(?:out)? (?:not|exceeded)|undeliverable for"
    r"|could not be delivered (?:for|within|in) .{0,20}(?:day|hour)|has not been (?:delivered|collected)"
    r"|will (?:be )?(?:retr|tr[iy])|delayed|gave up|giving up|no (?:answer|response) from|delivery attempts"
    r"|still being retried|not responding|unable to deliver .{0,40}(?:days|hours)|envelope expired|not reachable"
    r"|temporarily unable|operation timed out|delivery temporarily suspended|message expired"
    r"|mail server .{0,30}not respond|no route to host"
)
_NETWORK = (
    r"connection (?:was |is )?(?:lost|reset|closed|refused|dropped|aborted|failed|interrupted)"
    r"|network (?:is |error|unreach)|no route|unreachable|mail (?:forwarding )?loop|routing loop"
    r"|loop(?:s|ing)? (?:back|detected)|too many hops|hop ?count|could(?:n't| not) connect|bad connection"
    r"|name service error|dns (?:error|failure|lookup|server)|temporary lookup|lost connection"
    r"|malformed name server|host is unreachable|mail loops back|maximum hop|remote host is down|cannot connect"
    r"|unable to connect|domain name lookup|message loop"
)
_MAILER = (
    r"command (?:died|failed|exited)|exit (?:status|code)|x-unix|returned (?:exit )?status|\bpipe\b|procmail"
    r"|mailer .{0,20}(?:error|exit)|unknown mailer|local delivery|child (?:status|process|crashed)"
    r"|terminated by signal"
)
_CONTENT = (
    r"8-?bit|charset|non-?ascii|bare (?:lf|cr)|improper|malformed|syntax of"
    r"|(?:message|mail) (?:body|content)|conversion"
    r"|(?:header|format|mime|encoding|subject) (?:\S{1,20} ){0,2}(?:error|not|invalid|fail|reject|bad|miss|too)"
    r"|(?:invalid|bad|missing|duplicate|illegal|unsupported) (?:\S{1,20} ){0,2}"
    r"(?:header|format|mime|encoding|character)"
    r"|lines? (?:are |is )?too long|duplicate|smtputf8|rejected due to content"
)
_SYSTEM_FULL = (
    r"(?:file )?system (?:is )?full|no space left|insufficient (?:system|disk) (?:storage|space|resources)"
    r"|out of (?:disk|memory)|mail system full"
)
_SYSTEM = (
    r"(?:local|internal|system|server|configuration|service|temporary|processing|lookup|database|resources"
    r"?|ldap|software|data format|remote server|i/o) (?:\S{1,15} ){0,2}(?:error|problem|fail|configur|unav"
    r"ailable|trouble|crash|temporar)|misconfigur|unable to (?:contact|open|create|access|write|process|queue)"
    r"|cannot (?:open|write|create|append)|can't (?:create|open|write)|resources temporarily|try again later"
    r"|transaction failed|ldap|internal|storage.transient|requested action aborted|interrupted system|loop alert"
    r"|duplicated message-id|service unavailable|temporar"
)
_SYNTAX = (
    r"(?:command|argument)s? (?:\S{1,15} ){0,2}(?:not|un)|syntax error|unrecogni[sz]ed command|bad sequence"
    r"|not implemented|need fully-qualified"
)


def _table(*rows: tuple[BounceReason, str]) -> tuple[tuple[BounceReason, re.Pattern[str]], ...]:
    return tuple((reason, re.compile(pattern)) for reason, pattern in rows)


# Words that overrule what a status says of the address.
BEFORE_THE_ADDRESS = _table(
    (BounceReason.USER_UNKNOWN, _SURELY_UNKNOWN),
    (BounceReason.MAILBOX_FULL, _MAILBOX_FULL),
    (BounceReason.TOO_LARGE, _TOO_LARGE),
    (BounceReason.OVER_LIMIT, _OVER_LIMIT),
    (BounceReason.SUSPENDED, _SUSPENDED),
    (BounceReason.FILTERED, _FILTERED),
    (BounceReason.MOVED, _MOVED),
    (BounceReason.NO_RELAYING, _NO_RELAYING),
    (BounceReason.AUTHENTICATION, _AUTHENTICATION),
)
OF_THE_ADDRESS = _table((BounceReason.USER_UNKNOWN, _USER_UNKNOWN))
AFTER_THE_ADDRESS = _table(
    (BounceReason.SENDER_REJECTED, _SENDER_REJECTED),
    (BounceReason.REVERSE_DNS, _REVERSE_DNS),
    (BounceReason.BLOCKED, _HELO),
    (BounceReason.HOST_UNKNOWN, _HOST_UNKNOWN),
    (BounceReason.VIRUS, _VIRUS),
    (BounceReason.SPAM, _SPAM),
    (BounceReason.TOO_MANY, _TOO_MANY),
    (BounceReason.BLOCKED, f"{_REPUTATION}|{_BLOCKED}"),
    (BounceReason.POLICY, _POLICY),
    (BounceReason.NOT_ACCEPTING, _NOT_ACCEPTING),
    (BounceReason.SECURITY, _SECURITY),
    (BounceReason.MAILER, _MAILER),
    (BounceReason.EXPIRED, _EXPIRED),
    (BounceReason.SYSTEM_FULL, _SYSTEM_FULL),
    (BounceReason.NETWORK, _NETWORK),
    (BounceReason.SYSTEM, _SYSTEM),
    (BounceReason.SYNTAX, _SYNTAX),
    (BounceReason.USER_UNKNOWN, r"(?:does not|doesn't|do not|did not) exist|not found|non-?existent"),
    (BounceReason.CONTENT, _CONTENT),
)
