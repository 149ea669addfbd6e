"""The pages that are walked in the browser, by who opens them; `tests/test_routes.py` sees that none is left out."""

SHEET = "/screening/2024-1/2026-09-21/arrival"
PAGES = {
    None: """
        /login
    """,
    "ann": f"""
        / /account/password /account/language /account/devices /account/pin/new /account/pin
        /screening/ {SHEET} {SHEET}?mode=full {SHEET}/1 {SHEET}/versions
        /screening/2024-1/2026-09-21/morning/paste /screening/not-here /screening/2024-1/emergency
        /absences/ /absences/{{episode}} /absences/parent-call /leave/ /leave/2024-1
        /ledgers/class/2024-1 /ledgers/class/2024-1/absences /students/{{child}} /report/ /report/receipt/{{sent}}
        /here/ /disinfection/ /disinfection/zone0/2026-09-21/15:40 /z/zone0 /assessment/ /assessment/2024-1/2026-W39
        /meeting/
    """,
    "nora": """
        / /nurse/ /nurse/close /screening/ /screening/fevers /screening/triggers /absences/ /absences/{episode}
        /absences/{cleared}/return-slip /absences/returns /absences/return-rules/ /absences/return-rules/influenza
        /room/ /room/{stay} /room/{left}/slip /report/2023-2 /here/
        /disinfection/now/ /disinfection/now/floor/{stay}
        /ledgers/ /ledgers/day /ledgers/absences /ledgers/causes /ledgers/room /ledgers/returns
        /ledgers/disinfection /ledgers/keepers /ledgers/stock
        /gate/ /gate/classes/2024-1 /gate/students/{child}
        /school/history /school/history/{history} /school/history/imports/{past} /school/ /school/papers
        /school/papers/new /school/deeds/new
    """,
    "gus": """
        / /gate/ /gate/slips
    """,
    "sam": """
        / /disinfection/ /disinfection/timetable /supplies/mix /report/
    """,
    "lou": """
        / /disinfection/zones/ /disinfection/zones/zone2 /disinfection/zones/zone2/07:30 /disinfection/zones/department
        /disinfection/zones/new /disinfection/zones/zone2/photos /disinfection/doors
        /disinfection/zones/zone2/schedules/new /disinfection/zones/zone2/schedules/5/routine/07:30
        /disinfection/zones/zone2/keeper /disinfection/rota /disinfection/kinds-of-day
        /disinfection/excuse/2026-09-21
        /supplies/ /supplies/new /supplies/{supply} /supplies/{supply}/issue /supplies/{supply}/approve/{move}
        /supplies/{supply}/lots/new /supplies/devices/new /supplies/devices/{device} /school/
    """,
    "asa": """
        / /assessment/ /school/calendar /school/calendar/2026-09-22 /school/changes /school/sessions
        /school/sessions/noon/routine /school/sessions/level /school/sessions/exceptions/new /school/terms/new
        /school/terms/{term} /admin/passwords
    """,
    "pia": """
        / /screening/ /here/ /admin/operations
    """,
    "ada": """
        / /school/ /school/import /school/import/{roster} /school/imports/{roll} /school/calendar
        /school/classes/2024-1 /school/classes/2024-1/new /school/students/{child} /school/students/{child}/leave
        /admin/ /admin/accounts/new /admin/accounts/{ann} /admin/accounts/{ann}/assign /admin/accounts/{ann}/disable
        /admin/accounts/{ann}/password /admin/assignments/{duty}/end /admin/reads /admin/retention /admin/removal
        /admin/removal/{gone} /admin/operations
    """,
}
PAGES = {who: paths.split() for who, paths in PAGES.items()}
NO_PAGES = {
    None: ["/healthz", "/setup"],
    "nora": ["/nurse/live", "/charts/illness-absence.svg", "/students/{child}/temperatures.svg", "/students/{child}/data",
             "/absences/{episode}/papers/{paper}", "/school/papers/{plan}.pdf", "/school/history/template"],
    "ada": ["/school/roster-template"],
    "sam": ["/disinfection/zone2/2026-09-21/07:30/photo/1"],
}  # fmt: skip
"""What is answered by a file or a part of a page, or leads elsewhere."""
