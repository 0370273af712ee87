// A table that stays while its rows change: sorted by its headers, updated in
// place, so that focus, selection and scrolling survive.

class LiveTable {
  /// `columns`: { title, sort, isNumber, value(row), text(row), make(row) }.
  /// `make` builds the content of a cell once, `text` its text each time.
  /// With `onSort` the hub sorts; without, `value` does.
  constructor({ caption, columns, keyOf, isSlow, onSort, sort, empty }) {
    Object.assign(this, { columns, keyOf, isSlow, onSort });
    this.sort = sort;
    this.rows = new Map(); // key -> { tr, cells, row }
    this.body = el("tbody");
    this.empty = el("p", { class: "note empty" }, empty);
    this.head = columns.map((column) => this.#header(column));
    this.table = el("table", {},
      el("caption", { class: "hidden-label" }, caption),
      el("thead", {}, el("tr", {}, ...this.head.map(({ th }) => th))),
      this.body);
    this.element = el("div", { class: "wide", tabindex: "0", role: "region",
      "aria-label": caption }, this.table);
    this.#showSort();
  }

  #header(column) {
    const th = el("th", { scope: "col", class: column.isNumber && "number" });
    if (!column.sort) {
      th.append(column.title ??
        el("span", { class: "hidden-label" }, column.label));
      return { th, column };
    }
    const button = el("button", { type: "button", class: "sort" },
      column.title);
    button.addEventListener("click", () => this.#choose(column.sort));
    th.append(button);
    return { th, column };
  }

  /// The first click sorts as one reads: large numbers and small names first.
  #choose(word) {
    this.sort = this.sort === word ? `-${word}` : word;
    this.#showSort();
    if (this.onSort) this.onSort(this.sort);
    else this.show(this.given ?? []);
  }

  #showSort() {
    const isReversed = this.sort.startsWith("-");
    const word = this.sort.slice(isReversed ? 1 : 0);
    for (const { th, column } of this.head) {
      if (column.sort !== word) {
        th.removeAttribute("aria-sort");
        continue;
      }
      const falls = Boolean(column.isNumber) !== isReversed;
      th.setAttribute("aria-sort", falls ? "descending" : "ascending");
    }
  }

  #sorted(rows) {
    const isReversed = this.sort.startsWith("-");
    const word = this.sort.slice(isReversed ? 1 : 0);
    const column = this.columns.find(({ sort }) => sort === word);
    if (this.onSort || !column?.value) return rows;
    const sign = Boolean(column.isNumber) !== isReversed ? -1 : 1;
    const compare = (a, b) => (typeof a === "string"
      ? a.localeCompare(b, "en", { numeric: true }) : a - b);
    return [...rows].sort(
      (a, b) => sign * compare(column.value(a), column.value(b)));
  }

  show(rows) {
    this.given = rows;
    const gone = new Set(this.rows.keys());
    const focused = this.body.contains(document.activeElement)
      ? document.activeElement : undefined;
    let place = this.body.firstElementChild;
    for (const row of this.#sorted(rows)) {
      const key = this.keyOf(row);
      gone.delete(key);
      const line = this.rows.get(key) ?? this.#line(key, row);
      this.#fill(line, row);
      if (line.tr === place) place = place.nextElementSibling;
      else this.body.insertBefore(line.tr, place);
    }
    for (const key of gone) {
      this.rows.get(key).tr.remove();
      this.rows.delete(key);
    }
    // A row that moved has lost the focus.
    if (focused?.isConnected && document.activeElement !== focused) {
      focused.focus({ preventScroll: true });
    }
    this.empty.hidden = rows.length > 0;
    this.table.hidden = rows.length === 0;
    if (!this.empty.isConnected) this.element.append(this.empty);
  }

  #line(key, row) {
    const line = { row };
    line.cells = this.columns.map((column, i) => {
      const cell = el(i === 0 ? "th" : "td", { scope: i === 0 && "row",
        class: column.isNumber && "number" });
      const content = column.make?.(() => line.row);
      if (content) cell.append(content);
      return { cell, content };
    });
    line.tr = el("tr", {}, ...line.cells.map(({ cell }) => cell));
    this.rows.set(key, line);
    return line;
  }

  #fill(line, row) {
    line.row = row;
    line.tr.classList.toggle("slow", Boolean(this.isSlow?.(row)));
    this.columns.forEach((column, i) => {
      const { cell, content } = line.cells[i];
      if (column.text) setText(content ?? cell, column.text(row));
      column.mark?.(cell, row);
    });
  }
}
