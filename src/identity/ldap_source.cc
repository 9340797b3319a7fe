#include "identity/ldap_source.h"

#include <ldap.h>

#include <algorithm>
#include <cctype>
#include <utility>
#include <vector>

#include "identity/directory_file.h"

namespace weft::identity {

namespace {

constexpr std::string_view kSource = "ldap";
constexpr ber_int_t kPageEntries = 500;
constexpr std::size_t kValuesMax = 20'000;  ///< Of one attribute: members of one group.

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::tolower(c); });
  return text;
}

timeval to_timeval(env::Duration duration) {
  const auto us = std::chrono::duration_cast<std::chrono::microseconds>(duration).count();
  return {static_cast<time_t>(us / 1'000'000), static_cast<suseconds_t>(us % 1'000'000)};
}

/// One spelling for one entry: members name people by DN, in whatever case and spacing.
std::string normalized(const std::string& dn) {
  char* out = nullptr;
  if (ldap_dn_normalize(dn.c_str(), LDAP_DN_FORMAT_LDAP, &out, LDAP_DN_FORMAT_LDAPV3) != LDAP_SUCCESS) return lower(dn);
  std::string text = lower(out);
  ldap_memfree(out);
  return text;
}

/// What an entry holds of the attributes that were asked for; names in lower case.
struct Entry {
  std::string dn;
  std::map<std::string, std::vector<std::string>> attributes;

  const std::vector<std::string>& all(const std::string& name) const {
    static const std::vector<std::string> kNone;
    const auto at = attributes.find(lower(name));
    return at == attributes.end() ? kNone : at->second;
  }
  std::optional<std::string> first(const std::string& name) const {
    const auto& values = all(name);
    return values.empty() ? std::nullopt : std::optional(values.front());
  }
};

/// One connection, bound, for one reading.
class Connection {
 public:
  explicit Connection(const LdapOptions& options) : options_(options) {}
  ~Connection() {
    if (handle_ != nullptr) ldap_unbind_ext_s(handle_, nullptr, nullptr);
  }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  Result<void> open() {
    TRY(check(ldap_initialize(&handle_, options_.url.c_str()), "the address"));
    const int version = LDAP_VERSION3;
    const timeval timeout = to_timeval(options_.timeout);
    ldap_set_option(handle_, LDAP_OPT_PROTOCOL_VERSION, &version);
    ldap_set_option(handle_, LDAP_OPT_NETWORK_TIMEOUT, &timeout);
    ldap_set_option(handle_, LDAP_OPT_TIMEOUT, &timeout);
    // Another server is another trust: it is named, not found by following.
    ldap_set_option(handle_, LDAP_OPT_REFERRALS, LDAP_OPT_OFF);
    if (!options_.ca_file.empty()) {
      const int wanted = LDAP_OPT_X_TLS_DEMAND;
      ldap_set_option(handle_, LDAP_OPT_X_TLS_CACERTFILE, options_.ca_file.c_str());
      ldap_set_option(handle_, LDAP_OPT_X_TLS_REQUIRE_CERT, &wanted);
      const int client = 0;
      TRY(check(ldap_set_option(handle_, LDAP_OPT_X_TLS_NEWCTX, &client), "the certificates of ldap_ca_file"));
    }
    if (options_.start_tls) TRY(check(ldap_start_tls_s(handle_, nullptr, nullptr), "StartTLS"));
    std::string password = options_.password;
    berval credentials{password.size(), password.data()};
    return check(ldap_sasl_bind_s(handle_, options_.bind_dn.empty() ? nullptr : options_.bind_dn.c_str(),
                                  LDAP_SASL_SIMPLE, &credentials, nullptr, nullptr, nullptr),
                 "signing in as ldap_bind_dn");
  }

  /// Every entry below `base` that passes, page by page (RFC 2696).
  Result<std::vector<Entry>> search(const std::string& base, const std::string& filter,
                                    std::vector<std::string> attributes) {
    std::vector<Entry> entries;
    std::vector<char*> names;
    for (std::string& each : attributes) names.push_back(each.data());
    names.push_back(nullptr);
    berval cookie{0, nullptr};
    Result<void> page;
    do {
      page = search_page(base, filter, names.data(), cookie, entries);
    } while (page.ok() && cookie.bv_len > 0);
    ber_memfree(cookie.bv_val);
    TRY(std::move(page));
    return entries;
  }

 private:
  Result<void> check(int code, std::string_view step) const {
    if (code == LDAP_SUCCESS) return {};
    char* more = nullptr;
    if (handle_ != nullptr) ldap_get_option(handle_, LDAP_OPT_DIAGNOSTIC_MESSAGE, &more);
    const std::string said = more != nullptr && *more != '\0' ? fmt::format(" ({})", more) : "";
    ldap_memfree(more);
    return error(ErrorCode::kUnavailable, "{}: {}: {}{}", options_.url, step, ldap_err2string(code), said);
  }

  Result<void> search_page(const std::string& base, const std::string& filter, char** attributes, berval& cookie,
                           std::vector<Entry>& entries) {
    LDAPControl* paging = nullptr;
    TRY(check(ldap_create_page_control(handle_, kPageEntries, &cookie, 0, &paging), "paging"));
    LDAPControl* controls[] = {paging, nullptr};
    timeval timeout = to_timeval(options_.timeout);
    LDAPMessage* answer = nullptr;
    const int code = ldap_search_ext_s(handle_, base.c_str(), LDAP_SCOPE_SUBTREE, filter.c_str(), attributes, 0,
                                       controls, nullptr, &timeout, LDAP_NO_LIMIT, &answer);
    ldap_control_free(paging);
    Result<void> done = check(code, "searching below " + base);
    if (done.ok()) done = take_page(answer, cookie, entries);
    ldap_msgfree(answer);
    return done;
  }

  Result<void> take_page(LDAPMessage* answer, berval& cookie, std::vector<Entry>& entries) {
    for (LDAPMessage* each = ldap_first_entry(handle_, answer); each != nullptr; each = ldap_next_entry(handle_, each)) {
      if (entries.size() >= kDirectoryEntriesMax)
        return error(ErrorCode::kTooLarge, "{}: more than {} entries; narrow the base or the filter", options_.url,
                     kDirectoryEntriesMax);
      entries.push_back(entry_of(each));
    }
    ber_memfree(cookie.bv_val);
    cookie = {0, nullptr};
    LDAPControl** controls = nullptr;
    int code = LDAP_SUCCESS;
    TRY(check(ldap_parse_result(handle_, answer, &code, nullptr, nullptr, nullptr, &controls, 0), "the answer"));
    // A server that cannot page has sent all there is.
    if (LDAPControl* paging = ldap_control_find(LDAP_CONTROL_PAGEDRESULTS, controls, nullptr)) {
      ber_int_t total = 0;
      const int parsed = ldap_parse_pageresponse_control(handle_, paging, &total, &cookie);
      if (parsed != LDAP_SUCCESS) cookie = {0, nullptr};
    }
    ldap_controls_free(controls);
    return {};
  }

  Entry entry_of(LDAPMessage* message) const {
    Entry entry;
    if (char* dn = ldap_get_dn(handle_, message)) {
      entry.dn = dn;
      ldap_memfree(dn);
    }
    BerElement* place = nullptr;
    for (char* name = ldap_first_attribute(handle_, message, &place); name != nullptr;
         name = ldap_next_attribute(handle_, message, place)) {
      auto& values = entry.attributes[lower(name)];
      if (berval** found = ldap_get_values_len(handle_, message, name)) {
        for (std::size_t i = 0; found[i] != nullptr && i < kValuesMax; ++i)
          values.emplace_back(found[i]->bv_val, found[i]->bv_len);
        ldap_value_free_len(found);
      }
      ldap_memfree(name);
    }
    ber_free(place, 0);
    return entry;
  }

  const LdapOptions& options_;
  LDAP* handle_ = nullptr;
};

std::map<std::string, std::string> add_people(const std::vector<Entry>& entries, const LdapOptions& options,
                                              Roster& roster) {
  std::map<std::string, std::string> by_dn;
  for (const Entry& entry : entries) {
    const std::string name = entry.first(options.user_name_attribute).value_or("");
    if (!is_person_name(name)) continue;
    auto display_name = entry.first("displayName");
    if (!display_name) display_name = entry.first("cn");
    if (roster.people.emplace(name, Person{name, display_name.value_or(name), entry.first("mail")}).second)
      by_dn.emplace(normalized(entry.dn), name);
  }
  return by_dn;
}

void add_teams(const std::vector<Entry>& entries, const LdapOptions& options,
               const std::map<std::string, std::string>& by_dn, Roster& roster) {
  for (const Entry& entry : entries) {
    const std::string name = team_name_of(entry.first(options.group_name_attribute).value_or(""));
    if (name.empty() || roster.teams.contains(name)) continue;
    Team team{.name = name, .display_name = entry.first("description").value_or(name), .mail = entry.first("mail")};
    if (const auto id = entry.first("entryUUID")) team.id = fmt::format("{}:{}", kSource, *id);
    const auto add = [&](const std::string& person) {
      if (!team.has_member(person)) team.members.push_back(person);
    };
    for (const char* attribute : {"member", "uniqueMember"})
      for (const std::string& dn : entry.all(attribute))
        if (const auto at = by_dn.find(normalized(dn)); at != by_dn.end()) add(at->second);
    for (const std::string& person : entry.all("memberUid"))
      if (roster.people.contains(person)) add(person);
    roster.teams.emplace(name, std::move(team));
  }
}

}  // namespace

Result<Roster> read_ldap(const LdapOptions& options) {
  Connection connection(options);
  TRY(connection.open());
  Roster roster;
  TRY_ASSIGN(const auto users, connection.search(options.user_base, options.user_filter,
                                                 {options.user_name_attribute, "cn", "displayName", "mail"}));
  const auto by_dn = add_people(users, options, roster);
  TRY_ASSIGN(const auto groups,
             connection.search(options.group_base, options.group_filter,
                               {options.group_name_attribute, "description", "mail", "member", "uniqueMember",
                                "memberUid", "entryUUID"}));
  add_teams(groups, options, by_dn, roster);
  return roster;
}

LdapSource::LdapSource(env::EventLoop& loop, env::Executor& blocking, LdapOptions options, DirectoryFile& directory)
    : loop_(loop),
      blocking_(blocking),
      options_(std::make_shared<const LdapOptions>(std::move(options))),
      directory_(directory),
      alive_(std::make_shared<bool>(true)) {}

LdapSource::~LdapSource() {
  *alive_ = false;
  if (timer_) loop_.cancel(*timer_);
}

void LdapSource::start(Callback<Result<void>> done) { read(std::move(done)); }

void LdapSource::read(Callback<Result<void>> done) {
  // One reading at a time: the next is planned when this one has ended.
  blocking_.post([this, loop = &loop_, alive = alive_, options = options_, done = std::move(done)]() mutable {
    auto roster = read_ldap(*options);
    loop->post([this, alive = std::move(alive), roster = std::move(roster), done = std::move(done)]() mutable {
      if (!*alive) return;
      if (roster.ok()) {
        directory_.set_roster(std::string(kSource), std::move(*roster));
      } else {
        directory_.report(std::string(kSource), roster.error().message);
      }
      timer_ = loop_.schedule_after(options_->interval, [this] {
        timer_.reset();
        read([](Result<void>) {});
      });
      done({});
    });
  });
}

}  // namespace weft::identity
