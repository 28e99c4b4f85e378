"use strict";
// The table of tasks: drawn a page at a time from the data in the page, so that thousands stay usable. Everything that
// people or models wrote becomes text, never markup.
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const NAMES = { right: "right", wrong: "wrong", rejected: "unusable", failed: "no answer" };
  const MARKS = { right: "✓", wrong: "✗", rejected: "⚠", failed: "⚠" };
  const ORDER = ["wrong", "rejected", "failed", "right"];
  const at = (id) => document.getElementById(id);
  const rows = data.tasks.map(([task, text, truth, reply, before, change], place) => {
    // The data has wrong answers first, the surest of them on top.
    const row = { place, task, text, truth, change, reply: unpacked(reply), before: before && unpacked(before) };
    row.searched = [task, text, truth, row.reply.answer, row.reply.reason, row.reply.raw].join("\n").toLowerCase();
    return row;
  });
  const state = { key: "kind", down: false, page: 0, found: rows, all: false };
  const KEYS = {
    task: (row) => row.task,
    kind: (row) => ORDER.indexOf(row.reply.kind),
    text: (row) => row.text,
    truth: (row) => row.truth,
    answer: (row) => row.reply.answer ?? "",
    confidence: (row) => row.reply.confidence ?? -1,
    model: (row) => row.reply.model ?? "",
    before: (row) => row.before?.answer ?? "",
  };

  function unpacked([kind, answer, reason, confidence, raw, model]) {
    return { kind, answer, reason, confidence, raw, model };
  }

  function element(name, className, ...children) {
    const made = document.createElement(name);
    if (className) made.className = className;
    made.append(...children.filter((child) => child !== null));
    return made;
  }

  function fits(row, kind) {
    return !kind || row.reply.kind === kind || row.change === kind;
  }

  function choose() {
    const words = at("search").value.toLowerCase().split(/\s+/).filter(Boolean);
    const kind = at("kind").value;
    const truth = at("truth").value;
    state.found = rows.filter(
      (row) => fits(row, kind) && (!truth || row.truth === truth) && words.every((word) => row.searched.includes(word))
    );
    sort();
    state.page = 0;
    draw();
  }

  function sort() {
    const value = KEYS[state.key];
    const sign = state.down ? -1 : 1;
    const compare = (a, b) => (typeof a === "string" ? a.localeCompare(b) : a - b);
    state.found = [...state.found].sort((a, b) => sign * compare(value(a), value(b)) || a.place - b.place);
  }

  function block(title, text) {
    return text === null ? null : element("div", "", element("div", "small", title), element("pre", "", text));
  }

  function texts(row) {
    const summary = element("summary", "", row.text || "(empty)");
    const parts = [block("text", row.text), block("why there is no answer", row.reply.reason)];
    parts.push(block(`completion of ${data.tag}`, row.reply.raw));
    if (row.before) parts.push(block(`completion of ${data.against}`, row.before.raw ?? row.before.reason));
    return element("details", "", summary, ...parts);
  }

  function answer(reply) {
    if (!reply) return "n/a";
    return reply.answer === null ? element("span", "small", reply.reason) : element("span", "answer", reply.answer);
  }

  function sure(reply) {
    return reply.confidence === null ? "n/a" : reply.confidence.toFixed(3);
  }

  function line(row) {
    const link = element("a", "", String(row.task));
    if (/^https?:/.test(data.link)) link.href = data.link + row.task;
    link.rel = "noreferrer";
    const kind = element("span", `kind ${row.reply.kind}`, `${MARKS[row.reply.kind]} ${NAMES[row.reply.kind]}`);
    const change = row.change ? element("div", "small", row.change) : null;
    const cells = [
      element("th", "", link),
      element("td", "", kind, change),
      element("td", "text", texts(row)),
      element("td", "said", element("span", "answer", row.truth)),
      element("td", "said", answer(row.reply)),
      element("td", "n", sure(row.reply)),
    ];
    cells[0].scope = "row";
    if (data.models) cells.push(element("td", "", row.reply.model ?? ""));
    if (data.against) cells.push(element("td", "said", answer(row.before)));
    return element("tr", "", ...cells);
  }

  function draw() {
    const size = state.all ? Math.max(1, state.found.length) : Number(at("size").value);
    const pages = Math.max(1, Math.ceil(state.found.length / size));
    state.page = Math.min(state.page, pages - 1);
    const first = state.page * size;
    const shown = state.found.slice(first, first + size);
    at("rows").replaceChildren(...shown.map(line));
    const range = shown.length ? `${first + 1} to ${first + shown.length} of ${state.found.length}` : "no tasks";
    at("where").textContent = `${range}${state.found.length < rows.length ? `, chosen from ${rows.length}` : ""}`;
    at("back").disabled = state.page === 0;
    at("next").disabled = state.page >= pages - 1;
    for (const head of document.querySelectorAll("#tasks-table th[data-key]")) {
      const mine = head.dataset.key === state.key;
      head.setAttribute("aria-sort", mine ? (state.down ? "descending" : "ascending") : "none");
    }
  }

  function turn(by) {
    state.page += by;
    draw();
    at("tasks-table").scrollIntoView({ block: "start" });
  }

  // Paper has no next page to turn to.
  function whole(all) {
    return () => {
      state.all = all;
      draw();
    };
  }

  function setUp() {
    for (const truth of [...new Set(rows.map((row) => row.truth))].sort((a, b) => a.localeCompare(b))) {
      const option = element("option", "", truth.replaceAll("\n", "; "));
      option.value = truth;
      at("truth").append(option);
    }
    at("chooser").addEventListener("input", choose);
    at("chooser").addEventListener("submit", (event) => event.preventDefault());
    at("back").addEventListener("click", () => turn(-1));
    at("next").addEventListener("click", () => turn(1));
    for (const head of document.querySelectorAll("#tasks-table th[data-key]")) {
      head.querySelector("button").addEventListener("click", () => {
        state.down = state.key === head.dataset.key && !state.down;
        state.key = head.dataset.key;
        sort();
        state.page = 0;
        draw();
      });
    }
    for (const link of document.querySelectorAll("a[data-kind]")) {
      link.addEventListener("click", () => {
        at("kind").value = link.dataset.kind;
        choose();
      });
    }
    addEventListener("beforeprint", whole(true));
    addEventListener("afterprint", whole(false));
    at("interactive").hidden = false;
    choose();
  }

  setUp();
})();
