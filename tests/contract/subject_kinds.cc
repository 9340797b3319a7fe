#include "contract/subject.h"

namespace weft::contract {

std::vector<SubjectKind> subject_kinds() {
  return {
      {"Local", &start_local},
      {"LocalSimulated", &start_local_simulated},
      {"RemoteWeft", &start_remote_weft},
      {"RemoteKafka", &start_remote_kafka},
  };
}

}  // namespace weft::contract
