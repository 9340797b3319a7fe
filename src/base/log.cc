#include "base/log.h"

#include <spdlog/logger.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <algorithm>
#include <array>
#include <memory>
#include <mutex>
#include <utility>

namespace weft {
namespace {

constexpr std::array<std::pair<std::string_view, LogLevel>, 6> kLevels{{{"trace", LogLevel::kTrace},
                                                                        {"debug", LogLevel::kDebug},
                                                                        {"info", LogLevel::kInfo},
                                                                        {"warn", LogLevel::kWarn},
                                                                        {"error", LogLevel::kError},
                                                                        {"off", LogLevel::kOff}}};

struct ComponentLevel {
  std::string component;
  LogLevel level;
};

/// Immutable once published; replaced whole, so that enabled() takes no lock. Old ones are few and kept.
struct Levels {
  LogLevel fallback = LogLevel::kInfo;
  std::vector<ComponentLevel> components;

  LogLevel of(std::string_view component) const {
    for (const auto& [name, level] : components) {
      if (component.starts_with(name) && (component.size() == name.size() || component[name.size()] == '.'))
        return level;
    }
    return fallback;
  }
};

struct Output {
  std::mutex mutex;
  std::vector<std::unique_ptr<const Levels>> published;  // guarded by mutex
  std::vector<std::string>* captured = nullptr;          // guarded by mutex
  spdlog::logger logger{"weft", std::make_shared<spdlog::sinks::stderr_sink_mt>()};

  Output() {
    logger.set_level(spdlog::level::trace);
    logger.set_formatter(
        std::make_unique<spdlog::pattern_formatter>("%Y-%m-%dT%H:%M:%S.%eZ %v", spdlog::pattern_time_type::utc));
    logger.flush_on(spdlog::level::trace);
  }
};

/// Never destroyed: threads may log until the very end.
Output& output() {
  static Output& only = *new Output;
  return only;
}

std::atomic<const Levels*> current_levels{nullptr};

bool plain(std::string_view value) {
  if (value.empty()) return false;
  for (const char c : value) {
    if (static_cast<unsigned char>(c) <= ' ' || c == '"' || c == '=' || c == '\\' || c == 0x7f) return false;
  }
  return true;
}

void append_quoted(std::string& line, std::string_view value) {
  line += '"';
  for (const char c : value) {
    if (c == '"' || c == '\\')
      (line += '\\') += c;
    else if (c == '\n')
      line += "\\n";
    else if (static_cast<unsigned char>(c) < ' ' || c == 0x7f)
      line += fmt::format("\\x{:02x}", c);
    else
      line += c;
  }
  line += '"';
}

void append_value(std::string& line, std::string_view value) {
  if (plain(value))
    line += value;
  else
    append_quoted(line, value);
}

}  // namespace

std::atomic<LogLevel> Logger::level_min_{LogLevel::kInfo};

std::string_view log_level_name(LogLevel level) { return kLevels[static_cast<std::size_t>(level)].first; }

void LogField::append_to(std::string& line) const {
  struct Append {
    std::string& line;
    std::string_view key;
    void operator()(std::string_view value) const { append_value(line, value); }
    void operator()(bool value) const { line += value ? "true" : "false"; }
    void operator()(std::int64_t value) const { line += fmt::to_string(value); }
    void operator()(std::uint64_t value) const { line += fmt::to_string(value); }
    void operator()(double value) const { line += fmt::to_string(value); }
    void operator()(const Error* why) const {
      line += error_name(why->code);
      line += ' ';
      line += key;
      line += "_detail=";
      append_quoted(line, why->message);
    }
  };
  line += ' ';
  line += key_;
  line += '=';
  std::visit(Append{line, key_}, value_);
}

bool Logger::component_enabled(LogLevel level) const {
  const Levels* levels = current_levels.load(std::memory_order_acquire);
  return levels == nullptr || level >= levels->of(component_);
}

void Logger::write(LogLevel level, std::string_view message, Fields fields) const {
  std::string line = fmt::format("{:<5} {}: ", log_level_name(level), component_);
  for (const char c : message) line += static_cast<unsigned char>(c) < ' ' ? ' ' : c;
  for (const LogField& field : fields) field.append_to(line);
  Output& out = output();
  const std::lock_guard lock(out.mutex);
  if (out.captured != nullptr)
    out.captured->push_back(std::move(line));
  else
    out.logger.log(spdlog::level::info, line);
}

Result<void> set_log_levels(std::string_view levels) {
  auto parsed = std::make_unique<Levels>();
  LogLevel lowest = LogLevel::kOff;
  for (std::string_view rest = levels; !rest.empty();) {
    const std::size_t comma = rest.find(',');
    const std::string_view word = rest.substr(0, comma);
    rest = comma == std::string_view::npos ? std::string_view{} : rest.substr(comma + 1);
    const std::size_t equals = word.find('=');
    const std::string_view name = equals == std::string_view::npos ? word : word.substr(equals + 1);
    const auto* const level =
        std::find_if(kLevels.begin(), kLevels.end(), [&](const auto& known) { return known.first == name; });
    if (level == kLevels.end()) {
      return error(ErrorCode::kInvalidArgument, "log level '{}' is none of trace, debug, info, warn, error, off", name);
    }
    if (equals == std::string_view::npos)
      parsed->fallback = level->second;
    else
      parsed->components.push_back({std::string(word.substr(0, equals)), level->second});
  }
  lowest = parsed->fallback;
  for (const auto& component : parsed->components) lowest = std::min(lowest, component.level);

  Output& out = output();
  const std::lock_guard lock(out.mutex);
  out.published.push_back(std::move(parsed));
  current_levels.store(out.published.back().get(), std::memory_order_release);
  Logger::level_min_.store(lowest, std::memory_order_relaxed);
  return {};
}

LogCapture::LogCapture() {
  Output& out = output();
  const std::lock_guard lock(out.mutex);
  CHECK(out.captured == nullptr, "two LogCaptures at a time");
  out.captured = new std::vector<std::string>;
}

LogCapture::~LogCapture() {
  Output& out = output();
  const std::lock_guard lock(out.mutex);
  delete std::exchange(out.captured, nullptr);
}

std::vector<std::string> LogCapture::lines() const {
  Output& out = output();
  const std::lock_guard lock(out.mutex);
  return *out.captured;
}

}  // namespace weft
