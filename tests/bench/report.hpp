#pragma once

#include "tests/bench/options.hpp"
#include "tests/bench/run.hpp"

#include <string>
#include <vector>

namespace wsgw::bench {

/// One line of the result.
struct figure {
  std::string key;
  std::string value;
  bool is_text = false; ///< quoted in JSON
};

/// All figures of a run, in the order they are read. Figures that need a
/// process id that was not given are left out.
std::vector<figure> figures_of(const outcome& result, const options& o);

/// `key=value` lines.
std::string to_lines(const std::vector<figure>& figures);
/// One flat JSON object.
std::string to_json(const std::vector<figure>& figures);

/// Empty, or why the run must not count as a success.
std::string verdict(const outcome& result);

} // namespace wsgw::bench
