"""What a text that somebody sends back means; what may be an opt-out is one."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum

from services.notifications.domain.contact import Locale


class Word(StrEnum):
    """What somebody wants."""

    STOP = "STOP"
    START = "START"
    HELP = "HELP"
    CONFIRM = "CONFIRM"
    CANCEL = "CANCEL"
    RESCHEDULE = "RESCHEDULE"
    UNDO = "UNDO"
    YES = "YES"
    """Confirms; from a number that has opted out it is the providers' own word for opting in."""

    CHOICE = "CHOICE"
    """A number, the answer to a question."""

    UNCLEAR_CANCEL = "UNCLEAR_CANCEL"
    """Speaks of not coming in a sentence: asked once more, never acted on."""

    UNKNOWN = "UNKNOWN"


@dataclass(frozen=True, slots=True)
class Meaning:
    """A word, and the number behind it; 0 when there is none."""

    word: Word
    number: int = 0


STOP_WORDS = frozenset(
    [
        "stop",
        "stopall",
        "unsubscribe",
        "unsubscribed",
        "cancel",
        "end",
        "quit",
        "revoke",
        "optout",
        "remove",
        "arret",
        "baja",
        "alto",
        "parar",
        "pare",
        "paren",
        "para",
        "detener",
        "detente",
        "basta",
        "fin",
        "terminar",
        "cancelar",
        "desuscribir",
        "eliminar",
    ]
)
"""
Words that opt out alone, whatever else they may mean.

Source: 47 CFR 64.1200(a)(10) names stop, quit, end, revoke, opt out, cancel and unsubscribe; Twilio's list.
"""

POLITE = frozenset(
    [
        "please",
        "pls",
        "plz",
        "thanks",
        "thank",
        "you",
        "now",
        "all",
        "everything",
        "it",
        "this",
        "that",
        "already",
        "hi",
        "hello",
        "ok",
        "por",
        "favor",
        "gracias",
        "ya",
        "todo",
        "esto",
        "hola",
        "texts",
        "text",
        "messages",
        "message",
        "messaging",
        "texting",
        "msgs",
        "sms",
        "mensajes",
        "mensaje",
        "notifications",
        "reminders",
        "recordatorios",
        "me",
        "i",
        "want",
        "to",
        "quiero",
        "de",
        "los",
        "the",
        "my",
        "these",
        "those",
        "estos",
        "mis",
        "subscription",
        "suscripcion",
    ]
)
"""Words that change nothing about a stop word beside them."""

STOP_PHRASES = re.compile(
    r"\b("
    r"stop (sending|texting|messaging|contacting|writing|bothering|the (texts|messages|reminders)|these|all)"
    r"|(do not|dont|don t|never) (text|message|contact|write|send|sms)"
    r"|no more (texts?|messages?|sms|reminders?|notifications?)"
    r"|(take|get) me off|remove (me|my (number|phone))|opt(ing)? (me )?out|delete my number|leave me alone"
    r"|unsubscribe|i (revoke|withdraw)( my)?( consent)?|wrong (number|person)|not interested"
    r"|cease and desist|lose (my|this) number"
    r"|dej(a|e|en) de (enviar|mandar|escribir|molestar|contactar)\w*"
    r"|no (me )?(envien|envie|envies|manden|mande|mandes|escriban|escriba|escribas|contacten|contacte|molesten)"
    r"|no (quiero|deseo) (mas )?(recibir )?(mas )?(mensajes|textos|recordatorios|sms)"
    r"|no mas (mensajes|textos|recordatorios|sms)"
    r"|(dar(me)?|deme|denme) de baja|borr(en|a|e)(me)?( mi numero)?|quit(en|a|e)me( de la lista)?"
    r"|numero equivocado|persona equivocada|revoco( mi consentimiento)?|retiro mi consentimiento|dejenme en paz"
    r")\b"
)
"""
What any reader takes for "no more messages", en and es.

Source: "any reasonable means" to revoke, 47 CFR 64.1200(a)(10); read against tests/unit/notifications/test_replies.py.
"""

NOT_COMING = re.compile(
    r"\b(cancel(led|ling|lation)?|cancel\w* (mi|la) cita|can ?t (make|come|attend)|cannot (make|come|attend)"
    r"|won ?t (make|come|be)|not coming|no (puedo|podre) (ir|asistir|llegar)|no voy a (ir|poder)|no ire"
    r"|(anular|cancelo|cancelen|cancele))\b"
)

WORDS = {
    "c": Word.CONFIRM, "confirm": Word.CONFIRM, "confirmed": Word.CONFIRM, "confirmo": Word.CONFIRM,
    "confirmar": Word.CONFIRM, "confirmado": Word.CONFIRM, "x": Word.CANCEL, "r": Word.RESCHEDULE,
    "reschedule": Word.RESCHEDULE, "reagendar": Word.RESCHEDULE, "reprogramar": Word.RESCHEDULE,
    "cambiar": Word.RESCHEDULE, "change": Word.RESCHEDULE, "u": Word.UNDO, "undo": Word.UNDO, "deshacer": Word.UNDO,
    "help": Word.HELP, "info": Word.HELP, "ayuda": Word.HELP, "start": Word.START, "unstop": Word.START,
    "alta": Word.START, "empezar": Word.START, "reanudar": Word.START, "yes": Word.YES, "y": Word.YES, "si": Word.YES,
    "s": Word.YES, "ok": Word.YES, "okay": Word.YES, "vale": Word.YES,
}  # fmt: skip

NUMBERED = re.compile(r"(c|x|r)? ?([1-9])")

LONGEST_WORDS = 1600
"""Characters of a text that are read; a provider joins no more segments."""


def meaning_of(text: str) -> Meaning:
    """
    Say what a text means.

    Danger: an opt-out is looked for first and wins over everything: "CANCEL" alone is one by law, whatever was meant.
    Every other word must stand alone; a sentence is read by a human.
    """
    said = _normal(text[:LONGEST_WORDS])
    words = said.split()
    if _is_stop(said, words):
        return Meaning(Word.STOP)
    if numbered := NUMBERED.fullmatch(said):
        letter, number = numbered.groups()
        return Meaning(WORDS[letter] if letter else Word.CHOICE, int(number))
    bare = [word for word in words if word == "ok" or word not in POLITE] or words
    if len(bare) == 1 and bare[0] in WORDS:
        return Meaning(WORDS[bare[0]])
    if NOT_COMING.search(said):
        return Meaning(Word.UNCLEAR_CANCEL)
    return Meaning(Word.UNKNOWN)


def _is_stop(said: str, words: list[str]) -> bool:
    if said in ("opt out", "opt-out") or STOP_PHRASES.search(said):
        return True
    bare = [word for word in words if word not in POLITE]
    return bool(bare) and all(word in STOP_WORDS for word in bare)


def _normal(text: str) -> str:
    """Write a text in plain small letters, one space between words."""
    bare = "".join(
        letter for letter in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(letter)
    )
    return " ".join(re.sub(r"[^a-z0-9]+", " ", bare).split())


SAID: dict[Locale, dict[str, str]] = {
    Locale.EN: {
        "stopped": "You will get no more texts. To cancel a visit use the link we sent or call. START to begin again.",
        "started": "You will get texts about your appointments again. STOP to end, HELP for help.",
        "help": "Appointment messages. C confirms, R changes the time, X cancels, STOP ends these texts. Or call us.",
        "confirmed": "Thank you. Confirmed: {when}.",
        "cancelled": "Cancelled: {when}. U within 2 minutes takes it back.",
        "moved": "Changed to {when}.",
        "undone": "It stands again: {when}.",
        "which": "Which one? {options}",
        "times": "Other times: {options}. Or call us.",
        "no_times": "There is no other time soon. Please call us.",
        "gone": "That time has just been taken. Reply R for others.",
        "none": "We see no appointment ahead for this number. Please call us.",
        "unclear": "To cancel reply X, to change the time reply R. Or call us.",
        "unknown": "We can't read this automatically; somebody will look at it. C confirms, R changes, X cancels.",
        "late": "It is too late for that. Please call us.",
        "retry": "That did not work just now. Please try again in a minute.",
    },
    Locale.ES: {
        "stopped": "No recibira mas mensajes. Para cancelar una cita use el enlace o llame. ALTA para volver.",
        "started": "Volvera a recibir mensajes sobre sus citas. BAJA para terminar, AYUDA para ayuda.",
        "help": "Mensajes de citas. C confirma, R cambia la hora, X cancela, BAJA termina estos mensajes. O llame.",
        "confirmed": "Gracias. Confirmada: {when}.",
        "cancelled": "Cancelada: {when}. U en 2 minutos la recupera.",
        "moved": "Cambiada a {when}.",
        "undone": "Sigue en pie: {when}.",
        "which": "¿Cual? {options}",
        "times": "Otras horas: {options}. O llame.",
        "no_times": "No hay otra hora pronto. Llame, por favor.",
        "gone": "Esa hora acaba de ocuparse. Responda R para ver otras.",
        "none": "No vemos ninguna cita proxima para este numero. Llame, por favor.",
        "unclear": "Para cancelar responda X, para cambiar la hora responda R. O llame.",
        "unknown": "No podemos leer esto automaticamente; alguien lo vera. C confirma, R cambia, X cancela.",
        "late": "Es demasiado tarde para eso. Llame, por favor.",
        "retry": "No ha funcionado. Intentelo de nuevo en un minuto.",
    },
}
"""What is answered: no name, no place, no trade; without accents that would double a text's price."""
