// Counts the workers, decides when there are too few or too many, and which of them take events.
// Must never start or stop a thread itself.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <mutex>

namespace tuber::serve {

// Leader and followers. As few workers as suffice take events, because more of them only wake each
// other up: a worker that ends its work while others are at theirs rests, and the last one goes on.
// As long as the work is short one worker serves them all, however many connections are busy.
//
// Some work is not short: methods may take hours. So who knows that its work will take time counts no
// more, and calls somebody first; and whoever rests looks now and then whether any event was taken, and
// takes over when none was. Those who are left at their work then are of an earlier shift, and
// nobody rests for their sake. And whoever takes the last place of those who are free, at rest or waiting
// for events, starts another worker, so that somebody is always there to take over.
//
// Thread-safe.
class Crew {
 public:
  explicit Crew(std::size_t at_most) : at_most_(at_most) {}

  // Takes a free worker's place for a new one. False when the crew is complete.
  [[nodiscard]] bool join();

  // Gives up such a place: the worker is not to come, or ends.
  void give_up_place() { free_.fetch_sub(1); }
  // The same if enough others are free; the worker must end then.
  [[nodiscard]] bool give_up_surplus_place();

  // A worker has ended.
  void leave();

  // A free worker waits for events while one of these lives.
  class Waiting {
   public:
    explicit Waiting(Crew& crew) : crew_(crew) { crew_.waiting_.fetch_add(1); }
    ~Waiting() { crew_.waiting_.fetch_sub(1); }
    Waiting(const Waiting&) = delete;
    Waiting& operator=(const Waiting&) = delete;

   private:
    Crew& crew_;
  };

  // A worker's work, from an event that it took to its end. Belongs to one thread. Destroyed before
  // it was finished, the worker has ended with it.
  class Work {
   public:
    explicit Work(Crew& crew);
    ~Work();
    Work(const Work&) = delete;
    Work& operator=(const Work&) = delete;

    // Nobody else is free: another worker should be started.
    [[nodiscard]] bool took_last_place() const { return took_last_place_; }

    // It will take time: others have to look after the events, and nobody rests for its sake.
    void hand_over();

    // Would others look after the events while the worker waits for this one client?
    [[nodiscard]] bool may_linger() const;
    // Asks for somebody who would.
    void call_company();
    // It waits for its client, and is at work again; `takes_time`: nobody is to rest for its sake.
    void begin_lingering();
    void end_lingering(bool takes_time);

    // True when the worker is to wait for events now; else it is to rest.
    [[nodiscard]] bool finish();

   private:
    Crew& crew_;
    std::uint32_t shift_;
    bool took_last_place_;
    bool counts_ = true;  // among those for whose sake others rest
  };

  // Rests until there is need of another worker. False when the worker is one too many since
  // `surplus_time`; it has given up its place then and must end.
  [[nodiscard]] bool rest(std::chrono::milliseconds surplus_time);

  // Nobody rests any more.
  void end_all_rest();

  [[nodiscard]] std::size_t size() const;

  // True when every worker has ended.
  [[nodiscard]] bool wait_until_empty(std::chrono::milliseconds at_most) const;

 private:
  // Who is at work in the current shift. One word, so that exactly one worker learns that it is the
  // last one; aligned as one, so that no compiler takes it for two.
  struct alignas(std::uint64_t) Shift {
    std::uint32_t number;
    std::uint32_t at_work;
  };

  [[nodiscard]] std::uint32_t begin_work();
  [[nodiscard]] bool end_work(std::uint32_t shift);
  void begin_shift();
  void call_somebody();
  [[nodiscard]] bool watch(std::unique_lock<std::mutex>& lock);

  const std::size_t at_most_;
  std::atomic<std::size_t> free_ = 0;     // at rest, waiting for events, or on their way there
  std::atomic<std::size_t> waiting_ = 0;  // of those, for events
  std::atomic<Shift> shift_{Shift{0, 0}};
  std::atomic<std::uint64_t> taken_ = 0;  // events, each the begin of a piece of work

  mutable std::mutex mutex_;
  mutable std::condition_variable emptied_;
  std::condition_variable called_;
  std::size_t size_ = 0;
  bool is_watched_ = false;  // one of those who rest looks whether events are taken
  bool is_called_ = false;   // one of them, or the next one who comes, is needed
  bool is_over_ = false;
};

}  // namespace tuber::serve
