#include "contract/child_process.h"
#include "contract/remote_subject.h"

namespace weft::contract {

std::unique_ptr<Subject> start_remote_kafka() {
  auto kafka = std::make_shared<ChildProcess>(std::vector<std::string>{WEFT_KAFKA_START, "kafka-4"});
  const auto bootstrap = kafka->ready("kafka");
  return make_remote_subject(bootstrap, std::move(kafka), {.has_atomic_appends = true, .has_storage_facts = false});
}

}  // namespace weft::contract
