// Counters of the page.

const counts = { events: 0, replayed: 0, duplicates: 0, reconnects: 0 };
const latencies = [];

function count(name) {
  byId(`count-${name}`).textContent = (++counts[name]).toLocaleString("en");
}

function countLatency(ms) {
  latencies.push(ms);
  if (latencies.length > 50) latencies.shift();
  const median = [...latencies].sort((a, b) => a - b)[latencies.length >> 1];
  byId("count-latency").textContent = `${median.toFixed(1)} ms`;
}
