// The sheet counts while it is filled in, and remembers it until the receipt.
(function () {
  "use strict";
  var form = document.getElementById("sheet");
  if (!form) return;
  var trigger = Number(form.dataset.trigger), retestTrigger = Number(form.dataset.retestTrigger);
  var full = form.dataset.mode === "full";
  var rows = Array.prototype.slice.call(form.querySelectorAll("[data-student]"));
  var button = document.getElementById("submit"), fillButton = document.getElementById("fill");
  var key = "draft:" + (document.body.dataset.user || "") + "/" + form.dataset.draft + "/" + form.dataset.mode;

  // The server's reading of a temperature is the one that counts; this one only colours and counts ahead.
  function tenths(text) {
    var plain = text.normalize("NFKC").trim().replace(/[,。、·]/g, ".").replace(/\s*(°\s*)?[Cc度℃]$/, "");
    var found = /^(\d{1,3})(?:\.(\d)0?)?$/.exec(plain);
    if (!found) return null;
    var value = found[2] === undefined && found[1].length === 3 ? Number(found[1]) : Number(found[1]) * 10 + Number(found[2] || 0);
    return value >= 320 && value <= 430 ? value : null;
  }

  function field(row, name) { return form.elements[name + "-" + row.dataset.student]; }

  function look(row) {
    var choice = row.querySelector('input[type="radio"]:checked');
    var state = choice ? choice.value : (full ? "unset" : "normal");
    var first = tenths(field(row, "t1").value), retest = tenths(field(row, "t2").value);
    var signs = row.querySelectorAll(".signs input:checked").length;
    if (/^(normal|measured|unset|symptomatic)$/.test(state)) {
      if (signs) state = "symptomatic";
      else if (state !== "symptomatic" && first !== null) state = "measured";
      else if (state === "measured") state = "unset";
    }
    var hot = first !== null && first >= trigger;
    var fever = hot && (retest === null || retest >= retestTrigger);
    // What the nurse has found by her own retest holds for the readings it was found for.
    var told = row.querySelector(".waiting").dataset;
    var decided = hot && told.decided === field(row, "t1").value + "|" + field(row, "t2").value;
    if (decided) fever = told.fever === "yes";
    else if (!hot && state.indexOf("absent")) fever = row.querySelector('.signs input[value="fever"]').checked;
    var unread = first === null && field(row, "t1").value.trim() !== "";
    return { state: state, hot: hot, fever: fever, unread: unread, waiting: decided || (hot && retest === null), decided: decided, choice: choice };
  }

  function show(row, one) {
    var out = /^(absent|not_here|away|in_room|left)/.test(one.state);
    var ill = one.fever || one.state === "symptomatic" || one.state === "absent:illness";
    row.classList.toggle("hot", one.hot);
    row.classList.toggle("ill", ill);
    row.classList.toggle("out", out && !ill);
    row.classList.toggle("unset", one.state === "unset");
    var waiting = row.querySelector(".waiting");
    waiting.hidden = !one.waiting;
    if (waiting.dataset.decided) {
      waiting.textContent = one.decided ? waiting.dataset.words : waiting.dataset.open;
      waiting.classList.toggle("cleared", one.decided && !one.fever);
    }
    var retest = row.querySelector(".retest");
    retest.classList.toggle("keep", field(row, "t2").value !== "" || field(row, "t2").classList.contains("is-invalid"));
    var mark = row.querySelector(".state-mark"), words = "";
    if (one.state === "measured") words = full ? "" : field(row, "t1").value;
    else if (one.state === "symptomatic") words = row.querySelector('input[value="symptomatic"] + label').textContent;
    else if (one.choice && (one.state !== "normal" || full)) words = one.choice.nextElementSibling.textContent;
    if (one.hot && !full) words = field(row, "t1").value + (one.state === "symptomatic" ? " · " + words : "");
    mark.textContent = words.trim() || (full ? "✓" : "");
  }

  function count() {
    var sums = { expected: rows.length, checked: 0, absent: 0, fever: 0, symptomatic: 0, rest: 0, unset: 0 }, plain = 0;
    rows.forEach(function (row) {
      var one = look(row);
      show(row, one);
      if (one.fever) sums.fever++;
      if (one.state === "symptomatic") sums.symptomatic++;
      if (one.state === "unset") sums.unset++;
      else if (one.state.indexOf("absent") === 0) sums.absent++;
      else if (/^(normal|measured|symptomatic)$/.test(one.state)) sums.checked++;
      else sums.rest++;
      if ((one.state === "normal" || one.state === "measured") && !one.fever && !one.unread) plain++;
    });
    Object.keys(sums).forEach(function (name) {
      form.querySelector('[data-sum="' + name + '"]').textContent = sums[name];
    });
    form.querySelector("[data-rest]").hidden = !sums.rest;
    form.querySelector("[data-unset-sum]").hidden = !sums.unset;
    if (fillButton) fillButton.hidden = !sums.unset;
    var odd = rows.length - plain - sums.unset;
    var words = sums.unset ? form.dataset.unset : odd === 0 ? form.dataset.all : odd === 1 ? form.dataset.one : form.dataset.some;
    button.textContent = words.replace("{x}", odd).replace("{n}", plain).replace("{u}", sums.unset);
  }

  function remember() {
    var values = {};
    Array.prototype.forEach.call(form.elements, function (input) {
      if (!/^(state|t1|t2|sym|onset|sure)-/.test(input.name)) return;
      if ((input.type === "radio" || input.type === "checkbox") ? input.checked !== input.defaultChecked : input.value !== input.defaultValue) {
        values[input.id] = input.type === "radio" || input.type === "checkbox" ? input.checked : input.value;
      }
    });
    try { localStorage.setItem(key, JSON.stringify({ at: Date.now(), values: values })); } catch (e) { /* no storage, no draft */ }
  }

  function restore() {
    var draft = null;
    try { draft = JSON.parse(localStorage.getItem(key)); } catch (e) { return; }
    if (!draft || !Object.keys(draft.values).length || form.dataset.fresh !== "yes") return;
    fill(draft);
    note(form.dataset.restored, form.dataset.discard, function () {
      localStorage.removeItem(key);
      location.reload();
    });
  }

  function fill(draft) {
    Object.keys(draft.values).forEach(function (id) {
      var input = document.getElementById(id);
      if (!input) return;
      if (typeof draft.values[id] === "boolean") input.checked = draft.values[id]; else input.value = draft.values[id];
    });
  }

  function note(words, action, deed) {
    var box = document.createElement("p");
    box.className = "alert alert-secondary";
    box.setAttribute("role", "status");
    box.textContent = words + " ";
    var press = document.createElement("button");
    press.type = "button";
    press.className = "btn btn-outline-secondary bg-white";
    press.textContent = action;
    press.addEventListener("click", deed);
    box.appendChild(press);
    form.parentNode.insertBefore(box, form);
  }

  function tell(words) {
    var note = document.getElementById("told") || document.createElement("p");
    note.id = "told";
    note.className = "alert alert-danger mb-2";
    note.setAttribute("role", "alert");
    note.textContent = words;
    button.parentNode.insertBefore(note, button);
  }

  // What was entered before somebody else has sent this sheet: it is not lost, both are put side by side.
  function offerOlder() {
    var mine = key.slice(0, key.indexOf("/") + 1), path = "/" + form.dataset.draft.replace(/\/\d+$/, "") + "/", mode = "/" + form.dataset.mode;
    if (form.dataset.fresh !== "yes") return;
    for (var i = 0; i < localStorage.length; i++) {
      var name = localStorage.key(i), at = name.indexOf(path);
      if (name === key || name.indexOf(mine) !== 0 || at < 0 || name.slice(-mode.length) !== mode) continue;
      var older = name.slice(at + path.length, -mode.length), draft = JSON.parse(localStorage.getItem(name));
      if (!Object.keys(draft.values).length) continue;
      note(form.dataset.older, form.dataset.compare, function () {
        fill(draft);
        form.elements.base.value = older;
        form.requestSubmit(button);
      });
      return;
    }
  }

  // Nothing is sent into the void: without a connection the browser would only show its own error page.
  var reached = false;
  form.addEventListener("submit", function (event) {
    if (reached || event.submitter === fillButton) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    button.disabled = true;
    var giveUp = new AbortController(), timer = setTimeout(function () { giveUp.abort(); }, 8000);
    fetch(form.dataset.alive, { cache: "no-store", signal: giveUp.signal }).then(function (answer) {
      if (!answer.ok) throw answer;
      clearTimeout(timer);
      reached = true;
      button.disabled = false;
      form.requestSubmit(button);
      setTimeout(function () { reached = false; }, 1000);
    }).catch(function () {
      button.disabled = false;
      remember();
      tell(form.dataset.offline);
    });
  });

  if (fillButton) fillButton.addEventListener("click", function (event) {
    event.preventDefault();
    rows.forEach(function (row) {
      if (look(row).state === "unset" && !field(row, "t1").value.trim()) row.querySelector('input[value="normal"]').checked = true;
    });
    changed();
    button.focus();
  });

  function changed() { count(); remember(); }
  form.addEventListener("input", changed);
  form.addEventListener("change", changed);

  // A column pasted from a spreadsheet fills the readings from the field it was pasted into.
  form.addEventListener("paste", function (event) {
    var values = (event.clipboardData || window.clipboardData).getData("text").replace(/\r/g, "").replace(/\n+$/, "").split("\n");
    if (!full || values.length < 2 || !/^t1-/.test(event.target.name)) return;
    event.preventDefault();
    var from = rows.indexOf(event.target.closest("[data-student]"));
    values.forEach(function (value, n) {
      if (rows[from + n]) field(rows[from + n], "t1").value = value.split("\t")[0].trim();
    });
    changed();
  });

  // Enter goes to the next reading, as a keyboard's *next* does.
  form.addEventListener("keydown", function (event) {
    if (event.key !== "Enter" || !/^t[12]-/.test(event.target.name || "")) return;
    event.preventDefault();
    var inputs = Array.prototype.filter.call(form.querySelectorAll(".temp"), function (input) { return input.offsetParent; });
    var next = inputs[inputs.indexOf(event.target) + 1];
    (next || button).focus();
  });

  restore();
  try { offerOlder(); } catch (e) { /* storage is closed, or holds what is none of ours */ }
  count();
})();
