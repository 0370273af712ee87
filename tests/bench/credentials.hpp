#pragma once

#include "tests/bench/options.hpp"

#include <cstddef>
#include <cstdint>
#include <string>

namespace wsgw::bench {

/// Knows the upgrade target of every socket: endpoint, dialog and a token that
/// outlives the run. A role without its secret comes anonymously.
class credentials {
public:
  explicit credentials(const options& o);

  /// Socket `index` of a fleet: dialog `index % dialogs`, roles in turn.
  std::string target_of(std::size_t index) const;
  /// The token that the demo's POST wants; empty without its secret.
  const std::string& admin_token() const { return admin_token_; }

private:
  std::string legacy_target_of(std::size_t index) const;
  std::string widget_query(std::uint64_t dialog_id) const;

  options options_;
  std::string admin_token_;
  std::string site_token_;
};

} // namespace wsgw::bench
