#include "identity/testing/slapd.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <vector>

#include "base/check.h"

namespace weft::identity::testing {

namespace {

constexpr const char* kData = R"(dn: dc=meridian,dc=example
objectClass: dcObject
objectClass: organization
dc: meridian
o: Meridian

dn: cn=reader,dc=meridian,dc=example
objectClass: organizationalRole
objectClass: simpleSecurityObject
cn: reader
userPassword: reads-only

dn: ou=people,dc=meridian,dc=example
objectClass: organizationalUnit
ou: people

dn: ou=groups,dc=meridian,dc=example
objectClass: organizationalUnit
ou: groups

dn: uid=mkovac,ou=people,dc=meridian,dc=example
objectClass: inetOrgPerson
uid: mkovac
cn:: TWFyYSBLb3ZhxI0=
sn:: S292YcSN
mail: mara.kovac@meridian.example

dn: uid=trivera,ou=people,dc=meridian,dc=example
objectClass: inetOrgPerson
uid: trivera
cn: Tomas Rivera
sn: Rivera
displayName: Tomas R.

dn: uid=hsato@meridian.example,ou=people,dc=meridian,dc=example
objectClass: inetOrgPerson
uid: hsato@meridian.example
cn: Hana Sato
sn: Sato

dn: uid=/etc,ou=people,dc=meridian,dc=example
objectClass: inetOrgPerson
uid: /etc
cn: No Name
sn: Name

dn: cn=Analytics Team,ou=groups,dc=meridian,dc=example
objectClass: groupOfNames
cn: Analytics Team
description: Analytics
member: UID=mkovac, OU=people, DC=meridian, DC=example
member: uid=gone,ou=people,dc=meridian,dc=example

dn: cn=execution-team,ou=groups,dc=meridian,dc=example
objectClass: groupOfUniqueNames
cn: execution-team
uniqueMember: uid=trivera,ou=people,dc=meridian,dc=example
uniqueMember: uid=mkovac,ou=people,dc=meridian,dc=example

dn: cn=edge-team,ou=groups,dc=meridian,dc=example
objectClass: posixGroup
cn: edge-team
gidNumber: 4711
memberUid: hsato@meridian.example
memberUid: nobody
)";

/// Runs a program to its end; the CHECK names it. `input` is its standard input.
void run(std::vector<std::string> words, const std::string& input = "") {
  int pipe_ends[2];
  CHECK(pipe(pipe_ends) == 0, "a pipe");
  const pid_t child = fork();
  CHECK(child >= 0, "a process");
  if (child == 0) {
    dup2(pipe_ends[0], STDIN_FILENO);
    close(pipe_ends[0]);
    close(pipe_ends[1]);
    std::vector<char*> arguments;
    for (std::string& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    execvp(arguments[0], arguments.data());
    _exit(127);
  }
  close(pipe_ends[0]);
  for (std::size_t at = 0; at < input.size();) {
    const ssize_t written = write(pipe_ends[1], input.data() + at, input.size() - at);
    CHECK(written > 0, words[0]);
    at += static_cast<std::size_t>(written);
  }
  close(pipe_ends[1]);
  int status = 0;
  CHECK(waitpid(child, &status, 0) == child, words[0]);
  const bool bad = !WIFEXITED(status) || WEXITSTATUS(status) != 0;
  CHECK(!bad, fmt::format("{} ended with {}; is it installed (apt-get install slapd ldap-utils openssl)?",
                                      words[0], WEXITSTATUS(status)));
}

std::uint16_t free_port() {
  const int socket_fd = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  CHECK(bind(socket_fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0, "a free port");
  socklen_t size = sizeof address;
  getsockname(socket_fd, reinterpret_cast<sockaddr*>(&address), &size);
  close(socket_fd);
  return ntohs(address.sin_port);
}

bool takes_connections(std::uint16_t port) {
  const int socket_fd = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const bool connected = connect(socket_fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  close(socket_fd);
  return connected;
}

void write_file(const std::filesystem::path& path, const std::string& text) { std::ofstream(path) << text; }

}  // namespace

Slapd::Slapd(const std::string& more) {
  char name[] = "/tmp/weft-slapd-XXXXXX";
  CHECK(mkdtemp(name) != nullptr, "a folder");
  folder_ = name;
  std::filesystem::create_directory(folder_ / "data");
  run({"openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
       "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", (folder_ / "key.pem").string(),
       "-out", ca_file()});
  std::string config;
  for (const char* schema : {"core", "cosine", "inetorgperson", "nis"})
    config += fmt::format("include /etc/ldap/schema/{}.schema\n", schema);
  config += fmt::format(
      "modulepath /usr/lib/ldap\nmoduleload back_mdb\n"
      "TLSCertificateFile {0}/cert.pem\nTLSCertificateKeyFile {0}/key.pem\n"
      "database mdb\nmaxsize 67108864\nsuffix \"dc=meridian,dc=example\"\nrootdn \"cn=admin,dc=meridian,dc=example\"\n"
      "rootpw changes-all\ndirectory {0}/data\nsizelimit 500\n"
      "limits dn.exact=\"{1}\" size=unlimited\n"
      "access to attrs=userPassword by * auth\naccess to * by dn.exact=\"{1}\" read by * auth\n",
      folder_.string(), kReader);
  write_file(folder_ / "slapd.conf", config);
  write_file(folder_ / "data.ldif", std::string(kData) + "\n" + more);
  run({"/usr/sbin/slapadd", "-q", "-f", (folder_ / "slapd.conf").string(), "-l", (folder_ / "data.ldif").string()});
  // Somebody else may take a port between finding it free and using it.
  for (int i = 0; i < 5; ++i)
    if (start()) return;
  CHECK(false, "slapd does not start");
}

bool Slapd::start() {
  port_ = free_port();
  tls_port_ = free_port();
  int pipe_ends[2];
  CHECK(pipe(pipe_ends) == 0, "a pipe");
  pid_ = fork();
  CHECK(pid_ >= 0, "a process");
  if (pid_ == 0) {
    dup2(pipe_ends[1], STDERR_FILENO);
    close(pipe_ends[0]);
    close(pipe_ends[1]);
    const std::string config = (folder_ / "slapd.conf").string(), listen = url() + " " + tls_url();
    execl("/usr/sbin/slapd", "slapd", "-f", config.c_str(), "-h", listen.c_str(), "-d", "none", nullptr);
    _exit(127);
  }
  close(pipe_ends[1]);
  log_ = pipe_ends[0];
  // It is ready once both ports take connections; or it ends, and with it the pipe.
  for (const std::uint16_t port : {port_, tls_port_}) {
    while (!takes_connections(port)) {
      pollfd end{log_, 0, 0};
      if (poll(&end, 1, 5) == 0 || (end.revents & POLLHUP) == 0) continue;
      stop();
      return false;
    }
  }
  return true;
}

void Slapd::stop() {
  if (pid_ == 0) return;
  kill(pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
  close(log_);
  pid_ = 0;
}

Slapd::~Slapd() {
  stop();
  std::filesystem::remove_all(folder_);
}

std::string Slapd::url() const { return fmt::format("ldap://127.0.0.1:{}", port_); }
std::string Slapd::tls_url() const { return fmt::format("ldaps://127.0.0.1:{}", tls_port_); }

void Slapd::change(const std::string& ldif) {
  run({"ldapmodify", "-x", "-H", url(), "-D", "cn=admin,dc=meridian,dc=example", "-w", "changes-all", "-a"}, ldif);
}

}  // namespace weft::identity::testing
