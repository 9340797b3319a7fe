#include "identity/ldap_source.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include "identity/directory_file.h"
#include "identity/testing/slapd.h"
#include "state/testing/manual_loop.h"

namespace weft::identity {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;
using testing::Slapd;

class LdapTest : public ::testing::Test {
 protected:
  LdapOptions options() const {
    return {.url = slapd.url(),
            .bind_dn = Slapd::kReader,
            .password = Slapd::kPassword,
            .user_base = "ou=people,dc=meridian,dc=example",
            .group_base = "ou=groups,dc=meridian,dc=example"};
  }

  Slapd slapd;
};

TEST_F(LdapTest, PeopleAndGroupsBecomePeopleAndTeams) {
  const auto roster = read_ldap(options());
  ASSERT_TRUE(roster.ok()) << roster.error().message;
  ASSERT_EQ(roster->people.size(), 3u) << "who has no usable name is left out";
  EXPECT_EQ(roster->people.at("mkovac").display_name, "Mara Kovač");
  EXPECT_EQ(roster->people.at("mkovac").mail, "mara.kovac@meridian.example");
  EXPECT_EQ(roster->people.at("trivera").display_name, "Tomas R.");
  EXPECT_TRUE(roster->people.contains("hsato@meridian.example"));
  const Team& analytics = roster->teams.at("Analytics-Team");
  EXPECT_EQ(analytics.display_name, "Analytics");
  EXPECT_THAT(analytics.members, ElementsAre("mkovac")) << "a DN in another spelling, and one that is gone";
  EXPECT_THAT(analytics.id, StartsWith("ldap:"));
  EXPECT_THAT(roster->teams.at("execution-team").members, ElementsAre("trivera", "mkovac"));
  EXPECT_THAT(roster->teams.at("edge-team").members, ElementsAre("hsato@meridian.example"));
}

TEST_F(LdapTest, ARenamedGroupKeepsItsId) {
  const std::string id = read_ldap(options())->teams.at("execution-team").id;
  slapd.change("dn: cn=execution-team,ou=groups,dc=meridian,dc=example\nchangetype: modrdn\nnewrdn: cn=orders-team\ndeleteoldrdn: 1\n");
  const auto roster = read_ldap(options());
  EXPECT_FALSE(roster->teams.contains("execution-team"));
  EXPECT_EQ(roster->teams.at("orders-team").id, id);
}

TEST(Ldap, MoreEntriesThanOnePageAreAllRead) {
  std::string ldif;
  for (int i = 0; i < 1200; ++i)
    ldif += fmt::format("dn: uid=p{0},ou=people,dc=meridian,dc=example\nobjectClass: inetOrgPerson\nuid: p{0}\ncn: P{0}\nsn: P\n\n", i);
  const Slapd slapd(ldif);
  const auto roster = read_ldap({.url = slapd.url(),
                                 .bind_dn = Slapd::kReader,
                                 .password = Slapd::kPassword,
                                 .user_base = "ou=people,dc=meridian,dc=example",
                                 .group_base = "ou=groups,dc=meridian,dc=example"});
  ASSERT_TRUE(roster.ok()) << roster.error().message;
  EXPECT_EQ(roster->people.size(), 1203u);
}

TEST_F(LdapTest, WhatIsWrongIsSaidWithServerAndStep) {
  LdapOptions wrong = options();
  wrong.password = "guessed";
  const auto refused = read_ldap(wrong);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, ErrorCode::kUnavailable);
  EXPECT_THAT(refused.error().message, HasSubstr("signing in as ldap_bind_dn: Invalid credentials"));
  EXPECT_THAT(refused.error().message, ::testing::Not(HasSubstr("guessed")));
  wrong = options();
  wrong.user_base = "ou=nowhere,dc=meridian,dc=example";
  EXPECT_THAT(read_ldap(wrong).error().message, HasSubstr("searching below ou=nowhere,dc=meridian,dc=example: No such object"));
  wrong = options();
  wrong.user_filter = "(uid=";
  EXPECT_THAT(read_ldap(wrong).error().message, HasSubstr("Bad search filter"));
}

TEST_F(LdapTest, TlsIsUsedAndItsCertificateChecked) {
  LdapOptions secure = options();
  secure.ca_file = slapd.ca_file();
  secure.start_tls = true;
  EXPECT_TRUE(read_ldap(secure).ok());
  secure.start_tls = false;
  secure.url = slapd.tls_url();
  const auto roster = read_ldap(secure);
  EXPECT_TRUE(roster.ok()) << roster.error().message;
  secure.ca_file.clear();
  EXPECT_FALSE(read_ldap(secure).ok()) << "signed by nobody whom the system knows";
  secure.url = slapd.url();
  secure.start_tls = true;
  EXPECT_THAT(read_ldap(secure).error().message, HasSubstr("StartTLS"));
}

TEST(Ldap, AServerThatNeverAnswersIsGivenUp) {
  const int deaf = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  ASSERT_EQ(bind(deaf, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  ASSERT_EQ(listen(deaf, 1), 0);
  socklen_t size = sizeof address;
  getsockname(deaf, reinterpret_cast<sockaddr*>(&address), &size);
  const auto roster = read_ldap({.url = fmt::format("ldap://127.0.0.1:{}", ntohs(address.sin_port)),
                                 .timeout = std::chrono::milliseconds(100)});
  close(deaf);
  ASSERT_FALSE(roster.ok());
  EXPECT_EQ(roster.error().code, ErrorCode::kUnavailable);
}

TEST_F(LdapTest, TheDirectoryFollowsTheServerAndKeepsTheLastGoodPicture) {
  state::testing::ManualLoop loop;
  DirectoryFile directory(loop, *Directory::parse("domains: {execution: {teams: [execution-team, ghosts]}}",
                                                  "directory.yaml", Directory::Names::kMayBeElsewhere));
  int changes = 0;
  directory.on_change([&] { ++changes; });
  LdapSource source(loop, loop, options(), directory);
  bool started = false;
  source.start([&](Result<void> done) { started = done.ok(); });
  loop.run();
  ASSERT_TRUE(started);
  EXPECT_THAT(directory.current()->find_domain("execution")->teams, ElementsAre("execution-team"));
  EXPECT_TRUE(directory.current()->principal_of("trivera")->member_of("execution-team"));
  EXPECT_EQ(changes, 1);

  loop.advance(options().interval + std::chrono::seconds(1));
  EXPECT_EQ(changes, 1) << "nothing differs";
  slapd.change("dn: uid=hsato@meridian.example,ou=people,dc=meridian,dc=example\nchangetype: delete\n");
  loop.advance(options().interval + std::chrono::seconds(1));
  EXPECT_EQ(directory.current()->find_person("hsato@meridian.example"), nullptr);
  EXPECT_EQ(changes, 2);

  slapd.stop();
  loop.advance(options().interval + std::chrono::seconds(1));
  EXPECT_TRUE(directory.current()->principal_of("trivera")->member_of("execution-team"));
  ASSERT_TRUE(directory.fault());
  EXPECT_THAT(*directory.fault(), HasSubstr("Can't contact LDAP server"));
  EXPECT_EQ(changes, 3);
}

}  // namespace
}  // namespace weft::identity
