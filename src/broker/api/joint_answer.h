#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <utility>

#include "broker/api/api.h"

namespace weft::broker {

/// The answer to a request about several things that are decided one by one: it leaves when all are. Whoever asks for
/// them holds one of the open ends, so that nothing leaves before everything was asked. An answer whose ends are lost is
/// not sent: half of it would say that the rest went well.
template <class Response>
struct JointAnswer {
  Request request;
  Response response;
  std::size_t open = 1;

  void one_done() {
    if (--open == 0) answer(request, response);
  }
};

template <class Response>
std::shared_ptr<JointAnswer<Response>> make_joint_answer(Request request) {
  return std::make_shared<JointAnswer<Response>>(JointAnswer<Response>{std::move(request), {}});
}

/// Fills in the error of one entry of an answer.
template <class Entry>
void refuse(Entry& into, kafka::KafkaError error, std::string why) {
  into.error_code = error;
  into.error_message = std::move(why);
}

}  // namespace weft::broker
