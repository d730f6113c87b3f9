#include "nibble/Runtime/ThreadPool.h"
#include <atomic>
#include <chrono>
#include <gtest/gtest.h>
#include <memory>
#include <thread>
#include <vector>

namespace {

using Pool = std::unique_ptr<void, void (*)(void *)>;

Pool makePool(int threads) { return Pool(nibble_pool_create(threads), nibble_pool_destroy); }

/// How often each index was called.
struct Calls {
  explicit Calls(int64_t count) : counts(count) {}
  static void call(void *context, int64_t index) { ++static_cast<Calls *>(context)->counts[index]; }
  bool allOnce() const {
    for (const std::atomic<int> &count : counts)
      if (count != 1)
        return false;
    return true;
  }
  std::vector<std::atomic<int>> counts;
};

TEST(ThreadPool, CallsEveryIndexOnce) {
  for (int threads : {1, 2, 3, 8}) {
    Pool pool = makePool(threads);
    ASSERT_NE(pool, nullptr);
    for (int64_t count : {0, 1, 2, 3, 7, 64, 1000}) {
      Calls calls(count);
      nibble_pool_parallel_for(pool.get(), Calls::call, &calls, count);
      EXPECT_TRUE(calls.allOnce()) << threads << " threads, " << count << " indices";
    }
  }
}

TEST(ThreadPool, ManyLaunchesInARow) {
  Pool pool = makePool(3);
  for (int launch = 0; launch < 20000; ++launch) {
    Calls calls(1 + launch % 5);
    nibble_pool_parallel_for(pool.get(), Calls::call, &calls, 1 + launch % 5);
    ASSERT_TRUE(calls.allOnce()) << "launch " << launch;
  }
}

// Plain memory: what one launch wrote, the next one reads on other threads.
TEST(ThreadPool, LaunchesAreOrdered) {
  Pool pool = makePool(4);
  std::vector<int> values(64, 0);
  struct Step {
    std::vector<int> *values;
    int expected;
    std::atomic<int> wrong{0};
  };
  for (int launch = 0; launch < 2000; ++launch) {
    Step step{&values, launch};
    nibble_pool_parallel_for(
        pool.get(),
        [](void *context, int64_t index) {
          auto *step = static_cast<Step *>(context);
          // The neighbour's value of the step before is lost if a thread is late.
          int &value = (*step->values)[index * 7 % 64];
          step->wrong += value != step->expected;
          ++value;
        },
        &step, 64);
    ASSERT_EQ(step.wrong, 0) << "launch " << launch;
  }
}

TEST(ThreadPool, WakesFromSleep) {
  Pool pool = makePool(3);
  for (int launch = 0; launch < 10; ++launch) {
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
    Calls calls(16);
    nibble_pool_parallel_for(pool.get(), Calls::call, &calls, 16);
    ASSERT_TRUE(calls.allOnce());
  }
}

TEST(ThreadPool, NestedLaunchRunsInPlace) {
  Pool pool = makePool(2);
  struct Outer {
    void *pool;
    std::vector<std::unique_ptr<Calls>> inner;
  } outer{pool.get(), {}};
  for (int i = 0; i < 8; ++i)
    outer.inner.push_back(std::make_unique<Calls>(5));
  nibble_pool_parallel_for(
      pool.get(),
      [](void *context, int64_t index) {
        auto *outer = static_cast<Outer *>(context);
        nibble_pool_parallel_for(outer->pool, Calls::call, outer->inner[index].get(), 5);
      },
      &outer, 8);
  for (const auto &calls : outer.inner)
    EXPECT_TRUE(calls->allOnce());
}

TEST(ThreadPool, OnePoolForTwoCallers) {
  Pool pool = makePool(3);
  auto launchMany = [&] {
    for (int launch = 0; launch < 2000; ++launch) {
      Calls calls(6);
      nibble_pool_parallel_for(pool.get(), Calls::call, &calls, 6);
      ASSERT_TRUE(calls.allOnce());
    }
  };
  std::thread other(launchMany);
  launchMany();
  other.join();
}

TEST(ThreadPool, RefusesNonsense) {
  EXPECT_EQ(nibble_pool_create(0), nullptr);
  EXPECT_EQ(nibble_pool_create(-3), nullptr);
  nibble_pool_destroy(nullptr);
}

} // namespace
