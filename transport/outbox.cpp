#include "transport/outbox.hpp"

#include <algorithm>

namespace wsgw::transport {

namespace {

/// An idle connection keeps no more room than for this many frames.
constexpr std::size_t idle_capacity = 5;

} // namespace

bool outbox::push(const protocol::frame& f, std::uint64_t mark) {
  if (bytes_ > 0 && bytes_ + f->size() > limit_)
    return false;
  push_always(f, mark);
  return true;
}

void outbox::push_always(const protocol::frame& f, std::uint64_t mark) {
  if (f->empty())
    return;
  if (mark != 0)
    mark_ = mark;
  bytes_ += f->size();
  frames_.push_back({f, mark});
}

std::size_t outbox::gather(std::span<iovec> into) const {
  const auto count = std::min({into.size(), frames(), max_buffers});
  auto skip = written_;
  for (std::size_t i = 0; i < count; ++i) {
    const auto& text = *frames_[first_ + i].text;
    // iovec is shared with reading and so not const-correct.
    into[i] = {const_cast<char*>(text.data()) + skip, text.size() - skip};
    skip = 0;
  }
  return count;
}

void outbox::consume(std::size_t written) {
  bytes_ -= std::min(written, bytes_);
  written_ += written;
  while (first_ < frames_.size() && written_ >= frames_[first_].text->size()) {
    auto& whole = frames_[first_++];
    written_ -= whole.text->size();
    if (whole.mark != 0)
      written_mark_ = whole.mark;
    whole.text.reset();
  }
  if (bytes_ == 0)
    written_mark_ = mark_;
  tidy();
}

void outbox::acknowledge(std::uint64_t mark) {
  if (stale_mark_ != 0) {
    if (mark >= acked_mark_ && mark <= stale_mark_)
      return;
    acked_mark_ = stale_mark_ = 0;
  }
  if (mark <= mark_)
    acked_mark_ = std::max(acked_mark_, mark);
}

void outbox::restart_marks(std::uint64_t mark) {
  for (auto& each : frames_)
    each.mark = 0;
  stale_mark_ = std::max(stale_mark_, mark_);
  mark_ = mark;
  written_mark_ = 0;
}

void outbox::drop_unsent() {
  if (frames() == 0)
    return;
  const auto keep = first_ + (written_ > 0 ? 1 : 0);
  frames_.resize(keep);
  bytes_ = written_ > 0 ? frames_[first_].text->size() - written_ : 0;
  tidy();
}

void outbox::tidy() {
  if (first_ == frames_.size()) {
    frames_.clear();
    first_ = 0;
    written_ = 0;
    if (frames_.capacity() > idle_capacity)
      frames_ = {};
    return;
  }
  // Moves the rest down once the dead part is the bigger one: each frame is
  // moved about once in its life.
  if (first_ >= 64 && first_ * 2 >= frames_.size()) {
    frames_.erase(frames_.begin(),
                  frames_.begin() + static_cast<std::ptrdiff_t>(first_));
    first_ = 0;
  }
}

} // namespace wsgw::transport
