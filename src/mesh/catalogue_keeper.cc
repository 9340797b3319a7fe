#include "mesh/catalogue_keeper.h"

#include "base/log.h"
#include "mesh/catalogue.h"
#include "mesh/facts_collector.h"

namespace weft::mesh {

namespace {
constexpr Logger kLog("mesh");
/// So long nothing else runs on the loop.
constexpr env::Duration kStep = std::chrono::milliseconds(2);
/// A rebuild of fewer products is not worth a line in the log.
constexpr std::size_t kLoggedMin = 10'000;
}  // namespace

CatalogueKeeper::CatalogueKeeper(env::EventLoop& loop, Catalogue& catalogue, FactsCollector& facts)
    : loop_(loop), catalogue_(catalogue), alive_(std::make_shared<bool>(true)) {
  catalogue_.on_unindexed([this] { begin(); });
  facts.on_measured([this, alive = alive_](const std::string& topic) {
    if (*alive) catalogue_.topic_changed(topic);
  });
  // Every topic's own subject is followed anyhow.
  facts.follow_subjects([this, alive = alive_] {
    std::vector<std::string> subjects;
    if (!*alive) return subjects;
    for (const auto& [id, product] : catalogue_.products())
      for (const Port& port : product->ports)
        if (port.is_stream() && port.subject != port.topic + "-value") subjects.push_back(port.subject);
    return subjects;
  });
  facts.on_subject([this, alive = alive_](const std::string& subject) {
    if (*alive) catalogue_.subject_changed(subject);
  });
}

CatalogueKeeper::~CatalogueKeeper() {
  *alive_ = false;
  catalogue_.on_unindexed({});
}

void CatalogueKeeper::begin() {
  if (under_way_) return;
  under_way_ = true;
  began_at_ = loop_.clock().monotonic();
  loop_.post([this, alive = alive_] {
    if (*alive) step();
  });
}

void CatalogueKeeper::step() {
  const env::MonotonicTime until = loop_.clock().monotonic() + kStep;
  std::size_t left = 0;
  do {
    left = catalogue_.index_some(1);
  } while (left > 0 && loop_.clock().monotonic() < until);
  if (left > 0) {
    return loop_.post([this, alive = alive_] {
      if (*alive) step();
    });
  }
  under_way_ = false;
  last_build_ = loop_.clock().monotonic() - began_at_;
  if (catalogue_.products().size() >= kLoggedMin && last_build_ > std::chrono::seconds(1)) {
    const Catalogue::Size size = catalogue_.index_size();
    kLog.info("the search index is complete",
              {{"products", catalogue_.products().size()},
               {"words", size.words},
               {"bytes", size.bytes},
               {"ms", std::chrono::duration_cast<std::chrono::milliseconds>(last_build_).count()}});
  }
}

}  // namespace weft::mesh
