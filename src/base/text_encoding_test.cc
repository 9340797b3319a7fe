#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/base64.h"
#include "base/percent_encoding.h"
#include "base/utf8.h"

namespace weft {
namespace {

using testing::HasSubstr;

TEST(Base64, IsThatOfRfc4648Section10) {
  EXPECT_EQ(base64(as_bytes("")), "");
  EXPECT_EQ(base64(as_bytes("f")), "Zg==");
  EXPECT_EQ(base64(as_bytes("fo")), "Zm8=");
  EXPECT_EQ(base64(as_bytes("foo")), "Zm9v");
  EXPECT_EQ(base64(as_bytes("foob")), "Zm9vYg==");
  EXPECT_EQ(base64(as_bytes("fooba")), "Zm9vYmE=");
  EXPECT_EQ(base64(as_bytes("foobar")), "Zm9vYmFy");
  EXPECT_EQ(base64(as_bytes("\xfb\xff\xfe")), "+//+");
}

TEST(Base64Url, ComesBackAsItWas) {
  EXPECT_EQ(base64url(as_bytes("\xfb\xff\xfe")), "-__-");
  Buffer bytes;
  for (int i = 0; i < 300; ++i) {
    EXPECT_EQ(parse_base64url(base64url(bytes)).value(), bytes);
    bytes.push_back(static_cast<std::byte>(i * 37));
  }
}

TEST(Base64Url, EveryValueHasOneText) {
  EXPECT_THAT(parse_base64url("Zm+v").error().message, HasSubstr("'+' is no base64url character"));
  EXPECT_FALSE(parse_base64url("Zg==").ok()) << "padding";
  EXPECT_FALSE(parse_base64url("Zm9vY").ok()) << "a length no bytes have";
  EXPECT_FALSE(parse_base64url("Zh").ok()) << "bits that no byte takes";
  EXPECT_FALSE(parse_base64url("Zm9").ok()) << "bits that no byte takes";
  EXPECT_TRUE(parse_base64url("Zm8").ok());
}

TEST(Utf8, WellFormedTextIsTakenAndAllElseRefused) {
  for (const std::string_view good : {"", "a", "exactly8", "longer than eight bytes", "größe", "日本語", "\U0001f9f5",
                                      "\xed\x9f\xbf", "\xee\x80\x80", "\xf4\x8f\xbf\xbf", "12345678\xc3\xa9"}) {
    EXPECT_TRUE(is_utf8(good)) << good;
  }
  for (const std::string_view bad :
       {"\x80", "\xc0\x80", "\xc1\xbf", "\xc3", "\xc3(", "\xe0\x9f\xbf", "\xed\xa0\x80", "\xe2\x82", "\xf0\x8f\xbf\xbf",
        "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xff", "1234567\xc3", "12345678\xfe", "\xf0\x9f\xa7"}) {
    EXPECT_FALSE(is_utf8(bad)) << testing::PrintToString(std::string(bad));
  }
}

TEST(Utf8, ACharacterHasTheSizeThatItsFirstByteSays) {
  EXPECT_EQ(utf8_character_size("ab"), 1U);
  EXPECT_EQ(utf8_character_size("ü"), 2U);
  EXPECT_EQ(utf8_character_size("€uro"), 3U);
  EXPECT_EQ(utf8_character_size("\U0001f9f5"), 4U);
  EXPECT_EQ(utf8_character_size(""), 0U);
  EXPECT_EQ(utf8_character_size("\xe2\x82"), 0U) << "cut";
  EXPECT_EQ(utf8_character_size("\xbc"), 0U) << "no first byte";
}

TEST(Utf8, APrefixCutsNoCharacter) {
  EXPECT_EQ(utf8_prefix("größe", 99), "größe");
  EXPECT_EQ(utf8_prefix("größe", 4), "grö");
  EXPECT_EQ(utf8_prefix("größe", 3), "gr");
  EXPECT_EQ(utf8_prefix("\U0001f9f5", 3), "");
}

TEST(PercentEncode, LeavesOnlyWhatNoUrlUsesForItself) {
  EXPECT_EQ(percent_encode("a/b c+ü%\x01"), "a%2Fb%20c%2B%C3%BC%25%01");
  EXPECT_EQ(percent_encode("aZ09-._~"), "aZ09-._~");
}

}  // namespace
}  // namespace weft
