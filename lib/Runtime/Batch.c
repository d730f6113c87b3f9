/*===- Batch.c - run a program over any number of samples ----------------------------------------------===*/

#include "nibble/Runtime/Batch.h"
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* Longer descriptions of shapes are cut. */
enum { SHAPE_TEXT_SIZE = 256 };

const char *nibble_status_text(int status) {
  switch (status) {
  case NIBBLE_OK:
    return "no error";
  case NIBBLE_NULL_ARGUMENT:
    return "an input, output or workspace is null";
  case NIBBLE_MISALIGNED_WORKSPACE:
    return "the workspace is not aligned to 64 bytes";
  case NIBBLE_UNSUPPORTED_CPU:
    return "the CPU lacks a feature that the program was compiled for";
  default:
    return "unknown error";
  }
}

static int check_shape(const struct nibble_tensor *tensor, const struct nibble_array *array, struct nibble_error *error) {
  int fits = array->rank == tensor->rank;
  for (int32_t axis = 0; fits && axis < array->rank; ++axis)
    fits = axis == tensor->batch_axis || array->shape[axis] == tensor->shape[axis];
  if (fits)
    return 0;
  char want[SHAPE_TEXT_SIZE], got[SHAPE_TEXT_SIZE];
  const char *free_axis = tensor->batch_axis < 0 ? "" : " (any length along the batch axis)";
  return nibble_fail(error, "input '%s': expected shape %s%s, got %s", tensor->name,
                     nibble_shape_text(tensor->rank, tensor->shape, want, sizeof(want)), free_axis,
                     nibble_shape_text(array->rank, array->shape, got, sizeof(got)));
}

static int check_input(const struct nibble_tensor *tensor, const struct nibble_array *array, struct nibble_error *error) {
  if (array->dtype != tensor->dtype)
    return nibble_fail(error, "input '%s': expected %s, got %s", tensor->name, nibble_dtype_name(tensor->dtype),
                       nibble_dtype_name(array->dtype));
  return check_shape(tensor, array, error);
}

/* The samples of an array that has a batch axis: `outer` rows, each of the samples one behind the other. */
struct layout {
  int64_t outer, sample_size; /* sample_size in bytes, of one sample in one row */
};

static struct layout get_layout(const struct nibble_tensor *tensor) {
  struct layout layout = {1, nibble_dtype_size(tensor->dtype)};
  for (int32_t axis = 0; axis < tensor->rank; ++axis) {
    if (axis < tensor->batch_axis)
      layout.outer *= tensor->shape[axis];
    if (axis > tensor->batch_axis)
      layout.sample_size *= tensor->shape[axis];
  }
  return layout;
}

/* A range of samples in an array of `length` samples. */
struct samples {
  char *data;
  int64_t length, begin;
};

static void copy_samples(struct layout layout, struct samples to, struct samples from, int64_t count) {
  for (int64_t row = 0; row < layout.outer; ++row)
    memcpy(to.data + (row * to.length + to.begin) * layout.sample_size,
           from.data + (row * from.length + from.begin) * layout.sample_size, (size_t)(count * layout.sample_size));
}

/* How the samples are spread over the runs. */
struct plan {
  int64_t samples, samples_per_run;
};

/* The input that decides on the number of samples: the first one with a batch axis, or -1. */
static int find_batched_input(const struct nibble_info *info) {
  for (int i = 0; i < info->num_inputs; ++i)
    if (info->inputs[i].batch_axis >= 0)
      return i;
  return -1;
}

static struct plan get_plan(const struct nibble_info *info, const struct nibble_array *inputs) {
  int first = find_batched_input(info);
  if (first < 0)
    return (struct plan){1, 1};
  int32_t axis = info->inputs[first].batch_axis;
  return (struct plan){inputs[first].shape[axis], info->inputs[first].shape[axis]};
}

static int check_lengths(const struct nibble_info *info, const struct nibble_array *inputs, struct plan plan,
                         struct nibble_error *error) {
  for (int i = 0; i < info->num_inputs; ++i) {
    const struct nibble_tensor *tensor = &info->inputs[i];
    if (tensor->batch_axis >= 0 && inputs[i].shape[tensor->batch_axis] != plan.samples)
      return nibble_fail(error, "input '%s': expected %" PRId64 " samples as in '%s', got %" PRId64, tensor->name, plan.samples,
                         info->inputs[find_batched_input(info)].name, inputs[i].shape[tensor->batch_axis]);
  }
  return 0;
}

static int plan_output(const struct nibble_tensor *tensor, struct plan plan, struct nibble_array *array, struct nibble_error *error) {
  if (tensor->batch_axis < 0 && plan.samples != plan.samples_per_run)
    return nibble_fail(error, "output '%s' has no batch axis: expected exactly %" PRId64 " samples, got %" PRId64, tensor->name,
                       plan.samples_per_run, plan.samples);
  array->dtype = tensor->dtype;
  array->rank = tensor->rank;
  memcpy(array->shape, tensor->shape, (size_t)tensor->rank * sizeof(int64_t));
  if (tensor->batch_axis >= 0 && plan.samples != plan.samples_per_run)
    array->shape[tensor->batch_axis] = plan.samples;
  if (nibble_array_size(array->dtype, array->rank, array->shape) < 0)
    return nibble_fail(error, "output '%s': the size for %" PRId64 " samples exceeds 2^62 bytes", tensor->name, plan.samples);
  return 0;
}

int nibble_batch_plan(const struct nibble_info *info, const struct nibble_array *inputs, struct nibble_array *outputs,
                      struct nibble_error *error) {
  for (int i = 0; i < info->num_inputs; ++i)
    if (check_input(&info->inputs[i], &inputs[i], error))
      return -1;
  struct plan plan = get_plan(info, inputs);
  if (check_lengths(info, inputs, plan, error))
    return -1;
  for (int i = 0; i < info->num_outputs; ++i)
    if (plan_output(&info->outputs[i], plan, &outputs[i], error))
      return -1;
  return 0;
}

/* The arrays of one run: parts of the caller's where they lie as the program wants them, otherwise copies. */
struct runner {
  const struct nibble_info *info;
  const struct nibble_array *arrays; /* inputs, then outputs */
  struct plan plan;
  void **pointers; /* what the program gets, for each array */
  void **copies;   /* room for one run of each array with a batch axis, allocated when needed */
};

static const struct nibble_tensor *get_tensor(const struct nibble_info *info, int i) {
  return i < info->num_inputs ? &info->inputs[i] : &info->outputs[i - info->num_inputs];
}

/* Sets pointers[i] for the run over the `count` samples from `begin`. */
static int prepare(struct runner *runner, int i, int64_t begin, int64_t count, struct nibble_error *error) {
  const struct nibble_tensor *tensor = get_tensor(runner->info, i);
  const struct nibble_array *array = &runner->arrays[i];
  struct layout layout = get_layout(tensor);
  if (tensor->batch_axis < 0) {
    runner->pointers[i] = array->data;
    return 0;
  }
  if (count == runner->plan.samples_per_run && (layout.outer == 1 || count == runner->plan.samples)) {
    runner->pointers[i] = (char *)array->data + begin * layout.sample_size;
    return 0;
  }
  int64_t size = nibble_array_size(tensor->dtype, tensor->rank, tensor->shape);
  if (!runner->copies[i])
    runner->copies[i] = nibble_allocate(size);
  if (!runner->copies[i])
    return nibble_fail(error, "out of memory (%" PRId64 " bytes)", size);
  runner->pointers[i] = runner->copies[i];
  if (i < runner->info->num_inputs) {
    memset(runner->copies[i], 0, (size_t)size);
    copy_samples(layout, (struct samples){runner->copies[i], runner->plan.samples_per_run, 0},
                 (struct samples){array->data, runner->plan.samples, begin}, count);
  }
  return 0;
}

static void copy_outputs(struct runner *runner, int64_t begin, int64_t count) {
  for (int o = 0; o < runner->info->num_outputs; ++o) {
    int i = runner->info->num_inputs + o;
    if (runner->copies[i] && runner->pointers[i] == runner->copies[i])
      copy_samples(get_layout(&runner->info->outputs[o]), (struct samples){runner->arrays[i].data, runner->plan.samples, begin},
                   (struct samples){runner->copies[i], runner->plan.samples_per_run, 0}, count);
  }
}

static int run_samples(struct runner *runner, int64_t begin, int64_t count, const struct nibble_execution *execution,
                       struct nibble_error *error) {
  const struct nibble_info *info = runner->info;
  for (int i = 0; i < info->num_inputs + info->num_outputs; ++i)
    if (prepare(runner, i, begin, count, error))
      return -1;
  int status = info->run((const void *const *)runner->pointers, runner->pointers + info->num_inputs, execution->workspace,
                         execution->parallel_for, execution->pool, execution->nthreads);
  if (status != NIBBLE_OK)
    return nibble_fail(error, "%s", nibble_status_text(status));
  copy_outputs(runner, begin, count);
  return 0;
}

static int run_all(struct runner *runner, const struct nibble_execution *execution, struct nibble_error *error) {
  int64_t step = runner->plan.samples_per_run;
  for (int64_t begin = 0; begin < runner->plan.samples; begin += step) {
    int64_t left = runner->plan.samples - begin;
    if (run_samples(runner, begin, left < step ? left : step, execution, error))
      return -1;
  }
  return 0;
}

int nibble_batch_run(const struct nibble_info *info, const struct nibble_array *inputs, const struct nibble_array *outputs,
                     const struct nibble_execution *execution, struct nibble_error *error) {
  int count = info->num_inputs + info->num_outputs;
  struct nibble_array *arrays = calloc((size_t)count, sizeof(*arrays));
  void **pointers = calloc((size_t)count * 2, sizeof(*pointers));
  int result = -1;
  if (arrays && pointers) {
    if (info->num_inputs)
      memcpy(arrays, inputs, (size_t)info->num_inputs * sizeof(*arrays));
    if (info->num_outputs)
      memcpy(arrays + info->num_inputs, outputs, (size_t)info->num_outputs * sizeof(*arrays));
    struct runner runner = {info, arrays, get_plan(info, inputs), pointers, pointers + count};
    result = run_all(&runner, execution, error);
    for (int i = 0; i < count; ++i)
      free(runner.copies[i]);
  } else {
    nibble_fail(error, "out of memory");
  }
  free(arrays);
  free(pointers);
  return result;
}
