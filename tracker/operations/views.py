"""How the program runs, for whoever looks after it."""

from typing import Any

from flask import Blueprint

from tracker import clock, edge, requestlog
from tracker.accounts.guards import requires
from tracker.operations import forms, keys, queries, standing_queries
from tracker.permissions import Permission

bp = Blueprint("operations", __name__, url_prefix="/admin")


@bp.get("/operations")
@requires(Permission.OPERATIONS_READ)
def operations() -> Any:
    """Version, schema, database, disk, backup, what ran by itself, and today's slowest pages."""
    return edge.page(
        "operations/operations.html",
        standing=standing_queries.standing(),
        backup=queries.last_backup(clock.now()),
        unreadable=sum(keys.unreadable().values()),
        details=forms.details,
        jobs=queries.last_jobs(),
        slowest=requestlog.slowness.slowest(clock.today()),
    )
