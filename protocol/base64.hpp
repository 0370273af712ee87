#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace wsgw::protocol {

/// Whether trailing `=` may be present. JWTs forbid it (RFC 7515 section 2),
/// tickets come with and without (contract/duels.md section 3).
enum class base64_padding : bool { forbidden, accepted };

/// Encodes bytes with the URL-safe alphabet of RFC 4648 section 5, unpadded.
std::string base64url_encode(std::string_view bytes);

/// Decodes the URL-safe alphabet; empty on a foreign character, an impossible
/// length, wrong padding or leftover bits that are not zero, so that one value
/// has one spelling. With padding accepted the standard alphabet (`+`, `/`) is
/// accepted too, as the reference's tickets are.
std::optional<std::string> base64url_decode(std::string_view text,
                                            base64_padding padding);

} // namespace wsgw::protocol
