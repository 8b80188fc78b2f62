#include "hello_ockam/flow_observer.hpp"

#include "ockam/protocol/text.hpp"

#include <algorithm>
#include <string_view>

namespace hello_ockam {

namespace {

std::string name_of(ockam::address_view any) {
  return ockam::escaped(to_string(any));
}

std::vector<std::string> names_of(const ockam::route& hops) {
  std::vector<std::string> names;
  for (auto hop : hops)
    names.push_back(name_of(hop));
  return names;
}

/// FNV-1a: the same in every process.
std::string hash_of(const ockam::message& content) {
  std::uint64_t hash = 0xcbf29ce484222325;
  const auto add = [&](std::string_view text) {
    for (const char each : text)
      hash = (hash ^ static_cast<std::uint8_t>(each)) * 0x100000001b3;
  };
  add(ockam::as_text(content.payload().view()));
  add(content.tracing_context().value_or("{}")); // which is how "none" is written
  std::string digits;
  for (int shift = 60; shift >= 0; shift -= 4)
    digits += "0123456789abcdef"[hash >> shift & 15];
  return digits;
}

} // namespace

bool is_random_address(const std::string& address) {
  constexpr std::size_t digits = 32;
  const auto rest = address.size() < 2 + digits ? std::string{} : address.substr(2 + digits);
  return address.starts_with("0#") && address.size() >= 2 + digits
         && (rest.empty() || rest == "+e1")
         && std::all_of(address.begin() + 2, address.begin() + 2 + digits, [](char digit) {
              return (digit >= '0' && digit <= '9') || (digit >= 'a' && digit <= 'f');
            });
}

void flow_observer::on_delivery(const ockam::address& source, const ockam::address& destination,
                                const ockam::message& content) {
  take(flow_step::kind::delivery, name_of(source), name_of(destination), content);
}

void flow_observer::on_write(const ockam::address& sender, std::string_view peer,
                             const ockam::message& content) {
  take(flow_step::kind::write, name_of(sender), ockam::escaped(peer), content);
}

void flow_observer::on_read(const ockam::address& sender, std::string_view peer,
                            const ockam::message& content) {
  take(flow_step::kind::read, name_of(sender), ockam::escaped(peer), content);
}

void flow_observer::on_drop(ockam::drop_reason reason, const ockam::message& content) {
  take(flow_step::kind::drop, {}, std::string{to_string(reason)}, content);
}

void flow_observer::take(flow_step::kind what, std::string from, std::string to,
                         const ockam::message& content) {
  const flow_step step{.what = what,
                       .from = std::move(from),
                       .to = std::move(to),
                       .onward_route = names_of(content.onward_route()),
                       .return_route = names_of(content.return_route()),
                       .payload_bytes = content.payload().size(),
                       .content = hash_of(content)};
  const std::lock_guard guard{mutex_};
  take_(step);
}

} // namespace hello_ockam
