#pragma once

// One way to carry messages between processes: a server, a relay in front of one, and clients.

#include "child.hpp"
#include "row.hpp"

#include "ockam/protocol/bytes.hpp"
#include "ockam/protocol/wire/frame.hpp"

#include <memory>

namespace bench {

/// What a client sends. Payloads come back, or, in batches, only a small one behind each batch does.
struct load {
  std::size_t size = 32;       ///< of a payload, in bytes
  std::size_t window = 1;      ///< batches on their way
  std::size_t each = 1;        ///< payloads in a batch
  std::size_t connections = 1; ///< used in turn
};

struct technology {
  std::string name;

  /// In a child: serves, or relays to the server at that port, until it is told to end.
  void (*serve)() = nullptr;
  void (*relay)(const std::string& to) = nullptr; ///< nullptr: not offered

  /// The ways in which a client of the server, or relay, at `port` can send this; may be none.
  std::function<std::vector<variant>(const load& what, const std::string& port, bool relayed)>
    connect = nullptr;

  /// Starts a server that is another program; nullptr: ours.
  std::function<std::shared_ptr<child>()> start_server = nullptr;

  bool brokered = false; ///< a third process is always between client and server
};

technology over_asio();
technology over_sockets();
technology over_ockam();
technology over_ockam_polling(); ///< its threads look for input before they sleep
#ifdef OCKAM_HAVE_CAF_IO
technology over_basp();
technology over_basp_with_defaults();
#endif
#ifdef OCKAM_HAVE_ZEROMQ
technology over_zeromq();
#endif
#ifdef OCKAM_HAVE_NATS
technology over_nats(const std::string& nats_server); ///< where that program is
#endif
technology over_erlang(const std::string& escript); ///< likewise

/// How many bytes a datagram may have: the default, and what an Ethernet carries in one piece.
enum class datagrams : std::uint16_t { small = 508, large = 1'472 };

// Other transports of ours, and what each is made of.
technology over_ockam_udp(datagrams size);
technology over_datagrams(datagrams size); ///< one a system call
technology over_segments(datagrams size);  ///< many, which the kernel cuts and joins
bool segments_work();
technology over_ockam_tcp(); ///< as `over_ockam`, called "ockam over TCP"
technology over_unix_sockets();
technology over_ockam_uds();
#ifdef OCKAM_HAVE_WEBSOCKET
technology over_ockam_websocket();
technology over_beast();
#endif

/// How the processes of a row stand to each other.
enum class setting : std::uint8_t {
  direct,
  relayed,  ///< a relay in a third process
  one_core, ///< all of them on one core
};

/// A row in which all of `by` carry the same load; every technology gets processes of its own.
row carried(figure about, const load& what, const std::vector<technology>& by,
            std::vector<std::string> baselines, setting where = setting::direct);

/// Batches of about a quarter of a MiB, but at least 2 and at most 256 messages. What is on its way fits
/// into the output that a connection keeps for its senders.
load one_way(std::size_t size);

// -- what clients and servers of all technologies agree on ------------------------------------------

/// The first byte of a payload says what is wanted: it back, or nothing.
enum class wish : std::uint8_t { echo = 'e', nothing = 'n' };

constexpr bool is_wanted_back(std::uint8_t first_byte) {
  return first_byte == static_cast<std::uint8_t>(wish::echo);
}

/// A batch of payloads in the form that a technology sends.
template <class Payload>
struct batch {
  Payload silent;
  Payload asking; ///< comes back
  std::size_t each;

  template <class Send>
  void send(std::size_t batches, Send&& send_one) const {
    for (; batches > 0; --batches) {
      for (std::size_t i = 0; each > 1 && i < each; ++i)
        send_one(silent);
      send_one(asking);
    }
  }
};

/// `make` turns bytes into what the technology sends.
template <class Make>
auto batch_of(const load& what, Make make) {
  const auto payload = [](wish first, std::size_t size) {
    ockam::bytes all(size, std::uint8_t{0x5a});
    all.front() = static_cast<std::uint8_t>(first);
    return all;
  };
  const auto smallest = std::size_t{32};
  using made = decltype(make(ockam::bytes{}));
  return batch<made>{make(payload(wish::nothing, what.size)),
                     make(payload(wish::echo, what.each > 1 ? smallest : what.size)), what.each};
}

/// A frame as long as ours with the same payload, whose first byte is behind the header.
ockam::bytes frame_with(const ockam::bytes& payload);

/// Calls `handle(frame)` for each whole frame, header included; returns how many bytes they have, or
/// makes `buffer` large enough for the next one.
template <class Handle>
std::size_t for_each_frame(ockam::bytes& buffer, std::size_t filled, Handle&& handle) {
  std::size_t taken = 0;
  for (;;) {
    const auto* head = buffer.data() + taken;
    if (filled - taken < ockam::frame_header_size)
      return taken;
    const std::size_t size = ockam::frame_header_size
                             + (std::size_t{head[0]} << 24 | std::size_t{head[1]} << 16
                                | std::size_t{head[2]} << 8 | head[3]);
    if (filled - taken < size) {
      if (size > buffer.size())
        buffer.resize(2 * size);
      return taken;
    }
    handle(ockam::bytes_view{head, size});
    taken += size;
  }
}

inline constexpr std::size_t read_buffer_size = 256u << 10;

} // namespace bench
