#include "tests/bench/byte_stream.hpp"
#include "tests/bench/source.hpp"
#include "tests/bench/ws_wire.hpp"

namespace wsgw::bench {

namespace {

class ws_source : public source {
public:
  ws_source(poller& events, const source_config& config)
      : writer_(config.payload_bytes),
        stream_(events, config.peer.address,
                [this](std::string_view bytes) { return on_bytes(bytes); }) {
    stream_.queue(upgrade_request(config.target, config.peer.host_header, ""));
  }

  void publish(std::uint64_t dialog_id, const stamp& s) override {
    auto text = std::to_string(dialog_id);
    text += ' ';
    text += writer_.message(s);
    // Frames must not overtake the upgrade, so early ones wait for the 101.
    append_frame(is_open_ ? stream_.unsent() : early_, opcode::text, text);
  }

  void flush() override {
    stream_.flush();
    if (error_.empty())
      error_ = stream_.error();
  }

private:
  std::size_t on_bytes(std::string_view bytes) {
    if (is_open_)
      return bytes.size(); // nothing that a server says here matters
    const auto end = bytes.find("\r\n\r\n");
    if (end == bytes.npos)
      return 0;
    if (!is_accepted(bytes.substr(0, end + 4)))
      error_ = "the publishing socket was refused";
    is_open_ = true;
    stream_.queue(early_);
    std::string().swap(early_);
    return bytes.size();
  }

  event_writer writer_;
  bool is_open_ = false;
  std::string early_;
  byte_stream stream_;
};

} // namespace

std::unique_ptr<source> make_ws_source(poller& events,
                                       const source_config& config) {
  return std::make_unique<ws_source>(events, config);
}

} // namespace wsgw::bench
