#include "transport/socket_write.hpp"

#include <array>
#include <cerrno>
#include <cstddef>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <span>
#include <sys/socket.h>

namespace wsgw::transport {

namespace {

/// One system call. Mostly there is one frame, for which `send` is cheaper.
ssize_t write_some(int descriptor, std::span<iovec> buffers) {
  constexpr auto flags = MSG_NOSIGNAL | MSG_DONTWAIT;
  if (buffers.size() == 1)
    return ::send(descriptor, buffers[0].iov_base, buffers[0].iov_len, flags);
  msghdr message{};
  message.msg_iov = buffers.data();
  message.msg_iovlen = buffers.size();
  return ::sendmsg(descriptor, &message, flags);
}

} // namespace

write_outcome write_out(outbox& from, int descriptor) {
  std::array<iovec, outbox::max_buffers> buffers;
  while (!from.is_empty()) {
    const auto n =
      write_some(descriptor, {buffers.data(), from.gather(buffers)});
    if (n >= 0)
      from.consume(static_cast<std::size_t>(n));
    else if (errno == EAGAIN || errno == ENOBUFS)
      return write_outcome::blocked;
    else if (errno != EINTR)
      return write_outcome::failed;
  }
  return write_outcome::emptied;
}

bool push_after_writing(outbox& to, const protocol::frame& f,
                        std::uint64_t mark, int descriptor) {
  return write_out(to, descriptor) != write_outcome::failed && to.push(f, mark);
}

bool lift_unsent_limit(int descriptor) {
  const int none = 0; // the system's: by default none
  return ::setsockopt(descriptor, IPPROTO_TCP, TCP_NOTSENT_LOWAT, &none,
                      sizeof(none))
         == 0;
}

} // namespace wsgw::transport
