"""Says what speaks for a therapist, in the client's language."""

from __future__ import annotations

from collections.abc import Sequence

LOCALES = ("en", "es")

PHRASES: dict[str, tuple[str, str]] = {
    "SPECIALTY_MATCHES": (
        "Works with what you are looking for: {}.",
        "Trabaja con lo que usted busca: {}.",
    ),
    "APPROACH_MATCHES": ("Works the way you would like: {}.", "Trabaja como a usted le gustaría: {}."),
    "POPULATION_MATCHES": (
        "Knows people in your situation: {}.",
        "Conoce a personas en su situación: {}.",
    ),
    "PREFERENCE_MET": ("Is as you asked for: {}.", "Es como usted lo pidió: {}."),
    "FREE_SOON": ("Has a first appointment soon.", "Tiene pronto una primera cita."),
    "LANGUAGE_MATCHES": ("Speaks the language you like best.", "Habla el idioma que usted prefiere."),
    "KNOWS_YOU": ("Has worked with you before.", "Ya ha trabajado con usted."),
    "NEAR": ("Sees people near you.", "Atiende cerca de usted."),
    "EXPERIENCED": ("Has practised for {} years.", "Ejerce desde hace {} años."),
    "STRONG_HERE": (
        "Past clients with a similar concern did well.",
        "A clientes anteriores con una inquietud parecida les fue bien.",
    ),
    "HAS_ROOM": ("Has room for new clients.", "Tiene lugar para nuevos clientes."),
}
"""English and Spanish, by the codes of the parts of a fit; the blank is for the facts: codes, or a number."""


def phrase(code: str, facts: Sequence[str], locale: str = "en") -> str:
    """Return the sentence: Spanish for any Spanish, English for everything else."""
    language = locale.replace("_", "-").partition("-")[0].lower()
    return PHRASES[code][language == "es"].format(", ".join(facts))
