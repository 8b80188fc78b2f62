#include "ockam/transports/engine/write_batch.hpp"

#include <algorithm>
#include <utility>

namespace ockam::sdk {

namespace {

/// Payloads up to here are copied: one buffer leaves faster than many pieces.
constexpr std::size_t max_copied_payload = 4096;

} // namespace

void write_batch::content::append_copied(const std::uint8_t* data, std::size_t size) {
  if (size == 0)
    return;
  if (!pieces.empty() && pieces.back().by_reference.empty()
      && pieces.back().data + pieces.back().size == data
      && pieces.back().at + pieces.back().size == end)
    pieces.back().size += size;
  else
    pieces.push_back({end, data, size, {}});
  end += size;
  left += size;
}

void write_batch::append_version() {
  static constexpr std::uint8_t version = tcp_protocol_version;
  make().append_copied(&version, 1);
}

void write_batch::append_message(const message& what, encode_options options, std::size_t size,
                                 const stream_format& format, ref_ptr<ref_counted> destination) {
  auto& to = make();
  const auto& frames = format.frames;
  const auto& form = format.form;
  if (frames.length_size == 0)
    to.unframed.push_back({to.end, size, std::move(destination)});
  const bool copied = what.payload().size() <= max_copied_payload;
  const auto head_size = frames.length_size + (copied ? size : form.head_size(what, options));
  auto* head = to.buffer.grow(head_size);
  auto* behind = put_frame_header(head, size, frames);
  if (copied) {
    form.encode(what, behind, options);
    to.append_copied(head, head_size);
  } else {
    form.encode_head(what, behind, options);
    to.append_copied(head, head_size);
    to.append_reference(what.payload());
    const auto tail_size = form.tail_size(what, options);
    auto* tail = to.buffer.grow(tail_size);
    form.encode_tail(what, tail, options);
    to.append_copied(tail, tail_size);
  }
  ++to.messages;
}

void write_batch::content::append_reference(const shared_bytes& data) {
  pieces.push_back({end, data.data(), data.size(), data});
  end += data.size();
  left += data.size();
}

void write_batch::track(ref_ptr<pending_request> request, credit_share credit, std::size_t size,
                        clock::time_point since) {
  content_->tracked.push_back(
    {content_->end - size, size, std::move(credit), std::move(request), since});
}

void write_batch::hold(credit_share credit) {
  auto& held = content_->held;
  if (held.empty() || !held.back().try_add(credit))
    held.emplace_back(std::move(credit));
}

std::size_t write_batch::pieces(bytes_view* to, std::size_t max,
                                std::size_t max_bytes) const noexcept {
  if (!content_)
    return 0;
  const auto& all = content_->pieces;
  std::size_t count = 0;
  auto skip = content_->written;
  for (auto i = content_->next; i < all.size() && count < max && max_bytes > 0; ++i, skip = 0) {
    const auto size = std::min(all[i].size - skip, max_bytes);
    to[count++] = {all[i].data + skip, size};
    max_bytes -= size;
  }
  return count;
}

std::size_t write_batch::next_message_size() noexcept {
  return content_->unframed[content_->next_unframed++].size;
}

void write_batch::advance(std::size_t count) noexcept {
  if (count == 0)
    return;
  auto& all = *content_;
  all.left -= count;
  while (count > 0) {
    const auto rest = all.pieces[all.next].size - all.written;
    if (count < rest) {
      all.written += count;
      return;
    }
    count -= rest;
    ++all.next;
    all.written = 0;
  }
}

void write_batch::clear() noexcept {
  if (!content_)
    return;
  auto& all = *content_;
  all.buffer.clear();
  all.pieces.clear();
  all.tracked.clear();
  all.held.clear();
  all.unframed.clear();
  all.messages = all.end = all.left = all.next = all.written = all.next_unframed = 0;
}

// -- messages that are taken back ------------------------------------------------------------------

/// A message whose size was asked for is begun, also when no byte of it is written.
std::size_t write_batch::content::position() const noexcept {
  const auto at = next < pieces.size() ? pieces[next].at + written : end;
  if (next_unframed == 0)
    return at;
  const auto& begun = unframed[next_unframed - 1];
  return std::max(at, begun.at + begun.size);
}

void write_batch::remove_if(const std::function<bool(const tracked_message&)>& expired,
                            std::vector<tracked_message>& removed) {
  if (!content_)
    return;
  auto& all = *content_;
  const auto position = all.position();
  std::vector<range> ranges;
  std::erase_if(all.tracked, [&](tracked_message& each) {
    if (each.at < position || !expired(each))
      return false;
    ranges.push_back({each.at, each.at + each.size});
    removed.push_back(std::move(each));
    return true;
  });
  all.messages -= ranges.size();
  all.cut(ranges);
}

std::vector<credit_bundle> write_batch::remove_before(std::size_t place, std::size_t untracked,
                                                      std::vector<tracked_message>& removed) {
  if (!content_ || place == 0)
    return {};
  auto& all = *content_;
  const auto before = removed.size();
  std::erase_if(all.tracked, [&](tracked_message& each) {
    if (each.at >= place)
      return false;
    removed.push_back(std::move(each));
    return true;
  });
  all.messages -= untracked + removed.size() - before;
  all.cut({{0, place}});
  return std::exchange(all.held, {});
}

/// Takes ranges, in ascending order, out of what is not written yet.
void write_batch::content::cut(const std::vector<range>& ranges) {
  if (ranges.empty())
    return;
  std::vector<piece> kept;
  auto range = ranges.begin();
  const auto keep = [&](const piece& from, std::size_t begin, std::size_t end_of_part) {
    if (begin < end_of_part)
      kept.push_back(
        {begin, from.data + (begin - from.at), end_of_part - begin, from.by_reference});
  };
  for (auto i = next; i < pieces.size(); ++i) {
    const auto& each = pieces[i];
    const auto each_end = each.at + each.size;
    auto begin = i == next ? each.at + written : each.at;
    while (range != ranges.end() && range->to <= begin)
      ++range;
    for (auto inside = range; inside != ranges.end() && inside->from < each_end; ++inside) {
      keep(each, begin, std::min(inside->from, each_end));
      begin = std::max(begin, std::min(inside->to, each_end));
    }
    keep(each, begin, each_end);
  }
  pieces = std::move(kept);
  next = written = 0;
  left = 0;
  for (const auto& each : pieces)
    left += each.size;
  auto cut = ranges.begin();
  std::erase_if(unframed, [&](const unframed_message& each) {
    while (cut != ranges.end() && cut->to <= each.at)
      ++cut;
    return cut != ranges.end() && cut->from <= each.at;
  });
}

} // namespace ockam::sdk
