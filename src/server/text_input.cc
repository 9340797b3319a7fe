#include "server/text_input.h"

#include <iostream>
#include <iterator>

#include "env/disk.h"

namespace weft::server {

Result<std::string> read_text(const std::string& file, std::size_t bytes_max) {
  if (file != "-") {
    TRY_ASSIGN(const Buffer bytes, env::read_file(*env::make_posix_disk(), file, bytes_max));
    return std::string(as_text(bytes));
  }
  std::string text;
  for (int c = std::getchar(); c != EOF; c = std::getchar()) {
    text.push_back(static_cast<char>(c));
    if (text.size() > bytes_max) return error(ErrorCode::kTooLarge, "standard input holds more than {} bytes", bytes_max);
  }
  return text;
}

}  // namespace weft::server
