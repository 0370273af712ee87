#include "actors/metrics_labels.hpp"

#include "protocol/close_code.hpp"
#include "protocol/duel_text.hpp"
#include "protocol/errc.hpp"

#include <cctype>
#include <string_view>
#include <utility>

namespace wsgw::actors {

namespace {

std::string snake_case(std::string_view text) {
  std::string word;
  for (const auto c : text)
    if (std::isalnum(static_cast<unsigned char>(c)) != 0)
      word += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    else if (!word.empty() && word.back() != '_')
      word += '_';
  return word;
}

/// Code and reason, both from bounded sets: peers choose codes.
std::pair<std::string, std::string> code_words(const std::string& code) {
  static const std::map<std::string, std::string> standard{
    {"1000", "normal"},          {"1001", "going_away"},
    {"1002", "protocol_error"},  {"1005", "no_code"},
    {"1006", "abnormal"},        {"1007", "not_utf8"},
    {"1009", "message_too_big"}, {"1013", "try_again_later"},
    {"4002", "auth_failed"},     {"4003", "domain_not_allowed"},
    {"4008", "rate_limited"}};
  if (const auto it = standard.find(code); it != standard.end())
    return *it;
  for (const auto& row : protocol::close_table)
    if (std::to_string(row.code) == code)
      return {code, snake_case(row.text)};
  return {"other", "other"};
}

protocol::errc next(protocol::errc e) {
  return static_cast<protocol::errc>(static_cast<int>(e) + 1);
}

} // namespace

std::map<std::string, std::uint64_t>
with_zeros(std::map<std::string, std::uint64_t> counts,
           std::initializer_list<const char*> words) {
  for (const auto* word : words)
    counts.try_emplace(word, 0);
  return counts;
}

std::map<std::string, std::uint64_t> refusals(const tally& counts) {
  std::vector<std::string> known;
  for (auto e = protocol::errc::not_found; e <= protocol::errc::unavailable;
       e = next(e))
    known.emplace_back(protocol::word_of(e));
  for (const auto& row : protocol::close_table)
    if (row.code >= 1013)
      known.emplace_back(row.text);
  return grouped(counts, refusal_word, known);
}

std::map<std::string, std::uint64_t> skipped_events(const tally& counts) {
  std::vector<std::string> known;
  for (auto e = protocol::errc::unavailable; e < protocol::errc::internal_error;
       e = next(e))
    known.emplace_back(protocol::word_of(e));
  return grouped(counts, refusal_word, known);
}

std::vector<std::string> usual_closes() {
  std::vector<std::string> names{"1000 client", "1001 client", "1005 client",
                                 "1006 client"};
  for (const auto& row : protocol::close_table)
    names.push_back(std::to_string(row.code) + " server");
  return names;
}

std::string refusal_word(const std::string& name) {
  for (auto e = protocol::errc::not_found; e <= protocol::errc::internal_error;
       e = next(e))
    if (protocol::word_of(e) == name)
      return name;
  for (const auto& row : protocol::close_table)
    if (row.text == name)
      return snake_case(name);
  // The one word of duels that is no close reason.
  const auto over =
    protocol::row_of(protocol::duel_refusal::duel_closed).legacy;
  return name == over ? name : "other";
}

close_words read_close(const std::string& name) {
  const auto blank = name.find(' ');
  auto [code, reason] = code_words(name.substr(0, blank));
  const auto by_client =
    blank != std::string::npos && name.substr(blank + 1) == "client";
  return {std::move(code), std::move(reason), by_client ? "client" : "server"};
}

} // namespace wsgw::actors
