#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

namespace weft::identity::testing {

/// A real LDAP server (Debian's slapd) of its own for one test: two free ports, its own folder, a reader and an
/// administrator. Holds three people, a groupOfNames, a groupOfUniqueNames and a posixGroup.
class Slapd {
 public:
  /// `more`: LDIF entries besides.
  explicit Slapd(const std::string& more = "");
  ~Slapd();
  Slapd(const Slapd&) = delete;
  Slapd& operator=(const Slapd&) = delete;

  std::string url() const;         ///< "ldap://127.0.0.1:PORT"
  std::string tls_url() const;     ///< "ldaps://127.0.0.1:PORT"
  std::string ca_file() const { return (folder_ / "cert.pem").string(); }
  void stop();
  /// Applies LDIF changes (RFC 2849) as the administrator.
  void change(const std::string& ldif);

  static constexpr const char* kReader = "cn=reader,dc=meridian,dc=example";
  static constexpr const char* kPassword = "reads-only";

 private:
  bool start();

  std::filesystem::path folder_;
  int pid_ = 0;
  int log_ = -1;  ///< Read end of its standard error.
  std::uint16_t port_ = 0;
  std::uint16_t tls_port_ = 0;
};

}  // namespace weft::identity::testing
