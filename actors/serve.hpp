#pragma once

#include "actors/settings.hpp"

namespace wsgw::actors {

/// Runs the gateway until SIGTERM or SIGINT; returns the exit code: 0 after a
/// clean stop, 1 when it could not start. Call it on the main thread, with
/// those signals blocked in every thread (`block_signals`). A second signal
/// during the stop ends the process at once.
int serve(const settings& config);

/// Blocks the signals that `serve` waits for; call it before any thread is
/// started, the log's included. SIGPIPE is ignored.
void block_signals();

} // namespace wsgw::actors
