#pragma once

// The one place, with caf_turns.hpp, that knows CAF 0.17.6, CAF 1.x and CAF 2 apart; the rest of the
// project reads as one dialect.
// An implementation detail: not part of the interface, may change in any release.

#include "ockam/actors/detail/export.hpp"

#include <caf/config.hpp>

#ifdef OCKAM_CAF_MAJOR
static_assert(CAF_MAJOR_VERSION == OCKAM_CAF_MAJOR,
              "the CAF headers are of another generation than the CAF library found by CMake; "
              "check CMAKE_PREFIX_PATH and CPLUS_INCLUDE_PATH");
#endif

#include <caf/actor_cast.hpp>
#include <caf/actor_registry.hpp>
#include <caf/actor_system.hpp>
#include <caf/error.hpp>
#include <caf/mailbox_element.hpp>
#include <caf/message.hpp>
#include <caf/sec.hpp>
#include <caf/settings.hpp>
#include <caf/system_messages.hpp>
#include <caf/typed_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

// CAF's development branch becomes CAF 2 and still calls itself 1.1.0.
#if CAF_MAJOR_VERSION >= 2 || (CAF_MAJOR_VERSION == 1 && __has_include(<caf/add_ref.hpp>))
#  define OCKAM_CAF_IS_2 1
#else
#  define OCKAM_CAF_IS_2 0
#endif

#if CAF_MAJOR_VERSION >= 1
#  include <caf/init_global_meta_objects.hpp>
#  include <caf/scheduler.hpp>
#  include <caf/type_id.hpp>
#else
#  include <caf/execution_unit.hpp>
#  include <caf/make_message.hpp>
#  include <caf/meta/load_callback.hpp>
#  include <caf/meta/type_name.hpp>
#  include <caf/replies_to.hpp>
#  include <caf/scheduler/abstract_coordinator.hpp>
#endif

#include <cstddef>
#include <cstdint>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace ockam::compat {

// -- types ----------------------------------------------------------------------------------------

#if CAF_MAJOR_VERSION >= 1

template <class... Signatures>
using typed_actor = caf::typed_actor<caf::statically_typed<Signatures...>>;

/// What runs an actor that has mail: "run it soon, on my thread".
using execution_context = caf::scheduler;

#else

template <class Signature>
struct signature;
template <class... Out, class... In>
struct signature<caf::result<Out...>(In...)> {
  using type = typename caf::replies_to<In...>::template with<Out...>;
};
template <class... In>
struct signature<caf::result<void>(In...)> {
  using type = typename caf::replies_to<In...>::template with<void>;
};
template <class... Signatures>
using typed_actor = caf::typed_actor<typename signature<Signatures>::type...>;

using execution_context = caf::execution_unit;

#endif

// -- typed interfaces -----------------------------------------------------------------------------

template <class...>
struct types {};

/// One handler of a typed interface: the types of its arguments and of its results. No result is none.
template <class Arguments, class Results>
struct handler {
  using arguments = Arguments;
  using results = Results;
};

#if CAF_MAJOR_VERSION >= 1

template <class Signature>
struct handler_of;
template <class... Out, class... In>
struct handler_of<caf::result<Out...>(In...)> {
  using type = handler<types<std::decay_t<In>...>, types<Out...>>;
};
template <class... In>
struct handler_of<caf::result<void>(In...)> {
  using type = handler<types<std::decay_t<In>...>, types<>>;
};

#else

template <class Signature>
struct handler_of;
template <class... Out, class... In>
struct handler_of<caf::typed_mpi<caf::detail::type_list<In...>, caf::output_tuple<Out...>>> {
  using type = handler<types<In...>, types<Out...>>;
};
template <class... In>
struct handler_of<caf::typed_mpi<caf::detail::type_list<In...>, caf::output_tuple<void>>> {
  using type = handler<types<In...>, types<>>;
};

#endif

template <class Signatures>
struct handlers_of_list;
template <template <class...> class List, class... Signatures>
struct handlers_of_list<List<Signatures...>> {
  using type = types<typename handler_of<Signatures>::type...>;
};

/// The handlers of a `caf::typed_actor`, in the order of the interface: `types<handler<...>...>`.
template <class Interface>
using handlers_of = typename handlers_of_list<typename Interface::signatures>::type;

template <class T>
inline constexpr bool is_typed_actor = false;
template <class... Ts>
inline constexpr bool is_typed_actor<caf::typed_actor<Ts...>> = true;

/// The name of the type that was registered with the id of T before the actor system was made; empty
/// without one. CAF 0.17.6 needs to know T only when it may leave the process, and can tell no name but
/// its own.
template <class T>
std::string registered_name(caf::actor_system& system) {
#if CAF_MAJOR_VERSION >= 1
  static_cast<void>(system);
  return std::string{caf::query_type_name(caf::type_id_v<T>)};
#else
  const auto& known = system.types().portable_name(0, &typeid(T));
  return !system.has_middleman() || known != system.types().default_type_name()
           ? std::string{caf::type_name_by_id<caf::type_id<T>::value>::value}
           : std::string{};
#endif
}

/// What a program has to write, for error messages.
inline constexpr const char* how_to_register
#if CAF_MAJOR_VERSION >= 1
  = "CAF_MAIN(caf::id_block::ockam), or call "
    "caf::init_global_meta_objects<caf::id_block::ockam>() before the first actor_system is made";
#else
  = "CAF_MAIN(caf::id_block::ockam), or call "
    "config.add_message_types<caf::id_block::ockam>() before the actor_system is made";
#endif

/// Registers the message types of these id blocks and of CAF: once, before the first actor system is
/// made, in programs that do not use `CAF_MAIN`. `init_message_types<caf::id_block::ockam>()`.
template <class... Blocks>
void init_message_types() {
#if CAF_MAJOR_VERSION >= 1
  (caf::init_global_meta_objects<Blocks>(), ...);
  caf::core::init_global_meta_objects();
#endif
}

/// The same for CAF 0.17.6, where a configuration holds the types; needed there for what CAF's
/// middleman carries to other processes. `config` is a `caf::actor_system_config`.
template <class Block, class... Blocks>
void add_message_types(auto& config) {
#if CAF_MAJOR_VERSION >= 1
  static_cast<void>(config); // see init_message_types
#else
  config.template add_message_types<Block>();
  (config.template add_message_types<Blocks>(), ...);
#endif
}

/// The configuration file, also one that is not there; empty where CAF does not tell.
OCKAM_ACTORS_EXPORT std::string config_file(const caf::actor_system_config& config);

/// What a configuration file says, read without options: CAF 1 leaves values out of the configuration
/// that an option does not take, and says nothing. Empty where they are in the configuration.
OCKAM_ACTORS_EXPORT caf::settings values_in_file(const std::string& path);

/// How many threads the system made from this configuration runs actors on.
OCKAM_ACTORS_EXPORT void set_threads(caf::actor_system_config& config, std::size_t threads);

/// For a system that is ours: few threads with one queue. Work stealing lets idle workers nap, which
/// costs a remote round trip several times over.
OCKAM_ACTORS_EXPORT void tune_for_io(caf::actor_system_config& config, std::size_t threads);

/// How many actors have not ended; CAF's own do not count.
inline std::size_t running_actors(caf::actor_system& system) {
#if OCKAM_CAF_IS_2
  return system.running_actors_count();
#else
  return system.registry().running();
#endif
}

// -- mail -----------------------------------------------------------------------------------------

template <class T>
caf::mailbox_element_ptr make_mail(T&& content) {
#if CAF_MAJOR_VERSION >= 1
  return caf::make_mailbox_element(nullptr, caf::make_message_id(), std::forward<T>(content));
#else
  return caf::make_mailbox_element(nullptr, caf::make_message_id(), {}, std::forward<T>(content));
#endif
}

/// Enqueues `content` without a sender; a woken actor runs in `context`, or anywhere if nullptr.
template <class T>
void post(caf::abstract_actor* to, execution_context* context, T&& content) {
  to->enqueue(make_mail(std::forward<T>(content)), context);
}

/// The one T an element carries, else nullptr.
template <class T>
T* peek(caf::mailbox_element& element) {
  auto& content = element.content();
  return content.template match_elements<T>() ? &content.template get_mutable_as<T>(0) : nullptr;
}

/// An actor class whose `Derived::intercept(element, context)` sees mail on the sender's thread and
/// returns true when it is dealt with.
template <class Base, class Derived>
class intercepting : public Base {
public:
  using Base::Base;
  using Base::enqueue;

#if CAF_MAJOR_VERSION >= 1
  bool enqueue(caf::mailbox_element_ptr element, execution_context* context) override {
    return static_cast<Derived*>(this)->intercept(element, context)
           || Base::enqueue(std::move(element), context);
  }
#else
  void enqueue(caf::mailbox_element_ptr element, execution_context* context) override {
    if (!static_cast<Derived*>(this)->intercept(element, context))
      Base::enqueue(std::move(element), context);
  }
#endif

protected:
  /// To CAF's mailbox, past `intercept`.
  void enqueue_directly(caf::mailbox_element_ptr element) {
    Base::enqueue(std::move(element), nullptr);
  }
};

/// `self->send(to, content)`, from an actor or a `caf::scoped_actor`.
template <class Self, class To, class T>
void send(Self&& self, const To& to, T&& content) {
#if CAF_MAJOR_VERSION >= 1
  self->mail(std::forward<T>(content)).send(to);
#else
  self->send(to, std::forward<T>(content));
#endif
}

/// `self->request(to, caf::infinite, content)`; goes on with `.then` or `.receive`.
template <class Self, class To, class T>
auto request(Self&& self, const To& to, T&& content) {
#if CAF_MAJOR_VERSION >= 1
  return self->mail(std::forward<T>(content)).request(to, caf::infinite);
#else
  return self->request(to, caf::infinite, std::forward<T>(content));
#endif
}

/// A request of `self` with this id, for an actor of any type.
inline caf::mailbox_element_ptr make_request(caf::local_actor* self, caf::message_id id,
                                             caf::message content) {
#if CAF_MAJOR_VERSION >= 1
  return caf::make_mailbox_element(caf::actor_cast<caf::strong_actor_ptr>(self), id,
                                   std::move(content));
#else
  return caf::make_mailbox_element(caf::actor_cast<caf::strong_actor_ptr>(self), id, {},
                                   std::move(content));
#endif
}

/// Lets the request of `self` with this id end with `sec::request_timeout`, unless it has ended.
inline void answer_with_timeout(caf::abstract_actor* self, caf::message_id id) {
  auto timeout = caf::make_message(caf::make_error(caf::sec::request_timeout));
#if CAF_MAJOR_VERSION >= 1
  auto answer = caf::make_mailbox_element(nullptr, id.response_id(), std::move(timeout));
#else
  auto answer = caf::make_mailbox_element(nullptr, id.response_id(), {}, std::move(timeout));
#endif
  self->enqueue(std::move(answer), nullptr);
}

/// Asks an actor to stop after the mail it already has: an exit message of ordinary priority.
inline void post_exit(caf::abstract_actor* to) {
  post(to, nullptr,
       caf::exit_msg{caf::actor_addr{}, caf::make_error(caf::exit_reason::user_shutdown)});
}

inline std::string render(caf::actor_system& system, const caf::error& what) {
#if CAF_MAJOR_VERSION >= 1
  static_cast<void>(system);
  return caf::to_string(what);
#else
  return system.render(what);
#endif
}

/// Whether a request has no answer because the actor that was to give it has ended.
inline bool shows_that_receiver_ended(const caf::error& what) {
#if CAF_MAJOR_VERSION >= 1
  return what == caf::sec::request_receiver_down || what == caf::sec::broken_promise;
#else
  return what == caf::sec::request_receiver_down;
#endif
}

// -- leaving the process --------------------------------------------------------------------------

/// Lets CAF carry `value` as bytes: `get` makes them, `set` takes them and tells whether they were good.
template <class Inspector, class T, class Get, class Set>
auto inspect_as_bytes(Inspector& f, [[maybe_unused]] T& value, [[maybe_unused]] const char* name,
                      Get get, Set set) {
#if CAF_MAJOR_VERSION >= 1
  return f.object(value).fields(f.field("encoded", get, set));
#else
  std::vector<std::uint8_t> encoded;
  if constexpr (Inspector::reads_state)
    encoded = get();
  return f(caf::meta::type_name(name), encoded, caf::meta::load_callback([&]() -> caf::error {
             return set(std::move(encoded)) ? caf::error{}
                                            : caf::make_error(caf::sec::runtime_error);
           }));
#endif
}

} // namespace ockam::compat
