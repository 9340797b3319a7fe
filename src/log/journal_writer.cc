#include <algorithm>

#include "base/crc32c.h"
#include "log/engine.h"

namespace weft::log {

Result<void> JournalWriter::write(Group& group) {
  EntryHeader& header = group.header;
  header.previous_lsn = chain_.lsn;
  header.previous_crc = chain_.crc;
  header.body_bytes = 0;
  for (const Slice& slice : group.slices) header.body_bytes += slice.table.length;
  header.body_bytes += static_cast<std::uint32_t>(group.control.size());
  header.body_crc = crc32c(group.control);

  const Lsn block(header.lsn.get() / kBlockBytes * kBlockBytes);  // entries begin with a block, but for planted bug 2
  const std::size_t skip = header.lsn - block;
  const std::size_t head = kEntryHeaderBytes + group.slices.size() * kTableSliceBytes;
  const std::size_t used = skip + head + header.body_bytes;
  const std::size_t size = padded(used);
  buffer_.reserve(size);
  if (skip > 0) TRY(ring_.read(block, buffer_.first(kBlockBytes)));

  std::vector<TableSlice> table;
  table.reserve(group.slices.size());
  std::byte* at = buffer_.data() + skip + head;
  for (std::size_t i = 0; i < group.slices.size(); ++i) {
    const ByteView batch = group.slices[i].batch.view();
    table.push_back(group.slices[i].table);
    std::memcpy(at, group.prefixes[i].data(), kSlicePrefixBytes);
    std::memcpy(at + kSlicePrefixBytes, batch.data() + kSlicePrefixBytes, batch.size() - kSlicePrefixBytes);
    at += batch.size();
  }
  std::ranges::copy(group.control, at);
  encode_entry_head(buffer_.first(size).subspan(skip), header, table);
  std::ranges::fill(buffer_.first(size).subspan(used), std::byte{0});

  TRY(ring_.write(block, buffer_.first(size)));
  chain_ = {header.lsn, header.crc, header.incarnation};
  return {};
}

}  // namespace weft::log
