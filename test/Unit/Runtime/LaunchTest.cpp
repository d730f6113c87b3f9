#include "nibble/Runtime/Launch.h"
#include <gtest/gtest.h>
#include <vector>

namespace {

void append(void *context, int64_t index) { static_cast<std::vector<int64_t> *>(context)->push_back(index); }

/// A caller's own hook: backwards, and counts its calls.
void backwards(void *pool, void (*fn)(void *, int64_t), void *context, int64_t count) {
  ++*static_cast<int *>(pool);
  for (int64_t index = count; index-- > 0;)
    fn(context, index);
}

TEST(Launch, LoopsWithoutHook) {
  std::vector<int64_t> called;
  nibble_launch(nullptr, nullptr, append, &called, 3);
  EXPECT_EQ(called, (std::vector<int64_t>{0, 1, 2}));
}

TEST(Launch, CallsTheHook) {
  std::vector<int64_t> called;
  int hookCalls = 0;
  nibble_launch(backwards, &hookCalls, append, &called, 3);
  EXPECT_EQ(called, (std::vector<int64_t>{2, 1, 0}));
  EXPECT_EQ(hookCalls, 1);
}

TEST(Launch, OneTileNeedsNoHook) {
  std::vector<int64_t> called;
  int hookCalls = 0;
  nibble_launch(backwards, &hookCalls, append, &called, 1);
  EXPECT_EQ(called, (std::vector<int64_t>{0}));
  EXPECT_EQ(hookCalls, 0);
}

} // namespace
