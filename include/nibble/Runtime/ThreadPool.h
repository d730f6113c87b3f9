/*===- ThreadPool.h - the pool that executables and libraries embed -----------------------------------===*/

#ifndef NIBBLE_RUNTIME_THREADPOOL_H
#define NIBBLE_RUNTIME_THREADPOOL_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A pool of `nthreads` threads, the one that calls nibble_pool_parallel_for included: nthreads - 1 are started. Returns null
   when nthreads is less than 1, or when memory or threads have run out. */
void *nibble_pool_create(int nthreads);

/* Ends the threads. No nibble_pool_parallel_for may be running. Null is allowed. */
void nibble_pool_destroy(void *pool);

/* A nibble_parallel_for. Threads take the next index when they have done one. A call that comes while another one is running
   on the same pool (from another thread, or from inside fn) does its work on the calling thread. */
void nibble_pool_parallel_for(void *pool, void (*fn)(void *ctx, int64_t index), void *ctx, int64_t count);

#ifdef __cplusplus
}
#endif

#endif /* NIBBLE_RUNTIME_THREADPOOL_H */
