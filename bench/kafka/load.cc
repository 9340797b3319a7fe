// Load for any Kafka-protocol broker, the same bytes for each: prebuilt batches of 1 KiB records over one pipelined
// connection. Speaks the old, plain protocol versions by hand, so that neither broker's own code serves the client.
//
//   load BOOTSTRAP create  TOPIC PARTITIONS
//   load BOOTSTRAP produce TOPIC PARTITIONS MEGABYTES BATCH_KIB IN_FLIGHT     closed loop: as fast as acknowledged
//   load BOOTSTRAP paced   TOPIC PARTITIONS MEGABYTES_PER_S SECONDS           open loop: one request each 5 ms (linger)
//   load BOOTSTRAP fetch   TOPIC PARTITIONS                                   everything, from the start
//
// Prints one JSON line: megabytes, records, seconds, latency percentiles, own CPU, and the sum of the batches' CRCs,
// by which two brokers are compared for having stored the same.
#include <netdb.h>
#include <netinet/tcp.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "base/bytes.h"
#include "base/crc32c.h"
#include "base/varint.h"

namespace {

using weft::Buffer;
using Clock = std::chrono::steady_clock;

constexpr std::size_t kRecordBytes = 1024;
constexpr std::size_t kDistinctBatches = 64;
constexpr auto kLinger = std::chrono::milliseconds(5);

[[noreturn]] void die(const std::string& why) {
  std::fprintf(stderr, "load: %s\n", why.c_str());
  std::exit(1);
}

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

double own_cpu_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& t) { return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6; };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

void append_string(Buffer& out, std::string_view text) {
  weft::append_be<std::int16_t>(out, static_cast<std::int16_t>(text.size()));
  weft::append_bytes(out, weft::as_bytes(text));
}

/// One record batch v2 with `records` records of about 1 KiB each, incompressible.
Buffer make_batch(std::size_t records, std::mt19937_64& random) {
  Buffer body;
  const std::int64_t now_ms =
      std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch()).count();
  weft::append_be<std::int16_t>(body, 0);                                       // attributes
  weft::append_be<std::int32_t>(body, static_cast<std::int32_t>(records - 1));  // last offset delta
  weft::append_be<std::int64_t>(body, now_ms);
  weft::append_be<std::int64_t>(body, now_ms);
  weft::append_be<std::int64_t>(body, -1);  // producer id
  weft::append_be<std::int16_t>(body, -1);
  weft::append_be<std::int32_t>(body, -1);
  weft::append_be<std::int32_t>(body, static_cast<std::int32_t>(records));
  for (std::size_t i = 0; i < records; ++i) {
    Buffer record;
    record.push_back(std::byte{0});
    weft::append_varint(record, 0);
    weft::append_varint(record, static_cast<std::int64_t>(i));
    weft::append_varint(record, -1);
    const std::size_t value_bytes = kRecordBytes - 12;
    weft::append_varint(record, static_cast<std::int64_t>(value_bytes));
    for (std::size_t at = 0; at < value_bytes; at += 8) {
      const std::uint64_t word = random();
      const auto* bytes = reinterpret_cast<const std::byte*>(&word);
      record.insert(record.end(), bytes, bytes + std::min<std::size_t>(8, value_bytes - at));
    }
    weft::append_varint(record, 0);
    weft::append_varint(body, static_cast<std::int64_t>(record.size()));
    weft::append_bytes(body, record);
  }
  Buffer batch;
  weft::append_be<std::int64_t>(batch, 0);
  weft::append_be<std::int32_t>(batch, static_cast<std::int32_t>(body.size() + 9));
  weft::append_be<std::int32_t>(batch, -1);
  batch.push_back(std::byte{2});
  weft::append_be<std::uint32_t>(batch, weft::crc32c(body));
  weft::append_bytes(batch, body);
  return batch;
}

std::uint32_t batch_crc(const std::byte* batch) { return weft::load_be<std::uint32_t>(batch + 17); }
std::int32_t batch_record_count(const std::byte* batch) { return weft::load_be<std::int32_t>(batch + 57); }

class Connection {
 public:
  explicit Connection(const std::string& bootstrap) {
    const std::size_t colon = bootstrap.rfind(':');
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    if (getaddrinfo(bootstrap.substr(0, colon).c_str(), bootstrap.substr(colon + 1).c_str(), &hints, &found) != 0)
      die("no such host: " + bootstrap);
    socket_ = socket(found->ai_family, SOCK_STREAM, 0);
    if (connect(socket_, found->ai_addr, found->ai_addrlen) != 0) die("cannot connect to " + bootstrap);
    freeaddrinfo(found);
    const int on = 1;
    setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  }
  ~Connection() { close(socket_); }

  /// Sends head and pieces as one frame with a version-1 request header.
  void send(std::int16_t api, std::int16_t version, const Buffer& head, const std::vector<iovec>& rest = {}) {
    Buffer frame;
    std::size_t rest_bytes = 0;
    for (const iovec& piece : rest) rest_bytes += piece.iov_len;
    weft::append_be<std::int32_t>(frame, 0);
    weft::append_be(frame, api);
    weft::append_be(frame, version);
    weft::append_be<std::int32_t>(frame, next_correlation_++);
    append_string(frame, "load");
    weft::append_bytes(frame, head);
    weft::store_be<std::int32_t>(frame.data(), static_cast<std::int32_t>(frame.size() - 4 + rest_bytes));
    std::vector<iovec> pieces{{frame.data(), frame.size()}};
    pieces.insert(pieces.end(), rest.begin(), rest.end());
    write_all(pieces);
  }

  /// The next response without its length and correlation id. Valid until the next call.
  weft::ByteView receive() {
    std::byte length[4];
    read_all(length, 4);
    const auto size = static_cast<std::size_t>(weft::load_be<std::int32_t>(length));
    if (response_.size() < size) response_.resize(size);
    read_all(response_.data(), size);
    return weft::ByteView(response_).subspan(4, size - 4);
  }

 private:
  void write_all(std::vector<iovec> pieces) {
    std::size_t first = 0;
    while (first < pieces.size()) {
      const auto count = static_cast<int>(std::min<std::size_t>(pieces.size() - first, 1024));
      ssize_t sent = writev(socket_, pieces.data() + first, count);
      if (sent <= 0) die("connection lost while sending");
      while (sent > 0) {
        iovec& piece = pieces[first];
        const auto taken = std::min<std::size_t>(static_cast<std::size_t>(sent), piece.iov_len);
        piece.iov_base = static_cast<std::byte*>(piece.iov_base) + taken;
        piece.iov_len -= taken;
        sent -= static_cast<ssize_t>(taken);
        if (piece.iov_len == 0) ++first;
      }
    }
  }
  void read_all(std::byte* at, std::size_t size) {
    while (size > 0) {
      const ssize_t got = read(socket_, at, size);
      if (got <= 0) die("connection lost while receiving");
      at += got;
      size -= static_cast<std::size_t>(got);
    }
  }

  int socket_;
  std::int32_t next_correlation_ = 0;
  Buffer response_;
};

void create_topic(Connection& connection, std::string_view topic, std::int32_t partitions) {
  Buffer head;
  weft::append_be<std::int32_t>(head, 1);
  append_string(head, topic);
  weft::append_be<std::int32_t>(head, partitions);
  weft::append_be<std::int16_t>(head, 1);
  weft::append_be<std::int32_t>(head, 0);
  weft::append_be<std::int32_t>(head, 0);
  weft::append_be<std::int32_t>(head, 30'000);
  head.push_back(std::byte{0});
  connection.send(19, 2, head);
  weft::ByteReader reader(connection.receive());
  (void)reader.fixed<std::int32_t>("throttle");
  (void)reader.fixed<std::int32_t>("count");
  const auto name = reader.fixed<std::int16_t>("name");
  (void)reader.bytes(static_cast<std::size_t>(name.value()), "name");
  const auto code = reader.fixed<std::int16_t>("error code");
  if (code.value() != 0) die("create topic: error " + std::to_string(code.value()));
}

/// Whether every partition answers where it ends: a broker may announce a topic before it leads it.
bool topic_is_served(Connection& connection, std::string_view topic, std::int32_t partitions) {
  Buffer head;
  weft::append_be<std::int32_t>(head, -1);
  weft::append_be<std::int32_t>(head, 1);
  append_string(head, topic);
  weft::append_be<std::int32_t>(head, partitions);
  for (std::int32_t p = 0; p < partitions; ++p) {
    weft::append_be<std::int32_t>(head, p);
    weft::append_be<std::int64_t>(head, -1);
  }
  connection.send(2, 1, head);
  weft::ByteReader reader(connection.receive());
  (void)reader.fixed<std::int32_t>("topics");
  const auto name = reader.fixed<std::int16_t>("name");
  (void)reader.bytes(static_cast<std::size_t>(name.value()), "name");
  const auto count = reader.fixed<std::int32_t>("partitions");
  for (std::int32_t i = 0; i < count.value(); ++i) {
    (void)reader.fixed<std::int32_t>("partition");
    if (reader.fixed<std::int16_t>("error code").value() != 0) return false;
    (void)reader.bytes(16, "timestamp and offset");
  }
  return true;
}

struct Slice {
  std::int32_t partition;
  const Buffer* batch;
};

void send_produce(Connection& connection, std::string_view topic, const std::vector<Slice>& slices) {
  Buffer head;
  weft::append_be<std::int16_t>(head, -1);  // transactional id
  weft::append_be<std::int16_t>(head, -1);  // acks=all
  weft::append_be<std::int32_t>(head, 30'000);
  weft::append_be<std::int32_t>(head, 1);
  append_string(head, topic);
  weft::append_be<std::int32_t>(head, static_cast<std::int32_t>(slices.size()));
  std::vector<Buffer> heads(slices.size());
  std::vector<iovec> pieces;
  for (std::size_t i = 0; i < slices.size(); ++i) {
    weft::append_be<std::int32_t>(heads[i], slices[i].partition);
    weft::append_be<std::int32_t>(heads[i], static_cast<std::int32_t>(slices[i].batch->size()));
    pieces.push_back({heads[i].data(), heads[i].size()});
    pieces.push_back({const_cast<std::byte*>(slices[i].batch->data()), slices[i].batch->size()});
  }
  connection.send(0, 7, head, pieces);
}

void check_produced(weft::ByteView response) {
  weft::ByteReader reader(response);
  (void)reader.fixed<std::int32_t>("topics");
  const auto name = reader.fixed<std::int16_t>("name");
  (void)reader.bytes(static_cast<std::size_t>(name.value()), "name");
  const auto partitions = reader.fixed<std::int32_t>("partitions");
  for (std::int32_t i = 0; i < partitions.value(); ++i) {
    (void)reader.fixed<std::int32_t>("partition");
    const auto code = reader.fixed<std::int16_t>("error code");
    if (code.value() != 0) die("produce: error " + std::to_string(code.value()));
    (void)reader.bytes(24, "offsets");
  }
}

struct Totals {
  std::uint64_t bytes = 0;
  std::uint64_t records = 0;
  std::uint64_t crc_sum = 0;

  void add(const std::byte* batch, std::size_t size) {
    bytes += size;
    records += static_cast<std::uint64_t>(batch_record_count(batch));
    crc_sum += batch_crc(batch);
  }
};

void report(const char* what, const Totals& totals, double seconds, double cpu, std::vector<double> latencies_ms) {
  std::sort(latencies_ms.begin(), latencies_ms.end());
  const auto at = [&](double share) {
    return latencies_ms.empty() ? 0.0 : latencies_ms[static_cast<std::size_t>(share * static_cast<double>(latencies_ms.size() - 1))];
  };
  std::printf(
      "{\"what\":\"%s\",\"bytes\":%llu,\"records\":%llu,\"crc_sum\":%llu,\"seconds\":%.6f,\"mb_per_s\":%.2f,"
      "\"client_cpu_seconds\":%.4f,\"p50_ms\":%.3f,\"p99_ms\":%.3f,\"max_ms\":%.3f}\n",
      what, static_cast<unsigned long long>(totals.bytes), static_cast<unsigned long long>(totals.records),
      static_cast<unsigned long long>(totals.crc_sum), seconds, static_cast<double>(totals.bytes) / 1e6 / seconds, cpu,
      at(0.50), at(0.99), at(1.0));
}

std::vector<Buffer> make_batches(std::size_t records) {
  std::mt19937_64 random(42);
  std::vector<Buffer> batches;
  for (std::size_t i = 0; i < kDistinctBatches; ++i) batches.push_back(make_batch(records, random));
  return batches;
}

/// Closed loop: `in_flight` requests under way, each with one batch for each of up to eight partitions.
void produce(Connection& connection, std::string_view topic, std::int32_t partitions, std::uint64_t megabytes,
             std::size_t batch_kib, std::size_t in_flight) {
  const std::vector<Buffer> batches = make_batches(std::max<std::size_t>(1, batch_kib));
  const std::int32_t slices_per_request = std::min(partitions, 8);
  Totals totals;
  std::vector<double> latencies_ms;
  std::deque<Clock::time_point> waiting;
  std::size_t next_batch = 0;
  std::int32_t next_partition = 0;
  const double cpu_before = own_cpu_seconds();
  const auto start = Clock::now();
  const auto complete_one = [&] {
    check_produced(connection.receive());
    latencies_ms.push_back(1e3 * seconds_since(waiting.front()));
    waiting.pop_front();
  };
  while (totals.bytes < megabytes * 1'000'000) {
    std::vector<Slice> slices;
    for (std::int32_t i = 0; i < slices_per_request; ++i) {
      const Buffer& batch = batches[next_batch++ % batches.size()];
      slices.push_back({next_partition++ % partitions, &batch});
      totals.add(batch.data(), batch.size());
    }
    waiting.push_back(Clock::now());
    send_produce(connection, topic, slices);
    if (waiting.size() >= in_flight) complete_one();
  }
  while (!waiting.empty()) complete_one();
  report("produce", totals, seconds_since(start), own_cpu_seconds() - cpu_before, std::move(latencies_ms));
}

/// Open loop: every 5 ms one request is due with what arrived since, whether or not earlier ones were answered. The
/// latency counts from when it was due, so a broker that stalls pays for everybody who waited.
void paced(Connection& connection, std::string_view topic, std::int32_t partitions, double megabytes_per_s, double seconds) {
  const double records_per_request = megabytes_per_s * 1e6 / kRecordBytes * 0.005;
  const std::int32_t slices_per_request = std::min(partitions, 8);
  const auto records_per_slice = static_cast<std::size_t>(std::max(1.0, records_per_request / slices_per_request));
  const std::vector<Buffer> batches = make_batches(records_per_slice);
  const auto requests = static_cast<std::size_t>(seconds / 0.005);
  Totals totals;
  std::vector<double> latencies_ms(requests);
  const double cpu_before = own_cpu_seconds();
  const auto start = Clock::now() + std::chrono::milliseconds(50);
  std::thread receiver([&] {
    for (std::size_t i = 0; i < requests; ++i) {
      check_produced(connection.receive());
      const auto due = start + i * kLinger;
      latencies_ms[i] = std::chrono::duration<double, std::milli>(Clock::now() - due).count();
    }
  });
  std::size_t next_batch = 0;
  std::int32_t next_partition = 0;
  for (std::size_t i = 0; i < requests; ++i) {
    std::vector<Slice> slices;
    for (std::int32_t s = 0; s < slices_per_request; ++s) {
      const Buffer& batch = batches[next_batch++ % batches.size()];
      slices.push_back({next_partition++ % partitions, &batch});
      totals.add(batch.data(), batch.size());
    }
    std::this_thread::sleep_until(start + i * kLinger);
    send_produce(connection, topic, slices);
  }
  receiver.join();
  report("paced", totals, seconds_since(start), own_cpu_seconds() - cpu_before, std::move(latencies_ms));
}

/// Reads every partition to its high watermark with Fetch v11, eight partitions a request.
void fetch(Connection& connection, std::string_view topic, std::int32_t partitions) {
  std::vector<std::int64_t> offsets(static_cast<std::size_t>(partitions), 0);
  std::vector<bool> finished(static_cast<std::size_t>(partitions), false);
  Totals totals;
  const double cpu_before = own_cpu_seconds();
  const auto start = Clock::now();
  std::int32_t left = partitions;
  std::int32_t cursor = 0;
  while (left > 0) {
    std::vector<std::int32_t> asked;
    for (std::int32_t i = 0; i < partitions && asked.size() < 8; ++i) {
      const std::int32_t p = (cursor + i) % partitions;
      if (!finished[static_cast<std::size_t>(p)]) asked.push_back(p);
    }
    cursor = (asked.back() + 1) % partitions;
    Buffer head;
    weft::append_be<std::int32_t>(head, -1);
    weft::append_be<std::int32_t>(head, 100);
    weft::append_be<std::int32_t>(head, 1);
    weft::append_be<std::int32_t>(head, 8 << 20);
    head.push_back(std::byte{0});
    weft::append_be<std::int32_t>(head, 0);
    weft::append_be<std::int32_t>(head, -1);
    weft::append_be<std::int32_t>(head, 1);
    append_string(head, topic);
    weft::append_be<std::int32_t>(head, static_cast<std::int32_t>(asked.size()));
    for (const std::int32_t p : asked) {
      weft::append_be<std::int32_t>(head, p);
      weft::append_be<std::int32_t>(head, -1);
      weft::append_be<std::int64_t>(head, offsets[static_cast<std::size_t>(p)]);
      weft::append_be<std::int64_t>(head, -1);
      weft::append_be<std::int32_t>(head, 1 << 20);
    }
    weft::append_be<std::int32_t>(head, 0);
    append_string(head, "");
    connection.send(1, 11, head);

    weft::ByteReader reader(connection.receive());
    (void)reader.bytes(4 + 2 + 4, "head");
    (void)reader.fixed<std::int32_t>("topics");
    const auto name = reader.fixed<std::int16_t>("name");
    (void)reader.bytes(static_cast<std::size_t>(name.value()), "name");
    const std::int32_t count = reader.fixed<std::int32_t>("partitions").value();
    for (std::int32_t i = 0; i < count; ++i) {
      const auto p = static_cast<std::size_t>(reader.fixed<std::int32_t>("partition").value());
      if (const auto code = reader.fixed<std::int16_t>("error code").value(); code != 0) die("fetch: error " + std::to_string(code));
      const std::int64_t high_watermark = reader.fixed<std::int64_t>("high watermark").value();
      (void)reader.bytes(16, "offsets");
      const std::int32_t aborted = reader.fixed<std::int32_t>("aborted").value();
      if (aborted > 0) (void)reader.bytes(static_cast<std::size_t>(aborted) * 16, "aborted");
      (void)reader.fixed<std::int32_t>("preferred replica");
      const std::int32_t size = reader.fixed<std::int32_t>("records").value();
      weft::ByteView records = reader.bytes(static_cast<std::size_t>(std::max(size, 0)), "records").value();
      while (records.size() > 61) {
        const std::size_t length = 12 + static_cast<std::size_t>(weft::load_be<std::int32_t>(records.data() + 8));
        if (length > records.size()) break;
        totals.add(records.data(), length);
        offsets[p] = weft::load_be<std::int64_t>(records.data()) + weft::load_be<std::int32_t>(records.data() + 23) + 1;
        records = records.subspan(length);
      }
      if (offsets[p] >= high_watermark && !finished[p]) {
        finished[p] = true;
        --left;
      }
    }
  }
  report("fetch", totals, seconds_since(start), own_cpu_seconds() - cpu_before, {});
}

}  // namespace

int main(int argc, char** argv) {
  const auto text = [&](int i) { return i < argc ? std::string(argv[i]) : (die("too few arguments: see load.cc"), std::string()); };
  const auto number = [&](int i) { return std::atof(text(i).c_str()); };
  Connection connection(text(1));
  const std::string what = text(2);
  const std::string topic = text(3);
  const auto partitions = static_cast<std::int32_t>(number(4));
  if (what == "create") {
    create_topic(connection, topic, partitions);
    while (!topic_is_served(connection, topic, partitions)) std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  else if (what == "produce") produce(connection, topic, partitions, static_cast<std::uint64_t>(number(5)), static_cast<std::size_t>(number(6)), static_cast<std::size_t>(number(7)));
  else if (what == "paced") paced(connection, topic, partitions, number(5), number(6));
  else if (what == "fetch") fetch(connection, topic, partitions);
  else die("unknown command " + what);
  return 0;
}
