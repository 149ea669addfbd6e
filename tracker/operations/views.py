"""How the program runs, for whoever looks after it."""

from typing import Any

from flask import Blueprint, current_app

from tracker import clock, edge, requestlog
from tracker.accounts.guards import requires
from tracker.operations import standing_queries as queries
from tracker.permissions import Permission

bp = Blueprint("operations", __name__, url_prefix="/admin")


@bp.get("/operations")
@requires(Permission.OPERATIONS_READ)
def operations() -> Any:
    """Version, schema, database, disk, and today's slowest pages."""
    return edge.page(
        "operations/operations.html",
        standing=queries.standing(),
        slowest=requestlog.slowness.slowest(clock.today()),
        folder=current_app.config["DATA_DIR"],
    )
