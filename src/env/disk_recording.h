#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "env/disk.h"

namespace weft::env {

class SimulatedDisk;

/// Passes everything on to `inner` and writes down, in `trace_path`, every change, sync and note with its beginning and
/// its end: what crash images are made of. Goes on with a trace that exists (a process that was started again), so it
/// must have been there from the first start of the data directory. Every event is in the file before the call returns.
class RecordingDisk : public Disk {
 public:
  /// Something the disk cannot see, in its place among the rest: an acknowledgement, a read.
  virtual void note(ByteView text) = 0;
};
Result<std::unique_ptr<RecordingDisk>> make_recording_disk(Disk& inner, const std::string& trace_path);

/// A trace, played back onto a simulated disk event by event.
class TraceReplay {
 public:
  /// `root` is cut from the front of every path; what lies elsewhere is left out. kCorrupt: not a trace.
  static Result<TraceReplay> open(Disk& disk, const std::string& trace_path, std::string root);

  std::size_t event_count() const { return events_.size(); }
  /// Plays events up to, not including, `end`.
  void advance(SimulatedDisk& onto, std::size_t end);
  /// Index of the event and text, in order.
  struct Note {
    std::size_t event = 0;
    std::string text;
  };
  const std::vector<Note>& notes() const { return notes_; }
  /// The first event at or after byte `position` of the trace file: where a client's acknowledgement falls.
  std::size_t event_at(std::uint64_t position) const;

 private:
  struct Event {
    std::uint64_t position = 0;
    std::uint8_t kind = 0;
    std::uint64_t operation = 0;
    std::uint64_t offset = 0;
    std::string path;
    std::string to;
    Buffer bytes;
  };

  void play(SimulatedDisk& onto, const Event& event);
  bool strip(std::string& path) const;

  std::string root_;
  std::vector<Event> events_;
  std::vector<Note> notes_;
  std::size_t next_ = 0;
  std::vector<std::pair<std::uint64_t, std::uint64_t>> under_way_;  ///< Operation in the trace, on the disk.
};

}  // namespace weft::env
