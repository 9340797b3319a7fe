#include "http/client.h"

#include <curl/curl.h>

#include <algorithm>
#include <cctype>
#include <memory>

namespace weft::http {
namespace {

struct Incoming {
  std::string body;
  Headers headers;
  std::size_t body_bytes_max;
  bool too_large = false;
};

std::size_t take_body(char* bytes, std::size_t, std::size_t count, void* context) {
  auto& incoming = *static_cast<Incoming*>(context);
  if (incoming.body.size() + count > incoming.body_bytes_max) {
    incoming.too_large = true;
    return 0;
  }
  incoming.body.append(bytes, count);
  return count;
}

std::size_t take_header(char* bytes, std::size_t, std::size_t count, void* context) {
  const std::string_view line(bytes, count);
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos) return count;
  std::string name(line.substr(0, colon));
  std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return std::tolower(c); });
  std::string_view value = line.substr(colon + 1);
  while (!value.empty() && value.front() == ' ') value.remove_prefix(1);
  while (!value.empty() && (value.back() == '\r' || value.back() == '\n')) value.remove_suffix(1);
  static_cast<Incoming*>(context)->headers.emplace_back(std::move(name), value);
  return count;
}

}  // namespace

Result<Response> send(const ClientRequest& request) {
  static const CURLcode started = curl_global_init(CURL_GLOBAL_DEFAULT);
  const std::unique_ptr<CURL, void (*)(CURL*)> handle(curl_easy_init(), curl_easy_cleanup);
  if (started != CURLE_OK || handle == nullptr) return error(ErrorCode::kInternal, "libcurl does not start");

  std::unique_ptr<curl_slist, void (*)(curl_slist*)> headers(nullptr, curl_slist_free_all);
  for (const auto& [name, value] : request.headers)
    headers.reset(curl_slist_append(headers.release(), (name + ": " + value).c_str()));
  headers.reset(curl_slist_append(headers.release(), "Expect:"));

  Incoming incoming{{}, {}, request.body_bytes_max};
  curl_easy_setopt(handle.get(), CURLOPT_URL, request.url.c_str());
  curl_easy_setopt(handle.get(), CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(handle.get(), CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(handle.get(), CURLOPT_CUSTOMREQUEST, std::string(method_name(request.method)).c_str());
  if (request.method == Method::kHead) curl_easy_setopt(handle.get(), CURLOPT_NOBODY, 1L);
  if (!request.body.empty()) {
    curl_easy_setopt(handle.get(), CURLOPT_POSTFIELDS, request.body.data());
    curl_easy_setopt(handle.get(), CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
  }
  curl_easy_setopt(handle.get(), CURLOPT_HTTPHEADER, headers.get());
  curl_easy_setopt(handle.get(), CURLOPT_TIMEOUT_MS, static_cast<long>(request.timeout.count()));
  curl_easy_setopt(handle.get(), CURLOPT_WRITEFUNCTION, take_body);
  curl_easy_setopt(handle.get(), CURLOPT_WRITEDATA, &incoming);
  curl_easy_setopt(handle.get(), CURLOPT_HEADERFUNCTION, take_header);
  curl_easy_setopt(handle.get(), CURLOPT_HEADERDATA, &incoming);

  const CURLcode done = curl_easy_perform(handle.get());
  if (incoming.too_large)
    return error(ErrorCode::kTooLarge, "{} answers more than {} bytes", request.url, request.body_bytes_max);
  if (done == CURLE_OPERATION_TIMEDOUT)
    return error(ErrorCode::kTimeout, "{} did not answer within {} ms", request.url, request.timeout.count());
  if (done == CURLE_URL_MALFORMAT || done == CURLE_UNSUPPORTED_PROTOCOL)
    return error(ErrorCode::kInvalidArgument, "'{}' is not an http or https address", request.url);
  if (done != CURLE_OK)
    return error(ErrorCode::kUnavailable, "nobody answers at {}: {}. Is weft running there?", request.url,
                 curl_easy_strerror(done));
  long status = 0;
  curl_easy_getinfo(handle.get(), CURLINFO_RESPONSE_CODE, &status);
  return Response{static_cast<int>(status), std::move(incoming.headers), SharedBytes(std::move(incoming.body))};
}

}  // namespace weft::http
