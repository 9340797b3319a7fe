#pragma once

#include <string>
#include <vector>

namespace weft::contract {

/// A server of its own process that prints one line of JSON when it is ready, and ends when its standard input closes or
/// it is told to.
class ChildProcess {
 public:
  /// Returns when the line is there; stops the test binary when the program ends before.
  explicit ChildProcess(std::vector<std::string> command);
  ~ChildProcess();
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  /// A text of the ready line: "kafka" gives the address.
  std::string ready(const std::string& name) const;

 private:
  int pid_ = -1;
  int input_ = -1;
  int output_ = -1;
  std::string line_;
};

}  // namespace weft::contract
