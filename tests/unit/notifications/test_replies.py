"""A text means what its writer would say it means; an opt-out wins over everything."""

from __future__ import annotations

import re

import pytest

from services.notifications.domain.contact import Locale
from services.notifications.domain.reply import SAID, Meaning, Word, meaning_of
from services.notifications.domain.segments import is_gsm, segments

OPT_OUTS = """
STOP
 stop. 
Stop!!
STOPALL
stop all
Please stop texting me
stop please
STOP PLEASE
CANCEL
cancel
END
quit
revoke
Revoke.
opt out
OPT-OUT
Optout
UNSUBSCRIBE
unsubscribe me
unsubscribe please
remove me
Remove my number
take me off your list
don't text me
Dont message me again
do not contact me anymore
no more texts
No more messages please
leave me alone
wrong number
I revoke my consent
I withdraw my consent
stop sending me these
Never text this number again
please stop the messages
lose my number
STOP STOP STOP
cancel all texts
end messages
BAJA
baja por favor
ALTO
Parar
pare ya
basta
Quiero darme de baja
dejen de enviarme mensajes
No me escriban más
no me envíen mensajes
no quiero recibir más mensajes
No más mensajes
CANCELAR
número equivocado
bórrenme
quítenme de la lista
Revoco mi consentimiento
""".strip().split("\n")


@pytest.mark.parametrize("text", OPT_OUTS)
def test_every_reasonable_revocation_is_honoured(text: str) -> None:
    """In the law's words, in others, in Spanish."""
    assert Meaning(Word.STOP) == meaning_of(text)


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("C", Word.CONFIRM), ("c.", Word.CONFIRM), ("Confirm", Word.CONFIRM), ("confirmo", Word.CONFIRM),
        ("C please", Word.CONFIRM), ("X", Word.CANCEL), ("x!", Word.CANCEL), ("R", Word.RESCHEDULE),
        ("reagendar", Word.RESCHEDULE), ("HELP", Word.HELP), ("ayuda", Word.HELP), ("START", Word.START),
        ("alta", Word.START), ("YES", Word.YES), ("Sí", Word.YES), ("ok thanks", Word.YES), ("u", Word.UNDO),
    ],
)  # fmt: skip
def test_a_word_alone_is_an_answer(text: str, word: Word) -> None:
    """Whatever its case, with a full stop or a please."""
    assert Meaning(word) == meaning_of(text)


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("1", Meaning(Word.CHOICE, 1)), ("C2", Meaning(Word.CONFIRM, 2)), ("x 1", Meaning(Word.CANCEL, 1)),
        ("R3.", Meaning(Word.RESCHEDULE, 3)), ("10", Meaning(Word.UNKNOWN)), ("0", Meaning(Word.UNKNOWN)),
    ],
)  # fmt: skip
def test_a_number_picks_one_of_what_was_asked(text: str, meaning: Meaning) -> None:
    """Alone or behind its letter."""
    assert meaning == meaning_of(text)


@pytest.mark.parametrize(
    "text",
    [
        "I need to cancel my appointment", "can't make it tomorrow", "I cant come", "cancel my appointment please",
        "No puedo ir mañana", "cancele mi cita", "I won't be there", "please cancel Tuesday",
    ],
)  # fmt: skip
def test_a_sentence_about_not_coming_is_asked_about_and_neither_cancels_nor_opts_out(text: str) -> None:
    """It may mean this visit, or all of them."""
    assert Meaning(Word.UNCLEAR_CANCEL) == meaning_of(text)


@pytest.mark.parametrize(
    "text",
    [
        "I will stop by at 3", "what is the bus stop near you", "see you at the end of the week", "who is this?",
        "", "👍",        "the weekend is fine", "para el martes está bien", "running 5 min late", "thanks!", "x" * 5000,
    ],
)  # fmt: skip
def test_everything_else_is_for_a_human(text: str) -> None:
    """A stop word inside a sentence about something else opts nobody out."""
    assert Meaning(Word.UNKNOWN) == meaning_of(text)


@pytest.mark.parametrize("locale", list(Locale))
def test_what_is_answered_is_neutral_and_one_segment(locale: Locale) -> None:
    """In the telephone's alphabet, with the longest time put in; no word of the trade."""
    options = "1 Wed 30 Sep 15:00, 2 Thu 31 Dec 15:00, 3 Fri 1 Jan 15:00"
    for name, text in SAID[locale].items():
        said = text.format(when="miercoles 30 de septiembre a las 15:00", options=options)
        assert is_gsm(said), name
        assert segments(said) == 1, name
        assert not re.search(r"therap|psych|counsel|terapi|psic|clinic", said, re.IGNORECASE)
    assert SAID[Locale.EN].keys() == SAID[locale].keys()
