// The backend of the duel: plays ten rounds and tells the hub.

const rounds = 10;
const step = Number(new URLSearchParams(location.search).get("step")) || 700;
const userOf = { 1: 1, 2: 2 }; // player to user

async function ask(path, options) {
  const answer = await fetch(path, options);
  const body = await answer.json();
  if (!answer.ok) throw new Error(body.message ?? body.error ?? answer.status);
  return body;
}

class Game {
  constructor() {
    this.players = [new Player(1, "Anna", this), new Player(2, "Boris", this)];
    byId("play").addEventListener("click", () => this.toggle());
    byId("again").addEventListener("click", () => this.begin());
    this.begin();
  }

  async begin() {
    clearTimeout(this.timer);
    // Ids go on rising over a reload: an old duel is over for good.
    this.id = Math.max(Date.now(), (this.id ?? 0) + 1);
    this.moves = this.script();
    this.scores = [0, 0];
    this.state = { status: "waiting", round: 0 };
    this.times = new Map(); // version to when the first player heard it
    this.apart = [];
    this.isPaused = false;
    for (const name of ["published", "doubled", "reconnects"]) {
      byId(`count-${name}`).textContent = 0;
    }
    byId("count-apart").textContent = "–";
    byId("duel").textContent = this.id;
    byId("rounds").replaceChildren(
      ...Array.from({ length: rounds }, () => document.createElement("li")));
    await this.publish();
    for (const each of this.players) each.reset();
    this.next();
  }

  /// Every move of the game, each one update.
  * script() {
    yield () => { this.state.status = "matched"; };
    for (let round = 1; round <= rounds; round++) {
      yield () => { this.state = { status: "in_progress", round }; };
      const right = [Math.random() < 0.6, Math.random() < 0.6];
      const first = Math.random() < 0.5 ? 0 : 1;
      for (const who of [first, 1 - first]) {
        yield () => {
          this.state.answered = [...(this.state.answered ?? []), who + 1];
          if (right[who]) this.scores[who]++;
        };
      }
      yield () => this.close(round, right);
    }
    yield () => { this.state = { status: "finished", round: rounds }; };
  }

  close(round, [one, two]) {
    this.state = { ...this.state, closed: round };
    const won = one === two ? 0 : one ? 1 : 2;
    byId("rounds").children[round - 1].dataset.won = won;
  }

  async next() {
    clearTimeout(this.timer);
    this.showButton();
    if (this.isPaused) return;
    const { value: move, done } = this.moves.next();
    if (done) return;
    const { id } = this;
    move();
    await this.publish();
    if (id !== this.id) return; // another duel has begun
    this.timer = setTimeout(() => this.next(), step);
  }

  toggle() {
    if (this.state.status === "finished") {
      this.begin();
      return;
    }
    this.isPaused = !this.isPaused;
    this.next();
  }

  showButton() {
    const word = this.isPaused ? "Play" : "Pause";
    byId("play").textContent =
      this.state.status === "finished" ? "Again" : word;
  }

  async publish() {
    const { status, round, closed = null } = this.state;
    const payload = { duel_id: this.id, status, updated_at: stamp(),
      last_round_number: rounds, last_round_closed_at: "", round, closed,
      scores: [...this.scores] };
    this.show();
    const body = JSON.stringify({ duel_id: this.id,
      initiator_user_id: userOf[1], opponent_user_id: userOf[2], status,
      payload });
    // The hub may be restarting: the state is kept here meanwhile.
    for (;;) {
      try {
        await ask("api/demo/duel", { method: "POST", body });
        this.count("published");
        return;
      } catch (error) {
        byId("status").textContent = `not published: ${error.message}`;
        await new Promise((resolve) => { setTimeout(resolve, 500); });
      }
    }
  }

  show() {
    const { status, round } = this.state;
    byId("status").textContent = status.replace("_", " ");
    byId("round").textContent =
      round ? `Round ${round} of ${rounds}` : "Waiting for the opponent";
    if (status === "finished") byId("round").textContent = this.result();
    for (const [index, score] of this.scores.entries()) {
      document.querySelector(`[data-score="${index + 1}"]`).textContent = score;
    }
    this.showButton();
  }

  result() {
    const [one, two] = this.scores;
    const words = one === two ? "A draw" : `${one > two ? "Anna" : "Boris"} wins`;
    byId("announcer").textContent = words;
    return words;
  }

  // -- for the players --------------------------------------------------------

  async ticket(player) {
    const query = `duel_id=${this.id}&user_id=${userOf[player]}`;
    return (await ask(`api/demo/duel/ticket?${query}`)).ticket;
  }

  count(name) {
    const place = byId(`count-${name}`);
    place.textContent = Number(place.textContent) + 1;
  }

  heard(player, version) {
    if (!version) return;
    const first = this.times.get(version);
    if (!first) {
      this.times.set(version, { player, at: performance.now() });
      return;
    }
    if (first.player === player) return;
    const apart = performance.now() - first.at;
    if (apart > step) return; // one of them was away
    this.apart.push(apart);
    const sorted = this.apart.toSorted((a, b) => a - b);
    const middle = sorted[Math.floor(sorted.length / 2)];
    byId("count-apart").textContent = `${middle.toFixed(1)} ms`;
  }
}

/// As the old API writes times: `2026-11-21 18:00:00`.
function stamp() {
  return new Date().toISOString().slice(0, 19).replace("T", " ");
}

globalThis.game = new Game(); // for tests
