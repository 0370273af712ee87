#include "tests/bench/byte_stream.hpp"
#include "tests/bench/source.hpp"

namespace wsgw::bench {

namespace {

void append_bulk(std::string& out, std::string_view value) {
  out += '$';
  out += std::to_string(value.size());
  out += "\r\n";
  out += value;
  out += "\r\n";
}

/// Writes RESP arrays and looks for errors among the lines of the replies,
/// which is all that AUTH, PUBLISH and FCALL need.
class redis_source : public source {
public:
  redis_source(poller& events, const source_config& config)
      : to_log_(config.to_log), writer_(config.payload_bytes),
        stream_(events, config.peer.address,
                [this](std::string_view bytes) { return on_replies(bytes); }) {
    if (config.peer.password.empty())
      return;
    stream_.queue("*2\r\n$4\r\nAUTH\r\n");
    append_bulk(stream_.unsent(), config.peer.password);
  }

  void publish(std::uint64_t dialog_id, const stamp& s) override {
    auto& out = stream_.unsent();
    if (to_log_) {
      out += "*5\r\n$5\r\nFCALL\r\n$12\r\nwsgw_publish\r\n$1\r\n1\r\n";
      append_bulk(out, "dialog:" + std::to_string(dialog_id));
      append_bulk(out, writer_.event(s, dialog_id));
      return;
    }
    out += "*3\r\n$7\r\nPUBLISH\r\n";
    append_bulk(out, "ws:dialog:" + std::to_string(dialog_id));
    append_bulk(out, writer_.event(s, dialog_id));
  }

  void flush() override {
    stream_.flush();
    if (error_.empty())
      error_ = stream_.error();
  }

private:
  std::size_t on_replies(std::string_view bytes) {
    std::size_t used = 0;
    for (;;) {
      const auto end = bytes.find("\r\n", used);
      if (end == bytes.npos)
        return used;
      if (bytes[used] == '-')
        error_ = bytes.substr(used + 1, end - used - 1);
      used = end + 2;
    }
  }

  bool to_log_;
  event_writer writer_;
  byte_stream stream_;
};

} // namespace

std::unique_ptr<source> make_redis_source(poller& events,
                                          const source_config& config) {
  return std::make_unique<redis_source>(events, config);
}

} // namespace wsgw::bench
