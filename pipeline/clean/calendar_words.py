"""The words of dates: months, seasons and days in English, Spanish, French and Portuguese.

All in small letters and without accents, as `dates` compares them.
"""

from __future__ import annotations

_MONTHS = (
    "january|jan|enero|ene|janvier|janv|janeiro",
    "february|feb|febrero|fevrier|fevr|fev|fevereiro",
    "march|mar|marzo|mars|marco",
    "april|apr|abril|abr|avril|avr",
    "may|mayo|mai|maio",
    "june|jun|junio|juin|junho",
    "july|jul|julio|juillet|juil|julho",
    "august|aug|agosto|ago|aout",
    "september|sept|sep|septiembre|setiembre|septembre|setembro|set",
    "october|oct|octubre|octobre|outubro|out",
    "november|nov|noviembre|novembre|novembro",
    "december|dec|diciembre|dic|decembre|dezembro|dez",
)
_SEASONS = (  # EDTF 21 to 24
    "spring|primavera|printemps",
    "summer|verano|ete|verao",
    "autumn|fall|otono|automne|outono",
    "winter|invierno|hiver|inverno",
)
DAYS_OF_WEEK = (
    "mon|monday|tue|tues|tuesday|wed|wednesday|thu|thur|thurs|thursday|fri|friday|sat|saturday|sun"
    "|sunday|lunes|martes|miercoles|jueves|viernes|sabado|domingo|lundi|mardi|mercredi|jeudi"
    "|vendredi|samedi|dimanche|segunda-feira|terca-feira|quarta-feira|quinta-feira|sexta-feira"
)
MONTHS = {name: n for n, names in enumerate(_MONTHS, 1) for name in names.split("|")}
SEASONS = {name: n for n, names in enumerate(_SEASONS, 21) for name in names.split("|")}
NONE_GIVEN = frozenset(
    {
        *("n.d.", "nd", "n.d", "no date", "undated", "unknown", "s.d.", "s.d", "sd", "s.f.", "s.f"),
        *("sf", "sin fecha", "sans date", "sem data", "s. d.", "s. f.", "n. d.", "none", "n/a"),
        *("0000", "0000-00-00", "0000-00-00 00:00:00", "-", "null"),
    }
)
