"""Writes the pages behind links in messages: neutral words, and a way to leave fast."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from html import escape

from babel.dates import format_datetime
from fastapi.responses import HTMLResponse
from kept.notifications.v1 import notifications_pb2, notifications_service_pb2

ActionLink = notifications_pb2.ActionLink

ELSEWHERE = "https://www.weather.gov/"
"""Where "Leave this page" leads: what anybody may look at. The page before can't be got back to by the back button."""

EN: dict[str, str] = {
    "title": "Appointment",
    "leave": "Leave this page",
    "leave_help": "Or press Shift three times.",
    "nothing_yet": "Nothing happens until you press a button.",
    "CONFIRM": "I will come",
    "RESCHEDULE": "Change the time",
    "CANCEL": "Cancel the appointment",
    "ACCEPT": "Yes, take this time",
    "DECLINE": "No, thank you",
    "UNDO": "Undo",
    "did_CONFIRM": "Thank you. The appointment is confirmed.",
    "did_RESCHEDULE": "The time is changed. A new message is on its way.",
    "did_CANCEL": "The appointment is cancelled.",
    "did_ACCEPT": "The time is yours. A message is on its way.",
    "did_DECLINE": "Thank you for saying so. You keep your place in line.",
    "did_UNDO": "The appointment stands again.",
    "sure": "Cancel this appointment?",
    "sure_yes": "Yes, cancel it",
    "sure_no": "No, keep it",
    "undo_help": "You can take it back for two minutes.",
    "choose": "Choose another time",
    "choose_yes": "Take this time",
    "no_times": "There is no other time in the next three weeks.",
    "gone": "Somebody has just taken that time. Please choose another one.",
    "offer_ended": "This time is not free any more. You keep your place in line.",
    "back": "Back",
    "expired": "This link no longer works",
    "help": "Please contact the practice if you need help.",
    "retry": "Please try again in a minute",
    "unchanged": "Nothing was changed.",
    "when": "EEEE d MMMM, HH:mm",
    "zone": "{place} time",
    "unsubscribe": "No more messages of this kind?",
    "unsubscribe_yes": "Stop these messages",
    "unsubscribed": "You will get no more messages of this kind.",
    "invited": "See your appointments online",
    "invited_how": "Sign in, then type the code from your message and your birth date.",
    "invited_only": "The code is for you alone. Nobody of the practice asks you for it.",
    "sign_in": "Sign in",
}

ES: dict[str, str] = {
    "title": "Cita",
    "leave": "Salir de esta página",
    "leave_help": "O pulse Mayús tres veces.",
    "nothing_yet": "No pasa nada hasta que pulse un botón.",
    "CONFIRM": "Asistiré",
    "RESCHEDULE": "Cambiar la hora",
    "CANCEL": "Cancelar la cita",
    "ACCEPT": "Sí, quiero esta hora",
    "DECLINE": "No, gracias",
    "UNDO": "Deshacer",
    "did_CONFIRM": "Gracias. La cita está confirmada.",
    "did_RESCHEDULE": "La hora ha cambiado. Recibirá un nuevo mensaje.",
    "did_CANCEL": "La cita está cancelada.",
    "did_ACCEPT": "La hora es suya. Recibirá un mensaje.",
    "did_DECLINE": "Gracias por avisar. Conserva su lugar en la lista.",
    "did_UNDO": "La cita sigue en pie.",
    "sure": "¿Cancelar esta cita?",
    "sure_yes": "Sí, cancelarla",
    "sure_no": "No, mantenerla",
    "undo_help": "Puede deshacerlo durante dos minutos.",
    "choose": "Elija otra hora",
    "choose_yes": "Elegir esta hora",
    "no_times": "No hay otra hora en las próximas tres semanas.",
    "gone": "Alguien acaba de tomar esa hora. Elija otra, por favor.",
    "offer_ended": "Esta hora ya no está libre. Conserva su lugar en la lista.",
    "back": "Volver",
    "expired": "Este enlace ya no funciona",
    "help": "Póngase en contacto con la consulta si necesita ayuda.",
    "retry": "Inténtelo de nuevo en un minuto",
    "unchanged": "No se ha cambiado nada.",
    "when": "EEEE d 'de' MMMM, HH:mm",
    "zone": "hora de {place}",
    "unsubscribe": "¿No quiere más mensajes de este tipo?",
    "unsubscribe_yes": "Dejar de recibirlos",
    "unsubscribed": "No recibirá más mensajes de este tipo.",
    "invited": "Vea sus citas en línea",
    "invited_how": "Entre en su cuenta y escriba el código de su mensaje y su fecha de nacimiento.",
    "invited_only": "El código es solo para usted. Nadie de la consulta se lo pedirá.",
    "sign_in": "Entrar",
}

WORDS = {"en": EN, "es": ES}

_PAGE = """<!doctype html>
<html lang="{locale}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>{title}</title>
<link rel="stylesheet" href="/assets/link.css">
<script src="/assets/link.js" defer></script>
</head>
<body>
<p class="leave"><a id="leave" href="{elsewhere}" rel="noreferrer nofollow" title="{leave_help}">{leave}</a></p>
<main>
<h1>{heading}</h1>
{body}
</main>
</body>
</html>
"""


def words_of(link: ActionLink | None) -> Mapping[str, str]:
    """Return the words of a link's language; English when nothing is known of it."""
    return WORDS.get(link.locale if link else "", EN)


def overview(link: ActionLink, token: str) -> HTMLResponse:
    """Show when, and a button or a way on for everything that can be done."""
    said = words_of(link)
    body = "".join(_choice(said, action, token) for action in link.actions) if link.actions else ""
    if link.state == ActionLink.STATE_OPEN:
        return page(said, when(link), f"{body}<p>{said['nothing_yet']}</p>")
    done = said["did_" + name_of(link.action)]
    return page(said, when(link), f"<p>{escape(done)}</p>{_undo_help(said, link)}{body}")


def sure(link: ActionLink, token: str, ticket: str) -> HTMLResponse:
    """Ask once more before an appointment is cancelled."""
    said = words_of(link)
    return page(
        said,
        said["sure"],
        f"<p>{escape(when(link))}</p>"
        f'<form method="post" action="/l/{escape(token)}/cancel"><input type="hidden" name="ticket" value="{ticket}">'
        f'<button type="submit">{said["sure_yes"]}</button></form>'
        f'<p><a href="/l/{escape(token)}">{said["sure_no"]}</a></p>',
    )


def other_times(
    link: ActionLink, token: str, times: Sequence[notifications_service_pb2.LinkTime], *, is_gone: bool = False
) -> HTMLResponse:
    """Offer other times to choose from."""
    said = words_of(link)
    note = f'<p role="alert">{said["gone"]}</p>' if is_gone else ""
    back = f'<p><a href="/l/{escape(token)}">{said["back"]}</a></p>'
    if not times:
        return page(said, said["choose"], f"{note}<p>{said['no_times']}</p>{back}", 409 if is_gone else 200)
    rows = "".join(
        f'<p><label><input type="radio" name="start" value="{each.start_time.ToJsonString()}" required>'
        f" {escape(_moment(said, link.locale, each.start_local, each.time_zone))}</label></p>"
        for each in times
    )
    form = (
        f'<form method="post" action="/l/{escape(token)}/times">{rows}'
        f'<button type="submit">{said["choose_yes"]}</button></form>'
    )
    return page(said, said["choose"], note + form + back, 409 if is_gone else 200)


def unsubscribe(said: Mapping[str, str], token: str) -> HTMLResponse:
    """Ask whether no more mails of a kind are wanted."""
    form = f'<form method="post" action="/u/{escape(token)}"><button type="submit">{said["unsubscribe_yes"]}</button>'
    return page(said, said["unsubscribe"], f"{form}</form><p>{said['nothing_yet']}</p>")


def invitation(accepted: str, *, sign_in: str) -> HTMLResponse:
    """
    Say how an invitation is taken up.

    Args:
        accepted: The browser's Accept-Language.
        sign_in: Where the client portal signs in; empty where there is none.
    """
    said = ES if accepted.strip().lower().startswith("es") else EN
    way = f'<p><a class="choice" href="{escape(sign_in)}">{said["sign_in"]}</a></p>' if sign_in else ""
    return page(said, said["invited"], f"<p>{said['invited_how']}</p>{way}<p>{said['invited_only']}</p>")


def expired(said: Mapping[str, str] = EN, *, is_offer: bool = False) -> HTMLResponse:
    """One page for unknown, expired and refused: it betrays nothing."""
    return page(said, said["expired"], f"<p>{said['offer_ended' if is_offer else 'help']}</p>", 410)


def unavailable() -> HTMLResponse:
    """Nothing was done, and it may work in a minute."""
    made = page(EN, EN["retry"], f"<p>{EN['unchanged']}</p>", 503)
    made.headers["Retry-After"] = "30"
    return made


def when(link: ActionLink) -> str:
    """Say the wall time in words; the zone by its city."""
    return _moment(words_of(link), link.locale, link.start_local, link.time_zone)


def name_of(action: ActionLink.Action.ValueType) -> str:
    """Return an action's bare name."""
    return ActionLink.Action.Name(action).removeprefix("ACTION_")


def page(said: Mapping[str, str], heading: str, body: str, status: int = 200) -> HTMLResponse:
    """Write a page; *body* is HTML, everything else is escaped."""
    locale = "es" if said is ES else "en"
    fields = {name: escape(said[name]) for name in ("title", "leave", "leave_help")}
    return HTMLResponse(
        _PAGE.format(locale=locale, elsewhere=ELSEWHERE, heading=escape(heading), body=body, **fields), status
    )


def _choice(said: Mapping[str, str], action: ActionLink.Action.ValueType, token: str) -> str:
    """A button does it; what needs a second step is a way to the page of that step."""
    name = name_of(action)
    if name in ("CANCEL", "RESCHEDULE"):
        step = "cancel" if name == "CANCEL" else "times"
        return f'<p><a class="choice" href="/l/{escape(token)}/{step}">{said[name]}</a></p>'
    path = "" if name == "CONFIRM" else "/" + name.lower()
    return f'<form method="post" action="/l/{escape(token)}{path}"><button type="submit">{said[name]}</button></form>'


def _undo_help(said: Mapping[str, str], link: ActionLink) -> str:
    return f"<p>{said['undo_help']}</p>" if ActionLink.ACTION_UNDO in link.actions else ""


def _moment(said: Mapping[str, str], locale: str, local: str, time_zone: str) -> str:
    words = format_datetime(datetime.fromisoformat(local), said["when"], locale=locale or "en")
    place = time_zone.rpartition("/")[2].replace("_", " ")
    return f"{words} ({said['zone'].format(place=place)})"
