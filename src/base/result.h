#pragma once

#include <fmt/format.h>

#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "base/check.h"

namespace weft {

/// The closed set of ways an operation can fail. Each edge maps a code once: broker to a Kafka error code, http to a
/// problem document (RFC 9457), SQL to an SQL error.
enum class ErrorCode {
  kInvalidArgument,      ///< The caller's input breaks a rule; the message names field, rule and fix.
  kNotFound,             ///< The named thing does not exist.
  kAlreadyExists,        ///< The name is taken.
  kConflict,             ///< True a moment ago, not now: versions, generations, states.
  kUnauthenticated,      ///< Nobody we know is asking.
  kForbidden,            ///< We know who asks; a right is missing. The message names it.
  kOutOfRange,           ///< An offset or position outside what is held.
  kTooLarge,             ///< Over a stated limit.
  kUnsupported,          ///< Understood, and not offered here.
  kCorrupt,              ///< Bytes that fail their checksum or structure.
  kIncompatible,         ///< A schema that breaks its subject's compatibility.
  kOutOfOrderSequence,   ///< Idempotent produce: a gap (KIP-98).
  kFenced,               ///< A newer epoch or member has taken over.
  kUnavailable,          ///< Try again: starting, stopping, leader away.
  kTimeout,              ///< The deadline passed; whether it happened is unknown unless the message says so.
  kCancelled,            ///< The caller withdrew.
  kExhausted,            ///< A bound was hit: queue, quota, memory.
  kDiskFull,             ///< No room; goes on when there is.
  kIo,                   ///< The operating system refused.
  kInternal,             ///< Ours; please report.
};

/// "invalid_argument", "not_found", …: stable names for logs, problem documents and --json.
std::string_view error_name(ErrorCode code);

/// Why something failed, for a person: what was wrong, where, and what to do.
struct Error {
  ErrorCode code = ErrorCode::kInternal;
  std::string message;
  int detail = 0;  ///< A finer number within `code` that one surface defines (Confluent's error_code); 0: none.

  bool operator==(const Error&) const = default;
};

template <class... Args>
Error error(ErrorCode code, fmt::format_string<Args...> text, Args&&... args) {
  return Error{code, fmt::format(text, std::forward<Args>(args)...), 0};
}

/// A value or the reason there is none. Never both, never neither.
template <class T>
class [[nodiscard]] Result {
 public:
  using value_type = T;

  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}  // NOLINT: implicit by design
  Result(Error why) : state_(std::in_place_index<1>, std::move(why)) {}  // NOLINT: implicit by design

  bool ok() const { return state_.index() == 0; }
  explicit operator bool() const { return ok(); }

  const T& value() const& {
    require();
    return *std::get_if<0>(&state_);
  }
  T& value() & {
    require();
    return *std::get_if<0>(&state_);
  }
  T&& value() && {
    require();
    return std::move(*std::get_if<0>(&state_));
  }
  const T& operator*() const& { return value(); }
  T& operator*() & { return value(); }
  T&& operator*() && { return std::move(*this).value(); }
  const T* operator->() const { return &value(); }
  T* operator->() { return &value(); }
  T value_or(T fallback) const& { return ok() ? value() : std::move(fallback); }

  const Error& error() const& {
    CHECK(!ok(), "error() of a Result that holds a value");
    return *std::get_if<1>(&state_);
  }
  Error&& error() && {
    CHECK(!ok(), "error() of a Result that holds a value");
    return std::move(*std::get_if<1>(&state_));
  }

 private:
  void require() const {
    if (!ok()) [[unlikely]]
      check_failed("Result::ok()", __FILE__, __LINE__, std::get_if<1>(&state_)->message);
  }

  std::variant<T, Error> state_;
};

/// Success without a value: `return {};`.
template <>
class [[nodiscard]] Result<void> {
 public:
  using value_type = void;

  Result() = default;
  Result(Error why) : why_(std::move(why)), failed_(true) {}  // NOLINT: implicit by design

  bool ok() const { return !failed_; }
  explicit operator bool() const { return ok(); }
  const Error& error() const& {
    CHECK(failed_, "error() of a successful Result");
    return why_;
  }
  Error&& error() && {
    CHECK(failed_, "error() of a successful Result");
    return std::move(why_);
  }

 private:
  Error why_;
  bool failed_ = false;
};

}  // namespace weft

#define WEFT_CONCAT_(a, b) a##b
#define WEFT_CONCAT(a, b) WEFT_CONCAT_(a, b)

/// `TRY(expression)` returns its error from the enclosing function, if it has one.
/// `TRY_ASSIGN(auto x, expression)` also names the value otherwise.
#define TRY(expression)                                                   \
  do {                                                                    \
    if (auto weft_try = (expression); !weft_try.ok()) [[unlikely]]        \
      return std::move(weft_try).error();                                 \
  } while (false)
#define TRY_ASSIGN(declaration, expression) TRY_ASSIGN_(WEFT_CONCAT(weft_try_, __LINE__), declaration, expression)
#define TRY_ASSIGN_(name, declaration, expression)          \
  auto name = (expression);                                 \
  if (!name.ok()) [[unlikely]]                              \
    return std::move(name).error();                         \
  declaration = std::move(name).value()
