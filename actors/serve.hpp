#pragma once

#include "actors/config.hpp"

namespace wsgw::actors {

/// How a run ended.
struct serve_result {
  /// For the shell: 0 after a clean stop, 1 when the gateway could not start
  /// or an actor failed that it cannot do without.
  int exit_code = 0;
  /// A thread or an actor is left that would not end; only `_Exit` may follow.
  bool must_leave = false;
};

/// Runs the gateway until SIGTERM or SIGINT; SIGHUP lets it read its
/// configuration again. Call it on the main thread, with those signals blocked
/// in every thread (`block_signals`). A second signal during the stop ends the
/// process at once.
serve_result serve(const startup& order, const reading& read_again);

/// Blocks the signals that `serve` waits for; call it before any thread is
/// started, the log's included. SIGPIPE is ignored.
void block_signals();

} // namespace wsgw::actors
