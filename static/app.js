// What every page does a little quicker with a script.  Nothing here is needed.
(function () {
  "use strict";
  var root = document.documentElement;
  root.classList.add("js");

  function drafts() {
    var names = [];
    try {
      for (var i = 0; i < localStorage.length; i++) {
        var name = localStorage.key(i);
        if (name.indexOf("draft:") === 0) names.push(name);
      }
    } catch (e) { /* storage is closed: there are no drafts */ }
    return names;
  }

  document.addEventListener("DOMContentLoaded", function () {
    var wrong = document.querySelector("[data-focus]");
    if (wrong) wrong.focus();

    // A receipt ends the draft of its sheet; a draft of yesterday ends by itself.
    var receipt = document.querySelector("[data-clear-draft]");
    drafts().forEach(function (name) {
      var old = true;
      try { old = Date.now() - JSON.parse(localStorage.getItem(name)).at > 86400000; } catch (e) { old = true; }
      var done = receipt && name.indexOf("/" + receipt.dataset.clearDraft + "/") > 0;
      if (old || done) localStorage.removeItem(name);
    });

    document.querySelectorAll("form[data-leave]").forEach(function (form) {
      form.addEventListener("submit", function () {
        drafts().forEach(function (name) { localStorage.removeItem(name); });
      });
    });

    // A place follows its duty: `class:7` is offered where the duty is in a class, none where it is the school's.
    document.querySelectorAll("select[data-follows]").forEach(function (place) {
      var duty = document.getElementById(place.dataset.follows), kinds = JSON.parse(place.dataset.kinds);
      function follow() {
        var kind = kinds[duty.value];
        place.parentElement.hidden = kind === "school";
        Array.from(place.options).forEach(function (one) {
          one.hidden = one.disabled = one.value !== "" && one.value.split(":")[0] !== kind;
          if (one.disabled && one.selected) place.value = "";
        });
      }
      duty.addEventListener("change", follow);
      follow();
    });

    // A second tap sends nothing new: the form's key sees to that; this only tells the eye.
    document.querySelectorAll("form[method=post]").forEach(function (form) {
      form.addEventListener("submit", function (event) {
        if (form.dataset.sent) { event.preventDefault(); return; }
        form.dataset.sent = "1";
        setTimeout(function () { delete form.dataset.sent; }, 8000);
      });
    });

    // A classroom's screen: who types goes on, who has left is signed out after three minutes.
    var alive = document.body.dataset.alive;
    if (alive) {
      var token = document.querySelector("form[data-leave] input[name=csrf_token]").value;
      var touched = Date.now(), told = touched;
      ["input", "click", "scroll"].forEach(function (kind) {
        document.addEventListener(kind, function () { touched = Date.now(); }, true);
      });
      setInterval(function () {
        if (Date.now() - touched > 180000) {
          drafts().forEach(function (name) { localStorage.removeItem(name); });
          location.replace("/login");
        } else if (touched > told) {
          told = Date.now();
          fetch(alive, { method: "POST", headers: { "X-CSRFToken": token } }).catch(function () {});
        }
      }, 20000);
    }

    // One open menu at a time, closed by a tap elsewhere or by Escape.
    var menu = document.querySelector(".menu-box");
    if (menu) {
      document.addEventListener("click", function (event) { if (!menu.contains(event.target)) menu.open = false; });
      document.addEventListener("keydown", function (event) { if (event.key === "Escape") menu.open = false; });
    }

    document.querySelectorAll("[data-print]").forEach(function (button) {
      button.addEventListener("click", function () { window.print(); });
    });

    // An error's link opens what hides its field.
    document.addEventListener("click", function (event) {
      var link = event.target.closest ? event.target.closest('a[href^="#"]') : null;
      var field = link && document.getElementById(link.getAttribute("href").slice(1));
      if (!field) return;
      for (var box = field.closest("details"); box; box = box.parentElement.closest("details")) box.open = true;
      event.preventDefault();
      field.focus();
      field.scrollIntoView({ block: "center" });
    });
  });
  window.addEventListener("pageshow", function () {
    document.querySelectorAll("form[data-sent]").forEach(function (form) { delete form.dataset.sent; });
  });
})();
