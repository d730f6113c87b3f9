/*===- Launch.c - what nibble.launch becomes ----------------------------------------------------------===*/

#include "nibble/Runtime/Launch.h"

void nibble_launch(nibble_parallel_for parallel_for, void *pool, void (*fn)(void *ctx, int64_t index), void *ctx, int64_t count) {
  if (parallel_for && count > 1) {
    parallel_for(pool, fn, ctx, count);
    return;
  }
  for (int64_t index = 0; index < count; ++index)
    fn(ctx, index);
}
