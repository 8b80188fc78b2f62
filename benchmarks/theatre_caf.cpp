#include "child.hpp"
#include "plays.hpp"
#include "stage.hpp"

#ifdef OCKAM_HAVE_CAF_IO
#  include "basp_system.hpp"

#  include <caf/scoped_actor.hpp>
#endif

#include <map>

#include <caf/event_based_actor.hpp>

namespace bench {
namespace {

using namespace ockam;
using handles = std::vector<caf::actor>;

class acting final : public caf::event_based_actor, public stage {
public:
  acting(caf::actor_config& config, std::unique_ptr<player> played,
         std::shared_ptr<const handles> all)
    : caf::event_based_actor{config}, player_{std::move(played)}, all_{std::move(all)} {}

  caf::behavior make_behavior() override {
    return {[this](const memo& what) { player_->on(*this, what); }};
  }
  void on_exit() override { all_.reset(); }

  void send(std::size_t to, const memo& what) override {
    compat::send(static_cast<caf::event_based_actor*>(this), (*all_)[to], memo{what});
  }
  void reply(const memo& what) override {
    compat::send(static_cast<caf::event_based_actor*>(this),
                 caf::actor_cast<caf::actor>(current_sender()), memo{what});
  }
  void quit() override { caf::event_based_actor::quit(); }

private:
  std::unique_ptr<player> player_;
  std::shared_ptr<const handles> all_;
};

class caf_theatre : public theatre {
public:
  explicit caf_theatre(caf::actor_system& system) : system_{system} {}

  void open(cast_list players) override {
    for (std::size_t i = 0; i < players.size(); ++i) {
      const bool here = players[i] != nullptr;
      all_->push_back(here ? system_.spawn<acting>(std::move(players[i]), all_) : elsewhere(i));
      if (here)
        here_.push_back(i);
    }
  }

  void send(std::size_t to, const memo& what) override {
    compat::post(caf::actor_cast<caf::abstract_actor*>((*all_)[to]), nullptr, memo{what});
  }

  void close() override {
    for (const auto each : here_)
      stop_actor((*all_)[each]);
    here_.clear();
    system_.await_all_actors_done();
    all_ = std::make_shared<handles>();
  }

protected:
  [[nodiscard]] virtual caf::actor elsewhere(std::size_t) { return {}; }
  [[nodiscard]] const std::vector<std::size_t>& here() const noexcept { return here_; }
  [[nodiscard]] const caf::actor& at(std::size_t index) const { return (*all_)[index]; }

private:
  caf::actor_system& system_;
  std::shared_ptr<handles> all_ = std::make_shared<handles>();
  std::vector<std::size_t> here_;
};

/// Keeps the system that the base refers to; made before the base and destroyed after it.
template <class System>
struct with_system {
  template <class... Args>
  explicit with_system(Args&&... args) : own{std::forward<Args>(args)...} {}
  System own;
};

class plain final : with_system<host>, public caf_theatre {
public:
  plain() : with_system<host>{policy::stealing}, caf_theatre{own.system} {}
};

#ifdef OCKAM_HAVE_CAF_IO
/// Knows all players: those on its stage, and those on the other one when they have been introduced.
class prompter final : public caf::event_based_actor {
public:
  prompter(caf::actor_config& config, std::shared_ptr<handles> all)
    : caf::event_based_actor{config}, all_{std::move(all)} {}
  caf::behavior make_behavior() override {
    return {
      [this](const introduction& of) { all_->at(of.place) = of.actor; },
      [this](const memo& wanted) { return all_->at(index_of(wanted.kind)); },
    };
  }
  void on_exit() override { all_.reset(); }

private:
  std::shared_ptr<handles> all_;
};

class split final : with_system<basp_system>, public caf_theatre {
public:
  explicit split(const std::string& role)
    : caf_theatre{own.system}, server_{role}, prompter_{own.connect(server_.line())} {}
  split(const split&) = delete;
  split& operator=(const split&) = delete;
  ~split() override {
    elsewhere_.clear();
    prompter_ = nullptr;
  }

  void open(cast_list players) override {
    caf_theatre::open(std::move(players));
    const caf::scoped_actor self{own.system};
    for (const auto each : here())
      compat::send(self, prompter_, introduction{static_cast<std::uint32_t>(each), at(each)});
    ask(self, elsewhere_.begin()->first); // it knows them all when it answers
  }

private:
  caf::actor elsewhere(std::size_t index) override {
    auto& known = elsewhere_[index];
    if (!known)
      known = ask(caf::scoped_actor{own.system}, index);
    return known;
  }

  caf::actor ask(const caf::scoped_actor& self, std::size_t index) {
    caf::actor found;
    compat::request(self, prompter_, memo{id(index), 0, 0})
      .receive([&](const caf::actor& actor) { found = actor; },
               [](caf::error&) { throw std::runtime_error{"the prompter does not know"}; });
    return found;
  }

  child server_;
  caf::actor prompter_;
  std::map<std::size_t, caf::actor> elsewhere_;
};
#endif

} // namespace

std::shared_ptr<theatre> plain_theatre() {
  return std::make_shared<plain>();
}

#ifdef OCKAM_HAVE_CAF_IO
std::shared_ptr<theatre> basp_theatre(const std::string& role) {
  return std::make_shared<split>(role);
}

void serve_players_over_basp(cast_list there) {
  basp_system basp;
  const auto all = std::make_shared<handles>(there.size());
  for (std::size_t i = 0; i < there.size(); ++i)
    if (there[i])
      (*all)[i] = basp.system.spawn<acting>(std::move(there[i]), all);
  child::serve(basp.publish(basp.system.spawn<prompter>(all)));
  std::_Exit(0); // CAF waits for its proxies otherwise
}
#endif

} // namespace bench
