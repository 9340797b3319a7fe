#pragma once

#include <map>

#include "client.h"
#include "kafka/errors.h"

namespace weft::sim {

/// Makes the topics, then changes them now and then: partitions, settings, where they begin.
class Admin final : public Client {
 public:
  Admin(Scene& scene, std::uint64_t seed) : Client(scene, seed, "admin") {}
  /// Makes what Scene is to have; `ready` once all of it is acknowledged.
  void start() override;
  bool ready() const { return ready_; }

 private:
  struct NewTopic {
    std::string name;
    std::int32_t partitions;
    std::map<std::string, std::string> configs;
    TopicRules rules;
  };

  void create(std::vector<NewTopic> left);
  void work();
  void delete_records(const std::string& topic);
  void add_partition(const std::string& topic);
  void alter(const std::string& topic, const std::string& name, const std::string& value);
  void compact_positions();

  bool ready_ = false;
};

/// Has topics of its own that come and go under the same names: what was in an earlier one never shows in the next, its
/// groups' positions neither.
class Churner final : public Client {
 public:
  Churner(Scene& scene, std::uint64_t seed) : Client(scene, seed, "churner") {}
  void start() override { create(); }
  std::optional<std::string> unfinished() const override {
    return scene_.peaceful && !resting_ ? std::optional("churner waits for " + waits_for_) : std::nullopt;
  }

 private:
  void create();
  void check_new();
  void check_positions();
  void produce(int left);
  void commit();
  void remove();
  void again(std::string what, void (Churner::*step)());
  void elsewhere();

  std::string topic_ = "guest";
  int life_ = 0;
  bool resting_ = false;
  std::string waits_for_ = "the start";
};

}  // namespace weft::sim
