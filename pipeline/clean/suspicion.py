"""What makes a text, a word or a sequence look like encoding damage, before any repair is tried."""

from __future__ import annotations

import re

from pipeline.clean.misreadings import CLOSING, Candidate, Piece, damaged_sequences

CAPITALS = "À-ÖØ-Þ" + "".join(chr(code) for code in range(0x100, 0x180) if chr(code).isupper())
SMALL = "ß-öø-ÿ" + "".join(chr(code) for code in range(0x100, 0x180) if chr(code).islower())
LEADS = "ÂÃĂÄÅÆÈĆĹČĀ"  # what a misreading makes of the first byte of a European letter
TYPOGRAPHY = "\xa0ª«°·º»–—‘’“”…"
# A first byte whose second was dropped, where no capital letter of a sound word would stand; looked
# for behind the letter, so that each pattern begins with one character class: these are searched
# fifty times as fast as patterns that begin with a condition.
REMNANTS = (
    rf"(?<=[a-z{SMALL}][ÂÃĂ])|(?<=[0-9.,;:!?%)«»’”]Â)|(?<=Â)(?=[:;!?%»])"
    r"|(?<=[ÂÃĂ])(?<![^\W_][ÂÃĂ])(?![^\W_])|(?<=[ÃĂ])(?<![^\W_][ÃĂ])(?=[a-z])"
)
# Anything but small letters and usual typography, where clean text in Latin letters hardly has it.
# œ and „ are the second bytes of a check mark and of the sign №.
SUSPICIOUS = re.compile(
    rf"[^\x00-\x7f{SMALL.replace('œ', '')}{TYPOGRAPHY}](?:"
    rf"(?<![{CAPITALS}œ„])"
    rf"|(?<=[{LEADS}])(?=[^\x00-\x7fà-öø-ÿ])"
    rf"|(?<=[{CAPITALS}])(?=[^\x00-\x7f{SMALL}{CAPITALS}{TYPOGRAPHY}])"
    rf"|(?<=[a-z{SMALL}][{LEADS}])|(?<=[à-ï][œ„])(?![a-z])|{REMNANTS})"
)
# For a single word: what is left of a sequence, or what no misreading here makes, a small letter
# and a sign.
REMNANT = re.compile(rf"[ÂÃĂ](?:{REMNANTS})")
UNREAD = re.compile(r"[à-ï][ƒ†‡‰ˆ¡¢¤¥¦¨¬€„‚]|[ÃĂâ]\?(?=\S)|[ÂÃĂâ]\ufffd")
LOST = re.compile(r"[\x80-\x9f\ufffd]")  # C1 controls and the replacement character
C1 = re.compile(r"[\x80-\x9f]")
# Signs that no writer puts right behind a capital letter; closing quotes and dashes are not here.
SIGNS = frozenset("¡¢£¤¥¦§¨©ª¬®¯°±²³´µ¶·¸¹º¼½¾¿ˇ˘˝˛†‡‰ˆ˜™ƒ€„‚")
ORDINALS = "ªº"  # letters to Unicode, signs in use
ROMANIAN = "șȘşŞțȚţŢ"  # what follows ă and â in sound words
OPENING = frozenset("«“„‘")
ENDING = frozenset(".,;:!?%)»’”«")  # what Â never follows in a sound word


def is_suspicious(text: str) -> bool:
    """Return whether `text` may be damaged; False at once for ASCII and for usual clean text."""
    return not text.isascii() and bool(SUSPICIOUS.search(text))


def has_damage(word: str) -> bool:
    """Return whether `word` holds a damaged sequence or what is left of one; clean words may."""
    return bool(damaged_sequences().search(word) or REMNANT.search(word) or UNREAD.search(word))


def is_sound(candidate: Candidate) -> bool:
    """Return whether nothing in `candidate` looks damaged and its capitals stand where they may."""
    return not has_damage(candidate.text) and all(
        _fits(candidate.text, piece) for piece in candidate.pieces
    )


def is_certain(candidate: Candidate) -> bool:
    """Return whether the damage of which `candidate` was made cannot be sound text."""
    exact = [piece for piece in candidate.pieces if not piece.lost]
    if len(exact) > 1 and not _before(candidate.text, candidate.pieces[0]).isupper():
        return True
    return any(_is_certain(candidate.text, piece) for piece in candidate.pieces)


def _fits(text: str, piece: Piece) -> bool:
    """Return whether what `piece` gives may stand beside its neighbours."""
    before, after = _before(text, piece), _after(text, piece)
    if piece.lost and not (after.isalpha() or after.isascii() or after in CLOSING | OPENING):
        return False
    if _is_sign(piece):
        return True
    if piece.right[0].islower():
        if before.isupper():
            is_last = not after.isalpha()
            return not (after.isupper() or (is_last and text[: piece.at][-2:-1].isupper()))
        return before.islower() or not after.isupper()
    return not before.islower()


def _is_certain(text: str, piece: Piece) -> bool:
    if piece.lost:
        return _is_loss_certain(text, piece)
    if C1.search(piece.damaged):
        return True
    before = _before(text, piece)
    has_sign = any(sign in SIGNS for sign in piece.damaged[1:])
    if not piece.damaged[0].isupper():
        return has_sign
    if before.islower() or (_is_sign(piece) and (before.isdigit() or before in ENDING)):
        return True
    is_foreign = piece.damaged[0] in "ÂÃĂ" and piece.damaged[1] not in ROMANIAN + TYPOGRAPHY
    return not before.isupper() and (has_sign or is_foreign)


def _is_loss_certain(text: str, piece: Piece) -> bool:
    before, after = _before(text, piece), _after(text, piece)
    if not _is_sign(piece):
        # Whether it was í or à is open, but not that something was lost; within a word it is í.
        return piece.right[0] == "í" and before.islower() and after.islower()
    if before in ENDING:
        return not after.islower()
    return before.islower() or before.isdigit()


def _is_sign(piece: Piece) -> bool:
    return not piece.right[0].isalpha() or piece.right[0] in ORDINALS


def _before(text: str, piece: Piece) -> str:
    return text[: piece.at][-1:]


def _after(text: str, piece: Piece) -> str:
    return text[piece.at + len(piece.right) :][:1]
