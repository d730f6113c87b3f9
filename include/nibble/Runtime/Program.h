/*===- Program.h - what a compiled program exports -----------------------------------------------------===*\
|*
|* The C interface of everything that nibble compiles; <model>.h contains a copy of this file. A program called M exports
|*
|*   int M_run(const T *input..., T *output..., void *workspace);
|*   int M_run_parallel(const T *input..., T *output..., void *workspace,
|*                      nibble_parallel_for parallel_for, void *pool, int nthreads);
|*   const struct nibble_info M_info;
|*
|* Programs allocate nothing and are re-entrant: calls may run at the same time if each has its own outputs and workspace.
|* The results do not depend on the number of threads.
|*
\*===-------------------------------------------------------------------------------------------------===*/

#ifndef NIBBLE_RUNTIME_PROGRAM_H
#define NIBBLE_RUNTIME_PROGRAM_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Grows when anything below changes; the first field of nibble_info holds the one that a program was built with. */
#define NIBBLE_PROGRAM_VERSION 2

/* The workspace must begin at a multiple of this many bytes. Its content is undefined before and after a run. */
#define NIBBLE_WORKSPACE_ALIGNMENT 64

/* What M_run and M_run_parallel return. */
enum nibble_status {
  NIBBLE_OK = 0,
  NIBBLE_NULL_ARGUMENT = 1,         /* an input, an output or a workspace that is not empty is null */
  NIBBLE_MISALIGNED_WORKSPACE = 2,  /* the workspace is not aligned to NIBBLE_WORKSPACE_ALIGNMENT */
  NIBBLE_UNSUPPORTED_CPU = 3        /* the CPU lacks one of nibble_info.cpu_features; nothing was computed */
};

/* Calls fn(ctx, 0) ... fn(ctx, count - 1), in any order and on any threads, and returns when all of them have. */
typedef void (*nibble_parallel_for)(void *pool, void (*fn)(void *ctx, int64_t index), void *ctx, int64_t count);

/* How the elements of an array are stored: little endian. */
enum nibble_dtype {
  NIBBLE_F32 = 0,
  NIBBLE_F64 = 1,
  NIBBLE_F16 = 2,
  NIBBLE_BF16 = 3,
  NIBBLE_I8 = 4,
  NIBBLE_U8 = 5,
  NIBBLE_I16 = 6,
  NIBBLE_U16 = 7,
  NIBBLE_I32 = 8,
  NIBBLE_U32 = 9,
  NIBBLE_I64 = 10,
  NIBBLE_U64 = 11,
  NIBBLE_BOOL = 12 /* one byte, 0 or 1 */
};

/* An input or an output: elements in C order, without gaps. */
struct nibble_tensor {
  const char *name; /* as in the model file, UTF-8 */
  const int64_t *shape;
  int32_t rank;
  int32_t dtype;      /* enum nibble_dtype */
  int32_t batch_axis; /* the axis along which independent samples lie, or -1 */
  int32_t quantized;  /* 1: an element stands for (element - zero_point) * scale; 0: for itself */
  float scale;
  int32_t zero_point;
};

struct nibble_info {
  uint32_t version; /* NIBBLE_PROGRAM_VERSION */
  int32_t num_inputs, num_outputs;
  int32_t max_threads; /* the most threads to use, and those used unless asked for fewer; 0: any number, one unless asked for more */
  const char *model;
  const struct nibble_tensor *inputs, *outputs;
  int64_t workspace_size; /* in bytes, may be 0 */
  int64_t workspace_alignment;
  const char *cpu_features; /* what the CPU must have, LLVM's names separated by commas; empty: nothing beyond the baseline */
  uint64_t cpu_feature_bits;
  /* M_run_parallel for callers that learn the number of inputs and outputs at run time. */
  int (*run)(const void *const *inputs, void *const *outputs, void *workspace, nibble_parallel_for parallel_for, void *pool,
             int nthreads);
};

#ifdef __cplusplus
}
#endif

#endif /* NIBBLE_RUNTIME_PROGRAM_H */
