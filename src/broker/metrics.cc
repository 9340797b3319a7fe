#include "broker/metrics.h"

namespace weft::broker {

BrokerMetrics::BrokerMetrics(Metrics& metrics)
    : connections_accepted(metrics.counter("weft_kafka_connections_accepted_total", "Connections of Kafka clients accepted")),
      connections(metrics.gauge("weft_kafka_connections", "Connections of Kafka clients open now")),
      requests(metrics.counter("weft_kafka_requests_total", "Requests of Kafka clients")),
      bad_requests(metrics.counter("weft_kafka_bad_requests_total", "Requests that closed their connection: not understood")),
      hoarders_closed(metrics.counter("weft_kafka_hoarders_closed_total",
                                      "Connections closed for holding memory that others waited for")),
      batches_in(metrics.counter("weft_kafka_batches_in_total", "Record batches appended for producers")),
      bytes_in(metrics.counter("weft_kafka_in_bytes_total", "Bytes of record batches appended for producers")),
      records_in(metrics.counter("weft_kafka_records_in_total", "Records appended for producers")),
      bytes_out(metrics.counter("weft_kafka_out_bytes_total", "Bytes of record batches sent to consumers")),
      rebalances(metrics.counter("weft_kafka_group_rebalances_total", "Generations that groups went through")),
      members_expired(metrics.counter("weft_kafka_group_members_expired_total", "Group members that fell silent")) {}

}  // namespace weft::broker
