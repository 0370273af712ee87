#pragma once

#include <cstddef>
#include <list>

namespace wsgw::actors {

/// Shares one shard's part of WS_HISTORY_BYTES among its dialogs: those whose
/// history was used least recently forget it first. Loop thread only.
class history_budget {
public:
  /// One dialog's history; leaves the budget when it is destroyed.
  class holder {
  public:
    explicit holder(history_budget& budget) : budget_(budget) {}
    holder(const holder&) = delete;
    holder& operator=(const holder&) = delete;
    virtual ~holder();

    /// Keeps at most `most` bytes and returns how many it keeps now.
    virtual std::size_t shrink(std::size_t most) = 0;

  protected:
    /// The history was used just now and takes `bytes`. Others forget theirs
    /// when that is too much, then this one is shrunk.
    void used(std::size_t bytes) { budget_.used(*this, bytes); }

  private:
    friend class history_budget;

    history_budget& budget_;
    std::list<holder*>::iterator place_; ///< while `bytes_` is not 0
    std::size_t bytes_ = 0;
  };

  /// Bytes for all holders.
  void limit(std::size_t bytes) { limit_ = bytes; }
  std::size_t bytes() const { return bytes_; }

private:
  void used(holder& who, std::size_t bytes);
  /// `who` keeps `bytes` now, and was used last unless it shrank.
  void set(holder& who, std::size_t bytes);

  /// Those that keep something, the least recently used one first.
  std::list<holder*> by_use_;
  std::size_t bytes_ = 0;
  std::size_t limit_ = 0;
};

} // namespace wsgw::actors
