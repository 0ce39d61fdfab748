
"use strict";
(function () {
  var collator = new Intl.Collator("en", { numeric: true });
  function button(place, act) {
    var made = document.createElement("button");
    made.type = "button";
    made.textContent = place.textContent;
    place.textContent = "";
    place.append(made);
    made.addEventListener("click", function () {
      var down = place.getAttribute("aria-sort") === "ascending";
      for (var other of place.parentNode.children) other.removeAttribute("aria-sort");
      place.setAttribute("aria-sort", down ? "descending" : "ascending");
      act(down ? -1 : 1);
    });
  }
  function sort(list, key, sign) {
    var items = Array.from(list.children, function (item, at) { return [key(item), at, item]; });
    items.sort(function (a, b) { return sign * collator.compare(a[0], b[0]) || a[1] - b[1]; });
    list.append.apply(list, items.map(function (item) { return item[2]; }));
  }
  for (let table of document.querySelectorAll("table.sortable")) {
    Array.from(table.tHead.rows[0].cells).forEach(function (cell, at) {
      button(cell, function (sign) {
        sort(table.tBodies[0], function (row) { return row.cells[at].dataset.key || row.cells[at].textContent; }, sign);
      });
    });
  }
  var list = document.getElementById("list");
  for (let head of document.querySelectorAll("[data-by]")) {
    head.setAttribute("role", "columnheader");
    button(head, function (sign) {
      var at = Number(head.dataset.by);
      sort(list, function (host) {
        return at === 2 ? host.dataset.rank : host.firstElementChild.children[at].textContent;
      }, sign);
    });
  }
  var tools = document.querySelector(".tools");
  if (tools && list) {
    tools.hidden = false;
    var find = tools.querySelector("input"), verdict = tools.querySelector("select"), out = tools.querySelector("output");
    var texts = new Map(), waiting;
    var text = function (item) {
      if (!texts.has(item)) texts.set(item, item.textContent.toLowerCase());
      return texts.get(item);
    };
    var filter = function () {
      var wanted = find.value.trim().toLowerCase(), shown = 0, all = 0;
      for (var entry of list.children) {
        var fits = !verdict.value || entry.dataset.v === verdict.value, within = 0;
        var items = entry.querySelectorAll(":scope > .d > .h, .cl > li");
        for (var item of items) {
          var hit = !wanted || text(item).includes(wanted);
          if (item.hidden === hit) item.hidden = !hit;
          if (hit) within += 1;
        }
        if (items.length) fits = fits && within > 0;
        else { fits = fits && (!wanted || text(entry).includes(wanted)); within = 1; }
        entry.hidden = !fits;
        all += items.length || 1;
        if (fits) shown += within;
      }
      out.value = wanted || verdict.value ? shown.toLocaleString("en") + " of " + all.toLocaleString("en") + " hosts" : "";
    };
    find.addEventListener("input", function () { clearTimeout(waiting); waiting = setTimeout(filter, 150); });
    verdict.addEventListener("change", filter);
    tools.addEventListener("submit", function (event) { event.preventDefault(); });
  }
  function reveal() {
    var target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    for (var fold = target; fold; fold = fold.parentElement) if (fold.tagName === "DETAILS") fold.open = true;
    if (target) target.scrollIntoView();
  }
  addEventListener("hashchange", reveal);
  if (location.hash) reveal();
  var opened = [];
  addEventListener("beforeprint", function () {
    opened = Array.from(document.querySelectorAll("details:not([open]):not(.long)"));
    opened.forEach(function (fold) { fold.open = true; });
  });
  addEventListener("afterprint", function () { opened.forEach(function (fold) { fold.open = false; }); });
})();
