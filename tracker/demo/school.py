"""The demo school: 18 classes, 481 children, 37 grown-ups, and a term that ends on a half-done morning."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime, time, timedelta
from random import Random

import sqlalchemy as sa

from tracker import clock, schema
from tracker.absence import return_service as returns
from tracker.accounts.models import Assignment, User, UserRole
from tracker.accounts.rules import Duty
from tracker.accounts.service import hash_password
from tracker.audit.models import Trail
from tracker.datafolder import encrypt, phone_hash
from tracker.db import Model, db, transaction
from tracker.deeds import service as deeds
from tracker.deeds.rules import DeedKind
from tracker.demo import cleaning, illness, observation, people, store
from tracker.demo.history import Pupils, Row, Telling
from tracker.disinfection import zone_service as zones
from tracker.disinfection.models import Record, RecordItem, Schedule, Verification, ZoneOwner
from tracker.facts.models import Observation
from tracker.operations import service as nights
from tracker.operations.rules import JobKind
from tracker.school import service as school
from tracker.school.models import Enrolment, Guardian, SchoolClass, Student
from tracker.school.names import pinyin_of
from tracker.school.official_calendar import official_days
from tracker.school.rules import Level, Sex, Stage, days_between, is_school_day, school_year_of
from tracker.screening import queries as sheets
from tracker.screening import service as screening
from tracker.screening.models import Roster, Sheet
from tracker.screening.rules import RecordedBy, SessionCode

CLASSES, DAYS, SEED = 18, 90, 2
STARTS = time(8, 5)
NIGHT = time(2, 30)
"""What the clock shows when the demo is opened."""
AHEAD = timedelta(weeks=4)
"""The term goes on for so long after the demo's day."""


def make(today: date, *, classes: int = CLASSES, days: int = DAYS, seed: int = SEED) -> None:
    """Fill the current application's empty database with a demo school, and mark it as one."""
    schema.upgrade()
    with transaction():
        schema.mark_as_demo()
        day = last_school_day(today)
        furnish(day, classes=classes, days=days, seed=seed)
        _last_night(clock.at(day, NIGHT))


def _last_night(at: datetime) -> None:
    lease = nights.take(JobKind.BACKUP, clock.local(at).date().isoformat(), at)
    if lease:
        nights.finish(lease, at, {})


def last_school_day(today: date) -> date:
    """The last school day by the official calendar that is not after a day: the demo's day."""
    return max(_weekdays(today - timedelta(days=60), today))


def starting_time() -> datetime:
    """When the clock of the current demo school begins: 08:05 of its last day with a sheet."""
    day = db.session.scalar(sa.select(sa.func.max(Sheet.day)))
    assert day, "a demo school has sheets"
    return clock.at(day, STARTS)


def accounts_text() -> list[str]:
    """What to tell whoever opens a demo school."""
    names = [person.username for person in people.staff(people.rooms(1))[: people.SHOWN]]
    return [f"Sign in with the password {people.PASSWORD} as one of:", "  " + "  ".join(names)]


DEEDS = (
    (DeedKind.TRAINING, "传染病防控与晨午检规范", "全体教职工", 62, 60),
    (DeedKind.DRILL, "呕吐物应急处置", "一、二年级", 165, 30),
    (DeedKind.LESSON, "七步洗手法", "三年级", 80, 40),
)


@dataclass(frozen=True)
class School:
    """Who and what stands before the term begins."""

    days: Sequence[date]
    """The term's school days, those after the demo's day too."""
    today: int
    """The number of the demo's day."""
    now: datetime
    classes: Sequence[SchoolClass]
    rosters: Sequence[Roster]
    own: int
    """The number of the class of the account `teacher`."""
    keepers: dict[tuple[str, int], list[int]]
    """Who cares for a class, or for a department's zones: user ids by `class` or `department` and its id."""
    nurse: int
    logistics: int
    store: store.Store


def furnish(day: date, *, classes: int = CLASSES, days: int = DAYS, seed: int = SEED) -> None:
    """Lay a school with a term of so many school days up to `day`, into an empty migrated database.

    `day` is a school day by the official calendar; the clock is taken to show 08:05.  The same
    arguments lay the same school, but for keys and salts.  Runs in the caller's transaction.
    """
    weekdays = _weekdays(day - timedelta(days=2 * days + 60), day + AHEAD)
    all_days = list(weekdays)
    first = all_days.index(day) + 1 - days
    laid = _lay(Random(f"people {seed}"), all_days[first:], days - 1, classes)
    telling = _tell(Random(f"illness {seed}"), laid)
    _clean(Random(f"cleaning {seed}"), laid, telling)
    telling.rows[Trail].sort(key=lambda row: row["at"])
    telling.rows[Observation] = [
        {**asdict(fact), "recorded_at": fact.known_at, "retracted_at": None} for fact in telling.facts
    ]
    for model, rows in telling.rows.items():
        if rows:
            db.session.execute(sa.insert(model), rows, execution_options={"render_nulls": True})
    _count_on(telling.rows)
    store.name_thermometer(laid.store.thermometer)
    observation.fill(Random(f"room {seed}"), laid, telling)


def _weekdays(first: date, last: date) -> dict[date, int]:
    """The school days by the official calendar, each with the ISO weekday whose timetable it follows."""
    return {
        fact.day: fact.stands_for or fact.day.isoweekday()
        for fact in official_days(days_between(first, last))
        if is_school_day(fact.day_type)
    }


def _lay(random: Random, days: Sequence[date], today: int, count: int) -> School:
    """The calendar, classes and children, accounts and zones, all from the term's first day on."""
    day, start = days[today], days[0]
    at = clock.at(start, time(6))
    year = school_year_of(day)
    school.set_school_name(None, at, start, people.SCHOOL_NAME)
    half = "一" if day.month >= 8 else "二"
    school.add_term(None, at, f"{year}学年第{half}学期", start, day + AHEAD)
    screening.ship_defaults(None, at, start, arrival=RecordedBy.CLASS)
    returns.ship_defaults(None, at, start)
    rooms = people.rooms(count)
    staff = people.staff(rooms)
    classes = [
        SchoolClass(stage=Stage.PRIMARY, entry_year=year + 1 - room.grade, number=room.number)
        for room in rooms
    ]
    password = hash_password(people.PASSWORD)
    users = [
        User(username=person.username, name=name, password_hash=password, session_epoch=0)
        for person, name in zip(staff, people.staff_names(random, len(staff)), strict=True)
    ]
    db.session.add_all([*classes, *users])
    db.session.flush()  # their ids
    rosters = _enrol(random, rooms, classes, start)
    shipped = zones.ship_defaults(None, at, start, classes=classes, choose=random.choice)
    keepers: dict[tuple[str, int], list[int]] = defaultdict(list)
    for person, user in zip(staff, users, strict=True):
        db.session.add_all(UserRole(user_id=user.id, role=role) for role in person.roles)
        duty = None
        if person.room:
            duty = Assignment(what=Duty.HOMEROOM, class_id=classes[rooms.index(person.room)].id)
            keepers["class", duty.class_id or 0].append(user.id)
        elif person.department:
            duty = Assignment(what=Duty.DEPARTMENT, department_id=shipped.departments[person.department])
            keepers["department", duty.department_id or 0].append(user.id)
        if duty:
            duty.user_id, duty.starts = user.id, start
            db.session.add(duty)
        for what in person.duties:
            grade = year + 1 - person.room.grade if person.room and what is Duty.GRADE_HEAD else None
            db.session.add(Assignment(user_id=user.id, what=what, entry_year=grade, starts=start))
    db.session.flush()  # before rows that go past the session
    ids = {user.username: user.id for user in users}
    store.hang_lamp(start)
    stocked = store.furnish(
        store.Staff(ids["staff"], ids["logistics"], ids["vice"], ids["nurse"], sorted(ids.values())),
        days[: today + 1],
    )
    _log_deeds(ids["nurse"], days[: today + 1])
    own = rooms.index(people.teachers_room(rooms))
    return School(
        days,
        today,
        clock.at(day, STARTS),
        classes,
        rosters,
        own,
        keepers,
        ids["nurse"],
        ids["logistics"],
        stocked,
    )


def _log_deeds(nurse: int, days: Sequence[date]) -> None:
    """What the school has practised and taught by now, over the term."""
    for n, (kind, what, audience, many, minutes) in enumerate(DEEDS):
        on = days[n * len(days) // len(DEEDS)]
        done = deeds.Done(on, kind, what, "校医室", audience, many, minutes)
        deeds.log_deed(nurse, clock.at(on, time(7)), on, done)


def _enrol(
    random: Random, rooms: Sequence[people.Room], classes: Sequence[SchoolClass], start: date
) -> list[Roster]:
    """The children of all classes, each with a seat and somebody to call; the roster of each class."""
    names = people.names(random)
    serials: dict[int, int] = defaultdict(int)
    students: list[list[Student]] = [[] for _ in rooms]
    for room, school_class, members in zip(rooms, classes, students, strict=True):
        year = school_class.entry_year
        for _ in range(room.size):
            serials[year] += 1
            name = "".join(next(names))
            members.append(
                Student(
                    number=f"D{year}{serials[year]:03}",
                    name=name,
                    pinyin=pinyin_of(name),
                    sex=random.choice(list(Sex)),
                    birth_date=date(year - 6, 8, 31) - timedelta(days=random.randrange(365)),
                )
            )
    db.session.add_all(student for members in students for student in members)
    db.session.flush()  # their ids
    enrolments, guardians = [], []
    for school_class, members in zip(classes, students, strict=True):
        for seat, student in enumerate(members, 1):
            enrolments.append(
                {"student_id": student.id, "starts": start, "class_id": school_class.id, "seat": seat}
            )
            phone = f"000-0000-{len(enrolments):04}"
            guardians.append(
                {
                    "student_id": student.id,
                    "seq": 1,
                    "relation": random.choice(["母亲", "父亲"]),
                    "name_enc": encrypt(f"{student.name}的家长"),
                    "phone_enc": encrypt(phone),
                    "phone_hash": phone_hash(phone),
                }
            )
    db.session.execute(sa.insert(Enrolment), enrolments)
    db.session.execute(sa.insert(Guardian), guardians)
    ids = [[student.id for student in members] for members in students]
    rosters = [Roster(digest=screening.roster_digest(members), members=members) for members in ids]
    db.session.add_all(rosters)
    db.session.flush()  # their ids
    return rosters


def _tell(random: Random, laid: School) -> Telling:
    """The sheets of the term and of this morning, and what came of them."""
    count, today = len(laid.classes), laid.today
    others = [number for number in range(count) if number != laid.own]
    reported = sorted(random.sample(others, max(1, count // 2)))
    members: list[list[int]] = [roster.members for roster in laid.rosters]
    spells = illness.of_this_morning(
        random, members[laid.own], [members[number] for number in reported], laid.days, today
    )
    planned = {spell.student for spell in spells}
    spells += [
        spell
        for spell in illness.spells(random, members, laid.days, today + 1)
        if spell.student not in planned or spell.last < today - 12
    ]
    class_of = {student: index for index, ids in enumerate(members) for student in ids}
    spells_of: dict[tuple[int, int], list[illness.Spell]] = defaultdict(list)
    for spell in spells:
        for number in range(spell.first, max(spell.first, spell.last) + 1):
            spells_of[class_of[spell.student], number].append(spell)
    diligence = _uneven(random, count, 0.8, 0.985)
    diligence[laid.own] = 0.96
    pupils = [
        Pupils(roster.members, roster.id, laid.keepers["class", one.id][0], share)
        for roster, one, share in zip(laid.rosters, laid.classes, diligence, strict=True)
    ]
    asked = [
        sheets.class_session(f"{one.entry_year}-{one.number}", laid.days[today], SessionCode.ARRIVAL)
        for one in laid.classes
    ]
    telling = Telling(random, laid.days, today, laid.now, laid.nurse)
    for number in range(today + 1):
        for index, session in enumerate(asked):
            assert session
            plans = list(session.plans)
            if number == today:
                plans = plans[: 2 if index == reported[0] else index in reported]
            telling.take_day(
                number,
                pupils[index],
                [replace(session, day=laid.days[number], code=code) for code in plans],
                spells_of[index, number],
            )
    telling.end()
    return telling


def _clean(random: Random, laid: School, telling: Telling) -> None:
    """The records of what was disinfected, uneven from class to class."""
    from tracker.disinfection.asked_frames import (
        items_asked,  # loads numpy, which the everyday start does not
    )

    of_classes = _uneven(random, len(laid.classes), 0.8, 0.98)
    diligence = {("class", one.id): share for one, share in zip(laid.classes, of_classes, strict=True)}
    days = laid.days[: laid.today + 1]
    db.session.flush()
    schedules: dict[tuple[int, time], Schedule] = {
        (one.object_id, one.slot): one
        for one in db.session.scalars(sa.select(Schedule).where(Schedule.level == Level.ROUTINE))
    }
    asked: dict[tuple[int, time], dict[date, list[Schedule]]] = defaultdict(lambda: defaultdict(list))
    for zone_id, day, slot, object_id in items_asked(days[0], days[-1]).rows():
        asked[zone_id, slot][day].append(schedules[object_id, slot])
    owners = {one.zone_id: one for one in db.session.scalars(sa.select(ZoneOwner))}
    slots = []
    for zone_id, starts in sorted(asked):
        kept = owners[zone_id]
        owner = ("class", kept.class_id) if kept.class_id else ("department", kept.department_id or 0)
        of_eve = [slot for (other, slot), found in asked.items() if other == zone_id and days[-2] in found]
        slots.append(
            cleaning.Slot(
                zone_id,
                starts,
                asked[zone_id, starts],
                laid.keepers[owner],
                diligence.setdefault(owner, random.uniform(0.9, 0.99)),
                is_early=owner[0] == "class" and random.random() < 0.4,
                is_behind=starts == max(of_eve, default=None) and zone_id % 7 == 0,
            )
        )
    behind = (slot for slot in slots if slot.is_behind and owners[slot.zone_id].department_id)
    store.ask_for_photo(next(iter(next(behind).asked.values()))[0].object_id)
    for record, items in cleaning.records(random, slots, days, laid.now, laid.store):
        added = telling.add(Record, **record)
        telling.rows[RecordItem] += [{"record_id": added["id"], **item} for item in items]
        by, at = added["by"], added["finished"]
        telling.tell(by, at, "disinfection.finish", "record", added["id"], answered_done=len(items))
    telling.rows[Verification] = cleaning.verdicts(
        random, telling.rows[Record], days, laid.now, laid.logistics
    )


def _uneven(random: Random, count: int, least: float, most: float) -> list[float]:
    """So many shares, evenly spread from the least to the most, in no order."""
    shares = [least + (most - least) * (n + 0.5) / count for n in range(count)]
    random.shuffle(shares)
    return shares


def _count_on(written: Mapping[type[Model], Sequence[Row]]) -> None:
    """PostgreSQL's own counters do not notice ids that were given: set them to go on after those."""
    if db.engine.dialect.name == "postgresql":
        for model, rows in written.items():
            if rows and "id" in rows[0]:
                newest = max(row["id"] for row in rows)
                counter = sa.func.pg_get_serial_sequence(model.__tablename__, "id")
                db.session.execute(sa.select(sa.func.setval(counter, newest)))
