// Load for any registry that speaks Confluent's REST API: one thread, keep-alive connections, one request at a time on
// each. Every answer is checked.
//
//   load HOST:PORT BASE_PATH register FIRST COUNT CONNECTIONS       schemas FIRST …, each under a subject of its own
//   load HOST:PORT BASE_PATH read TOTAL DISTINCT CONNECTIONS SECONDS
//
// `read` takes DISTINCT of the schemas 0 … TOTAL-1, reads each once by subject and once by id, checks that the text is
// the one that was registered and keeps both answers' bodies; then it asks for them in random order, half of the
// requests GET /schemas/ids/{id}, half GET /subjects/{subject}/versions/latest, and compares every body with the one
// kept.
//
// Prints one JSON line: requests, seconds, rate, latency percentiles, own CPU.
#include <netdb.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kAnswerBytesMax = 64 << 10;

[[noreturn]] void die(const std::string& why) {
  std::fprintf(stderr, "load: %s\n", why.c_str());
  std::exit(1);
}

std::size_t number(const std::string& text) {
  std::size_t value = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (failed != std::errc{} || end != text.data() + text.size()) die("'" + text + "' is not a number");
  return value;
}

double own_cpu_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

// ---- The schemas, by number

std::string subject_of(std::size_t schema) { return "shop.orders-" + std::to_string(schema) + "-value"; }

/// As it stands in a request's and an answer's JSON: quotes escaped. 425 bytes unescaped, more or less.
std::string escaped_text_of(std::size_t schema) {
  const std::string n = std::to_string(schema);
  const std::string text =
      R"({"type":"record","name":"Order)" + n + R"(","namespace":"com.example.shop.orders","fields":[)" +
      R"({"name":"order_id","type":"long"},{"name":"customer","type":"string"},{"name":"amount_cents","type":"long"},)" +
      R"({"name":"currency","type":{"type":"enum","name":"Currency","symbols":["EUR","USD","GBP"]}},)" +
      R"({"name":"note","type":["null","string"],"default":null},{"name":"placed_at","type":"long"},)" +
      R"({"name":"field_)" + n + R"(","type":"double"}]})";
  std::string escaped;
  for (const char c : text) {
    if (c == '"') escaped += '\\';
    escaped += c;
  }
  return escaped;
}

// ---- HTTP

struct Answer {
  int status = 0;
  std::string_view body;
};

/// The whole answer at the front of `bytes`, if it is there, and what follows its end.
bool parse_answer(std::string_view bytes, Answer& answer, std::size_t& size) {
  const std::size_t head = bytes.find("\r\n\r\n");
  if (head == std::string_view::npos) return false;
  if (bytes.size() < 12 || !bytes.starts_with("HTTP/1.1 ")) die("no HTTP answer: " + std::string(bytes.substr(0, 100)));
  answer.status = (bytes[9] - '0') * 100 + (bytes[10] - '0') * 10 + (bytes[11] - '0');
  constexpr std::string_view kName = "content-length:";
  for (std::size_t line = bytes.find("\r\n") + 2; line < head + 2; line = bytes.find("\r\n", line) + 2) {
    const std::string_view rest = bytes.substr(line, head - line);
    const bool is_length = rest.size() > kName.size() &&
                           std::equal(kName.begin(), kName.end(), rest.begin(),
                                      [](char a, char b) { return a == std::tolower(static_cast<unsigned char>(b)); });
    if (!is_length) continue;
    std::size_t at = kName.size();
    while (at < rest.size() && rest[at] == ' ') ++at;
    std::size_t length = 0;
    std::from_chars(rest.data() + at, rest.data() + rest.size(), length);
    size = head + 4 + length;
    if (bytes.size() < size) return false;
    answer.body = bytes.substr(head + 4, length);
    return true;
  }
  die("an answer without Content-Length: " + std::string(bytes.substr(0, head)));
}

/// What a connection is asked for next, and what becomes of the answer.
class Work {
 public:
  virtual ~Work() = default;
  /// The next request of this connection; empty when there are no more.
  virtual std::string_view next(std::size_t connection) = 0;
  virtual void answered(std::size_t connection, const Answer& answer) = 0;
};

struct Connection {
  int socket = -1;
  std::vector<char> in = std::vector<char>(kAnswerBytesMax);
  std::size_t in_size = 0;
  Clock::time_point sent;
  bool busy = false;
};

class Client {
 public:
  Client(const std::string& address, std::size_t connections) : epoll_(epoll_create1(0)), connections_(connections) {
    const std::size_t colon = address.rfind(':');
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    if (getaddrinfo(address.substr(0, colon).c_str(), address.substr(colon + 1).c_str(), &hints, &found) != 0) {
      die("no such address: " + address);
    }
    for (std::size_t i = 0; i < connections; ++i) {
      Connection& made = connections_[i];
      made.socket = ::socket(found->ai_family, SOCK_STREAM, 0);
      if (::connect(made.socket, found->ai_addr, found->ai_addrlen) != 0) die("cannot connect to " + address);
      const int yes = 1;
      setsockopt(made.socket, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
      epoll_event event{};
      event.events = EPOLLIN;
      event.data.u64 = i;
      epoll_ctl(epoll_, EPOLL_CTL_ADD, made.socket, &event);
    }
    freeaddrinfo(found);
  }

  /// Until the work gives no more requests and all are answered. Latencies in ns, one per request.
  void run(Work& work, std::vector<std::uint32_t>* latencies) {
    std::size_t busy = 0;
    for (std::size_t i = 0; i < connections_.size(); ++i) busy += send(work, i) ? 1U : 0U;
    std::array<epoll_event, 256> events{};
    while (busy > 0) {
      const int ready = epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), -1);
      for (int i = 0; i < ready; ++i) {
        const std::size_t at = events[static_cast<std::size_t>(i)].data.u64;
        if (!receive(work, at, latencies)) continue;
        if (!send(work, at)) --busy;
      }
    }
  }

 private:
  bool send(Work& work, std::size_t at) {
    Connection& connection = connections_[at];
    const std::string_view request = work.next(at);
    connection.busy = !request.empty();
    if (request.empty()) return false;
    connection.sent = Clock::now();
    if (::send(connection.socket, request.data(), request.size(), MSG_NOSIGNAL) !=
        static_cast<ssize_t>(request.size())) {
      die("the server closed a connection");
    }
    return true;
  }

  /// Whether an answer is complete.
  bool receive(Work& work, std::size_t at, std::vector<std::uint32_t>* latencies) {
    Connection& connection = connections_[at];
    const ssize_t got = ::recv(connection.socket, connection.in.data() + connection.in_size,
                               connection.in.size() - connection.in_size, MSG_DONTWAIT);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) return false;
    if (got <= 0 || !connection.busy) die("the server closed a connection");
    connection.in_size += static_cast<std::size_t>(got);
    Answer answer;
    std::size_t size = 0;
    if (!parse_answer({connection.in.data(), connection.in_size}, answer, size)) {
      if (connection.in_size == connection.in.size()) die("an answer is too large");
      return false;
    }
    if (size != connection.in_size) die("more than one answer to one request");
    if (latencies != nullptr) {
      const auto took = std::chrono::duration_cast<std::chrono::nanoseconds>(Clock::now() - connection.sent).count();
      latencies->push_back(static_cast<std::uint32_t>(std::min<std::int64_t>(took, UINT32_MAX)));
    }
    work.answered(at, answer);
    connection.in_size = 0;
    return true;
  }

  int epoll_;
  std::vector<Connection> connections_;
};

std::string get(const std::string& host, const std::string& path) {
  return "GET " + path + " HTTP/1.1\r\nHost: " + host + "\r\nAccept: application/vnd.schemaregistry.v1+json\r\n\r\n";
}

[[noreturn]] void die_of(const Answer& answer, const std::string& what) {
  die(what + ": " + std::to_string(answer.status) + " " + std::string(answer.body.substr(0, 300)));
}

std::size_t id_in(const Answer& answer) {
  constexpr std::string_view kMember = "\"id\":";
  const std::size_t at = answer.body.find(kMember);
  std::size_t id = 0;
  if (at == std::string_view::npos ||
      std::from_chars(answer.body.data() + at + kMember.size(), answer.body.data() + answer.body.size(), id).ec !=
          std::errc{}) {
    die_of(answer, "an answer without an id");
  }
  return id;
}

// ---- Registering

class Register final : public Work {
 public:
  Register(std::string host, std::string base, std::size_t first, std::size_t count, std::size_t connections)
      : host_(std::move(host)),
        base_(std::move(base)),
        next_(first),
        first_(first),
        end_(first + count),
        requests_(connections),
        ids_(count) {}

  std::string_view next(std::size_t connection) override {
    if (next_ == end_) return {};
    Request& request = requests_[connection];
    request.schema = next_++;
    const std::string body = "{\"schemaType\":\"AVRO\",\"schema\":\"" + escaped_text_of(request.schema) + "\"}";
    request.bytes =
        "POST " + base_ + "/subjects/" + subject_of(request.schema) + "/versions HTTP/1.1\r\nHost: " + host_ +
        "\r\nAccept: application/vnd.schemaregistry.v1+json\r\nContent-Type: application/vnd.schemaregistry.v1+json"
        "\r\nContent-Length: " +
        std::to_string(body.size()) + "\r\n\r\n" + body;
    return request.bytes;
  }

  void answered(std::size_t connection, const Answer& answer) override {
    if (answer.status != 200) die_of(answer, "registering");
    ids_[requests_[connection].schema - first_] = id_in(answer);
  }

  /// Different schemas got different ids.
  void check() {
    std::sort(ids_.begin(), ids_.end());
    if (std::adjacent_find(ids_.begin(), ids_.end()) != ids_.end()) die("two schemas got the same id");
  }

 private:
  struct Request {
    std::size_t schema = 0;
    std::string bytes;
  };
  std::string host_, base_;
  std::size_t next_, first_, end_;
  std::vector<Request> requests_;
  std::vector<std::size_t> ids_;
};

// ---- Reading

/// One thing to ask for, and what must come.
struct Known {
  std::string request;
  std::string body;
};

/// Reads each schema by subject, then by id, and keeps what came.
class Learn final : public Work {
 public:
  Learn(std::string host, std::string base, const std::vector<std::size_t>& schemas, std::size_t connections)
      : host_(std::move(host)),
        base_(std::move(base)),
        schemas_(schemas),
        known_(2 * schemas.size()),
        at_(connections) {}

  std::string_view next(std::size_t connection) override {
    std::size_t& at = at_[connection];
    if (at % 2 == 1) {  // By subject came just now: by id.
      return known_[at].request;
    }
    if (next_ == known_.size()) return {};
    at = next_;
    next_ += 2;
    known_[at].request = get(host_, base_ + "/subjects/" + subject_of(schemas_[at / 2]) + "/versions/latest");
    return known_[at].request;
  }

  void answered(std::size_t connection, const Answer& answer) override {
    std::size_t& at = at_[connection];
    if (answer.status != 200) die_of(answer, "reading " + known_[at].request);
    if (answer.body.find(escaped_text_of(schemas_[at / 2])) == std::string_view::npos)
      die_of(answer, "not what was registered");
    known_[at].body = answer.body;
    if (at % 2 == 0) {
      known_[at + 1].request = get(host_, base_ + "/schemas/ids/" + std::to_string(id_in(answer)));
      ++at;
    } else {
      at = 0;
    }
  }

  std::vector<Known> take() { return std::move(known_); }

 private:
  std::string host_, base_;
  const std::vector<std::size_t>& schemas_;
  std::vector<Known> known_;  ///< By subject and by id, in turn.
  std::vector<std::size_t> at_;
  std::size_t next_ = 0;
};

class Read final : public Work {
 public:
  Read(const std::vector<Known>& known, std::size_t connections, std::chrono::seconds time)
      : known_(known), asked_(connections), end_(Clock::now() + time) {}

  std::string_view next(std::size_t connection) override {
    if (++count_ % 64 == 0) over_ = Clock::now() >= end_;
    if (over_) return {};
    asked_[connection] = random_() % known_.size();
    return known_[asked_[connection]].request;
  }

  void answered(std::size_t connection, const Answer& answer) override {
    if (answer.status != 200 || answer.body != known_[asked_[connection]].body)
      die_of(answer, "another answer than before");
  }

 private:
  const std::vector<Known>& known_;
  std::vector<std::size_t> asked_;
  Clock::time_point end_;
  std::mt19937_64 random_{20'260'101};
  std::size_t count_ = 0;
  bool over_ = false;
};

void report(std::vector<std::uint32_t>& latencies, double seconds, double cpu_seconds) {
  std::sort(latencies.begin(), latencies.end());
  const auto percentile_ms = [&](double of) {
    return latencies.empty()
               ? 0.0
               : latencies[static_cast<std::size_t>(of * static_cast<double>(latencies.size() - 1))] / 1e6;
  };
  std::printf(
      "{\"requests\": %zu, \"seconds\": %.4f, \"per_s\": %.1f, \"p50_ms\": %.4f, \"p99_ms\": %.4f, "
      "\"client_cpu_seconds\": %.3f}\n",
      latencies.size(), seconds, static_cast<double>(latencies.size()) / seconds, percentile_ms(0.50),
      percentile_ms(0.99), cpu_seconds);
}

void measure(Client& client, Work& work, std::size_t expected) {
  std::vector<std::uint32_t> latencies;
  latencies.reserve(expected);
  const double cpu = own_cpu_seconds();
  const auto begun = Clock::now();
  client.run(work, &latencies);
  report(latencies, std::chrono::duration<double>(Clock::now() - begun).count(), own_cpu_seconds() - cpu);
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> words(argv + 1, argv + argc);
  if (words.size() == 6 && words[2] == "register") {
    const std::size_t connections = number(words[5]), count = number(words[4]);
    Client client(words[0], connections);
    Register work(words[0], words[1], number(words[3]), count, connections);
    measure(client, work, count);
    work.check();
    return 0;
  }
  if (words.size() == 7 && words[2] == "read") {
    const std::size_t total = number(words[3]), distinct = number(words[4]), connections = number(words[5]),
                      seconds = number(words[6]);
    std::vector<std::size_t> schemas(distinct);
    for (std::size_t i = 0; i < distinct; ++i) schemas[i] = i * total / distinct;
    Client client(words[0], connections);
    Learn learn(words[0], words[1], schemas, connections);
    client.run(learn, nullptr);
    const std::vector<Known> known = learn.take();
    Read work(known, connections, std::chrono::seconds(seconds));
    measure(client, work, seconds * 150'000);
    return 0;
  }
  die("usage: load HOST:PORT BASE_PATH register FIRST COUNT CONNECTIONS | read TOTAL DISTINCT CONNECTIONS SECONDS");
}
