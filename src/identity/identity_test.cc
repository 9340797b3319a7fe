#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "identity/directory.h"
#include "identity/directory_file.h"
#include "identity/sessions.h"
#include "state/testing/manual_loop.h"

namespace weft::identity {
namespace {

using state::testing::ManualLoop;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr std::string_view kYaml = R"(
people:
  mkovac: {name: Mara Kovač, mail: mara.kovac@meridian.example}
  trivera: {name: Tomás Rivera}
teams:
  analytics-team:
    name: Analytics
    members: [mkovac]
    mail: analytics@meridian.example
    chat: {name: "#analytics", url: "https://chat.meridian.example/analytics"}
    on_call: mkovac
  execution-team: {members: [trivera, mkovac]}
domains:
  analytics: {description: Derived streams., teams: [analytics-team], topics: [trending_stocks, "analytics.*"]}
  execution: {teams: [execution-team], topics: ["*", "analytics.raw*"]}
)";

std::string fault_of(std::string_view yaml) {
  const auto directory = Directory::parse(yaml, "directory.yaml");
  return directory.ok() ? "" : directory.error().message;
}

TEST(Directory, ResolvesPeopleTeamsAndDomains) {
  const auto directory = Directory::parse(kYaml, "directory.yaml");
  ASSERT_TRUE(directory.ok()) << directory.error().message;
  EXPECT_EQ(directory->find_person("mkovac")->display_name, "Mara Kovač");
  EXPECT_EQ(directory->find_team("execution-team")->display_name, "execution-team");
  EXPECT_THAT(directory->teams_of_person("mkovac"), ElementsAre("analytics-team", "execution-team"));
  EXPECT_THAT(directory->domains_of_team("analytics-team"), ElementsAre("analytics"));
  EXPECT_EQ(directory->find_person("nobody"), nullptr);
}

TEST(Directory, GivesAPersonsPrincipalWithTheTeamsOfToday) {
  const auto directory = Directory::parse(kYaml, "directory.yaml");
  ASSERT_TRUE(directory.ok());
  const auto principal = directory->principal_of("trivera");
  ASSERT_TRUE(principal);
  EXPECT_EQ(principal->to_string(), "User:trivera");
  EXPECT_TRUE(principal->member_of("execution-team"));
  EXPECT_EQ(directory->display_name(*principal), "Tomás Rivera");
  EXPECT_FALSE(directory->principal_of("nobody"));
}

TEST(Directory, GovernorsAreTheMembersOfTheTeamsItNames) {
  const auto directory = Directory::parse(
      "people: {ana: {}, ben: {}}\nteams: {rules: {members: [ana]}, others: {members: [ben]}}\ngovernors: [rules]",
      "d");
  ASSERT_TRUE(directory.ok()) << directory.error().message;
  EXPECT_TRUE(directory->is_governor(*directory->principal_of("ana")));
  EXPECT_FALSE(directory->is_governor(*directory->principal_of("ben")));
  EXPECT_FALSE(Directory().is_governor(access::Principal::anonymous()));
  EXPECT_THAT(fault_of("governors: [nobody]"),
              testing::HasSubstr("directory.yaml:1: governors[0]: 'nobody' is not under teams"));
}

TEST(Directory, ATopicBelongsToTheDomainWhosePatternNamesMostOfIt) {
  const auto directory = Directory::parse(kYaml, "directory.yaml");
  ASSERT_TRUE(directory.ok());
  EXPECT_EQ(directory->domain_of_topic("trending_stocks")->name, "analytics");
  EXPECT_EQ(directory->domain_of_topic("analytics.daily")->name, "analytics");
  EXPECT_EQ(directory->domain_of_topic("analytics.raw.7")->name, "execution");
  EXPECT_EQ(directory->domain_of_topic("fills")->name, "execution");
}

TEST(Directory, AnEmptyFileHoldsNobody) {
  const auto directory = Directory::parse("# nothing yet\n", "directory.yaml");
  ASSERT_TRUE(directory.ok()) << directory.error().message;
  EXPECT_THAT(directory->people(), IsEmpty());
  EXPECT_EQ(directory->domain_of_topic("fills"), nullptr);
}

TEST(Directory, FaultsNameFileLineFieldAndFix) {
  EXPECT_EQ(fault_of("people:\n  a: {name: A}\nteams:\n  t:\n    members: [a, b]\n"),
            "directory.yaml:5: teams.t.members[1]: 'b' is not under people; add the person or correct the name");
  EXPECT_EQ(fault_of("people:\n  a: {nmae: A}\n"),
            "directory.yaml:2: people.a: unknown key 'nmae'; known are name, mail");
  EXPECT_THAT(fault_of("teams:\n  t: {on_call: x}\n"),
              HasSubstr("directory.yaml:2: teams.t.on_call: 'x' is not under people"));
  EXPECT_THAT(fault_of("domains:\n  d: {teams: [t]}\n"), HasSubstr("domains.d.teams[0]: 't' is not under teams"));
  EXPECT_THAT(fault_of("domains:\n  d: {topics: ['a*b']}\n"), HasSubstr("'a*b' is no topic pattern"));
  EXPECT_THAT(fault_of("people:\n  'a b': {}\n"), HasSubstr("directory.yaml:2: people: 'a b' is no name"));
  EXPECT_THAT(fault_of("people: [a]\n"), HasSubstr("people: must be a mapping"));
  EXPECT_THAT(fault_of("people:\n  a: {name: A}\n  a: {name: B}\n"), HasSubstr("people.a: stands twice"));
  EXPECT_THAT(fault_of("people:\n  a: {name: [A\n"), HasSubstr("directory.yaml:"));
}

TEST(Directory, AChatLinkMustBeAWebAddress) {
  EXPECT_THAT(fault_of("teams:\n  t: {chat: {url: 'javascript:alert(1)'}}\n"),
              HasSubstr("teams.t.chat.url: must be an address"));
}

TEST(Directory, DeepNestingIsRefused) { EXPECT_NE(fault_of(std::string(100'000, '[')), ""); }

class DirectoryFileTest : public testing::Test {
 protected:
  DirectoryFileTest() : file_(loop_, loop_, [this] { return content_; }, {.file_name = "directory.yaml"}) {
    file_.on_change([this] { ++changes_; });
  }
  Result<void> start() {
    Result<void> out = error(ErrorCode::kInternal, "start() has not answered");
    file_.start([&](Result<void> started) { out = std::move(started); });
    loop_.run();
    return out;
  }

  ManualLoop loop_;
  Result<std::string> content_ = std::string("people:\n  a: {name: Ada}\n");
  int changes_ = 0;
  DirectoryFile file_;
};

TEST_F(DirectoryFileTest, FollowsTheFile) {
  ASSERT_TRUE(start().ok());
  EXPECT_EQ(file_.current()->find_person("a")->display_name, "Ada");
  content_ = std::string("people:\n  b: {name: Bela}\n");
  loop_.advance(std::chrono::seconds(2));
  EXPECT_EQ(file_.current()->find_person("a"), nullptr);
  EXPECT_NE(file_.current()->find_person("b"), nullptr);
  EXPECT_EQ(changes_, 2);
}

TEST_F(DirectoryFileTest, AFileThatHasNotChangedIsNoChange) {
  ASSERT_TRUE(start().ok());
  loop_.advance(std::chrono::seconds(60));
  EXPECT_EQ(changes_, 1);
}

TEST_F(DirectoryFileTest, AFaultKeepsThePictureAndSaysSo) {
  ASSERT_TRUE(start().ok());
  content_ = std::string("people:\n  a: {nmae: Ada}\n");
  loop_.advance(std::chrono::seconds(4));
  EXPECT_NE(file_.current()->find_person("a"), nullptr);
  EXPECT_THAT(file_.fault().value_or(""), HasSubstr("directory.yaml:2"));
  EXPECT_EQ(changes_, 2);
  content_ = std::string("people:\n  a: {name: Ada}\n");
  loop_.advance(std::chrono::seconds(2));
  EXPECT_FALSE(file_.fault());
  content_ = error(ErrorCode::kIo, "directory.yaml: permission denied");
  loop_.advance(std::chrono::seconds(2));
  EXPECT_THAT(file_.fault().value_or(""), HasSubstr("permission denied"));
  content_ = std::string("people:\n  a: {name: Ada}\n");
  loop_.advance(std::chrono::seconds(2));
  EXPECT_FALSE(file_.fault());
}

TEST_F(DirectoryFileTest, StartFailsWhenTheFirstFileIsWrong) {
  content_ = std::string("people: 3\n");
  EXPECT_FALSE(start().ok());
}

class CountingRandom final : public env::Random {
 public:
  std::uint64_t next() override { return ++last_; }

 private:
  std::uint64_t last_ = 0;
};

TEST(Sessions, EndWhenClosedOrIdleTooLong) {
  ManualLoop loop;
  CountingRandom random;
  Sessions sessions(loop.clock(), random);
  const std::string first = sessions.open("mkovac");
  const std::string second = sessions.open("trivera");
  EXPECT_NE(first, second);
  EXPECT_EQ(first.size(), 32u);
  EXPECT_EQ(sessions.person_of(first), "mkovac");
  sessions.close(first);
  EXPECT_FALSE(sessions.person_of(first));
  loop.advance(std::chrono::hours(11));
  EXPECT_EQ(sessions.person_of(second), "trivera");
  loop.advance(std::chrono::hours(11));
  EXPECT_EQ(sessions.person_of(second), "trivera");
  loop.advance(std::chrono::hours(13));
  EXPECT_FALSE(sessions.person_of(second));
}

TEST(Sessions, OneTooManyEndsTheOneIdleLongest) {
  ManualLoop loop;
  CountingRandom random;
  Sessions sessions(loop.clock(), random);
  const std::string oldest = sessions.open("a");
  for (std::size_t i = 1; i < Sessions::kSessionsMax; ++i) {
    loop.advance(std::chrono::milliseconds(1));
    sessions.open("b");
  }
  EXPECT_TRUE(sessions.person_of(oldest));
  loop.advance(std::chrono::milliseconds(1));
  const std::string newest = sessions.open("c");
  EXPECT_EQ(sessions.count(), Sessions::kSessionsMax);
  EXPECT_TRUE(sessions.person_of(oldest));  // was used, so another one went
  EXPECT_TRUE(sessions.person_of(newest));
}

}  // namespace
}  // namespace weft::identity
