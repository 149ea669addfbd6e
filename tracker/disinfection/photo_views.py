"""The photographs of what was done: of which objects of a zone one is asked for, and looking at one."""

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, g, url_for

from tracker import clock, edge
from tracker.accounts.guards import requires
from tracker.audit.models import Attachment
from tracker.disinfection import photo_service, zone_queries
from tracker.disinfection.forms import refusal_words
from tracker.disinfection.photo_queries import Asked, asked, photograph
from tracker.disinfection.queries import Task
from tracker.disinfection.task_forms import PhotosForm
from tracker.disinfection.views import task
from tracker.permissions import Permission

bp = Blueprint("photos", __name__, url_prefix="/disinfection")


@dataclass(frozen=True)
class Photo:
    """A photograph, and the task it belongs to."""

    of: Task
    file: Attachment

    @property
    def class_id(self) -> int | None:
        """The class that does the task: what permissions ask for."""
        return self.of.class_id

    @property
    def department_id(self) -> int | None:
        """The department that does the task: what permissions ask for."""
        return self.of.department_id

    @property
    def user_ids(self) -> frozenset[int]:
        """The people named for the task: what permissions ask for."""
        return self.of.user_ids


def photo(public_code: str, day: str, slot: str, object_id: int) -> Photo | None:
    """What a photograph's address names."""
    what = task(public_code, day, slot)
    item = next((one for one in what.items if one.object_id == object_id), None) if what else None
    file = photograph(item.photo) if item and item.photo else None
    return Photo(what, file) if what and file else None


@bp.get("/<public_code>/<day>/<slot>/photo/<id:object_id>")
@requires(Permission.TASK_READ, of=photo)
def look(one: Photo) -> Response:
    """The photograph itself."""
    answer = Response(one.file.content or b"", mimetype=one.file.type)
    answer.headers["Content-Disposition"] = f"inline; filename=photo-{one.file.id}.jpg"
    answer.headers["Content-Security-Policy"] = "sandbox; default-src 'none'; frame-ancestors 'none'"
    return answer


def _zone(public_code: str) -> Asked | None:
    return asked(public_code)


@bp.route("/zones/<public_code>/photos", methods=["GET", "POST"])
@requires(Permission.ZONES_MANAGE, of=_zone)
def photos(what: Asked) -> Any:
    """Of which objects of a zone a photograph is asked for."""
    form, code = PhotosForm(), what.zone.public_code
    form.offer([(one.id, one.kind) for one in what.objects], [one.id for one in what.objects if one.photo])

    def keep() -> str:
        photo_service.ask_for(g.identity.user_id, clock.now(), code, form.objects.data or [])
        return url_for("zones.zone", public_code=code)

    return edge.taken(form, "disinfection.photos", keep, refusal_words) or edge.page(
        "disinfection/photos.html", form=form, plan=zone_queries.zone_plan(code)
    )
