#include "protocol/node_message.hpp"

#include "protocol/presence_text.hpp"

#include <array>
#include <charconv>

namespace wsgw::protocol {

namespace {

constexpr std::string_view version = "1";

/// The four words of the header, and what comes behind it.
struct message_parts {
  std::uint64_t id = 0;
  std::string_view node;
  std::string_view word;
  std::string_view json;
};

std::string join(const message_parts& parts) {
  std::string text;
  text.reserve(64 + parts.json.size());
  text.append(version).append(" ").append(std::to_string(parts.id));
  text.append(" ").append(parts.node).append(" ").append(parts.word);
  return text.append("\n").append(parts.json);
}

std::optional<std::array<std::string_view, 4>> words(std::string_view header) {
  std::array<std::string_view, 4> found;
  for (auto& each : found) {
    const auto end = header.find(' ');
    if ((end == std::string_view::npos) != (&each == &found.back()))
      return std::nullopt;
    each = header.substr(0, end);
    header.remove_prefix(each.size() + (&each == &found.back() ? 0 : 1));
  }
  return found;
}

std::optional<message_parts> split(std::string_view text) {
  const auto line = text.find('\n');
  if (line == std::string_view::npos || text.size() > max_node_message)
    return std::nullopt;
  const auto header = words(text.substr(0, line));
  if (!header || (*header)[0] != version || !is_node_id((*header)[2]))
    return std::nullopt;
  message_parts parts{0, (*header)[2], (*header)[3], text.substr(line + 1)};
  const auto number = (*header)[1];
  const auto* const end = number.data() + number.size();
  const auto read = std::from_chars(number.data(), end, parts.id);
  if (read.ec != std::errc{} || read.ptr != end)
    return std::nullopt;
  return parts;
}

} // namespace

std::string answer_channel(std::string_view node) {
  return "wsgw:answer:" + std::string{node};
}

std::string encode(const node_question& question) {
  return join({question.id, question.node, question.topic, question.json});
}

std::string encode(const node_answer& answer) {
  return answer.is_answered ? join({answer.id, answer.node, "ok", answer.json})
                            : join({answer.id, answer.node, "no", {}});
}

std::optional<node_question> parse_node_question(std::string_view text) {
  const auto parts = split(text);
  if (!parts || !is_topic(parts->word))
    return std::nullopt;
  return node_question{parts->id, parts->node, parts->word, parts->json};
}

std::optional<node_answer> parse_node_answer(std::string_view text) {
  const auto parts = split(text);
  if (!parts || (parts->word != "ok" && parts->word != "no"))
    return std::nullopt;
  const auto is_answered = parts->word == "ok";
  if (!is_answered && !parts->json.empty())
    return std::nullopt;
  return node_answer{parts->id, parts->node, is_answered, parts->json};
}

bool is_topic(std::string_view text) {
  return !text.empty() && text.size() <= max_topic
         && text.find_first_not_of("abcdefghijklmnopqrstuvwxyz_")
              == std::string_view::npos;
}

} // namespace wsgw::protocol
