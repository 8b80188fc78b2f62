#pragma once

#include "row.hpp"

namespace bench {

/// The rows of each group, in the order they run; fewer and smaller ones when `quick`.
std::vector<row> codec_rows(bool quick);
std::vector<row> local_rows(bool quick);
std::vector<row> tcp_rows(bool quick);
std::vector<row> udp_rows(bool quick);
std::vector<row> uds_rows(bool quick);
std::vector<row> ws_rows(bool quick);
std::vector<row> savina_rows(bool quick);
std::vector<row> peer_rows(bool quick);

} // namespace bench
