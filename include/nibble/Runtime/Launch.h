/*===- Launch.h - what nibble.launch becomes ----------------------------------------------------------===*/

#ifndef NIBBLE_RUNTIME_LAUNCH_H
#define NIBBLE_RUNTIME_LAUNCH_H

#include "nibble/Runtime/Program.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Calls fn(ctx, index) for every index in [0, count) and returns when all calls have: through parallel_for, or in a loop on
   the calling thread when there is no parallel_for or only one call to make. */
void nibble_launch(nibble_parallel_for parallel_for, void *pool, void (*fn)(void *ctx, int64_t index), void *ctx, int64_t count);

#ifdef __cplusplus
}
#endif

#endif /* NIBBLE_RUNTIME_LAUNCH_H */
