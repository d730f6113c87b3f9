/*===- Main.c - the main function of executables -------------------------------------------------------===*/

#include "Main.h"
#include "nibble/Runtime/Batch.h"
#include "nibble/Runtime/CpuFeatures.h"
#include "nibble/Runtime/Npy.h"
#include "nibble/Runtime/Output.h"
#include "nibble/Runtime/ThreadPool.h"
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { MAX_BENCH_RUNS = 1 << 20, WARM_UP_RUNS = 3 };

/* Everything that the run needs and that is given back at its end. */
struct session {
  const struct nibble_info *info;
  struct nibble_options options;
  struct nibble_array *inputs, *outputs;
  struct nibble_execution execution;
};

static int check_cpu(const struct nibble_info *info, struct nibble_error *error) {
  uint64_t missing = nibble_cpu_missing(info->cpu_feature_bits);
  if (!missing)
    return 0;
  char names[512];
  nibble_cpu_names(missing, names, sizeof(names));
  return nibble_fail(error, "this CPU lacks what the program was compiled for: %s (compile it again with a lesser --cpu)", names);
}

/* An input of zeros, as it was compiled for. */
static int make_zeros(const struct nibble_tensor *tensor, struct nibble_array *array, struct nibble_error *error) {
  array->dtype = tensor->dtype;
  array->rank = tensor->rank;
  memcpy(array->shape, tensor->shape, (size_t)tensor->rank * sizeof(int64_t));
  int64_t size = nibble_array_size(array->dtype, array->rank, array->shape);
  array->data = nibble_allocate(size);
  if (!array->data)
    return nibble_fail(error, "out of memory (%lld bytes)", (long long)size);
  memset(array->data, 0, (size_t)size);
  return 0;
}

static int read_inputs(struct session *session, struct nibble_error *error) {
  for (int i = 0; i < session->info->num_inputs; ++i) {
    const char *path = session->options.input_paths[i];
    if (path ? nibble_npy_read(path, &session->inputs[i], error)
             : make_zeros(&session->info->inputs[i], &session->inputs[i], error))
      return -1;
  }
  return 0;
}

static int allocate_outputs(struct session *session, struct nibble_error *error) {
  for (int i = 0; i < session->info->num_outputs; ++i) {
    struct nibble_array *array = &session->outputs[i];
    int64_t size = nibble_array_size(array->dtype, array->rank, array->shape);
    array->data = nibble_allocate(size);
    if (!array->data)
      return nibble_fail(error, "out of memory (%lld bytes)", (long long)size);
  }
  return 0;
}

static int start_execution(struct session *session, struct nibble_error *error) {
  struct nibble_execution *execution = &session->execution;
  execution->workspace = nibble_allocate(session->info->workspace_size);
  if (!execution->workspace)
    return nibble_fail(error, "out of memory (%lld bytes)", (long long)session->info->workspace_size);
  execution->nthreads = session->options.threads;
  if (execution->nthreads == 1)
    return 0;
  execution->pool = nibble_pool_create(execution->nthreads);
  execution->parallel_for = nibble_pool_parallel_for;
  return execution->pool ? 0 : nibble_fail(error, "cannot start %d threads", execution->nthreads);
}

static int run_once(struct session *session, struct nibble_error *error) {
  return nibble_batch_run(session->info, session->inputs, session->outputs, &session->execution, error);
}

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

static int compare_times(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

static int bench(struct session *session, struct nibble_error *error) {
  double *times = malloc(MAX_BENCH_RUNS * sizeof(*times));
  if (!times)
    return nibble_fail(error, "out of memory");
  int result = 0;
  for (int i = 0; i < WARM_UP_RUNS && result == 0; ++i)
    result = run_once(session, error);
  int runs = 0;
  double end = now() + session->options.bench_seconds;
  while (result == 0 && runs < MAX_BENCH_RUNS && (runs == 0 || now() < end)) {
    double begin = now();
    result = run_once(session, error);
    times[runs++] = now() - begin;
  }
  if (result == 0) {
    qsort(times, (size_t)runs, sizeof(*times), compare_times);
    printf("%s: median %.3f us, best %.3f us, %d runs, %d threads\n", session->info->model, times[runs / 2] * 1e6, times[0] * 1e6,
           runs, session->execution.nthreads);
  }
  free(times);
  return result;
}

static int run(struct session *session, struct nibble_error *error) {
  if (check_cpu(session->info, error) || read_inputs(session, error) ||
      nibble_batch_plan(session->info, session->inputs, session->outputs, error) || allocate_outputs(session, error) ||
      start_execution(session, error))
    return -1;
  if (session->options.bench)
    return bench(session, error);
  if (run_once(session, error))
    return -1;
  return nibble_write_outputs(session->info, session->outputs, session->options.output_folder, error);
}

static void end_session(struct session *session) {
  nibble_pool_destroy(session->execution.pool);
  free(session->execution.workspace);
  for (int i = 0; session->inputs && i < session->info->num_inputs; ++i)
    free(session->inputs[i].data);
  for (int i = 0; session->outputs && i < session->info->num_outputs; ++i)
    free(session->outputs[i].data);
  free(session->inputs);
  free(session->outputs);
  free(session->options.input_paths);
}

static int begin_session(struct session *session, struct nibble_error *error) {
  /* One more, so that an array of nothing is not an error of memory. */
  session->inputs = calloc((size_t)session->info->num_inputs + 1, sizeof(*session->inputs));
  session->outputs = calloc((size_t)session->info->num_outputs + 1, sizeof(*session->outputs));
  session->options.input_paths = calloc((size_t)session->info->num_inputs + 1, sizeof(*session->options.input_paths));
  if (session->inputs && session->outputs && session->options.input_paths)
    return 0;
  return nibble_fail(error, "out of memory");
}

static int run_session(struct session *session, int argc, char **argv, struct nibble_error *error) {
  if (begin_session(session, error))
    return NIBBLE_EXIT_FAILED;
  if (nibble_parse_options(session->info, argc, argv, &session->options, error))
    return NIBBLE_EXIT_USAGE;
  if (session->options.help)
    return nibble_print_help(session->info, session->options.program), NIBBLE_EXIT_OK;
  if (session->options.info)
    return nibble_print_info(session->info), NIBBLE_EXIT_OK;
  return run(session, error) ? NIBBLE_EXIT_FAILED : NIBBLE_EXIT_OK;
}

int nibble_main(const struct nibble_info *info, int argc, char **argv) {
  const char *program = argc > 0 ? argv[0] : info->model;
  struct session session = {.info = info, .options = {.program = program, .threads = nibble_default_threads(info), .bench_seconds = 1}};
  struct nibble_error error = {""};
  /* A file that cannot grow is an error like any other, not a signal. */
  signal(SIGXFSZ, SIG_IGN);
  int code = run_session(&session, argc, argv, &error);
  if (code != NIBBLE_EXIT_OK)
    fprintf(stderr, "%s: error: %s\n", program, error.message);
  end_session(&session);
  return code;
}
