#include "http/request_parser.h"

#include <algorithm>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <utility>

#include "base/check.h"
#include "http/ascii.h"
#include "http/uri.h"

namespace weft::http {
namespace {

namespace beast = boost::beast::http;

std::optional<Method> method_of(beast::verb verb) {
  switch (verb) {
    case beast::verb::get:
      return Method::kGet;
    case beast::verb::head:
      return Method::kHead;
    case beast::verb::post:
      return Method::kPost;
    case beast::verb::put:
      return Method::kPut;
    case beast::verb::patch:
      return Method::kPatch;
    case beast::verb::delete_:
      return Method::kDelete;
    case beast::verb::options:
      return Method::kOptions;
    default:
      return std::nullopt;
  }
}

Refusal refusal_of(const boost::system::error_code& fault, std::size_t header_bytes_max, std::size_t body_bytes_max) {
  if (fault == beast::error::header_limit) {
    return {431, error(ErrorCode::kTooLarge, "the request's headers are larger than {} bytes", header_bytes_max)};
  }
  if (fault == beast::error::body_limit) {
    return {413, error(ErrorCode::kTooLarge, "the request's body is larger than {} bytes", body_bytes_max)};
  }
  if (fault == beast::error::bad_version) {
    return {505, error(ErrorCode::kUnsupported, "only HTTP/1.1 and HTTP/1.0 are spoken here")};
  }
  return {400, error(ErrorCode::kInvalidArgument, "this is no HTTP request: {}", fault.message())};
}

}  // namespace

struct RequestParser::Beast {
  beast::request_parser<beast::string_body> parser;
  std::size_t header_bytes_max;
  std::size_t body_bytes_max;
};

RequestParser::RequestParser(std::size_t header_bytes_max, std::size_t body_bytes_max)
    : beast_(std::make_unique<Beast>()) {
  beast_->header_bytes_max = header_bytes_max;
  beast_->body_bytes_max = body_bytes_max;
  beast_->parser.header_limit(static_cast<std::uint32_t>(header_bytes_max));
  beast_->parser.body_limit(body_bytes_max);
  beast_->parser.eager(false);
}

RequestParser::~RequestParser() = default;
RequestParser::RequestParser(RequestParser&&) noexcept = default;
RequestParser& RequestParser::operator=(RequestParser&&) noexcept = default;

std::size_t RequestParser::body_bytes() const { return beast_->parser.get().body().size(); }

RequestParser::Step RequestParser::feed(ByteView bytes) {
  CHECK(!bytes.empty() && !done_, "a parser is fed bytes until it is done");
  Step step;
  if (!started_) {
    // RFC 9112 2.2: an empty line before the request line is ignored.
    while (step.consumed < bytes.size() &&
           (bytes[step.consumed] == std::byte{'\r'} || bytes[step.consumed] == std::byte{'\n'})) {
      ++step.consumed;
    }
    if (step.consumed == bytes.size()) return step;
    started_ = true;
  }
  boost::system::error_code fault;
  const ByteView rest = bytes.subspan(step.consumed);
  step.consumed += beast_->parser.put(boost::asio::const_buffer(rest.data(), rest.size()), fault);
  if (fault && fault != beast::error::need_more) {
    step.refusal = refusal_of(fault, beast_->header_bytes_max, beast_->body_bytes_max);
    return step;
  }
  if (!head_done_ && beast_->parser.is_header_done()) {
    head_done_ = true;
    step.refusal = read_head();
    step.progress = Progress::kHead;
  }
  if (beast_->parser.is_done()) {
    done_ = true;
    if (step.progress != Progress::kHead) step.progress = Progress::kDone;
  }
  return step;
}

std::optional<Refusal> RequestParser::read_head() {
  const auto& message = beast_->parser.get();
  http_1_0_ = message.version() == 10;
  keep_alive_ = beast_->parser.keep_alive();
  std::size_t host_count = 0;
  std::size_t coding_count = 0;
  for (const auto& field : message) {
    std::string name = ascii_lower(std::string_view(field.name_string().data(), field.name_string().size()));
    std::string value(field.value().data(), field.value().size());
    if (name == "host") ++host_count;
    if (name == "transfer-encoding") ++coding_count;
    if (name == "expect" && ascii_lower(value) == "100-continue") expects_continue_ = !http_1_0_;
    request_.headers.emplace_back(std::move(name), std::move(value));
  }
  // RFC 9112 6.1 and 3.2: whoever reads these otherwise sees another request than we do.
  if (coding_count > 0 && (http_1_0_ || !beast_->parser.chunked() || coding_count > 1 ||
                           ascii_lower(*request_.header("transfer-encoding")) != "chunked")) {
    return Refusal{501, error(ErrorCode::kUnsupported, "the only transfer coding taken is chunked")};
  }
  if (host_count > 1 || (host_count == 0 && !http_1_0_)) {
    return Refusal{400,
                   error(ErrorCode::kInvalidArgument, "a request names its host once: {} Host headers", host_count)};
  }
  const auto method = method_of(message.method());
  if (!method) {
    const auto name = message.method_string();
    return Refusal{
        501, error(ErrorCode::kUnsupported, "method {} is not offered", std::string_view(name.data(), name.size()))};
  }
  request_.method = *method;
  request_.target.assign(message.target().data(), message.target().size());
  const auto read_target = [this]() -> Result<void> {
    TRY_ASSIGN(const Target target, split_target(request_.target));
    TRY_ASSIGN(request_.path, percent_decode(target.path));
    TRY_ASSIGN(request_.query, parse_query(target.query));
    if (target.authority.empty()) return {};
    for (auto& [name, value] : request_.headers) {  // RFC 9112 3.2.2: the absolute form's authority counts.
      if (name == "host") value = target.authority;
    }
    return {};
  };
  if (auto read = read_target(); !read.ok()) return Refusal{400, std::move(read).error()};
  return std::nullopt;
}

Request RequestParser::take() {
  CHECK(done_, "a request is taken when it is done");
  request_.body = std::move(beast_->parser.get().body());
  return std::move(request_);
}

}  // namespace weft::http
