#include "contract/child_process.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "base/check.h"

namespace weft::contract {

ChildProcess::ChildProcess(std::vector<std::string> command) {
  int input[2];
  int output[2];
  CHECK(pipe2(input, O_CLOEXEC) == 0 && pipe2(output, O_CLOEXEC) == 0, "pipes");
  std::vector<char*> arguments;
  for (auto& word : command) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  pid_ = fork();
  CHECK(pid_ >= 0, "fork");
  if (pid_ == 0) {
    dup2(input[0], STDIN_FILENO);
    dup2(output[1], STDOUT_FILENO);
    execvp(arguments[0], arguments.data());
    _exit(127);
  }
  ::close(input[0]);
  ::close(output[1]);
  input_ = input[1];
  output_ = output[0];
  for (char byte = 0; line_.empty() || line_.back() != '\n'; line_ += byte) {
    const auto count = read(output_, &byte, 1);
    CHECK(count == 1, "the server ended before it was ready: " + command[0]);
  }
}

ChildProcess::~ChildProcess() {
  kill(pid_, SIGTERM);
  ::close(input_);
  waitpid(pid_, nullptr, 0);
  ::close(output_);
}

std::string ChildProcess::ready(const std::string& name) const {
  return nlohmann::json::parse(line_).at(name).get<std::string>();
}

}  // namespace weft::contract
