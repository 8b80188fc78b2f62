// Two routes and what a hop does to them.

#include "ockam/protocol/message.hpp"
#include "ockam/protocol/payload.hpp"

#include <iostream>

int main() {
  const auto show = [](const ockam::message& message) {
    std::cout << "onward [" + to_string(message.onward_route()) + "], return ["
                   + to_string(message.return_route()) + "]\n";
  };

  // A route is a list of addresses, or their text.
  const ockam::route there{"h1", "echoer"};
  std::cout << to_string(there) + "\n";
  std::cout << (ockam::route::parse("h1 => echoer") == there ? "the same\n" : "another one\n");

  // A message has one to go and one to come back.
  const auto body = ockam::encode_payload("Hello Ockam!").value();
  ockam::message message{there, "app", body};
  show(message);

  // A hop takes its own address off the front of the one and puts it in front of the other.
  message = std::move(message).step_forward("h1").value();
  show(message);

  // The last one answers along the return route, as it is.
  const ockam::message answer{message.return_route(), "echoer", body};
  show(answer);
}
