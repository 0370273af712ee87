#include "tests/bench/byte_stream.hpp"
#include "tests/bench/source.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>

namespace wsgw::bench {

namespace {

/// The length of a whole HTTP answer at the start of `bytes`, 0 when it is not
/// complete. Answers without Content-Length count as bodiless.
std::size_t answer_bytes(std::string_view bytes) {
  const auto end = bytes.find("\r\n\r\n");
  if (end == bytes.npos)
    return 0;
  std::string head(bytes.substr(0, end + 2));
  std::transform(head.begin(), head.end(), head.begin(), [](unsigned char c) {
    return static_cast<char>(std::tolower(c));
  });
  std::size_t body = 0;
  constexpr std::string_view name = "\r\ncontent-length:";
  if (const auto at = head.find(name); at != head.npos) {
    const auto* first = head.data() + at + name.size();
    while (*first == ' ')
      ++first;
    std::from_chars(first, head.data() + head.size(), body);
  }
  return bytes.size() < end + 4 + body ? 0 : end + 4 + body;
}

/// Requests that wait for a free connection, oldest first.
using request_queue = std::deque<std::string>;

/// One kept-alive connection with at most one request under way.
class http_lane {
public:
  http_lane(poller& events, const source_config& config, request_queue& work)
      : work_(work),
        stream_(events, config.peer.address,
                [this](std::string_view bytes) { return on_answer(bytes); }) {}

  void take_work() {
    if (!is_busy_ && !work_.empty()) {
      stream_.queue(work_.front());
      work_.pop_front();
      is_busy_ = true;
    }
    stream_.flush();
  }

  std::string error() const {
    return error_.empty() ? stream_.error() : error_;
  }

private:
  std::size_t on_answer(std::string_view bytes) {
    const auto used = answer_bytes(bytes);
    if (used == 0)
      return 0;
    if (!bytes.starts_with("HTTP/1.1 2"))
      error_ = bytes.substr(0, bytes.find("\r\n"));
    is_busy_ = false;
    take_work();
    return used;
  }

  request_queue& work_;
  bool is_busy_ = false;
  std::string error_;
  byte_stream stream_;
};

class http_source : public source {
public:
  http_source(poller& events, const source_config& config)
      : config_(config), writer_(config.payload_bytes) {
    for (std::size_t i = 0; i < config.connections; ++i)
      lanes_.push_back(std::make_unique<http_lane>(events, config, work_));
  }

  void publish(std::uint64_t dialog_id, const stamp& s) override {
    auto body = config_.raw_body ? writer_.message(s)
                                 : R"({"sender":"manager","text":")"
                                     + writer_.text(s) + R"("})";
    const auto authorization =
      config_.bearer.empty() ? ""
                             : "\r\nAuthorization: Bearer " + config_.bearer;
    auto request = "POST " + fill_in(config_.target, dialog_id)
                   + " HTTP/1.1\r\nHost: " + config_.peer.host_header
                   + authorization
                   + "\r\nContent-Type: application/json\r\nContent-Length: "
                   + std::to_string(body.size()) + "\r\n\r\n";
    work_.push_back(request + body);
  }

  void flush() override {
    for (const auto& lane : lanes_) {
      lane->take_work();
      if (error_.empty())
        error_ = lane->error();
    }
  }

private:
  source_config config_;
  event_writer writer_;
  request_queue work_;
  std::vector<std::unique_ptr<http_lane>> lanes_;
};

} // namespace

std::string fill_in(std::string_view text, std::uint64_t dialog_id) {
  constexpr std::string_view hole = "{id}";
  std::string result(text);
  const auto id = std::to_string(dialog_id);
  for (auto at = result.find(hole); at != result.npos;
       at = result.find(hole, at + id.size()))
    result.replace(at, hole.size(), id);
  return result;
}

std::unique_ptr<source> make_http_source(poller& events,
                                         const source_config& config) {
  return std::make_unique<http_source>(events, config);
}

} // namespace wsgw::bench
