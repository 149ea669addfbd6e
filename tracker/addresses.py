"""What an address may hold."""

from flask import Flask
from werkzeug.routing import IntegerConverter

LARGEST_ID = 2**31 - 1
"""The largest a database's INTEGER column takes."""


class IdConverter(IntegerConverter):
    """The id of a row, as `<id:term_id>`; a number no row can have is no address of ours."""

    regex = "[1-9][0-9]{0,9}"

    def __init__(self, map: object) -> None:
        super().__init__(map, min=1, max=LARGEST_ID)  # type: ignore[arg-type]


def init_app(app: Flask) -> None:
    """Give addresses the converter `id`."""
    app.url_map.converters["id"] = IdConverter
