def test_it(app, sign_in, statements):
    v = sign_in("ann")
    with statements() as done:
        p = v.get("/disinfection/")
    print(len(done)); print("\n".join(s[:150] for s in done))
    print(p.select_one("main").get_text(" ", strip=True))
    v = sign_in("sam")
    p = v.get("/disinfection/")
    print(p.select_one("main").get_text(" ", strip=True))
    href = p.select_one("a.task-row.now")["href"]; print(href)
    p = v.get(href)
    print(p.select_one("main"))
