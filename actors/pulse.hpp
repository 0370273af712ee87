#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace wsgw::actors {

/// Whether everything turns that the gateway cannot do without, for the
/// watchdog of the service manager: each part is asked at every beat, and who
/// has not answered by the next one is silent. Use it on one thread; answers
/// may come from any, also later than this object lives.
class pulse {
public:
  /// Asks a part to call `answer`; must not wait.
  using question = std::function<void(std::function<void()> answer)>;

  void watch(std::string name, question ask);

  /// True when all have answered the beat before, as at the first one. Asks
  /// again whoever is not silent.
  bool beat();

  /// Who has not answered, comma-separated.
  std::string silent() const;

private:
  struct part {
    std::string name;
    question ask;
    std::shared_ptr<std::atomic<bool>> is_waiting;
  };

  std::vector<part> parts_;
};

} // namespace wsgw::actors
