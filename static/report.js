// Vomiting soils a floor, unless somebody says otherwise.  Without this the server takes it so.
(function () {
  "use strict";
  document.addEventListener("DOMContentLoaded", function () {
    var soiled = document.querySelectorAll("input[name=soiled]"), touched = false;
    soiled.forEach(function (one) {
      touched = touched || one.checked;
      one.addEventListener("change", function () { touched = true; });
    });
    document.querySelectorAll("input[name=trouble]").forEach(function (one) {
      one.addEventListener("change", function () {
        if (touched) return;
        soiled.forEach(function (choice) { choice.checked = choice.value === (one.value === "vomiting" ? "yes" : "no"); });
      });
    });
  });
})();
