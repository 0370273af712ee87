#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// How the gateways on one Redis ask each other. Each message is one header
/// line, a newline and a JSON text:
///
///     wsgw:ask            1 <id> <asker> <topic>
///     wsgw:answer:<asker> 1 <id> <who answers> ok|no
///
/// `1` is the version, `id` the asker's number of the question. `no` comes
/// without a text: the node knows no such topic or has too much to do.
namespace wsgw::protocol {

/// Longest message; a longer answer becomes `no`.
inline constexpr std::size_t max_node_message = 1U << 20;
inline constexpr std::size_t max_topic = 32;

inline constexpr std::string_view question_channel = "wsgw:ask";
/// The pattern of all channels of answers. Each node hears the answers for
/// all: an ACL of Redis compares patterns letter by letter, so there can be
/// none with a node's name in it.
inline constexpr std::string_view answer_pattern = "wsgw:answer:*";

/// Where the answers for `node` are published.
std::string answer_channel(std::string_view node);

/// Views of the text that was parsed.
struct node_question {
  std::uint64_t id = 0;
  std::string_view node; ///< who asks
  std::string_view topic;
  std::string_view json;
};

struct node_answer {
  std::uint64_t id = 0;
  std::string_view node; ///< who answers
  bool is_answered = true;
  std::string_view json; ///< empty unless it is answered
};

std::string encode(const node_question& question);
std::string encode(const node_answer& answer);

/// Both are empty for anything else than what `encode` makes.
std::optional<node_question> parse_node_question(std::string_view text);
std::optional<node_answer> parse_node_answer(std::string_view text);

/// 1 to `max_topic` lower-case letters and underscores.
bool is_topic(std::string_view text);

} // namespace wsgw::protocol
