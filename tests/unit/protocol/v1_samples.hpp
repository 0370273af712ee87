#pragma once

#include "protocol/dialect.hpp"
#include "protocol/frame.hpp"

#include <string_view>
#include <vector>

namespace wsgw::protocol {

/// One message of protocol-v1 section 2, as the encoders write it. Its golden
/// file is tests/data/v1/<name>.json; docs/protocol.md shows it too.
struct v1_sample {
  std::string_view name;
  frame (*make)(dialect);
  bool sse = true; ///< also sent over server-sent events
};

/// Every message that the server can send, and each of its forms.
const std::vector<v1_sample>& v1_samples();

/// What a client reads of a frame: the text, or the block of SSE.
std::string_view text_in(dialect d, const frame& f);

} // namespace wsgw::protocol
