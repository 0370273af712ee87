#include "tests/bench/ledger.hpp"

namespace wsgw::bench {

ledger::ledger(std::size_t receivers, std::size_t dialogs)
    : dialogs_(dialogs), receivers_(receivers) {
  for (std::size_t r = 0; r < receivers; ++r)
    ++dialogs_[dialog_of(r)].members;
}

std::uint32_t ledger::sent(std::uint32_t dialog) {
  auto& book = dialogs_[dialog];
  if (book.members > 0) {
    ++in_flight_;
    due_ += book.members;
  }
  book.open.push_back(book.members);
  return book.sent++;
}

bool ledger::received(std::size_t receiver, const stamp& s) {
  if (s.dialog != dialog_of(receiver)) {
    ++faults_.misrouted;
    return false;
  }
  auto& mine = receivers_[receiver];
  auto& book = dialogs_[s.dialog];
  if (s.sequence >= book.sent || s.sequence < mine.next) {
    if (mine.skipped.erase(s.sequence) == 0) {
      ++faults_.doubled;
      return false;
    }
    ++faults_.reordered;
  } else {
    while (mine.next < s.sequence)
      mine.skipped.insert(mine.next++);
    ++mine.next;
  }
  ++delivered_;
  settle(book, s.sequence);
  return true;
}

void ledger::settle(dialog_book& book, std::uint32_t sequence) {
  auto& lacking = book.open[sequence - book.first_open];
  if (--lacking == 0)
    --in_flight_;
  while (!book.open.empty() && book.open.front() == 0) {
    book.open.pop_front();
    ++book.first_open;
  }
}

std::uint32_t ledger::dialog_of(std::size_t receiver) const {
  return static_cast<std::uint32_t>(receiver % dialogs_.size());
}

std::size_t ledger::members_of(std::uint32_t dialog) const {
  return dialogs_[dialog].members;
}

delivery_faults ledger::faults() const {
  auto result = faults_;
  result.lost = missing();
  return result;
}

} // namespace wsgw::bench
