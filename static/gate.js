// The gate's search answers while one types; without it a button does.
(function () {
  "use strict";
  var form = document.getElementById("find"), found = document.getElementById("found");
  if (!form || !found || !window.fetch) return;
  var asked = 0, timer;

  function ask(otherwise) {
    var number = ++asked, body = new URLSearchParams(new FormData(form));
    fetch(form.action, { method: "POST", body: body, credentials: "same-origin", redirect: "error" })
      .then(function (answer) { if (!answer.ok) throw new Error(); return answer.text(); })
      .then(function (html) {
        var answer = new DOMParser().parseFromString(html, "text/html").getElementById("found");
        if (number === asked && answer) found.innerHTML = answer.innerHTML;
      })
      .catch(function () { if (otherwise) otherwise(); });
  }

  form.addEventListener("input", function () {
    clearTimeout(timer);
    timer = setTimeout(function () { ask(); }, 120);
  });
  form.addEventListener("submit", function (event) {
    event.preventDefault();
    event.stopImmediatePropagation();
    clearTimeout(timer);
    ask(function () { form.submit(); });
  }, true);
})();
