"""Cuts lists that are short by their limits into the pages a caller asks for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from services.booking.domain import errors
from services.chassis.rpc import pages

Item = TypeVar("Item")


def page_of(
    query: str, found: Sequence[Item], id_of: Callable[[Item], str], size: int, token: str, *, most: int
) -> tuple[Sequence[Item], str]:
    """
    Return a page of a whole list, and the token of the next; empty after the last page.

    Args:
        query: Says which list this is; a token of another one is refused.
        found: The whole list, in its order.
        size: As the caller asked; 0 means *most*.

    Raises:
        Malformed: The size or the token is none of this list. (INVALID_ARGUMENT)
    """
    size = pages.page_size(size, default=most, most=most)
    begin = 0
    match pages.read_page_token(query, token):
        case None:
            pass
        case [str(last)]:
            begin = next((at + 1 for at, each in enumerate(found) if id_of(each) == last), 0)
        case _:
            raise errors.Malformed("The page token is not one of ours.", field="page_token")
    page = found[begin : begin + size]
    is_last = begin + size >= len(found)
    return page, "" if is_last else pages.page_token(query, id_of(page[-1]))
