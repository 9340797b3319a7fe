#include "world.h"

#include <deque>
#include <memory>
#include <vector>

#include "access/authorizer.h"
#include "admin.h"
#include "base/metrics.h"
#include "broker/broker.h"
#include "env/memory_budget.h"
#include "life.h"
#include "log/log.h"
#include "log/test_hooks.h"
#include "member.h"
#include "mortal_log.h"
#include "producer.h"
#include "reader.h"

namespace weft::sim {
namespace {

constexpr std::uint64_t kCapacityBytes = 64ULL << 20;
constexpr auto kPeaceMax = std::chrono::seconds(90);

class World {
 public:
  World(std::uint64_t seed, const RunOptions& options)
      : options_(options),
        random_(seed),
        disk_(seed),
        sim_(seed),
        truth_(options.keeps_history),
        client_loop_(sim_.make_loop("clients")),
        scene_{sim_, *client_loop_, truth_, {}, false} {
    disk_.set_capacity(kCapacityBytes);
  }
  ~World() {
    on_clients([this] { clients_.clear(); });
    stop_broker();
    sim_.run_idle();
    client_loop_.reset();
    graves_.clear();
  }
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  RunResult run() {
    start_until_it_runs();
    on_clients([this] {
      clients_.push_back(std::make_unique<Admin>(scene_, random_()));
      clients_.back()->start();
    });
    const Admin& admin = static_cast<Admin&>(*clients_.front());
    for (int life = 0; !admin.ready() && !over(); ++life) {
      if (life == 10) truth_.violated("stuck", "topics cannot be made");
      advance_until(std::chrono::seconds(30), [&] { return admin.ready(); });
      if (!failed_ && !disk_.is_down()) continue;
      end_life();
      start_until_it_runs();
    }
    if (!over()) on_clients([this] { make_clients(); });
    const std::uint64_t lives = 3 + draw(4);
    for (std::uint64_t i = 0; i < lives && !over(); ++i) {
      live();
      if (over()) break;
      end_life();
      start_until_it_runs();
    }
    if (!over()) make_peace();
    return {truth_.violation(), truth_.counts, truth_.history(), sim_.tasks_run()};
  }

 private:
  std::uint64_t draw(std::uint64_t below) { return random_() % below; }
  env::Duration draw_ms(std::uint64_t least, std::uint64_t most) {
    return std::chrono::milliseconds(least + draw(most - least + 1));
  }
  bool over() const { return truth_.violation().has_value(); }
  void on_clients(Function<void()> task) { sim_.run_on(*client_loop_, std::move(task)); }

  /// Runs for so long, or until the process is to end or something was violated.
  template <class Done>
  void advance_until(env::Duration by, Done done) {
    const auto reached = std::make_shared<bool>(false);
    on_clients([&] { client_loop_->schedule_after(by, [reached] { *reached = true; }); });
    sim_.run_until([&] { return *reached || failed_ || disk_.is_down() || over() || done(); });
  }
  void advance(env::Duration by) {
    advance_until(by, [] { return false; });
  }

  // ---- The broker

  void start_until_it_runs() {
    // A disk without room or with faults may keep it from starting; then somebody looks after the disk.
    for (int attempt = 0; !over(); ++attempt) {
      if (attempt < 3 && draw(5) == 0) disk_.stop_after(1 + draw(60));
      const Result<void> started = start_broker();
      if (started.ok() && !disk_.is_down() && !failed_) return;
      truth_.note("start: {}", started.ok() ? "went down" : started.error().message);
      if (disk_.is_down()) {
        truth_.counts.add(Event::kCrashWhileStarting);
      } else if (failed_) {
        truth_.counts.add(Event::kWriteFailed);
      } else if (weather_.reads_failing == 0 && !tight_ &&
                 started.error().message.find("simulated") == std::string::npos) {
        return truth_.violated("refuses to start", started.error().message);
      }
      stop_broker();
      draw(3) == 0 ? disk_.restart_process() : disk_.crash();
      clear_weather();
      if (attempt > 20) return truth_.violated("refuses to start", "again and again");
    }
  }

  Result<void> start_broker() {
    failed_ = false;
    life_ = std::make_unique<Life>(sim_, disk_, weather_, truth_.counts);
    loop_ = sim_.make_loop("broker");
    hooks_.on_failure = [this](const Error& why) {
      truth_.note("the log stops: {}", why.message);
      failed_ = true;
      const auto staged = [&](std::string_view what) { return why.message.find(what) != std::string::npos; };
      if (!staged("simulated") && !staged("the machine is down")) truth_.violated("stopped by itself", why.message);
    };
    hooks_.files_together_min = draw(2) == 0 ? 2 : 32;
    hooks_.bug = options_.mistake == Mistake::kCompactionDropsNewest ? log::PlantedBug::kCompactionDropsNewest
                                                                     : log::PlantedBug::kNone;
    Result<std::unique_ptr<log::Log>> log = error(ErrorCode::kInternal, "not run");
    sim_.run_on(*loop_, [&] {
      log = log::Log::open(*life_, *loop_,
                           {.directory = "data",
                            .journal_slot_bytes = 256 << 10,
                            .journal_slot_count = 4,
                            .free_bytes_min = 64 << 10,
                            .test_hooks = &hooks_});
    });
    if (!log.ok()) return std::move(log).error();
    log_ = std::make_unique<MortalLog>(make_mistaken_log(std::move(log).value(), *loop_, options_.mistake, memory_),
                                       *loop_);
    broker::Options options;
    options.listeners = {{{"127.0.0.1", 9092}, std::nullopt}};
    options.group_session_timeout_ms_min = 1000;
    options.group_initial_rebalance_delay_ms = draw(2) == 0 ? 0 : 300;
    const auto started = std::make_shared<std::optional<Result<std::unique_ptr<broker::Broker>>>>();
    client_memory_ = std::make_unique<env::ClientMemory>(*loop_, 64U << 20);
    broker::Broker::start({*life_, *loop_, log_->handle(), *client_memory_, authorizer_, metrics_, nullptr}, options,
                          [started](auto result) { *started = std::move(result); });
    advance_until(std::chrono::seconds(60), [&] { return started->has_value(); });
    if (!started->has_value()) return error(ErrorCode::kTimeout, "the broker does not start");
    if (!(*started)->ok()) return std::move(**started).error();
    broker_ = std::move(**started).value();
    return {};
  }

  /// As a killed process: what it had in line never happens. Its loop stays, for what still points to it.
  void stop_broker() {
    if (life_ == nullptr) return;
    life_->end();
    sim_.run_on(*loop_, [this] {
      // A broker that is only starting is in nobody's hands but its own: it learns that it never will.
      if (broker_ == nullptr && log_ != nullptr) log_->die();
      broker_.reset();
      log_.reset();
    });
    sim_.run_idle();
    graves_.push_back({std::move(life_), std::move(loop_), std::move(client_memory_)});
  }

  void end_life() {
    const auto how = draw(10);
    if (disk_.is_down()) {
      // The power went inside some operation.
      truth_.note("power loss inside an operation");
      truth_.counts.add(Event::kPowerLoss);
      stop_broker();
      fool_recovery();
      disk_.crash();
    } else if (failed_) {
      truth_.counts.add(Event::kWriteFailed);
      stop_broker();
      disk_.restart_process();
    } else if (how < 4) {
      truth_.note("power loss");
      truth_.counts.add(Event::kPowerLoss);
      stop_broker();
      fool_recovery();
      disk_.crash();
    } else if (how < 8) {
      truth_.note("kill -9");
      truth_.counts.add(Event::kKill);
      stop_broker();
      fool_recovery();
      disk_.restart_process();
    } else {
      truth_.note("clean restart");
      bool closed = false;
      sim_.run_on(*loop_, [&] { broker_->close([&closed](Result<void>) { closed = true; }); });
      advance_until(std::chrono::seconds(60), [&] { return closed; });
      if (closed) {
        truth_.counts.add(Event::kCleanRestart);
      } else if (!failed_ && !disk_.is_down() && !tight_ && !over()) {
        truth_.violated("stuck", "the broker does not close");
      }
      stop_broker();
      disk_.restart_process();
    }
    if (draw(2) == 0) clear_weather();
    advance(draw_ms(0, 3000));
  }

  /// The mistake of a recovery that takes the journal's last entry for torn.
  void fool_recovery() {
    if (options_.mistake != Mistake::kOffsetAssignedTwice || !weather_.last_entry_has_data) return;
    disk_.flip_bit(weather_.last_entry_path, weather_.last_entry_at * 8);
  }

  // ---- What happens in a life

  void live() {
    const std::uint64_t events = 4 + draw(12);
    for (std::uint64_t i = 0; i < events && !over() && !failed_ && !disk_.is_down(); ++i) {
      stage_fault();
      advance(draw_ms(100, 3500));
      if (draw(3) == 0) clear_weather();
    }
  }

  void stage_fault() {
    switch (draw(12)) {
      case 0:
        weather_.slow_max = draw(2) == 0 ? std::chrono::milliseconds(3) : std::chrono::milliseconds(60);
        break;
      case 1:
        weather_.reads_failing = 0.2;
        break;
      case 2:
        tight_ = true;
        disk_.set_capacity(disk_.used_bytes() + draw(100) * 1024);
        break;
      case 3:
      case 4:
      case 8:
        truth_.counts.add(Event::kConnectionsCut);
        truth_.note("connections cut");
        sim_.cut_connections();
        break;
      case 5: {
        env::SimNetworkOptions rough;
        rough.delay_max = draw(2) == 0 ? std::chrono::milliseconds(50) : std::chrono::milliseconds(1500);
        rough.disconnect = draw(2) == 0 ? 0 : 0.02;
        sim_.set_network(rough);
        break;
      }
      case 6:
        truth_.counts.add(Event::kClockJump);
        sim_.jump_wall_clock(static_cast<std::int64_t>(draw(40'000)) - 10'000);
        truth_.note("the wall clock jumps to {}", sim_.clock().wall_ms());
        truth_.wall_is(sim_.clock().wall_ms());
        break;
      case 7:
        if (draw(2) == 0) disk_.stop_after(1 + draw(400));
        break;
      case 9:
        if (draw(3) == 0) draw(2) == 0 ? disk_.fail_next_write("/topics/") : disk_.fail_next_sync("/topics/");
        break;
      default:
        break;
    }
  }

  void clear_weather() {
    weather_.slow_max = {};
    weather_.reads_failing = 0;
    tight_ = false;
    disk_.set_capacity(kCapacityBytes);
    sim_.set_network({});
  }

  // ---- Clients

  template <class T, class... Args>
  T& add(Args&&... args) {
    auto client = std::make_unique<T>(scene_, random_(), std::forward<Args>(args)...);
    T& added = *client;
    clients_.push_back(std::move(client));
    added.start();
    return added;
  }

  void make_clients() {
    int producers = 0;
    const Producer::Kind kinds[] = {{"plain", true, false}, {"plain", false, false}, {"aged", true, false},
                                    {"keyed", true, true},  {"keyed", true, true},   {"mixed", true, true},
                                    {"sized", false, false}};
    for (const Producer::Kind& kind : kinds) add<Producer>(++producers, kind);
    add<Reader>(1, draw(2) == 0 ? "plain" : "aged");
    add<Reader>(2, draw(2) == 0 ? "keyed" : "mixed");
    add<Reader>(3, draw(2) == 0 ? "sized" : "plain");
    for (int i = 1; i <= 2; ++i) add<Member>(i, "dynamic", std::vector<std::string>{"plain", "aged"}, std::nullopt);
    for (int i = 3; i <= 4; ++i)
      add<Member>(i, "static", std::vector<std::string>{"plain", "keyed"}, std::optional(fmt::format("place-{}", i)));
    add<Churner>();
  }

  /// No more faults: everybody comes to an end of what they have begun, and nothing that was promised is missing.
  void make_peace() {
    clear_weather();
    disk_.stop_after(UINT64_MAX / 2);
    disk_.fail_next_write("");
    disk_.fail_next_sync("");
    truth_.note("peace");
    scene_.peaceful = true;
    const auto unfinished = [this]() -> std::optional<std::string> {
      for (const auto& client : clients_)
        if (auto what = client->unfinished(); what.has_value()) return what;
      return std::nullopt;
    };
    advance_until(kPeaceMax, [&] { return !unfinished().has_value(); });
    if (over()) return;
    if (failed_ || disk_.is_down()) return truth_.violated("stopped", "the broker went down in peace");
    if (const auto what = unfinished(); what.has_value()) return truth_.violated("stuck", *what);
    Auditor* auditor = nullptr;
    on_clients([&] { auditor = &add<Auditor>(); });
    advance_until(kPeaceMax, [&] { return !auditor->unfinished().has_value(); });
    if (const auto what = auditor->unfinished(); !over() && what.has_value()) truth_.violated("stuck", *what);
  }

  struct Grave {
    std::unique_ptr<Life> life;
    std::unique_ptr<env::EventLoop> loop;
    std::unique_ptr<env::ClientMemory> client_memory;
  };

  const RunOptions options_;
  std::mt19937_64 random_;
  env::SimulatedDisk disk_;
  env::SimEnv sim_;
  Truth truth_;
  std::unique_ptr<env::EventLoop> client_loop_;
  Scene scene_;
  DiskWeather weather_;
  bool tight_ = false;   ///< The disk has little room.
  bool failed_ = false;  ///< The log met a failed write: the process would have ended.
  MistakeMemory memory_;
  log::TestHooks hooks_;
  access::OpenAuthorizer authorizer_;
  Metrics metrics_;
  std::unique_ptr<Life> life_;
  std::unique_ptr<env::EventLoop> loop_;
  std::unique_ptr<env::ClientMemory> client_memory_;
  std::unique_ptr<MortalLog> log_;
  std::unique_ptr<broker::Broker> broker_;
  std::vector<Grave> graves_;
  std::vector<std::unique_ptr<Client>> clients_;
};

}  // namespace

RunResult run_world(std::uint64_t seed, const RunOptions& options) { return World(seed, options).run(); }

}  // namespace weft::sim
