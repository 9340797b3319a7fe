#pragma once

#include <cstdint>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "broker/cluster_state.h"
#include "kafka/errors.h"
#include "record/batch.h"

namespace weft::broker {

/// Checks a client's batch against the format and its topic's settings. The log checks the CRC when it appends.
Result<record::BatchHeader> check_batch(const Topic& topic, ByteView batch, std::int64_t wall_ms);

/// Whether `batch` has to be opened before it is appended: for another codec, or to see what check_batch could not.
bool must_open(const Topic& topic, const record::BatchHeader& batch);
/// It, under the topic's codec. Errors as check_batch; takes its time, so not on the loop.
Result<SharedBytes> opened(const SharedBytes& batch, const EffectiveConfigs& configs);

/// Which records of a refused batch are to blame, so that a producer can send the others again: those without a key where
/// the topic is compacted. Empty where the batch as a whole is.
std::vector<std::int32_t> records_to_blame(ByteView batch, const EffectiveConfigs& configs);

/// How Produce answers what check_batch and log::Log::append refuse.
kafka::KafkaError append_error(ErrorCode code);

/// A copy of `batch` with the broker's time on it (message.timestamp.type=LogAppendTime), CRC redone.
SharedBytes stamped(const SharedBytes& batch, Timestamp now);

/// A copy of `replacement` as the producer of `original` would have sent it: its id, epoch and sequence, CRC redone.
/// kInvalidArgument when the record counts differ.
Result<SharedBytes> in_place_of(const record::BatchHeader& original, const SharedBytes& replacement);

}  // namespace weft::broker
