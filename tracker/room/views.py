"""The nurse's observation room: who is on the way, in it, gone; and how the rooms are."""

from typing import Any
from uuid import uuid4

from flask import Blueprint, abort, flash, g, url_for
from flask_babel import gettext as _

from tracker import clock, edge
from tracker.accounts.guards import requires
from tracker.disinfection import event_queries as happened
from tracker.errors import Rejected
from tracker.permissions import Permission
from tracker.room import forms, queries, service
from tracker.room.rules import Room, minutes, rooms_for

bp = Blueprint("room", __name__, url_prefix="/room")


@bp.get("/")
@requires(Permission.ROOM_KEEP)
def board() -> Any:
    """Who is on the way, in the rooms, and gone today; and how the rooms are."""
    return _board()


def _board(refused: edge.Form | None = None) -> Any:
    board = queries.board(clock.today())
    ids = [one.id for one in (*board.on_the_way, *board.here)]
    page = edge.page(
        "room/board.html",
        code=422 if refused else None,
        board=board,
        readings=queries.readings_of(ids),
        signs=queries.signs_of(ids),
        minutes=minutes,
        rooms_for=rooms_for,
        events=happened.events(clock.now()),
        refused=refused,
        form_has_errors=bool(refused),
        new_key=uuid4,
    )
    edge.log_reading("room", 0)
    return page


@bp.post("/clean")
@requires(Permission.ROOM_KEEP)
def clean() -> Any:
    """A room was disinfected."""
    form = forms.RoomForm()
    if not form.validate():
        abort(400)

    def verb() -> str:
        service.clean(g.identity.user_id, clock.now(), Room(form.room.data))
        return url_for(".board")

    try:
        answer = edge.once("room.clean", verb)
    except Rejected as no:
        form.refuse("", forms.refusal_words(no.reason, no.details))
        return _board(form)
    flash(_("The room is free."))
    return answer
