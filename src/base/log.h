#pragma once

#include <atomic>
#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.h"

namespace weft {

enum class LogLevel : std::uint8_t { kTrace, kDebug, kInfo, kWarn, kError, kOff };

std::string_view log_level_name(LogLevel level);

/// One key=value of a log line. Holds views: made in the call that logs, never kept. Never a secret.
class LogField {
 public:
  LogField(std::string_view key, std::string_view value) : key_(key), value_(value) {}
  LogField(std::string_view key, const char* value) : key_(key), value_(std::string_view(value)) {}
  LogField(std::string_view key, const std::string& value) : key_(key), value_(std::string_view(value)) {}
  LogField(std::string_view key, bool value) : key_(key), value_(value) {}
  LogField(std::string_view key, std::signed_integral auto value) : key_(key), value_(std::int64_t{value}) {}
  LogField(std::string_view key, std::unsigned_integral auto value) : key_(key), value_(std::uint64_t{value}) {}
  LogField(std::string_view key, double value) : key_(key), value_(value) {}
  /// key=code key_detail="message"
  LogField(std::string_view key, const Error& why) : key_(key), value_(&why) {}

  void append_to(std::string& line) const;

 private:
  std::string_view key_;
  std::variant<std::string_view, bool, std::int64_t, std::uint64_t, double, const Error*> value_;
};

/// The log of one component: a constant at the top of a .cc file.
///
///     constexpr Logger kLog("broker");
///     kLog.info("listening", {{"address", address.to_string()}, {"partitions", count}});
///
/// writes `2026-11-22T17:00:00.123Z info  broker: listening address=127.0.0.1:9092 partitions=12` to standard error.
/// Values are quoted and escaped when they need it: what a client sends cannot forge a line. A level that is off costs
/// one relaxed load and the making of the fields; guard costly ones with enabled(). Thread-safe.
class Logger {
 public:
  /// `component` is a literal: the layer's name, or "layer.part".
  constexpr explicit Logger(std::string_view component) : component_(component) {}

  bool enabled(LogLevel level) const {
    return level >= level_min_.load(std::memory_order_relaxed) && component_enabled(level);
  }

  using Fields = std::initializer_list<LogField>;
  void trace(std::string_view message, Fields fields = {}) const { log(LogLevel::kTrace, message, fields); }
  void debug(std::string_view message, Fields fields = {}) const { log(LogLevel::kDebug, message, fields); }
  void info(std::string_view message, Fields fields = {}) const { log(LogLevel::kInfo, message, fields); }
  void warn(std::string_view message, Fields fields = {}) const { log(LogLevel::kWarn, message, fields); }
  void error(std::string_view message, Fields fields = {}) const { log(LogLevel::kError, message, fields); }

 private:
  friend Result<void> set_log_levels(std::string_view levels);

  void log(LogLevel level, std::string_view message, Fields fields) const {
    if (enabled(level)) write(level, message, fields);
  }
  bool component_enabled(LogLevel level) const;
  void write(LogLevel level, std::string_view message, Fields fields) const;

  /// The lowest level that any component lets through.
  static std::atomic<LogLevel> level_min_;
  std::string_view component_;
};

/// "info", or a default and components: "info,http=debug,broker=trace". A component's level holds for its parts too.
/// kInvalidArgument names the word that is no level. At start `info`.
Result<void> set_log_levels(std::string_view levels);

/// While it lives, lines are collected here instead of being written: for tests. One at a time.
class LogCapture {
 public:
  LogCapture();
  ~LogCapture();
  LogCapture(const LogCapture&) = delete;
  LogCapture& operator=(const LogCapture&) = delete;

  /// Without the time: "info  broker: listening address=…".
  std::vector<std::string> lines() const;
};

}  // namespace weft
