"""The health screening and disinfection tracker: create_app() names every part of it, in order."""

from collections.abc import Mapping
from pathlib import Path

from flask import Flask
from flask_compress import Compress

__version__ = "0.5.0"


def create_app(settings: Mapping[str, str] | None = None, *, demo: bool = False) -> Flask:
    """The application.

    `settings` go before the environment's `TRACKER_…` variables, which go before the defaults of
    `tracker.config`.  `demo` opens a database marked as a demo, and only such a one.
    """
    from tracker import (
        addresses,
        cli,
        config,
        datafolder,
        db,
        errors,
        i18n,
        navigation,
        requestlog,
        schema,
        templating,
    )
    from tracker.absence import clearance_views as returns
    from tracker.absence import leave_views as leave
    from tracker.absence import paper_views as papers
    from tracker.absence import parent_views as parent_calls
    from tracker.absence import rule_views as return_rules
    from tracker.absence import step_views as absence_steps
    from tracker.absence import views as absence
    from tracker.accounts import admin_views as admin
    from tracker.accounts import device_views as devices
    from tracker.accounts import guards
    from tracker.accounts import views as accounts
    from tracker.assessment import views as assessment
    from tracker.charts import views as charts
    from tracker.deeds import views as deeds
    from tracker.disinfection import door_views as doors
    from tracker.disinfection import event_views as events
    from tracker.disinfection import kind_views as kinds_of_day
    from tracker.disinfection import photo_views as photos
    from tracker.disinfection import rota_views as rota
    from tracker.disinfection import schedule_views as schedules
    from tracker.disinfection import timetable_views as timetable
    from tracker.disinfection import verdict_views as verdicts
    from tracker.disinfection import views as disinfection
    from tracker.disinfection import zone_views as zones
    from tracker.gate import views as gate
    from tracker.health import views as health
    from tracker.here import views as here
    from tracker.history import views as history
    from tracker.home import views as home
    from tracker.ledgers import views as ledgers
    from tracker.meeting import views as meeting
    from tracker.notices import views as notices
    from tracker.nurse import close_views as close
    from tracker.nurse import views as nurse
    from tracker.operations import views as operations
    from tracker.privacy import export_views as export
    from tracker.privacy import views as privacy
    from tracker.room import report_views as report
    from tracker.room import slip_views as slips
    from tracker.room import stay_views as stays
    from tracker.room import views as room
    from tracker.school import roster_views as roster
    from tracker.school import student_views as students
    from tracker.school import views as school
    from tracker.screening import day_views as days
    from tracker.screening import fever_views as fevers
    from tracker.screening import missing_views as missing
    from tracker.screening import paper_views as paper
    from tracker.screening import plan_views as sessions
    from tracker.screening import receipt_views as receipts
    from tracker.screening import views as screening
    from tracker.setup import views as setup
    from tracker.supplies import device_views as equipment
    from tracker.supplies import mix_views as mix
    from tracker.supplies import views as supplies

    root = Path(__file__).resolve().parent.parent
    app = Flask("tracker", root_path=str(root), template_folder="templates", static_folder="static")
    config.init_app(app, settings or {}, demo=demo)
    datafolder.init_app(app)
    db.init_app(app)
    schema.init_app(app)
    requestlog.init_app(app)
    i18n.init_app(app)
    guards.init_app(app)
    errors.init_app(app)
    templating.init_app(app)
    addresses.init_app(app)
    navigation.init_app(app)
    for feature in (
        home,
        setup,
        accounts,
        admin,
        devices,
        school,
        roster,
        students,
        history,
        screening,
        receipts,
        fevers,
        days,
        sessions,
        missing,
        paper,
        gate,
        absence,
        absence_steps,
        returns,
        papers,
        leave,
        parent_calls,
        health,
        return_rules,
        nurse,
        close,
        notices,
        report,
        room,
        stays,
        slips,
        here,
        disinfection,
        verdicts,
        photos,
        doors,
        events,
        zones,
        schedules,
        rota,
        kinds_of_day,
        timetable,
        supplies,
        equipment,
        mix,
        assessment,
        charts,
        ledgers,
        meeting,
        deeds,
        privacy,
        export,
        operations,
    ):
        app.register_blueprint(feature.bp)
    Compress(app)
    cli.init_app(app)
    return app
