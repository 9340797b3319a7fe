#include "env/disk.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "env/aligned_buffer.h"
#include "env/disk_recording.h"
#include "env/disk_simulated.h"

namespace weft::env {
namespace {

class TemporaryDirectory {
 public:
  TemporaryDirectory() {
    std::string pattern = (std::filesystem::temp_directory_path() / "weft-disk-XXXXXX").string();
    path_ = ::mkdtemp(pattern.data());
  }
  ~TemporaryDirectory() { std::filesystem::remove_all(path_); }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

std::string text_of(Disk& disk, const std::string& path) {
  return std::string(as_text(read_file(disk, path, 1 << 20).value()));
}

void exercise(Disk& disk, const std::string& root) {
  ASSERT_TRUE(make_directories(disk, root + "/a/b").ok());
  {
    const auto file = disk.open(root + "/a/b/f", OpenMode::kCreate).value();
    const ByteView pieces[] = {as_bytes("hello "), as_bytes(""), as_bytes("world")};
    ASSERT_TRUE(file->write_at(0, pieces).ok());
    ASSERT_TRUE(file->allocate(11, 4096).ok());
    EXPECT_EQ(file->size().value(), 11U) << "reserving does not grow the file";
    ASSERT_TRUE(file->write_at(3, as_bytes("p me")).ok());
    ASSERT_TRUE(file->sync().ok());
    Buffer into(100);
    EXPECT_EQ(file->read_at(6, into).value(), 5U);
  }
  EXPECT_EQ(text_of(disk, root + "/a/b/f"), "help meorld");
  std::vector<std::shared_ptr<File>> files;
  for (int i = 0; i < 40; ++i) {
    files.push_back(disk.open(root + "/a/" + std::to_string(i), OpenMode::kCreate).value());
    ASSERT_TRUE(files.back()->write_at(0, as_bytes("many")).ok());
  }
  EXPECT_TRUE(disk.sync_files(files).ok());
  EXPECT_TRUE(disk.sync_files({}).ok());
  ASSERT_TRUE(replace_file(disk, root + "/a/b/g", as_bytes("one")).ok());
  ASSERT_TRUE(replace_file(disk, root + "/a/b/g", as_bytes("two")).ok());
  EXPECT_EQ(text_of(disk, root + "/a/b/g"), "two");
  EXPECT_EQ(disk.list(root + "/a/b").value().size(), 2U);
  EXPECT_EQ(disk.open(root + "/none", OpenMode::kReadWrite).error().code, ErrorCode::kNotFound);
  {
    const auto lock = disk.lock(root + "/lock").value();
    EXPECT_EQ(disk.lock(root + "/lock").error().code, ErrorCode::kConflict);
  }
  EXPECT_TRUE(disk.lock(root + "/lock").ok());
  ASSERT_TRUE(remove_all(disk, root + "/a").ok());
  EXPECT_FALSE(disk.exists(root + "/a"));
}

TEST(Disk, TheRealOneDoesWhatTheInterfaceSays) {
  const TemporaryDirectory root;
  exercise(*make_posix_disk(), root.path());
}

TEST(Disk, TheSimulatedOneDoesTheSame) {
  SimulatedDisk disk;
  exercise(disk, "root");
}

TEST(Disk, ALongGatherIsWrittenWhole) {
  const TemporaryDirectory root;
  const auto disk = make_posix_disk();
  const auto file = disk->open(root.path() + "/f", OpenMode::kCreate).value();
  std::vector<std::string> texts;
  std::string whole;
  for (int i = 0; i < 500; ++i) whole += texts.emplace_back(std::to_string(i));
  std::vector<ByteView> pieces;
  for (const std::string& text : texts) pieces.push_back(as_bytes(text));
  ASSERT_TRUE(file->write_at(0, pieces).ok());
  EXPECT_EQ(text_of(*disk, root.path() + "/f"), whole);
}

TEST(SimulatedDisk, APowerLossKeepsWhatWasSyncedAndPiecesOfTheRest) {
  int lost = 0;
  int kept = 0;
  int torn = 0;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    SimulatedDisk disk(seed);
    ASSERT_TRUE(disk.make_directory("d").ok());
    ASSERT_TRUE(disk.sync_directory(".").ok());
    const auto file = disk.open("d/f", OpenMode::kCreate).value();
    ASSERT_TRUE(file->write_at(0, Buffer(1024, std::byte{1})).ok());
    ASSERT_TRUE(file->sync().ok());
    ASSERT_TRUE(disk.sync_directory("d").ok());
    ASSERT_TRUE(file->write_at(1024, Buffer(2048, std::byte{2})).ok());
    disk.crash();
    const Buffer after = read_file(disk, "d/f", 1 << 20).value();
    ASSERT_GE(after.size(), 1024U);
    EXPECT_EQ(std::count(after.begin(), after.begin() + 1024, std::byte{1}), 1024);
    const auto new_bytes = std::count(after.begin() + 1024, after.end(), std::byte{2});
    EXPECT_EQ(new_bytes % 512, 0);
    ++(new_bytes == 0 ? lost : new_bytes == 2048 ? kept : torn);
  }
  EXPECT_GT(lost, 10);
  EXPECT_GT(kept, 10);
  EXPECT_GT(torn, 10);
}

TEST(SimulatedDisk, ANameIsLostUnlessItsDirectoryWasSynced) {
  int lost = 0;
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    SimulatedDisk disk(seed);
    const auto file = disk.open("f", OpenMode::kCreate).value();
    ASSERT_TRUE(file->sync().ok());
    disk.crash();
    lost += disk.exists("f") ? 0 : 1;
  }
  EXPECT_GT(lost, 20);
  EXPECT_LT(lost, 80);
}

TEST(SimulatedDisk, ADirectWriteIsDurableWhenItReturnsAndOneUnderWayMayBeAnything) {
  int garbage = 0;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    SimulatedDisk disk(seed);
    const auto file = disk.open("f", OpenMode::kCreate, Caching::kDirectSynced).value();
    ASSERT_TRUE(disk.sync_directory(".").ok());
    AlignedBuffer buffer(8192);
    std::ranges::fill(buffer.first(4096), std::byte{1});
    ASSERT_TRUE(file->write_at(0, buffer.first(4096)).ok());
    std::ranges::fill(buffer.first(8192), std::byte{2});
    disk.stop_after(1);
    EXPECT_EQ(file->write_at(4096, buffer.first(8192)).error().code, ErrorCode::kUnavailable);
    EXPECT_TRUE(disk.is_down());
    disk.crash();
    const Buffer after = read_file(disk, "f", 1 << 20).value();
    EXPECT_EQ(std::count(after.begin(), after.begin() + 4096, std::byte{1}), 4096);
    for (std::size_t at = 4096; at < after.size(); ++at) garbage += after[at] > std::byte{2} ? 1 : 0;
  }
  EXPECT_GT(garbage, 1000);
}

TEST(SimulatedDisk, WhatADeadProcessWroteDirectlyIsReadableAndDurableOnlyAfterTheNextFlush) {
  int lost = 0;
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    SimulatedDisk disk(seed);
    AlignedBuffer buffer(4096);
    buffer.data()[0] = std::byte{7};
    auto file = disk.open("f", OpenMode::kCreate, Caching::kDirectSynced).value();
    ASSERT_TRUE(disk.sync_directory(".").ok());
    disk.stop_after(1);
    EXPECT_FALSE(file->write_at(0, buffer.first(4096)).ok());
    disk.restart_process();
    EXPECT_EQ(read_file(disk, "f", 1 << 20).value()[0], std::byte{7});
    if (seed % 2 == 0) {
      file = disk.open("f", OpenMode::kReadWrite, Caching::kDirectSynced).value();
      ASSERT_TRUE(file->write_at(4096, buffer.first(4096)).ok());
    }
    disk.crash();
    const Buffer after = read_file(disk, "f", 1 << 20).value();
    const bool there = !after.empty() && after[0] == std::byte{7};
    if (seed % 2 == 0) {
      EXPECT_TRUE(there);
    } else {
      lost += there ? 0 : 1;
    }
  }
  EXPECT_GT(lost, 5);
}

TEST(SimulatedDisk, AFailedWriteBackIsToldToOpenHandlesOnly) {
  SimulatedDisk disk;
  const auto before = disk.open("f", OpenMode::kCreate).value();
  ASSERT_TRUE(before->write_at(0, as_bytes("lost")).ok());
  disk.fail_write_back("f");
  EXPECT_TRUE(disk.open("f", OpenMode::kReadWrite).value()->sync().ok());
  EXPECT_EQ(before->sync().error().code, ErrorCode::kIo);
}

TEST(SimulatedDisk, AFullDiskSaysSoAndHasRoomAgainAfterADelete) {
  SimulatedDisk disk;
  disk.set_capacity(8192);
  const auto first = disk.open("first", OpenMode::kCreate).value();
  const auto second = disk.open("second", OpenMode::kCreate).value();
  ASSERT_TRUE(first->allocate(0, 6000).ok());
  EXPECT_EQ(second->write_at(0, Buffer(4000)).error().code, ErrorCode::kDiskFull);
  EXPECT_TRUE(first->write_at(0, Buffer(6000)).ok());
  ASSERT_TRUE(disk.remove("first").ok());
  EXPECT_TRUE(second->write_at(0, Buffer(4000)).ok());
}

TEST(RecordingDisk, ATracePlayedBackIsTheSameDiskAtAnyPoint) {
  const TemporaryDirectory root;
  const auto inner = make_posix_disk();
  const std::string data = root.path() + "/data";
  const auto disk = make_recording_disk(*inner, root.path() + "/trace").value();
  ASSERT_TRUE(disk->make_directory(data).ok());
  const auto file = disk->open(data + "/f", OpenMode::kCreate).value();
  ASSERT_TRUE(file->write_at(0, as_bytes("abcdef")).ok());
  disk->note(as_bytes("written"));
  ASSERT_TRUE(file->sync().ok());
  ASSERT_TRUE(file->write_at(2, as_bytes("XY")).ok());
  ASSERT_TRUE(disk->rename(data + "/f", data + "/g").ok());

  auto replay = TraceReplay::open(*inner, root.path() + "/trace", data).value();
  ASSERT_EQ(replay.notes().size(), 1U);
  SimulatedDisk image;
  replay.advance(image, replay.notes()[0].event);
  EXPECT_EQ(text_of(image, "/f"), "abcdef");
  replay.advance(image, replay.event_count());
  EXPECT_EQ(text_of(image, "/g"), "abXYef");
  EXPECT_FALSE(image.exists("/f"));
}

}  // namespace
}  // namespace weft::env
