#include "transport/socket_write.hpp"

#include <array>
#include <cerrno>
#include <cstddef>
#include <sys/socket.h>

namespace wsgw::transport {

write_outcome write_out(outbox& from, int descriptor) {
  std::array<iovec, outbox::max_buffers> buffers;
  while (!from.is_empty()) {
    msghdr message{};
    message.msg_iov = buffers.data();
    message.msg_iovlen = from.gather(buffers);
    const auto n = ::sendmsg(descriptor, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (n >= 0)
      from.consume(static_cast<std::size_t>(n));
    else if (errno == EAGAIN || errno == ENOBUFS)
      return write_outcome::blocked;
    else if (errno != EINTR)
      return write_outcome::failed;
  }
  return write_outcome::emptied;
}

} // namespace wsgw::transport
