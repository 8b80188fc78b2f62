#pragma once

// The actors of the Savina benchmarks are written once, as players. A theatre lets them play: as plain
// CAF actors or as workers of a node, so that both do the same work.

#include "flight.hpp"
#include "types.hpp"

#include <memory>
#include <vector>

namespace bench {

/// What a player can do while it handles a memo.
class stage {
public:
  virtual void send(std::size_t to, const memo& what) = 0; ///< to a player of the cast
  virtual void reply(const memo& what) = 0;                ///< to the sender of the memo
  virtual void quit() = 0;

protected:
  ~stage() = default;
};

class player {
public:
  player() = default;
  player(const player&) = delete;
  player& operator=(const player&) = delete;
  virtual ~player() = default;
  virtual void on(stage& where, const memo& what) = 0;
};

using cast_list = std::vector<std::unique_ptr<player>>;

class theatre {
public:
  theatre() = default;
  theatre(const theatre&) = delete;
  theatre& operator=(const theatre&) = delete;
  virtual ~theatre() = default;

  /// Starts one actor for each player; nullptr for those in another process.
  virtual void open(cast_list players) = 0;

  /// From the measuring thread.
  virtual void send(std::size_t to, const memo& what) = 0;

  /// Stops all of them; returns when they have stopped.
  virtual void close() = 0;

  /// What players cross when all is done; valid as long as they are.
  [[nodiscard]] finish_line& done() noexcept { return done_; }

private:
  finish_line done_;
};

std::shared_ptr<theatre> plain_theatre();
std::shared_ptr<theatre> ockam_theatre();

/// With a second stage in another process, which serves in that role.
#ifdef OCKAM_HAVE_CAF_IO
std::shared_ptr<theatre> basp_theatre(const std::string& role);
void serve_players_over_basp(cast_list there);
#endif
std::shared_ptr<theatre> split_ockam_theatre(const std::string& role);
void serve_players_over_ockam(cast_list there);

} // namespace bench
