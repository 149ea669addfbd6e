"""Starts the application."""

from tracker import create_app

__all__ = ["create_app"]

if __name__ == "__main__":
    from tracker.cli.serve import main

    raise SystemExit(main())
