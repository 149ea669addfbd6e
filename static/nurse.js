// The nurse's open page: asks every half minute what has changed, and says when it was last answered.
// Without it a link does the same.
(function () {
  "use strict";
  var EVERY = 30000, SILENT = 120000;
  var heard, live, url, etag = null, last = Date.now(), asking = false, touched = false;

  function known(root) {
    var found = {};
    root.querySelectorAll("[data-item]").forEach(function (item) { found[item.dataset.item] = true; });
    return found;
  }

  // Whoever works with the keyboard stays where they were.
  function place() {
    var at = document.activeElement;
    if (!at || !live.contains(at)) return null;
    if (at.getAttribute("href")) return 'a[href="' + CSS.escape(at.getAttribute("href")) + '"]';
    var form = at.closest("form");
    return form ? 'form[action="' + CSS.escape(form.getAttribute("action")) + '"] button' : null;
  }

  function show(html) {
    var before = known(live), focus = place(), count = 0;
    live.innerHTML = html;
    live.querySelectorAll("[data-item]").forEach(function (item) {
      if (before[item.dataset.item]) return;
      var mark = document.createElement("span");
      mark.className = "new-mark";
      mark.textContent = heard.dataset.new;
      item.append(" ", mark);
      count += 1;
    });
    if (count) document.getElementById("news").textContent = heard.dataset.news.replace("{n}", count);
    var again = focus && live.querySelector(focus);
    if (again) again.focus();
    touched = false;
  }

  function isBusy() {
    return touched || live.querySelector("details[open]");
  }

  function tell() {
    document.getElementById("silent").hidden = Date.now() - last < SILENT;
  }

  function ask() {
    if (asking || document.hidden) return;
    asking = true;
    fetch(url, { headers: etag ? { "If-None-Match": etag } : {}, cache: "no-store", redirect: "manual" })
      .then(function (answer) {
        if (answer.status === 304) return answered(answer, null);
        // Signed out, or the page's right has ended: the whole page says so.
        if (answer.type === "opaqueredirect" || answer.status === 403) return location.reload();
        if (!answer.ok) return null;
        return answer.text().then(function (html) { answered(answer, html); });
      })
      .catch(function () { /* not heard: the clock tells */ })
      .then(function () { asking = false; tell(); });
  }

  function answered(answer, html) {
    last = Date.now();
    document.getElementById("heard-at").textContent = heard.dataset.words.replace("{t}", answer.headers.get("X-Heard-At"));
    if (html === null || isBusy()) return;
    etag = answer.headers.get("ETag");
    var box = document.createElement("template");
    box.innerHTML = html;
    // Another day has begun: it is opened anew.
    if (box.content.querySelector("[data-day]").dataset.day !== live.querySelector("[data-day]").dataset.day) return location.reload();
    show(html);
  }

  document.addEventListener("DOMContentLoaded", function () {
    heard = document.getElementById("heard");
    live = document.getElementById("live");
    url = heard.dataset.url;
    live.addEventListener("input", function () { touched = true; });
    setInterval(ask, EVERY);
    setInterval(tell, 10000);
    document.addEventListener("visibilitychange", function () { if (!document.hidden) ask(); });
  });
})();
