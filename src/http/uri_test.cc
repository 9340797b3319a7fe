#include "http/uri.h"

#include <gtest/gtest.h>

#include "base/percent_encoding.h"

namespace weft::http {
namespace {

TEST(PercentDecode, TakesUtf8AndRefusesEverythingElse) {
  EXPECT_EQ(percent_decode("/products/k%C3%BChl%2Fkalt+1").value(), "/products/kühl/kalt+1");
  EXPECT_EQ(percent_decode("%f0%9f%a7%b6").value(), "\xf0\x9f\xa7\xb6");
  for (const char* bad :
       {"%", "%2", "%2x", "a%zz", "%00", "%ff", "%c0%80", "%ed%a0%80", "%f4%90%80%80", "%e2%82", "\x80"}) {
    EXPECT_EQ(percent_decode(bad).error().code, ErrorCode::kInvalidArgument) << bad;
  }
}

TEST(PercentEncode, ComesBackAsItWas) {
  std::string all;
  for (char c = 1; c < 127; ++c) all += c;
  EXPECT_EQ(percent_decode(percent_encode(all + "ü€")).value(), all + "ü€");
}

TEST(ParseQuery, IsAFormsEncoding) {
  const auto values = parse_query("q=stock+trades&tag=a%26b&tag=&flag&&=x").value();
  EXPECT_EQ(values.find("q")->second, "stock trades");
  EXPECT_EQ(values.count("tag"), 2U);
  EXPECT_EQ(values.find("tag")->second, "a&b");
  EXPECT_EQ(values.find("flag")->second, "");
  EXPECT_EQ(values.find("")->second, "x");
  EXPECT_FALSE(parse_query("a=%").ok());
}

TEST(SplitTarget, TakesOriginAbsoluteAndAsteriskForms) {
  EXPECT_EQ(split_target("/a/b?c=d#e")->path, "/a/b");
  EXPECT_EQ(split_target("/a/b?c=d#e")->query, "c=d");
  EXPECT_EQ(split_target("http://weft:8080/a?x")->authority, "weft:8080");
  EXPECT_EQ(split_target("http://weft:8080")->path, "/");
  EXPECT_EQ(split_target("*")->path, "*");
  EXPECT_FALSE(split_target("a/b").ok());
  EXPECT_FALSE(split_target("").ok());
}

}  // namespace
}  // namespace weft::http
