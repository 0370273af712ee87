#include "actors/log.hpp"

#include "actors/log_sink.hpp"

#include <spdlog/async.h>
#include <spdlog/sinks/ansicolor_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <atomic>
#include <future>
#include <memory>
#include <thread>
#include <unistd.h>
#include <vector>

namespace wsgw::actors::log {

namespace {

/// Lines that wait for the writer; beyond it the oldest are dropped.
constexpr std::size_t queue_lines = 8192;

constexpr auto off = static_cast<int>(log_level::error) + 1;

/// What all threads share. Replaced only by `session`, which lives longer than
/// every thread that logs.
struct shared {
  std::shared_ptr<spdlog::details::thread_pool> writer;
  std::shared_ptr<spdlog::logger> logger;
  bool json = false;
};

std::atomic<int> least{off};
shared state;

std::string_view word_of(log_level level) {
  switch (level) {
  case log_level::debug:
    return "debug";
  case log_level::info:
    return "info";
  case log_level::warning:
    return "warning";
  case log_level::error:
    break;
  }
  return "error";
}

spdlog::level::level_enum severity_of(log_level level) {
  switch (level) {
  case log_level::debug:
    return spdlog::level::debug;
  case log_level::info:
    return spdlog::level::info;
  case log_level::warning:
    return spdlog::level::warn;
  case log_level::error:
    break;
  }
  return spdlog::level::err;
}

/// A sink that writes to `out`; colours only where somebody sees them.
spdlog::sink_ptr sink_for(std::FILE* out, bool json) {
  if (!json && ::isatty(::fileno(out)) != 0) {
    auto sink = std::make_shared<
      spdlog::sinks::ansicolor_sink<spdlog::details::console_mutex>>(
      out, spdlog::color_mode::automatic);
    sink->set_color(spdlog::level::info, sink->reset);
    return sink;
  }
  return std::make_shared<
    spdlog::sinks::stdout_sink_base<spdlog::details::console_mutex>>(out);
}

protocol::log_line line_of(log_level level, std::string_view component,
                           std::string_view message, fields more) {
  return {std::chrono::system_clock::now(), word_of(level), component, message,
          std::vector<log_field>(more)};
}

void write(log_level level, const protocol::log_line& line) {
  const auto text = state.json ? encode_json(line) : encode_console(line);
  state.logger->log(severity_of(level), spdlog::string_view_t{text});
}

} // namespace

session::session(log_level least_level, log_format format, std::FILE* out) {
  const auto json =
    format == log_format::json
    || (format == log_format::automatic && ::isatty(::fileno(out)) == 0);
  state.json = json;
  state.writer =
    std::make_shared<spdlog::details::thread_pool>(queue_lines, 1U);
  state.logger = std::make_shared<spdlog::async_logger>(
    "ws-gateway", sink_for(out, json), state.writer,
    spdlog::async_overflow_policy::overrun_oldest);
  state.logger->set_pattern("%^%v%$");
  state.logger->set_level(spdlog::level::trace);
  least = static_cast<int>(least_level);
}

session::~session() { end(std::chrono::seconds{1}); }

bool session::end(std::chrono::milliseconds patience) {
  least = off;
  state.logger.reset();
  if (!state.writer)
    return true;
  const auto written = std::make_shared<std::promise<void>>();
  auto done = written->get_future();
  // Its destructor joins the writer, which empties the queue first.
  std::thread{[writer = std::move(state.writer), written]() mutable {
    writer.reset();
    written->set_value();
  }}.detach();
  return done.wait_for(patience) == std::future_status::ready;
}

void set_level(log_level level) {
  auto before = least.load();
  while (before != off
         && !least.compare_exchange_weak(before, static_cast<int>(level))) {
  }
}

bool enabled(log_level level) {
  return static_cast<int>(level) >= least.load(std::memory_order_relaxed);
}

void write_if_enabled(log_level level, std::string_view component,
                      std::string_view message, fields more) {
  if (enabled(level))
    write(level, line_of(level, component, message, more));
}

void write_counted(log_level level, std::uint64_t suppressed,
                   std::string_view component, std::string_view message,
                   fields more) {
  if (!enabled(level))
    return;
  auto line = line_of(level, component, message, more);
  if (suppressed != 0)
    line.fields.emplace_back("suppressed", suppressed);
  write(level, line);
}

void debug(std::string_view component, std::string_view message, fields more) {
  write_if_enabled(log_level::debug, component, message, more);
}

void info(std::string_view component, std::string_view message, fields more) {
  write_if_enabled(log_level::info, component, message, more);
}

void warning(std::string_view component, std::string_view message,
             fields more) {
  write_if_enabled(log_level::warning, component, message, more);
}

void error(std::string_view component, std::string_view message, fields more) {
  write_if_enabled(log_level::error, component, message, more);
}

} // namespace wsgw::actors::log
