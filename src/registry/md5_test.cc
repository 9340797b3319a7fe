#include "registry/md5.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "registry/definition.h"

namespace weft::registry {
namespace {

TEST(Md5, IsTheOneOfRfc1321) {
  EXPECT_EQ(guid_text(md5("")), "d41d8cd9-8f00-b204-e980-0998ecf8427e");
  EXPECT_EQ(guid_text(md5("message digest")), "f96b697d-7cb7-938d-525a-2f31aaf161d0");
}

TEST(Md5, IsTheSameInEveryLaneAtEveryLength) {
  std::string text;
  for (std::size_t i = 0; i < 400; ++i) text += static_cast<char>(i * 131 + 7);
  for (std::size_t length = 0; length < 300; ++length) {
    std::vector<std::string_view> texts;
    for (std::size_t lane = 0; lane < length % kMd5Lanes + 1; ++lane) {
      texts.push_back(std::string_view(text).substr(lane, lane % 3 == 2 ? length / 3 : length));
    }
    std::vector<Uuid> digests(texts.size());
    md5_of_each(texts, digests);
    for (std::size_t lane = 0; lane < texts.size(); ++lane)
      ASSERT_EQ(digests[lane], md5(texts[lane])) << length << " in " << lane;
  }
}

}  // namespace
}  // namespace weft::registry
