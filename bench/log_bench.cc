// What log::Log costs alone: append until durable, and reading it back. One process, real disk.
//   log_bench DIRECTORY [seconds per row]
#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <future>
#include <string>
#include <vector>

#include "env/disk.h"
#include "env/posix_env.h"
#include "log/log.h"
#include "record/builder.h"

namespace {

using namespace weft;
using Seconds = std::chrono::duration<double>;

double cpu_seconds() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + 1e-6 * static_cast<double>(time.tv_usec);
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

std::int64_t rss_anon_kib() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);)
    if (line.starts_with("RssAnon:")) return std::strtoll(line.c_str() + 8, nullptr, 10);
  return -1;
}

/// The loop's side of a run: keeps `window` batches on their way until the time is up.
struct Producer {
  log::Log& log;
  env::EventLoop& loop;
  std::vector<PartitionId> partitions;
  SharedBytes batch;
  int window;
  env::MonotonicTime until;
  std::promise<void> finished;
  int under_way = 0;
  std::size_t next = 0;
  std::uint64_t bytes = 0;
  std::vector<double> latencies_ms;

  void pump() {
    while (under_way < window && loop.clock().monotonic() < until) {
      log::AppendSlice slice{partitions[next++ % partitions.size()], batch};
      const auto began = loop.clock().monotonic();
      const auto appended = log.append({&slice, 1}, [this, began](Result<void> result) {
        if (!result.ok()) std::abort();
        latencies_ms.push_back(std::chrono::duration<double, std::milli>(loop.clock().monotonic() - began).count());
        bytes += batch.size();
        --under_way;
        if (under_way == 0 && loop.clock().monotonic() >= until) return finished.set_value();
        pump();
      });
      if (!appended.ok()) break;  // on_room goes on
      ++under_way;
    }
  }
};

void run(const std::string& directory, int partition_count, std::size_t batch_bytes, double seconds) {
  const std::shared_ptr<env::Disk> disk = env::make_posix_disk();
  const auto env = env::make_posix_env({.disk = disk});
  const auto loop = env->make_loop("bench");
  const std::string data = directory + fmt::format("/weft-log-bench-{}", ::getpid());
  const auto opened_at = std::chrono::steady_clock::now();
  auto log = log::Log::open(*env, *loop, {.directory = data}).value();
  const double open_ms =
      std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - opened_at).count();

  record::BatchBuilder builder;
  const std::string value(1000, 'v');
  while (builder.bytes() + 1024 <= batch_bytes)
    builder.add(std::nullopt, as_bytes(value), Timestamp(1'800'000'000'000));
  Producer producer{*log, *loop, {}, SharedBytes(builder.build().value()), std::max(64, partition_count), {}, {}};
  for (int i = 0; i < partition_count; ++i)
    producer.partitions.push_back({TopicId(Uuid::from_random(static_cast<std::uint64_t>(i), 1)), PartitionIndex(0)});

  std::promise<void> created;
  loop->post([&] { log->create_partitions(producer.partitions, [&](Result<void>) { created.set_value(); }); });
  created.get_future().wait();
  const std::int64_t idle_kib = rss_anon_kib();
  const double cpu = cpu_seconds();
  const auto began = std::chrono::steady_clock::now();
  loop->post([&] {
    producer.until = loop->clock().monotonic() + std::chrono::duration_cast<env::Duration>(Seconds(seconds));
    log->on_room([&] { producer.pump(); });
    producer.pump();
  });
  producer.finished.get_future().wait();
  const double took = Seconds(std::chrono::steady_clock::now() - began).count();
  const double gigabytes = static_cast<double>(producer.bytes) / 1e9;
  std::ranges::sort(producer.latencies_ms);
  const auto percentile = [&](double p) {
    return producer.latencies_ms[static_cast<std::size_t>(p * static_cast<double>(producer.latencies_ms.size() - 1))];
  };
  fmt::print(
      "append {:5} p {:3} KiB: {:6.0f} MB/s {:5.2f} CPU-s/GB  p50 {:6.2f} ms p99 {:6.2f} ms  open {:.1f} ms  RssAnon "
      "{} MiB before, {} after\n",
      partition_count, batch_bytes >> 10, gigabytes * 1000 / took, (cpu_seconds() - cpu) / gigabytes, percentile(0.5),
      percentile(0.99), open_ms, idle_kib >> 10, rss_anon_kib() >> 10);

  // Reading partition by partition, warm.
  const double read_cpu = cpu_seconds();
  const auto read_began = std::chrono::steady_clock::now();
  std::promise<std::uint64_t> read_all;
  std::size_t at_partition = 0;
  Offset at(0);
  std::uint64_t read_bytes = 0;
  std::function<void()> step = [&] {
    if (at_partition == producer.partitions.size()) return read_all.set_value(read_bytes);
    log->read(producer.partitions[at_partition], at, 1 << 20, [&](Result<log::ReadResult> result) {
      if (result->batches.empty()) {
        ++at_partition;
        at = Offset(0);
      } else {
        for (const SharedBytes& each : result->batches) read_bytes += each.size();
        at = record::load_header(result->batches.back().data()).next_offset();
      }
      loop->post([&] { step(); });
    });
  };
  loop->post([&] { step(); });
  const double read_gb = static_cast<double>(read_all.get_future().get()) / 1e9;
  fmt::print("read   {:5} p {:3} KiB: {:6.0f} MB/s {:5.2f} CPU-s/GB\n", partition_count, batch_bytes >> 10,
             read_gb * 1000 / Seconds(std::chrono::steady_clock::now() - read_began).count(),
             (cpu_seconds() - read_cpu) / read_gb);
  std::promise<void> closed;
  loop->post([&] {
    log->close([&](Result<void>) {
      loop->post([&] {
        log.reset();
        closed.set_value();
      });
    });
  });
  closed.get_future().wait();
  (void)env::remove_all(*disk, data);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    fmt::print(stderr, "usage: log_bench DIRECTORY [SECONDS]\n");
    return 2;
  }
  const double seconds = argc > 2 ? std::atof(argv[2]) : 4;
  for (const int partitions : {1, 64}) run(argv[1], partitions, 64 << 10, seconds);
  run(argv[1], 64, 4 << 10, seconds);
}
