// Bank: transfers between accounts.

#include "plays.hpp"

#include <deque>

namespace bench {
namespace {

enum kind : std::int32_t { transfer = last_of_judge + 1, debit, debited, credited };

constexpr std::int64_t amounts = 1'000; // a transfer is destination * amounts + amount

/// The teller, player 0: all transactions at once.
std::unique_ptr<player> make_teller(finish_line& done, std::size_t accounts,
                                    std::size_t transactions) {
  return make_player([&done, accounts, transactions, left = transactions,
                      random = random_for(0)](stage& where, const memo& what) mutable {
    if (what.kind == credited) {
      if (--left == 0)
        done.cross();
      return;
    }
    for (std::size_t i = 0; i < transactions; ++i) {
      const auto from = 1 + random() % accounts;
      auto to = 1 + random() % accounts;
      if (to == from)
        to = 1 + to % accounts;
      where.send(from, {transfer, 0,
                        static_cast<std::int64_t>(to) * amounts
                          + static_cast<std::int64_t>(random() % amounts)});
    }
  });
}

/// Moves money to another account and waits until it is there before the next transfer begins.
class account final : public player {
public:
  explicit account(std::size_t own) : own_{id(own)} {}

  void on(stage& where, const memo& what) override {
    switch (what.kind) {
      case transfer:
        waiting_.push_back(what.value);
        if (waiting_.size() == 1)
          begin(where);
        break;
      case debit:
        balance_ += what.value;
        where.send(index_of(what.from), {debited, own_, 0});
        break;
      default: // debited
        where.send(0, {credited, own_, 0});
        waiting_.pop_front();
        if (!waiting_.empty())
          begin(where);
    }
  }

private:
  void begin(stage& where) {
    const auto amount = waiting_.front() % amounts;
    balance_ -= amount;
    where.send(static_cast<std::size_t>(waiting_.front() / amounts), {debit, own_, amount});
  }

  std::int32_t own_;
  std::int64_t balance_ = 0;
  std::deque<std::int64_t> waiting_;
};

} // namespace

cast_list bank_cast(finish_line& done, std::size_t accounts, std::size_t transactions) {
  cast_list players;
  players.push_back(make_teller(done, accounts, transactions));
  for (std::size_t i = 1; i <= accounts; ++i)
    players.push_back(std::make_unique<account>(i));
  return players;
}

play bank(std::size_t accounts, stages on) {
  return [accounts, on](theatre& at, std::size_t n) {
    perform(at, part_of(bank_cast(at.done(), accounts, n), on));
  };
}

} // namespace bench
