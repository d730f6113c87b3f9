/*===- ThreadPool.c - the pool that executables and libraries embed -----------------------------------===*\
|*
|* A job is published by one store to `ticket`, which holds the number of indices that nobody has taken yet. Threads take
|* them by counting it down and add what they have done to `done`; the job ends when that reaches the count. A thread that
|* has taken an index may read the job, because the job cannot end before the index is done; a thread that comes late finds
|* either nothing to take or the next job, and never waits. Workers look at `ticket` for a while before they sleep: a program
|* launches its kernels a few microseconds apart, and waking a thread takes longer than that.
|*
\*===-------------------------------------------------------------------------------------------------===*/

#include "nibble/Runtime/ThreadPool.h"
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

enum {
  CACHE_LINE_SIZE = 64,
  /* How long a worker without work stays awake. */
  SPIN_NANOSECONDS = 100000,
  /* How often it looks for work between two looks at the clock, or before it lets another thread run: about 1 us. */
  SPINS = 32
};

struct pool {
  /* The job. Written between jobs by the thread that holds `busy`. */
  void (*fn)(void *ctx, int64_t index);
  void *ctx;
  uint32_t count;

  /* Job number in the upper half, so that no two jobs' tickets are equal; indices left to take in the lower half. */
  _Alignas(CACHE_LINE_SIZE) _Atomic uint64_t ticket;
  _Alignas(CACHE_LINE_SIZE) _Atomic uint32_t done;
  _Alignas(CACHE_LINE_SIZE) atomic_flag busy;
  _Atomic int sleepers;
  _Atomic int stopping;
  pthread_mutex_t mutex;
  pthread_cond_t wake;
  int num_workers;
  pthread_t workers[];
};

static void pause_cpu(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

static int64_t now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * INT64_C(1000000000) + time.tv_nsec;
}

static int has_work(struct pool *pool) {
  return (uint32_t)atomic_load(&pool->ticket) != 0 || atomic_load(&pool->stopping);
}

/* Takes indices of the current job and does them until none is left. All are of one job: it cannot end, and no other begin,
   before the first one taken is counted. */
static void work(struct pool *pool) {
  uint32_t finished = 0;
  uint64_t ticket = atomic_load_explicit(&pool->ticket, memory_order_acquire);
  while ((uint32_t)ticket != 0) {
    if (!atomic_compare_exchange_weak_explicit(&pool->ticket, &ticket, ticket - 1, memory_order_acq_rel, memory_order_acquire))
      continue;
    pool->fn(pool->ctx, (int64_t)(pool->count - (uint32_t)ticket));
    ++finished;
    ticket = atomic_load_explicit(&pool->ticket, memory_order_acquire);
  }
  if (finished)
    atomic_fetch_add_explicit(&pool->done, finished, memory_order_release);
}

static void sleep_until_work(struct pool *pool) {
  pthread_mutex_lock(&pool->mutex);
  /* Announced before the last look, as publish() looks for sleepers after the ticket: one of the two sees the other. */
  atomic_fetch_add(&pool->sleepers, 1);
  while (!has_work(pool))
    pthread_cond_wait(&pool->wake, &pool->mutex);
  atomic_fetch_sub(&pool->sleepers, 1);
  pthread_mutex_unlock(&pool->mutex);
}

static void wait_for_work(struct pool *pool) {
  int64_t end = now() + SPIN_NANOSECONDS;
  do {
    for (int i = 0; i < SPINS; ++i) {
      if (has_work(pool))
        return;
      pause_cpu();
    }
  } while (now() < end);
  sleep_until_work(pool);
}

static void *run_worker(void *argument) {
  struct pool *pool = argument;
  while (!atomic_load(&pool->stopping)) {
    work(pool);
    wait_for_work(pool);
  }
  return NULL;
}

static void wake_sleepers(struct pool *pool) {
  if (atomic_load(&pool->sleepers) == 0)
    return;
  pthread_mutex_lock(&pool->mutex);
  pthread_cond_broadcast(&pool->wake);
  pthread_mutex_unlock(&pool->mutex);
}

static void publish(struct pool *pool, void (*fn)(void *, int64_t), void *ctx, uint32_t count) {
  pool->fn = fn;
  pool->ctx = ctx;
  pool->count = count;
  atomic_store_explicit(&pool->done, 0, memory_order_relaxed);
  uint64_t job = (atomic_load_explicit(&pool->ticket, memory_order_relaxed) >> 32) + 1;
  atomic_store(&pool->ticket, job << 32 | count);
  wake_sleepers(pool);
}

static void wait_until_done(struct pool *pool, uint32_t count) {
  for (int spins = 0; atomic_load_explicit(&pool->done, memory_order_acquire) != count; ++spins) {
    /* With more threads than cores, the one that is waited for may need this core. */
    if (spins % SPINS == SPINS - 1)
      sched_yield();
    else
      pause_cpu();
  }
}

void nibble_pool_parallel_for(void *handle, void (*fn)(void *ctx, int64_t index), void *ctx, int64_t count) {
  struct pool *pool = handle;
  if (pool->num_workers == 0 || count < 2 || count > UINT32_MAX || atomic_flag_test_and_set_explicit(&pool->busy, memory_order_acquire)) {
    for (int64_t index = 0; index < count; ++index)
      fn(ctx, index);
    return;
  }
  publish(pool, fn, ctx, (uint32_t)count);
  work(pool);
  wait_until_done(pool, (uint32_t)count);
  atomic_flag_clear_explicit(&pool->busy, memory_order_release);
}

static int start_workers(struct pool *pool, int count) {
  /* Signals are for the threads of the program around. */
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  while (pool->num_workers < count && pthread_create(&pool->workers[pool->num_workers], NULL, run_worker, pool) == 0)
    ++pool->num_workers;
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  return pool->num_workers == count;
}

void *nibble_pool_create(int nthreads) {
  if (nthreads < 1)
    return NULL;
  size_t size = sizeof(struct pool) + (size_t)(nthreads - 1) * sizeof(pthread_t);
  size = (size + CACHE_LINE_SIZE - 1) / CACHE_LINE_SIZE * CACHE_LINE_SIZE;
  struct pool *pool = aligned_alloc(CACHE_LINE_SIZE, size);
  if (!pool)
    return NULL;
  *pool = (struct pool){.busy = ATOMIC_FLAG_INIT};
  pthread_mutex_init(&pool->mutex, NULL);
  pthread_cond_init(&pool->wake, NULL);
  if (!start_workers(pool, nthreads - 1)) {
    nibble_pool_destroy(pool);
    return NULL;
  }
  return pool;
}

void nibble_pool_destroy(void *handle) {
  struct pool *pool = handle;
  if (!pool)
    return;
  atomic_store(&pool->stopping, 1);
  wake_sleepers(pool);
  for (int i = 0; i < pool->num_workers; ++i)
    pthread_join(pool->workers[i], NULL);
  pthread_cond_destroy(&pool->wake);
  pthread_mutex_destroy(&pool->mutex);
  free(pool);
}
