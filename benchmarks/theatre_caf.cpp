#include "child.hpp"
#include "stage.hpp"

#ifdef OCKAM_HAVE_CAF_IO
#  include "basp_system.hpp"
#endif

#include <caf/event_based_actor.hpp>

namespace bench {
namespace {

using namespace ockam;
using handles = std::vector<caf::actor>;

class acting final : public caf::event_based_actor, public stage {
public:
  acting(caf::actor_config& config, std::unique_ptr<player> who, std::shared_ptr<const handles> all)
    : caf::event_based_actor{config}, player_{std::move(who)}, all_{std::move(all)} {}

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
    for (auto& each : players)
      all_->push_back(system_.spawn<acting>(std::move(each), all_));
    own_ = players.size();
    if (remote_)
      all_->push_back(remote_);
  }

  void send(std::size_t to, const memo& what) override {
    compat::post(caf::actor_cast<caf::abstract_actor*>((*all_)[to]), nullptr, memo{what});
  }

  void close() override {
    for (std::size_t i = 0; i < own_; ++i)
      stop_actor((*all_)[i]);
    system_.await_all_actors_done();
    all_ = std::make_shared<handles>();
  }

protected:
  void set_remote(caf::actor remote) { remote_ = std::move(remote); }

private:
  caf::actor_system& system_;
  std::shared_ptr<handles> all_ = std::make_shared<handles>();
  std::size_t own_ = 0;
  caf::actor remote_;
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
class split final : with_system<basp_system>, public caf_theatre {
public:
  explicit split(const std::string& role) : caf_theatre{own.system}, server_{role} {
    set_remote(own.connect(server_.line()));
  }
  ~split() override { set_remote(nullptr); }

private:
  child server_;
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

void serve_player_over_basp(std::unique_ptr<player> remote) {
  basp_system basp;
  const auto actor = basp.system.spawn<acting>(std::move(remote), nullptr);
  child::serve(basp.publish(actor));
  std::_Exit(0); // CAF waits for its proxies otherwise
}
#endif

} // namespace bench
