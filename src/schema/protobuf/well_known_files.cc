#include "schema/protobuf/well_known_files.h"

#include <google/protobuf/any.pb.h>
#include <google/protobuf/api.pb.h>
#include <google/protobuf/compiler/parser.h>
#include <google/protobuf/descriptor.h>
#include <google/protobuf/descriptor.pb.h>
#include <google/protobuf/duration.pb.h>
#include <google/protobuf/empty.pb.h>
#include <google/protobuf/field_mask.pb.h>
#include <google/protobuf/io/tokenizer.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <google/protobuf/source_context.pb.h>
#include <google/protobuf/struct.pb.h>
#include <google/protobuf/timestamp.pb.h>
#include <google/protobuf/type.pb.h>
#include <google/protobuf/wrappers.pb.h>

#include <array>
#include <deque>

#include "base/check.h"
#include "schema/protobuf/file_reader.h"

namespace weft::schema::protobuf {
namespace {

namespace pb = google::protobuf;

struct FileText {
  std::string_view name;
  std::string_view text;  ///< Behind the syntax line.
};

/// Each after those it imports. Only names, numbers and types matter: they are the public contract of these files.
constexpr std::array kTexts = {
    FileText{"google/type/calendar_period.proto",
             "package google.type; enum CalendarPeriod { CALENDAR_PERIOD_UNSPECIFIED = 0; DAY = 1; WEEK = 2; "
             "FORTNIGHT = 3; MONTH = 4; QUARTER = 5; HALF = 6; YEAR = 7; }"},
    FileText{"google/type/color.proto",
             "package google.type; import \"google/protobuf/wrappers.proto\"; message Color { float red = 1; "
             "float green = 2; float blue = 3; google.protobuf.FloatValue alpha = 4; }"},
    FileText{"google/type/date.proto",
             "package google.type; message Date { int32 year = 1; int32 month = 2; int32 day = 3; }"},
    FileText{"google/type/datetime.proto",
             "package google.type; import \"google/protobuf/duration.proto\"; message DateTime { int32 year = 1; "
             "int32 month = 2; int32 day = 3; int32 hours = 4; int32 minutes = 5; int32 seconds = 6; int32 nanos = 7; "
             "oneof time_offset { google.protobuf.Duration utc_offset = 8; TimeZone time_zone = 9; } } "
             "message TimeZone { string id = 1; string version = 2; }"},
    FileText{"google/type/dayofweek.proto",
             "package google.type; enum DayOfWeek { DAY_OF_WEEK_UNSPECIFIED = 0; MONDAY = 1; TUESDAY = 2; "
             "WEDNESDAY = 3; THURSDAY = 4; FRIDAY = 5; SATURDAY = 6; SUNDAY = 7; }"},
    FileText{"google/type/decimal.proto", "package google.type; message Decimal { string value = 1; }"},
    FileText{"google/type/expr.proto",
             "package google.type; message Expr { string expression = 1; string title = 2; string description = 3; "
             "string location = 4; }"},
    FileText{"google/type/fraction.proto",
             "package google.type; message Fraction { int64 numerator = 1; int64 denominator = 2; }"},
    FileText{"google/type/interval.proto",
             "package google.type; import \"google/protobuf/timestamp.proto\"; message Interval { "
             "google.protobuf.Timestamp start_time = 1; google.protobuf.Timestamp end_time = 2; }"},
    FileText{"google/type/latlng.proto",
             "package google.type; message LatLng { double latitude = 1; double longitude = 2; }"},
    FileText{"google/type/localized_text.proto",
             "package google.type; message LocalizedText { string text = 1; string language_code = 2; }"},
    FileText{"google/type/money.proto",
             "package google.type; message Money { string currency_code = 1; int64 units = 2; int32 nanos = 3; }"},
    FileText{"google/type/month.proto",
             "package google.type; enum Month { MONTH_UNSPECIFIED = 0; JANUARY = 1; FEBRUARY = 2; MARCH = 3; "
             "APRIL = 4; MAY = 5; JUNE = 6; JULY = 7; AUGUST = 8; SEPTEMBER = 9; OCTOBER = 10; NOVEMBER = 11; "
             "DECEMBER = 12; }"},
    FileText{"google/type/phone_number.proto",
             "package google.type; message PhoneNumber { message ShortCode { string region_code = 1; "
             "string number = 2; } oneof kind { string e164_number = 1; ShortCode short_code = 2; } "
             "string extension = 3; }"},
    FileText{"google/type/postal_address.proto",
             "package google.type; message PostalAddress { int32 revision = 1; string region_code = 2; "
             "string language_code = 3; string postal_code = 4; string sorting_code = 5; "
             "string administrative_area = 6; string locality = 7; string sublocality = 8; "
             "repeated string address_lines = 9; repeated string recipients = 10; string organization = 11; }"},
    FileText{"google/type/quaternion.proto",
             "package google.type; message Quaternion { double x = 1; double y = 2; double z = 3; double w = 4; }"},
    FileText{"google/type/timeofday.proto",
             "package google.type; message TimeOfDay { int32 hours = 1; int32 minutes = 2; int32 seconds = 3; "
             "int32 nanos = 4; }"},
    FileText{"confluent/meta.proto",
             "package confluent; import \"google/protobuf/descriptor.proto\"; message Meta { string doc = 1; "
             "map<string, string> params = 2; repeated string tags = 3; repeated Rule rules = 4; } "
             "message Rule { string name = 1; string doc = 2; string expr = 3; string sql = 4; } "
             "extend google.protobuf.FileOptions { Meta file_meta = 1088; } "
             "extend google.protobuf.MessageOptions { Meta message_meta = 1088; } "
             "extend google.protobuf.FieldOptions { Meta field_meta = 1088; } "
             "extend google.protobuf.EnumOptions { Meta enum_meta = 1088; } "
             "extend google.protobuf.EnumValueOptions { Meta enum_value_meta = 1088; }"},
    FileText{"confluent/type/decimal.proto",
             "package confluent.type; message Decimal { bytes value = 1; uint32 precision = 2; int32 scale = 3; }"},
    FileText{"confluent/type/variant.proto",
             "package confluent.type; message Variant { bytes metadata = 1; bytes value = 2; }"},
};

class WellKnown {
 public:
  static const WellKnown& instance() {
    static const auto* const known = new WellKnown;
    return *known;
  }

  const pb::DescriptorPool& pool() const { return pool_; }
  const TypeIndex& types() const { return types_; }

 private:
  WellKnown() {
    for (const pb::FileDescriptor* file :
         {pb::FileDescriptorProto::descriptor()->file(), pb::Any::descriptor()->file(),
          pb::SourceContext::descriptor()->file(), pb::Type::descriptor()->file(), pb::Api::descriptor()->file(),
          pb::Duration::descriptor()->file(), pb::Empty::descriptor()->file(), pb::FieldMask::descriptor()->file(),
          pb::Struct::descriptor()->file(), pb::Timestamp::descriptor()->file(),
          pb::StringValue::descriptor()->file()}) {
      pb::FileDescriptorProto proto;
      file->CopyTo(&proto);
      add(proto);
    }
    for (const FileText& file : kTexts) {
      const std::string text = "syntax = \"proto3\"; " + std::string(file.text);
      pb::io::ArrayInputStream bytes(text.data(), static_cast<int>(text.size()));
      struct Silent final : pb::io::ErrorCollector {
        void AddError(int, int, const std::string&) override {}
      } silent;
      pb::io::Tokenizer tokens(&bytes, &silent);
      pb::FileDescriptorProto proto;
      CHECK(pb::compiler::Parser().Parse(&tokens, &proto), std::string(file.name));
      proto.set_name(std::string(file.name));
      proto.clear_source_code_info();
      add(proto);
    }
  }

  void add(const pb::FileDescriptorProto& proto) {
    CHECK(pool_.BuildFile(proto) != nullptr, proto.name());
    files_.push_back(read_file(proto, nullptr, pool_).value());
    types_.add(files_.back());
  }

  pb::DescriptorPool pool_;
  std::deque<ProtoFile> files_;
  TypeIndex types_;
};

}  // namespace

bool is_well_known_file(std::string_view name) {
  return well_known_pool().FindFileByName(std::string(name)) != nullptr;
}
const TypeIndex& well_known_types() { return WellKnown::instance().types(); }
const pb::DescriptorPool& well_known_pool() { return WellKnown::instance().pool(); }

}  // namespace weft::schema::protobuf
